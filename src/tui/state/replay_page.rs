//! The state of the page with the steps of a replay: the selected step, and where the list begins. The steps themselves are those of the
//! replay, which goes on while they are shown.

use crate::replay::{OutcomeRow, StationReplay};

/// The state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReplayPage {
    /// The selected step, counted over all stations.
    pub selected: usize,
    /// Whether the newest step that has ended is selected.
    pub moved: bool,
}

/// How many rows the stations have together.
pub fn replay_rows(stations: &[StationReplay]) -> usize {
    stations.iter().map(|station| station.steps().len() + station.unexpected().len()).sum()
}

/// The row with this number, counted over all stations, and its station.
pub fn replay_row(stations: &[StationReplay], mut number: usize) -> Option<(&StationReplay, OutcomeRow)> {
    for station in stations {
        let rows = station.steps().len() + station.unexpected().len();
        if number < rows {
            return Some((station, OutcomeRow::of(station, number)?));
        }
        number -= rows;
    }
    None
}

impl ReplayPage {
    /// The selected row: the one that the user chose, or the one that is next.
    pub fn selected(&self, stations: &[StationReplay]) -> usize {
        let last = replay_rows(stations).saturating_sub(1);
        if self.moved {
            return self.selected.min(last);
        }
        let mut before = 0;
        for station in stations {
            let (ended, _) = station.counts();
            if ended < station.steps().len() {
                return (before + ended).min(last);
            }
            before += station.steps().len() + station.unexpected().len();
        }
        last
    }

    /// Selects another row.
    pub fn move_by(&mut self, rows: isize, stations: &[StationReplay]) {
        let last = replay_rows(stations).saturating_sub(1);
        self.selected = self.selected(stations).saturating_add_signed(rows).min(last);
        self.moved = true;
    }

    /// Selects the next row that is different, or the one before. False when there is none.
    pub fn to_difference(&mut self, forward: bool, stations: &[StationReplay]) -> bool {
        let selected = self.selected(stations);
        let is_different = |number: &usize| replay_row(stations, *number).is_some_and(|(_, row)| row.is_different());
        let found = if forward {
            (selected + 1..replay_rows(stations)).find(is_different)
        } else {
            (0..selected).rev().find(is_different)
        };
        if let Some(found) = found {
            (self.selected, self.moved) = (found, true);
        }
        found.is_some()
    }
}
