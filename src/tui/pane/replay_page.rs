//! The page with the steps of a replay: a line each, with what became of it; below them the differences of the selected one.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{draw_page, sentences};
use crate::replay::{OutcomeRow, ReplayRun, StationReplay};
use crate::sanitize::escape_control;
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::state::{ReplayPage, replay_row, replay_rows};
use crate::tui::widget::LineWriter;

/// The width of the identities.
const STATIONS: usize = 14;
/// The width of the names of the steps.
const NAMES: usize = 34;
/// The lines below the list, for the differences.
const DETAIL: u16 = 10;

/// Draws the page.
pub fn replay_page(app: &App, page: &ReplayPage, outside: &ReadContext<'_>, area: Rect, buffer: &mut Buffer) {
    let styles = &app.theme.styles;
    let Some(run) = outside.replay else {
        draw_page(app, "Replay", &[], "", area, buffer);
        return;
    };
    let stations = run.stations();
    let (rows, selected) = (replay_rows(&stations), page.selected(&stations));
    let remarks = remarks(app, run, &stations);
    let body = draw_page(app, "Replay", &remarks, &format!("{}/{rows}", (selected + 1).min(rows)), area, buffer);
    let detail = DETAIL.min(body.height / 2);
    let height = usize::from(body.height - detail);
    let top = selected.saturating_sub(height / 2).min(rows.saturating_sub(height));
    for line in 0..height.min(rows.saturating_sub(top)) {
        let Some((station, row)) = replay_row(&stations, top + line) else { break };
        let is_selected = top + line == selected;
        let base = if is_selected { styles.selection } else { styles.base };
        let (sign, tone) = sign(app, &row, station, is_selected);
        let mut writer = LineWriter::new(buffer, body, line as u16); // less than the height
        writer.text(if is_selected { "▸" } else { " " }, base).text(sign, tone).text(" ", base);
        writer.field(&format!("{}", top + line + 1), 5, base).text(" ", base);
        writer.field(&escape_control(&station.identity), STATIONS, base);
        writer.text(if row.ours { " → " } else { " ← " }, base);
        writer.field(&escape_control(&row.name), NAMES, base).text(" ", base);
        let first = row.differences.as_ref().and_then(|differences| differences.first());
        let more = row.differences.as_ref().map_or(0, |differences| differences.len().saturating_sub(1));
        if let Some(first) = first {
            let more = if more > 0 { format!(" (+{more})") } else { String::new() };
            writer.text(&format!("{}{more}", escape_control(&first.sentence())), tone);
        }
        writer.fill(' ', base);
    }
    let below = Rect { y: body.y + body.height - detail, height: detail, ..body };
    if let Some((station, row)) = replay_row(&stations, selected) {
        sentences(&about(app, station, &row, selected), below, buffer);
    }
}

/// What stands beside the title.
fn remarks(app: &App, run: &ReplayRun, stations: &[StationReplay]) -> Vec<(String, Style)> {
    let styles = &app.theme.styles;
    let (mut ended, mut different, mut all) = (0, 0, 0);
    for station in stations {
        let (of_station, wrong) = station.counts();
        (ended, different, all) = (ended + of_station, different + wrong, all + station.steps().len());
    }
    let mut remarks = vec![(format!("{ended} of {all} steps"), styles.key)];
    if different > 0 {
        remarks.push((format!("{different} different"), styles.error));
    }
    let waiting = stations.iter().find_map(|station| Some((station, station.waits_for_user()?)));
    match waiting {
        Some((station, step)) => {
            let name = station.steps().get(step).map_or("", |played| played.name());
            remarks.push((format!("Space sends {}", escape_control(name)), styles.warning));
        }
        None if run.is_over() && different == 0 && ended == all => remarks.push(("as in the record".to_owned(), styles.good)),
        None if run.is_over() => remarks.push(("over".to_owned(), styles.muted)),
        None => {}
    }
    remarks
}

/// The sign before a row.
fn sign(app: &App, row: &OutcomeRow, station: &StationReplay, is_selected: bool) -> (&'static str, Style) {
    let styles = &app.theme.styles;
    let (sign, style) = match &row.differences {
        Some(differences) if differences.is_empty() => ("✓", styles.good),
        Some(_) => ("✗", styles.error),
        None if station.problem().is_some() => ("·", styles.error),
        None => ("·", styles.muted),
    };
    (sign, if is_selected { styles.selection } else { style })
}

/// What is known of the selected row.
fn about(app: &App, station: &StationReplay, row: &OutcomeRow, number: usize) -> Vec<(String, Style)> {
    let styles = &app.theme.styles;
    let what = match (row.ours, row.recorded) {
        (true, _) => "is ours",
        (false, Some(_)) => "is the peer's",
        (false, None) => "is the peer's and not in the record",
    };
    let state = match &row.differences {
        None => "has not been reached",
        Some(differences) if differences.is_empty() => "went as in the record",
        Some(_) => "went otherwise",
    };
    let mut lines = vec![(format!("Step {} {what}: {} {state}.", number + 1, escape_control(&row.name)), styles.title)];
    for difference in row.differences.iter().flatten() {
        lines.push((escape_control(&difference.sentence()).into_owned(), styles.error));
    }
    if let Some(problem) = station.problem() {
        lines.push((escape_control(problem).into_owned(), styles.error));
    }
    if let Some(failure) = station.link_failure() {
        let text = format!("It has no link yet, and tries again: {}", escape_control(failure));
        lines.push((text, styles.warning));
    }
    if row.live.is_some() {
        lines.push(("Enter shows the message in the trace.".to_owned(), styles.muted));
    }
    lines
}
