//! The state of the stations pane: order, filter, selection. The selection is a station, not a row, so it stays while others arrive. Nothing
//! is sorted for a frame: new stations are inserted, and an order that changes with traffic is refreshed once a second. How the stations of
//! a group become one line is in `folded_groups`.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::columns::{Column, ColumnChoice, ColumnLayout};
use super::filter::PaneFilter;
use super::folded_groups::{FoldedGroups, StationLine};
use crate::sanitize::escape_control;
use crate::trace::station_summary::StationSummaries;
use crate::trace::{Contents, LinkState, StationKey, StationTable, natural_order};
use crate::tui::context::ReadTime;
use crate::tui::widget::{Viewport, width_of};

/// How long an order stays that changes with traffic, in microseconds. Rows that move more often cannot be read.
const STANDS: u64 = 1_000_000;
/// How often stations that came, or came into a group, get their lines while there are groups.
const REGROUPS: u64 = 250_000;
/// More new stations than this are sorted in together.
const FEW: usize = 32;

/// The state.
#[derive(Debug, Default)]
pub struct Stations {
    /// All stations by identity, numbers in it by their value.
    by_identity: Vec<StationKey>,
    /// Those that pass the filter, in order.
    shown: Vec<StationKey>,
    /// Their lines, when there are groups.
    groups: FoldedGroups,
    /// The selected group; then no station is.
    selected_group: Option<u16>,
    /// Stations that are gone and were taken out of the list, until they come back.
    forgotten: BTreeSet<StationKey>,
    filter: PaneFilter,
    /// What is hidden beside the filter, and stays hidden when that is cleared.
    base: PaneFilter,
    /// How many stations the base hides.
    outside_base: usize,
    column: Column,
    reverse: bool,
    selected: Option<StationKey>,
    /// The selected line.
    position: usize,
    viewport: Viewport,
    /// Whether filter or order have changed.
    stale: bool,
    /// Whether there was traffic since the order was made, and the order depends on it.
    waits: bool,
    ordered_micros: u64,
    ordered_at: u64,
    widest: usize,
    columns: ColumnChoice,
    /// Whether the user, or a jump, has selected a station. Until then the first line is selected, whichever station it shows.
    chosen: bool,
}

impl Stations {
    /// The stations that pass the filter, in order.
    pub fn shown(&self) -> &[StationKey] {
        &self.shown
    }

    /// These stations by identity.
    pub fn in_order(&self, keys: &BTreeSet<StationKey>) -> Vec<StationKey> {
        if keys.is_empty() { Vec::new() } else { self.by_identity.iter().copied().filter(|key| keys.contains(key)).collect() }
    }

    /// How many stations there are, without those that were taken out of the list.
    pub fn total(&self) -> usize {
        self.by_identity.len().saturating_sub(self.forgotten.len() + self.outside_base)
    }

    /// What is hidden beside the filter.
    pub fn base(&self) -> &PaneFilter {
        &self.base
    }

    /// Sets what is hidden beside the filter.
    pub fn set_base(&mut self, base: PaneFilter) {
        self.stale |= self.base != base;
        self.base = base;
    }

    /// The stations that were taken out of the list.
    pub fn forgotten(&self) -> &BTreeSet<StationKey> {
        &self.forgotten
    }

    /// Takes other stations out of the list.
    pub fn set_forgotten(&mut self, forgotten: BTreeSet<StationKey>) {
        self.stale |= self.forgotten != forgotten;
        self.forgotten = forgotten;
    }

    /// Takes all stations out of the list that are gone; returns how many.
    pub fn forget_gone(&mut self, table: &StationTable) -> usize {
        let known = self.forgotten.len();
        let gone = table.rows().iter().filter(|row| row.state == LinkState::Gone).map(|row| row.key);
        self.forgotten.extend(gone.filter(|key| self.by_identity.contains(key)));
        self.stale |= self.forgotten.len() > known;
        self.forgotten.len() - known
    }

    /// The filter.
    pub fn filter(&self) -> &PaneFilter {
        &self.filter
    }

    /// The column of the order, and whether it is reversed.
    pub fn sorting(&self) -> (Column, bool) {
        (self.column, self.reverse)
    }

    /// The selected station.
    pub fn selected(&self) -> Option<StationKey> {
        self.selected
    }

    /// The selected group.
    pub fn selected_group(&self) -> Option<u16> {
        self.selected_group
    }

    /// How many lines there are.
    pub fn line_count(&self) -> usize {
        self.groups.lines().map_or(self.shown.len(), <[StationLine]>::len)
    }

    /// A line.
    pub fn line(&self, index: usize) -> Option<StationLine> {
        match self.groups.lines() {
            Some(lines) => lines.get(index).copied(),
            None => self.shown.get(index).copied().map(StationLine::Station),
        }
    }

    /// The line of a station, when it has one.
    pub fn line_of(&self, key: StationKey) -> Option<usize> {
        match self.groups.lines() {
            Some(lines) => lines.iter().position(|line| *line == StationLine::Station(key)),
            None => self.shown.iter().position(|shown| *shown == key),
        }
    }

    /// The stations that the selected line stands for.
    pub fn selected_stations(&self) -> Vec<StationKey> {
        match self.selected_group {
            Some(group) => self.groups.members(group).to_vec(),
            None => self.selected.into_iter().collect(),
        }
    }

    /// Whether a group shows its stations.
    pub fn is_open(&self, group: u16) -> bool {
        self.groups.is_open(group)
    }

    /// Opens a group, or closes it.
    pub fn toggle_group(&mut self, group: u16) {
        self.groups.toggle(group);
        self.keep_selection();
    }

    /// The selected line.
    pub fn position(&self) -> usize {
        self.position
    }

    /// The width of the widest identity, shown or not.
    pub fn widest(&self) -> usize {
        self.widest
    }

    /// The columns that are shown as far as there is room.
    pub fn columns(&self) -> &ColumnChoice {
        &self.columns
    }

    /// Replaces the columns.
    pub fn set_columns(&mut self, columns: ColumnChoice) {
        self.columns = columns;
    }

    /// The columns of a pane of this width.
    pub fn layout(&self, width: usize) -> ColumnLayout {
        self.columns.fit(width, self.widest)
    }

    /// The width at which the pane shows what is most important.
    pub fn comfortable_width(&self) -> usize {
        self.columns.comfortable_width(self.widest)
    }

    /// Whether the order must be refreshed soon, also without more traffic.
    pub fn waits(&self) -> bool {
        self.waits
    }

    /// The first station on the screen.
    pub fn top(&self, height: usize) -> usize {
        self.viewport.top(self.position, self.line_count(), height)
    }

    /// Sets the filter.
    pub fn set_filter(&mut self, filter: PaneFilter) {
        self.stale |= self.filter != filter;
        self.filter = filter;
    }

    /// Sorts by the next of these columns, after the identity.
    pub fn sort_next(&mut self, columns: &[Column]) {
        let next = match columns.iter().position(|column| *column == self.column) {
            Some(index) => columns.get(index + 1).copied().unwrap_or_default(),
            None if self.column == Column::Identity => columns.first().copied().unwrap_or_default(),
            None => Column::Identity,
        };
        (self.column, self.reverse, self.stale) = (next, false, true);
    }

    /// Sorts by a column; by the same one again in the reverse order.
    pub fn sort_by(&mut self, column: Column) {
        self.reverse = self.column == column && !self.reverse;
        (self.column, self.stale) = (column, true);
    }

    /// Reverses the order.
    pub fn sort_reverse(&mut self) {
        (self.reverse, self.stale) = (!self.reverse, true);
    }

    /// Brings the list up to date.
    pub fn refresh(&mut self, contents: &Contents, facts: &StationSummaries, now: ReadTime) {
        let table = contents.stations();
        let known = self.by_identity.len();
        if known < table.rows().len() {
            self.take_in(table, known);
        }
        if !self.forgotten.is_empty() {
            let before = self.forgotten.len();
            self.forgotten.retain(|key| table.get(*key).is_some_and(|row| row.state == LinkState::Gone));
            self.stale |= self.forgotten.len() != before;
        }
        let moves = self.column.moves() || !self.filter.is_empty();
        let passed = now.monotonic_micros.saturating_sub(self.ordered_micros);
        let regroups = self.groups.is_old(table);
        self.stale |= regroups && (passed >= REGROUPS || self.groups.lines().is_none());
        let happened = contents.records().range().end != self.ordered_at;
        let due = passed >= STANDS;
        if self.stale || (moves && happened && due) {
            self.order(table, facts, now.monotonic_micros);
            (self.stale, self.waits) = (false, false);
            (self.ordered_micros, self.ordered_at) = (now.monotonic_micros, contents.records().range().end);
        } else {
            self.waits = (moves && happened) || regroups;
        }
    }

    /// Inserts new stations.
    fn take_in(&mut self, table: &StationTable, known: usize) {
        let new = &table.rows()[known..];
        self.widest = new.iter().map(|row| width_of(&escape_control(&row.identity))).fold(self.widest, usize::max);
        let compare = |a: &StationKey, b: &StationKey| by_identity(table, *a, *b);
        let simple = self.column == Column::Identity && !self.reverse && !self.stale && self.base.is_empty();
        if new.len() > FEW {
            // The sort finds the sorted part and merges the rest into it.
            self.by_identity.extend(new.iter().map(|row| row.key));
            self.by_identity.sort_by(compare);
            self.stale = true;
            return;
        }
        for row in new {
            insert(&mut self.by_identity, row.key, compare);
            if self.groups.lines().is_some() {
                self.groups.mark_old();
            } else if !simple {
                self.stale = true;
            } else if self.filter.parsed().matches_station(row) {
                insert(&mut self.shown, row.key, compare);
            }
        }
        self.keep_selection();
    }

    /// Filters and sorts all of them.
    fn order(&mut self, table: &StationTable, facts: &StationSummaries, now_micros: u64) {
        let mut outside_base = 0;
        let passing = self.by_identity.iter().filter_map(|key| table.get(*key)).filter(|row| {
            let inside = self.base.is_empty() || self.base.parsed().matches_station(row);
            outside_base += usize::from(!inside);
            inside
        });
        let passing = passing.filter(|row| !self.forgotten.contains(&row.key) && self.filter.parsed().matches_station(row));
        if self.column == Column::Identity {
            self.shown = passing.map(|row| row.key).collect();
        } else {
            let place = |row| self.column.place(row, facts.of(row.key), now_micros);
            let mut places: Vec<(u128, usize, StationKey)> =
                passing.enumerate().map(|(rank, row)| (place(row), rank, row.key)).collect();
            places.sort_unstable();
            self.shown = places.into_iter().map(|(_, _, key)| key).collect();
        }
        self.outside_base = outside_base;
        if self.reverse {
            self.shown.reverse();
        }
        self.groups.arrange(table, &self.shown);
        self.keep_selection();
    }

    /// Finds the selected station again; if it is no longer shown, selects the one at its place.
    fn keep_selection(&mut self) {
        let found = match (self.selected_group, self.selected) {
            (Some(group), _) => self.groups.line_of_group(group),
            // in a closed group its line stands for it
            (None, Some(key)) => {
                self.line_of(key).or_else(|| self.groups.group_of(key).and_then(|group| self.groups.line_of_group(group)))
            }
            (None, None) => None,
        };
        let place = if self.chosen { found.unwrap_or(self.position) } else { 0 };
        self.take_line(place.min(self.line_count().saturating_sub(1)));
    }

    /// Makes a line the selected one.
    fn take_line(&mut self, index: usize) {
        self.position = index;
        (self.selected, self.selected_group) = match self.line(index) {
            Some(StationLine::Station(key)) => (Some(key), None),
            Some(StationLine::Group(group)) => (None, Some(group)),
            None => (None, None),
        };
    }

    /// Selects a station, if it is shown. Its group is opened.
    pub fn select(&mut self, key: StationKey, height: usize) {
        if self.line_of(key).is_none()
            && let Some(group) = self.groups.group_of(key)
        {
            self.groups.toggle(group); // it is closed
        }
        if let Some(index) = self.line_of(key) {
            self.go_to(index, height);
        }
    }

    /// Scrolls by some lines; the selection stays.
    pub fn scroll(&mut self, lines: isize, height: usize) {
        self.viewport.scroll(lines, self.position, self.line_count(), height);
    }

    /// Moves the selection by some lines.
    pub fn move_by(&mut self, lines: isize, height: usize) {
        self.go_to(self.position.saturating_add_signed(lines), height);
    }

    /// Selects the line at an index, or the last one.
    pub fn go_to(&mut self, index: usize, height: usize) {
        let Some(last) = self.line_count().checked_sub(1) else { return };
        let index = index.min(last);
        self.viewport.moved(self.position, index, self.line_count(), height);
        self.take_line(index);
        self.chosen = true;
    }
}

fn insert(keys: &mut Vec<StationKey>, key: StationKey, compare: impl Fn(&StationKey, &StationKey) -> Ordering) {
    let place = keys.partition_point(|other| compare(other, &key) == Ordering::Less);
    keys.insert(place, key);
}

fn by_identity(table: &StationTable, a: StationKey, b: StationKey) -> Ordering {
    let identity = |key| table.get(key).map_or("", |row| &*row.identity);
    natural_order(identity(a), identity(b)).then(a.cmp(&b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocpp::Role;

    /// A list of stations that come with these names.
    struct Scene {
        contents: Contents,
        facts: StationSummaries,
        stations: Stations,
        now: ReadTime,
    }

    impl Scene {
        fn new(names: &[&str]) -> Scene {
            let (facts, stations) = (StationSummaries::default(), Stations::default());
            let mut scene = Scene { contents: Contents::new(1 << 20), facts, stations, now: ReadTime::default() };
            scene.come(names);
            scene
        }

        fn come(&mut self, names: &[&str]) {
            for name in names {
                self.contents.station(Role::CentralSystem, name);
            }
            self.refresh();
        }

        fn refresh(&mut self) {
            self.facts.catch_up(&self.contents, u64::MAX / 2);
            self.stations.refresh(&self.contents, &self.facts, self.now);
        }

        fn names(&self) -> Vec<&str> {
            let table = self.contents.stations();
            self.stations.shown().iter().map(|key| &*table.get(*key).unwrap().identity).collect()
        }

        fn note(&mut self, key: u32) {
            let kind = crate::trace::EventKind::Timeout { exchange: 0, action: "A".into(), after: std::time::Duration::ZERO };
            let stamp = crate::trace::Stamp { wall_micros: 0, monotonic_micros: 0 };
            self.contents.apply(&crate::trace::Event { station: Some(StationKey(key)), stamp, kind }, &mut String::new());
        }
    }

    #[test]
    fn numbers_in_identities_sort_by_value() {
        let mut scene = Scene::new(&["CP10", "CP2", "cp1", "CP02a", "B"]);
        assert_eq!(scene.names(), ["B", "cp1", "CP2", "CP02a", "CP10"]);
        scene.stations.sort_reverse();
        scene.refresh();
        assert_eq!(scene.names()[..2], ["CP10", "CP02a"]);
    }

    #[test]
    fn stations_that_come_are_put_in_their_places() {
        let mut scene = Scene::new(&["CP5"]);
        scene.come(&["CP1", "CP9"]);
        let many: Vec<String> = (10..200).map(|number| format!("CP{number}")).collect();
        scene.come(&many.iter().map(String::as_str).collect::<Vec<_>>());
        scene.come(&["CP3"]);
        assert_eq!(scene.names()[..5], ["CP1", "CP3", "CP5", "CP9", "CP10"]);
        assert_eq!(scene.names().len(), 194);
        scene.stations.set_filter(PaneFilter::parse("cp:CP1?").unwrap_or_default());
        scene.stations.set_filter(PaneFilter::parse("cp:CP1").unwrap());
        scene.come(&["CP2"]);
        assert_eq!(scene.names(), ["CP1"]);
    }

    #[test]
    fn the_selection_stays_on_its_station_when_others_come() {
        let mut scene = Scene::new(&["CP5"]);
        assert_eq!(scene.stations.selected(), Some(StationKey(0)));
        scene.come(&["CP3"]);
        assert_eq!(
            (scene.stations.selected(), scene.stations.position()),
            (Some(StationKey(1)), 0),
            "nothing was selected yet"
        );
        scene.stations.select(StationKey(0), 10);
        scene.come(&["CP1", "CP9"]);
        assert_eq!((scene.stations.selected(), scene.stations.position()), (Some(StationKey(0)), 2));
        scene.stations.move_by(5, 10);
        assert_eq!(scene.stations.selected(), Some(StationKey(3)));
        scene.stations.move_by(-9, 10);
        assert_eq!(scene.stations.selected(), Some(StationKey(2)));
    }

    #[test]
    fn a_filter_hides_and_never_deletes() {
        let mut scene = Scene::new(&["North1", "South1", "North2"]);
        scene.stations.set_filter(PaneFilter::parse("south").unwrap());
        scene.refresh();
        assert_eq!((scene.names(), scene.stations.total()), (vec!["South1"], 3));
        assert_eq!(scene.stations.selected(), Some(StationKey(1)));
        scene.stations.set_filter(PaneFilter::default());
        scene.refresh();
        assert_eq!(scene.stations.shown().len(), 3);
    }

    #[test]
    fn an_order_that_moves_is_made_again_once_a_second() {
        let mut scene = Scene::new(&["A", "B"]);
        scene.stations.sort_next(&[Column::Errors]);
        scene.refresh();
        assert_eq!(scene.names(), ["A", "B"]);
        scene.note(1);
        scene.refresh();
        assert_eq!((scene.names(), scene.stations.waits()), (vec!["A", "B"], true));
        scene.now.monotonic_micros += STANDS;
        scene.refresh();
        assert_eq!((scene.names(), scene.stations.waits()), (vec!["B", "A"], false));
        scene.stations.sort_next(&[Column::Errors]);
        assert_eq!(scene.stations.sorting(), (Column::Identity, false));
    }
}
