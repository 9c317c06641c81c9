//! The stations pane's state: order, filter, selection. The selection is a station, not a row, so it stays while others come.

use std::cmp::Ordering;

use super::filter::Filter;
use crate::trace::{StationKey, StationRow, StationTable};
use crate::tui::widget::{Viewport, width_of};
use crate::visible;

/// The order of the stations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sorting {
    /// By identity, numbers in it by their value.
    #[default]
    Identity,
    /// In the order in which they appeared.
    Age,
}

/// The state.
#[derive(Debug, Default)]
pub struct Stations {
    shown: Vec<StationKey>,
    total: usize,
    filter: Filter,
    sorting: Sorting,
    selected: Option<StationKey>,
    viewport: Viewport,
    stale: bool,
    widest: usize,
}

impl Stations {
    /// The stations that pass the filter, in order.
    pub fn shown(&self) -> &[StationKey] {
        &self.shown
    }

    /// How many stations there are.
    pub fn total(&self) -> usize {
        self.total
    }

    /// The filter.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// The order.
    pub fn sorting(&self) -> Sorting {
        self.sorting
    }

    /// The selected station.
    pub fn selected(&self) -> Option<StationKey> {
        self.selected
    }

    /// The index of the selected station among those shown.
    pub fn position(&self) -> usize {
        self.shown.iter().position(|key| Some(*key) == self.selected).unwrap_or(0)
    }

    /// The width of the widest identity, shown or not.
    pub fn widest(&self) -> usize {
        self.widest
    }

    /// The first station on the screen.
    pub fn top(&self, height: usize) -> usize {
        self.viewport.top(self.position(), self.shown.len(), height)
    }

    /// Takes another filter.
    pub fn set_filter(&mut self, filter: Filter) {
        self.stale |= self.filter != filter;
        self.filter = filter;
    }

    /// Takes the next order.
    pub fn sort_next(&mut self) {
        self.sorting = if self.sorting == Sorting::Identity { Sorting::Age } else { Sorting::Identity };
        self.stale = true;
    }

    /// Brings the list up to date with the table.
    pub fn refresh(&mut self, table: &StationTable) {
        if !self.stale && self.total == table.rows().len() {
            return;
        }
        (self.stale, self.total) = (false, table.rows().len());
        let mut rows: Vec<&StationRow> = table.rows().iter().filter(|row| self.passes(row)).collect();
        if self.sorting == Sorting::Identity {
            rows.sort_by(|a, b| natural(&a.identity, &b.identity).then(a.key.cmp(&b.key)));
        }
        self.widest = table.rows().iter().map(|row| width_of(&visible(&row.identity))).max().unwrap_or(0);
        self.shown = rows.into_iter().map(|row| row.key).collect();
        if !self.selected.is_some_and(|selected| self.shown.contains(&selected)) {
            self.selected = self.shown.first().copied();
        }
    }

    fn passes(&self, row: &StationRow) -> bool {
        self.filter.is_empty() || self.filter.finds(&visible(&row.identity))
    }

    /// Selects a station, if it is shown.
    pub fn select(&mut self, key: StationKey, height: usize) {
        if let Some(index) = self.shown.iter().position(|shown| *shown == key) {
            self.go_to(index, height);
        }
    }

    /// Moves the selection by some lines.
    pub fn move_by(&mut self, lines: isize, height: usize) {
        self.go_to(self.position().saturating_add_signed(lines), height);
    }

    /// Selects the station at an index, or the last one.
    pub fn go_to(&mut self, index: usize, height: usize) {
        let Some(last) = self.shown.len().checked_sub(1) else { return };
        let index = index.min(last);
        self.viewport.moved(self.position(), index, self.shown.len(), height);
        self.selected = Some(self.shown[index]);
    }
}

/// Compares texts so that `CP2` comes before `CP10`.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    loop {
        let (Some(first_a), Some(first_b)) = (a.first(), b.first()) else { return a.len().cmp(&b.len()) };
        if first_a.is_ascii_digit() && first_b.is_ascii_digit() {
            let (number_a, rest_a) = digits(a);
            let (number_b, rest_b) = digits(b);
            let order = number_a.len().cmp(&number_b.len()).then_with(|| number_a.cmp(number_b));
            if order != Ordering::Equal {
                return order;
            }
            (a, b) = (rest_a, rest_b);
        } else {
            let order = first_a.to_ascii_lowercase().cmp(&first_b.to_ascii_lowercase());
            if order != Ordering::Equal {
                return order;
            }
            (a, b) = (&a[1..], &b[1..]);
        }
    }
}

/// The digits at the start without leading zeros, and the rest.
fn digits(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let zeros = text[..end].iter().take_while(|byte| **byte == b'0').count();
    (&text[zeros..end], &text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocpp::Role;

    fn table(names: &[&str]) -> StationTable {
        let mut table = StationTable::default();
        for name in names {
            table.key(Role::CentralSystem, name);
        }
        table
    }

    fn names<'a>(stations: &Stations, table: &'a StationTable) -> Vec<&'a str> {
        stations.shown().iter().map(|key| &*table.get(*key).unwrap().identity).collect()
    }

    #[test]
    fn numbers_in_identities_sort_by_value() {
        let table = table(&["CP10", "CP2", "cp1", "CP02a", "B"]);
        let mut stations = Stations::default();
        stations.refresh(&table);
        assert_eq!(names(&stations, &table), ["B", "cp1", "CP2", "CP02a", "CP10"]);
        stations.sort_next();
        stations.refresh(&table);
        assert_eq!(names(&stations, &table)[..2], ["CP10", "CP2"]);
    }

    #[test]
    fn the_selection_stays_on_its_station_when_others_come() {
        let mut stations = Stations::default();
        stations.refresh(&table(&["CP5"]));
        assert_eq!(stations.selected(), Some(StationKey(0)));
        stations.refresh(&table(&["CP5", "CP1", "CP9"]));
        assert_eq!((stations.selected(), stations.position()), (Some(StationKey(0)), 1));
        stations.move_by(5, 10);
        assert_eq!(stations.selected(), Some(StationKey(2)));
        stations.move_by(-9, 10);
        assert_eq!(stations.selected(), Some(StationKey(1)));
    }

    #[test]
    fn a_filter_hides_and_never_deletes() {
        let table = table(&["North1", "South1", "North2"]);
        let mut stations = Stations::default();
        stations.refresh(&table);
        stations.set_filter(Filter::new("south"));
        stations.refresh(&table);
        assert_eq!((names(&stations, &table), stations.total()), (vec!["South1"], 3));
        assert_eq!(stations.selected(), Some(StationKey(1)));
        stations.set_filter(Filter::default());
        stations.refresh(&table);
        assert_eq!(stations.shown().len(), 3);
    }
}
