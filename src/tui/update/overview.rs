//! The actions of the pages that sum up the session.

use super::common::{open_command_line, open_help, refresh_overview, refresh_view};
use super::effect::UpdateEffect;
use super::{connection_page, palette, search, views};
use crate::console::reports::ReportKind;
use crate::tui::action::OverviewAction;
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::layout::Pane;
use crate::tui::pane::{overview_areas, report_context};
use crate::tui::state::{ConnectionPage, FilterPurpose, PaneFilter, ScreenOverlay, StationDetails, attempt_at, fitting};
use crate::tui::widget::InputLine;

/// Opens a page.
pub fn open(app: &mut App, kind: ReportKind, outside: &ReadContext<'_>) {
    app.overview.show(kind);
    app.overlays.open(ScreenOverlay::Overview);
    refresh_overview(app, outside);
}

/// How many rows are on the screen.
pub fn height(app: &App) -> usize {
    usize::from(overview_areas(app.areas().body).list.height).max(1)
}

/// Handles an action of the pages.
pub fn act(app: &mut App, action: OverviewAction, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let height = height(app);
    let page = height.saturating_sub(1).max(1) as isize; // a height of the screen
    match action {
        OverviewAction::Up => app.overview.rows_mut().move_by(-1, height),
        OverviewAction::Down => app.overview.rows_mut().move_by(1, height),
        OverviewAction::PageUp => app.overview.rows_mut().move_by(-page, height),
        OverviewAction::PageDown => app.overview.rows_mut().move_by(page, height),
        OverviewAction::Top => app.overview.rows_mut().go_to(0, height),
        OverviewAction::Bottom => app.overview.rows_mut().go_to(usize::MAX, height),
        OverviewAction::ShowFrames => show_frames(app, outside),
        OverviewAction::Sort => {
            let width = usize::from(app.size.width).saturating_sub(2);
            let columns: Vec<usize> =
                fitting(app.overview.report().columns(), width).into_iter().map(|(column, _)| column).collect();
            app.overview.rows_mut().sort_next(&columns);
        }
        OverviewAction::SortReverse => app.overview.rows_mut().sort_reverse(),
        OverviewAction::Filter => search::open(app, FilterPurpose::Report),
        OverviewAction::NextTab => app.overview.turn(1),
        OverviewAction::PreviousTab => app.overview.turn(-1),
        OverviewAction::Transactions => app.overview.show(ReportKind::Transactions),
        OverviewAction::Statistics if app.overview.kind() == ReportKind::Actions => app.overview.show(ReportKind::Stations),
        OverviewAction::Statistics => app.overview.show(ReportKind::Actions),
        OverviewAction::Faults => app.overview.show(ReportKind::Faults),
        OverviewAction::StationDetails => {
            let row = app.overview.rows().selected();
            let frames = row.and_then(|row| app.overview.report().frames(&report_context(app, outside), row));
            if let Some(station) = frames.and_then(|frames| frames.station) {
                app.overlays.open(StationDetails::new(station));
            }
        }
        OverviewAction::Connection => connection(app, outside),
        OverviewAction::Export => export(app),
        OverviewAction::CommandLine => open_command_line(app),
        OverviewAction::Palette => palette::open(app, outside),
        OverviewAction::StationsPane => leave(app, Pane::Stations),
        OverviewAction::TracePane => leave(app, Pane::Trace),
        OverviewAction::MessagePane => leave(app, Pane::Message),
        OverviewAction::Help => open_help(app),
        OverviewAction::Back if !app.overview.rows().filter().is_empty() => {
            app.overview.rows_mut().set_filter(PaneFilter::default());
        }
        OverviewAction::Back | OverviewAction::Close => {
            app.overlays.close_overview();
        }
    }
    refresh_overview(app, outside);
    Vec::new()
}

fn leave(app: &mut App, pane: Pane) {
    app.overlays.close_overview();
    app.focus(pane);
}

/// Closes the page and shows only the frames of the selected row in the trace.
fn show_frames(app: &mut App, outside: &ReadContext<'_>) {
    let row = app.overview.rows().selected();
    let frames = row.and_then(|row| app.overview.report().frames(&report_context(app, outside), row));
    let Some(frames) = frames else { return };
    match PaneFilter::parse(frames.filter.as_str()) {
        Ok(filter) => {
            leave(app, Pane::Trace);
            views::remember(app, &frames.filter);
            app.trace.show_only(frames.station);
            app.trace.set_filter(filter);
            refresh_view(app, outside);
        }
        Err(error) => app.toasts.error(error.to_string(), outside.now.monotonic_micros),
    }
}

/// Shows the attempt to connect that the selected row is about, else the last one of its station.
fn connection(app: &mut App, outside: &ReadContext<'_>) {
    let Some(row) = app.overview.rows().selected() else { return };
    let context = report_context(app, outside);
    let samples = app.overview.report().samples(&context, row);
    let station = app.overview.report().frames(&context, row).and_then(|frames| frames.station);
    let attempt = samples.into_iter().rev().find_map(|sample| attempt_at(&app.facts, sample, outside));
    if let Some(attempt) = attempt {
        app.overlays.open(ConnectionPage::new(attempt, None, false));
    } else if !station.is_some_and(|station| connection_page::open_of(app, station, outside)) {
        app.toasts.info("This row is about no attempt to connect", outside.now.monotonic_micros);
    }
}

/// Opens the command line with the command that writes the rows into a file.
fn export(app: &mut App) {
    let command = app.overview.kind().command();
    let filter = app.overview.rows().filter().text().trim();
    let blank = if filter.is_empty() { "" } else { " " };
    // Statistics are counted anew for a filter, which is not what a word in a cell means.
    let (blank, filter) = if command == "stats" { ("", "") } else { (blank, filter) };
    let line = format!("{command} --file {command}.md{blank}{filter}");
    open_command_line(app);
    app.command_line.input = InputLine::new(line);
}

/// Selects the row on a line of the list, or sorts by the column whose heading is there.
pub fn click(app: &mut App, column: u16, line: u16, outside: &ReadContext<'_>) {
    let areas = overview_areas(app.areas().body);
    let height = height(app);
    if line == areas.headings.y {
        let mut x = 1;
        let width = usize::from(app.size.width).saturating_sub(2);
        for (index, width) in fitting(app.overview.report().columns(), width) {
            if (x..=x + width).contains(&usize::from(column)) {
                app.overview.rows_mut().sort_by(index);
                break;
            }
            x += width + 1;
        }
    } else if line >= areas.list.y && line < areas.list.bottom() {
        let place = app.overview.rows().top(height) + usize::from(line - areas.list.y);
        if place < app.overview.rows().shown().len() {
            app.overview.rows_mut().go_to(place, height);
        }
    }
    refresh_overview(app, outside);
}
