//! The pages that sum up the session: a table in the upper part, and below it what is known of the selected row. There is a file for the lower
//! part of each table.

mod areas;
mod faults;
mod statistics;
mod transactions;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

pub use areas::overview_areas;

use super::{end_rule, sentences};
use crate::console::reports::{CellTone, ReportColumn, ReportContext, ReportKind};
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::layout::below;
use crate::tui::state::fitting;
use crate::tui::widget::{HEAVY_RULE, LineWriter, clear_below, format};

/// What a table is made of, as the screen has it.
pub fn report_context<'a>(app: &'a App, outside: &ReadContext<'a>) -> ReportContext<'a> {
    ReportContext {
        summaries: &app.facts,
        statistics: app.facts.statistics(),
        contents: outside.contents,
        zone: &app.zone,
        wall_micros: outside.now.wall_micros,
        monotonic_micros: outside.now.monotonic_micros,
    }
}

/// Draws the page. True when something on it changes with the time.
pub fn overview(app: &App, outside: &ReadContext<'_>, area: Rect, buffer: &mut Buffer) -> bool {
    let (styles, page) = (&app.theme.styles, &app.overview);
    let (report, rows, from) = (page.report(), page.rows(), report_context(app, outside));
    let areas = overview_areas(area);
    clear_below(buffer, area, styles.base);
    title(app, areas.title, buffer);
    if rows.shown().is_empty() {
        let lines = match rows.total() {
            0 => report.empty().iter().map(|line| ((*line).to_owned(), styles.base)).collect(),
            total => {
                let text = format!("None of {total} rows passes the filter {}. Esc clears it.", rows.filter().text());
                vec![(text, styles.base)]
            }
        };
        sentences(&lines, below(area, 1), buffer);
        return rows.waits();
    }
    let columns = fitting(report.columns(), usize::from(area.width).saturating_sub(2));
    headings(app, &columns, areas.headings, buffer);
    let (top, height) = (rows.top(usize::from(areas.list.height)), usize::from(areas.list.height));
    for (line, row) in rows.shown().iter().skip(top).take(height).enumerate() {
        let selected = rows.selected() == Some(*row);
        let style = |style: Style| if selected { styles.selection } else { styles.base.patch(style) };
        let mut writer = LineWriter::new(buffer, areas.list, line as u16); // less than the height
        writer.text(if selected { "▸" } else { " " }, style(styles.base));
        for (column, width) in &columns {
            let cell = report.cell(&from, *row, *column);
            let its_style = style(match cell.tone {
                CellTone::Plain => styles.base,
                CellTone::Muted => styles.muted,
                CellTone::Good => styles.good,
                CellTone::Warning => styles.warning,
                CellTone::Bad => styles.error,
            });
            if report.columns()[*column].right {
                writer.right(&cell.text, *width, its_style);
            } else {
                writer.field(&cell.text, *width, its_style);
            }
            writer.blanks(1, style(styles.base));
        }
        writer.fill(' ', style(styles.base));
    }
    let Some(row) = rows.selected().filter(|_| areas.rule.height > 0) else { return true };
    match page.kind() {
        ReportKind::Transactions => transactions::details(app, &from, row, areas, buffer),
        ReportKind::Actions => {
            if let Some(action) = from.statistics.actions().get(row as usize) {
                statistics::details(app, report, &from, (&action.action, &action.calls), areas, buffer);
            }
        }
        ReportKind::Stations => {
            if let Some(station) = from.statistics.stations().get(row as usize) {
                let name = report.cell(&from, row, 0).text;
                statistics::details(app, report, &from, (&name, &station.calls), areas, buffer);
            }
        }
        ReportKind::Faults => {
            if let Some(group) = from.summaries.faults().groups().get(row as usize) {
                faults::details(app, &from, group, areas, buffer);
            }
        }
    }
    true
}

/// The rule at the top: the names of all pages, the filter, and how many rows there are.
fn title(app: &App, area: Rect, buffer: &mut Buffer) {
    let (styles, page) = (&app.theme.styles, &app.overview);
    let mut writer = LineWriter::new(buffer, area, 0);
    writer.text("━", styles.rule_focused);
    for kind in ReportKind::ALL {
        let name = kind.report().title();
        let (text, style) =
            if kind == page.kind() { (format!("[{name}]"), styles.rule_focused) } else { (name.to_owned(), styles.muted) };
        writer.text(" ", styles.rule_focused).text(&text, style);
    }
    writer.text(" ", styles.rule_focused);
    let rows = page.rows();
    if !rows.filter().is_empty() {
        writer
            .text("━ ", styles.rule_focused)
            .text(&format!("/{}", rows.filter().text()), styles.key)
            .text(" ", styles.rule_focused);
    }
    let (shown, total) = (rows.shown().len(), rows.total());
    let counts = if shown == total { format::number(total as u64) } else { format!("{shown} of {total}") };
    end_rule(&counts, (HEAVY_RULE, styles.rule_focused), styles, writer);
}

fn headings(app: &App, columns: &[(usize, usize)], area: Rect, buffer: &mut Buffer) {
    let (styles, page) = (&app.theme.styles, &app.overview);
    let (sorted, reverse) = page.rows().sorting();
    let mut writer = LineWriter::new(buffer, area, 0);
    for (column, width) in columns {
        let is_sorted = sorted == Some(*column);
        let style = if is_sorted { styles.title } else { styles.muted };
        // The sign is in the blank before the column.
        writer.text(
            if !is_sorted {
                " "
            } else if reverse {
                "▴"
            } else {
                "▾"
            },
            style,
        );
        let Some(ReportColumn { heading, right, .. }) = page.report().columns().get(*column) else { continue };
        if *right {
            writer.right(heading, *width, style);
        } else {
            writer.field(heading, *width, style);
        }
    }
}
