//! The state of the pages that sum up the session: which page is shown, and of each its filter, its order and its selected row. Nothing is
//! sorted for a frame: rows are found again once a second while there is traffic. What is in a table is in `console::reports`.

use crate::console::reports::{ReportColumn, ReportContext, ReportKind, ReportTable, passes};
use crate::trace::filter::FilterContext;
use crate::tui::state::PaneFilter;
use crate::tui::widget::Viewport;

/// How long rows stay where they are, in microseconds. Rows that move more often cannot be read.
const STANDS: u64 = 1_000_000;

/// The pages.
#[derive(Debug)]
pub struct OverviewPages {
    kind: ReportKind,
    tables: Vec<ReportRows>,
}

impl Default for OverviewPages {
    fn default() -> OverviewPages {
        let tables = ReportKind::ALL.iter().map(|_| ReportRows::default()).collect();
        OverviewPages { kind: ReportKind::Transactions, tables }
    }
}

/// The rows of a page.
#[derive(Debug, Default)]
pub struct ReportRows {
    /// Those that pass the filter, in the order of the screen.
    rows: Vec<u64>,
    total: usize,
    filter: PaneFilter,
    /// The column of the order; `None` is the order of the table itself.
    sorted: Option<usize>,
    reverse: bool,
    selected: Option<u64>,
    position: usize,
    viewport: Viewport,
    /// Whether the rows are those of these settings.
    fresh: bool,
    waits: bool,
    made_micros: u64,
    made_at: u64,
}

impl OverviewPages {
    /// Which table is shown.
    pub fn kind(&self) -> ReportKind {
        self.kind
    }

    /// The table.
    pub fn report(&self) -> &'static dyn ReportTable {
        self.kind.report()
    }

    /// The rows of the table that is shown.
    pub fn rows(&self) -> &ReportRows {
        &self.tables[self.kind as usize] // there is one for each kind
    }

    /// The same, to change it.
    pub fn rows_mut(&mut self) -> &mut ReportRows {
        &mut self.tables[self.kind as usize] // there is one for each kind
    }

    /// Shows another table.
    pub fn show(&mut self, kind: ReportKind) {
        self.kind = kind;
        self.rows_mut().fresh = false;
    }

    /// Shows the table that comes so many further, behind the last one the first.
    pub fn turn(&mut self, by: isize) {
        let count = ReportKind::ALL.len() as isize;
        self.show(ReportKind::ALL[(self.kind as isize + by).rem_euclid(count) as usize]); // within the tables
    }

    /// Brings the rows up to date. Rows about stations that the base filter hides are left out.
    pub fn refresh(&mut self, from: &ReportContext<'_>, base: &PaneFilter, context: &FilterContext<'_>) {
        let report = self.report();
        self.rows_mut().refresh(report, from, base, context);
    }
}

impl ReportRows {
    /// The rows that are shown.
    pub fn shown(&self) -> &[u64] {
        &self.rows
    }

    /// How many there are without the filter.
    pub fn total(&self) -> usize {
        self.total
    }

    /// The filter.
    pub fn filter(&self) -> &PaneFilter {
        &self.filter
    }

    /// The column of the order, and whether it is reversed.
    pub fn sorting(&self) -> (Option<usize>, bool) {
        (self.sorted, self.reverse)
    }

    /// The selected row.
    pub fn selected(&self) -> Option<u64> {
        self.selected
    }

    /// Its place among those that are shown.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Whether the rows will change soon, also without more traffic.
    pub fn waits(&self) -> bool {
        self.waits
    }

    /// The first row on the screen.
    pub fn top(&self, height: usize) -> usize {
        self.viewport.top(self.position, self.rows.len(), height)
    }

    /// Sets the filter.
    pub fn set_filter(&mut self, filter: PaneFilter) {
        self.fresh &= self.filter == filter;
        self.filter = filter;
    }

    /// Sorts by the next of these columns, and after the last one in the order of the table again.
    pub fn sort_next(&mut self, columns: &[usize]) {
        self.sorted = match self.sorted.and_then(|sorted| columns.iter().position(|column| *column == sorted)) {
            Some(place) => columns.get(place + 1).copied(),
            None => columns.first().copied(),
        };
        (self.reverse, self.fresh) = (false, false);
    }

    /// Sorts by a column; the same once more turns the order round.
    pub fn sort_by(&mut self, column: usize) {
        (self.reverse, self.sorted, self.fresh) = (self.sorted == Some(column) && !self.reverse, Some(column), false);
    }

    /// Turns the order round.
    pub fn sort_reverse(&mut self) {
        (self.reverse, self.fresh) = (!self.reverse, false);
    }

    fn refresh(&mut self, report: &dyn ReportTable, from: &ReportContext<'_>, base: &PaneFilter, context: &FilterContext<'_>) {
        let (end, now) = (from.contents.records().range().end, from.monotonic_micros);
        let happened = end != self.made_at;
        let due = now.saturating_sub(self.made_micros) >= STANDS;
        if self.fresh && !(happened && due) {
            self.waits = happened;
            return;
        }
        let mut rows = report.rows(from);
        if !base.is_empty() {
            let station = |row: u64| report.frames(from, row).and_then(|frames| from.contents.stations().get(frames.station?));
            rows.retain(|row| station(*row).is_none_or(|station| base.parsed().matches_station(station)));
        }
        self.total = rows.len();
        rows.retain(|row| passes(report, from, *row, self.filter.text(), self.filter.parsed(), context));
        if let Some(column) = self.sorted {
            let mut ranked: Vec<_> = rows.into_iter().map(|row| (report.rank(from, row, column), row)).collect();
            ranked.sort_by(|(a, _), (b, _)| a.order(b));
            rows = ranked.into_iter().map(|(_, row)| row).collect();
        }
        if self.reverse {
            rows.reverse();
        }
        self.rows = rows;
        let found = self.rows.iter().position(|row| Some(*row) == self.selected);
        self.position = found.unwrap_or(self.position).min(self.rows.len().saturating_sub(1));
        self.selected = self.rows.get(self.position).copied();
        (self.fresh, self.waits, self.made_micros, self.made_at) = (true, false, now, end);
    }

    /// Moves the selection by some rows.
    pub fn move_by(&mut self, rows: isize, height: usize) {
        self.go_to(self.position.saturating_add_signed(rows), height);
    }

    /// Selects the row at a place, or the last one.
    pub fn go_to(&mut self, place: usize, height: usize) {
        let Some(last) = self.rows.len().checked_sub(1) else { return };
        let place = place.min(last);
        self.viewport.moved(self.position, place, self.rows.len(), height);
        self.position = place;
        self.selected = Some(self.rows[place]); // at most the last one
    }
}

/// The columns that fit into a width, with their widths; the rest goes to the last one.
pub fn fitting(columns: &[ReportColumn], width: usize) -> Vec<(usize, usize)> {
    let mut wanted: Vec<usize> = (0..columns.len()).collect();
    wanted.sort_by_key(|column| columns[*column].importance);
    let mut room = width;
    let mut taken: Vec<usize> = Vec::new();
    for column in wanted {
        let needed = columns[column].width + 1;
        if needed <= room || taken.is_empty() {
            room = room.saturating_sub(needed);
            taken.push(column);
        }
    }
    taken.sort_unstable();
    let last = taken.len() - 1; // there is a first one
    let widths = taken.iter().enumerate().map(|(place, column)| {
        let own = columns[*column].width.min(width);
        // What names the row gets half of what is left, the last column the other half.
        let more = if last == 0 || place == last {
            room - room / 2
        } else if place == 0 {
            room / 2
        } else {
            0
        };
        (*column, own + more)
    });
    widths.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_important_columns_fit_and_keep_their_order() {
        let columns = ReportKind::Transactions.report().columns();
        for width in 0..250 {
            let fitting = fitting(columns, width);
            let used: usize = fitting.iter().map(|(_, width)| width + 1).sum();
            assert!(used <= width.max(1) + 1, "{width}: {fitting:?}");
            assert!(fitting.is_sorted_by_key(|(column, _)| *column));
        }
        let names = |width| fitting(columns, width).iter().map(|(column, _)| columns[*column].heading).collect::<Vec<_>>();
        assert_eq!(names(78), ["station", "#", "tx", "tag", "lasts", "energy", "power", "odd"]);
        assert_eq!(names(120).len(), columns.len());
    }

    #[test]
    fn sorting_goes_through_the_columns_and_back() {
        let mut rows = ReportRows::default();
        let mut seen = Vec::new();
        for _ in 0..4 {
            rows.sort_next(&[2, 5]);
            seen.push(rows.sorting().0);
        }
        assert_eq!(seen, [Some(2), Some(5), None, Some(2)]);
        rows.sort_by(2);
        assert_eq!(rows.sorting(), (Some(2), true));
    }
}
