//! The state of the page about one station: the station and the scroll position. Its lines are made when it is drawn, in
//! `pane::station_details`, because many of them change with the clock.

use crate::trace::StationKey;

/// The state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StationDetails {
    /// The station.
    pub station: StationKey,
    /// The first line on the screen, as far as there are lines.
    pub top: usize,
    /// The connector of a simulated machine at which hands act, from 1.
    pub connector: usize,
}

impl StationDetails {
    /// The page of a station.
    pub fn new(station: StationKey) -> StationDetails {
        StationDetails { station, top: 0, connector: 1 }
    }

    /// Selects another one of `count` connectors; behind the last comes the first.
    pub fn turn_connector(&mut self, by: isize, count: usize) {
        let last = count.max(1);
        let from = self.connector.min(last) - 1;
        self.connector = from.saturating_add(last).saturating_add_signed(by) % last + 1;
    }

    /// Scrolls by some lines of `count`, of which `height` are shown.
    pub fn scroll(&mut self, lines: isize, count: usize, height: usize) {
        let last = count.saturating_sub(height);
        self.top = self.top.min(last).saturating_add_signed(lines).min(last);
    }
}
