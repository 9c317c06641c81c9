//! The actions of the page about an attempt to connect: opening it from a record, a station or the faults, going from attempt to attempt.

use super::common::{neighbour, open_help, open_list};
use super::effect::UpdateEffect;
use super::{palette, results};
use crate::trace::{Sequence, StationKey, attempt_outcome};
use crate::tui::action::ConnectionPageAction;
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::layout::Pane;
use crate::tui::pane::connection_lines;
use crate::tui::state::{ChoiceAction, ConnectionPage, Palette, PaletteChoice, StationDetails, attempt_at, attempts};
use crate::tui::widget::format;

/// Opens the page: of the selected line of the trace when it is about an attempt, else of the selected station, else of the attempt that
/// was refused last.
pub fn open(app: &mut App, outside: &ReadContext<'_>) {
    let in_trace = app.focus != Pane::Stations;
    let line = app.trace.selected().filter(|_| in_trace).and_then(|line| attempt_at(&app.facts, line, outside));
    let newest = app.facts.refused().last().map(|refused| refused.sequence);
    if let Some(line) = line {
        app.overlays.open(ConnectionPage::new(line, None, false));
        return;
    }
    let selected = app.run_context(outside.contents).selected;
    if selected.is_some_and(|station| open_of(app, station, outside)) {
        return;
    }
    match newest {
        Some(newest) => app.overlays.open(ConnectionPage::new(newest, None, true)),
        None => app.toasts.info("No attempt to connect was seen yet", outside.now.monotonic_micros),
    }
}

/// Opens the page of a station's newest attempt. False when there was none.
pub fn open_of(app: &mut App, station: StationKey, outside: &ReadContext<'_>) -> bool {
    let row = outside.contents.stations().get(station);
    let newest = row.and_then(|row| app.facts.attempts_of(row).last().copied());
    if let Some(newest) = newest {
        app.overlays.open(ConnectionPage::new(newest, Some(station), true));
    }
    newest.is_some()
}

/// Handles an action of the page.
pub fn act(app: &mut App, action: ConnectionPageAction, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let height = app.areas().page_lines() as isize; // a height of the screen
    match action {
        ConnectionPageAction::Up => scroll(app, -1, outside),
        ConnectionPageAction::Down => scroll(app, 1, outside),
        ConnectionPageAction::PageUp => scroll(app, -height, outside),
        ConnectionPageAction::PageDown => scroll(app, height, outside),
        ConnectionPageAction::Top => scroll(app, isize::MIN, outside),
        ConnectionPageAction::Bottom => scroll(app, isize::MAX, outside),
        ConnectionPageAction::OlderAttempt => turn(app, -1, outside),
        ConnectionPageAction::NewerAttempt => turn(app, 1, outside),
        ConnectionPageAction::ListAttempts => list(app, outside),
        ConnectionPageAction::NextStation => other_station(app, 1, outside),
        ConnectionPageAction::PreviousStation => other_station(app, -1, outside),
        ConnectionPageAction::ShowRecord => show_record(app, outside),
        ConnectionPageAction::Palette => palette::open(app, outside),
        ConnectionPageAction::Help => open_help(app),
        ConnectionPageAction::Close => {
            app.overlays.close::<ConnectionPage>();
        }
    }
    Vec::new()
}

fn scroll(app: &mut App, lines: isize, outside: &ReadContext<'_>) {
    let height = app.areas().page_lines();
    let Some(page) = app.overlays.get::<ConnectionPage>().copied() else { return };
    let count = connection_lines(app, &page, outside).len();
    if let Some(page) = app.overlays.get_mut::<ConnectionPage>() {
        page.scroll(lines, count, height);
    }
}

/// Shows another attempt of the same station or address.
fn turn(app: &mut App, by: isize, outside: &ReadContext<'_>) {
    let Some(page) = app.overlays.get::<ConnectionPage>().copied() else { return };
    let sequence = page.shown(&app.facts, outside);
    let all = attempts(&app.facts, sequence, page.station, outside);
    let place = all.iter().position(|other| *other == sequence).unwrap_or(0);
    let to = place.saturating_add_signed(by).min(all.len().saturating_sub(1));
    let text = if by < 0 { "There is no older attempt" } else { "There is no newer attempt" };
    match all.get(to) {
        Some(found) if *found != sequence => {
            let follows = to + 1 == all.len() && page.follows;
            app.overlays.open(ConnectionPage::new(*found, page.station, follows));
        }
        _ => app.toasts.info(text, outside.now.monotonic_micros),
    }
}

/// Shows the page of a neighbour in the table.
fn other_station(app: &mut App, by: isize, outside: &ReadContext<'_>) {
    let Some(page) = app.overlays.get::<ConnectionPage>().copied() else { return };
    let record = outside.contents.records().get(page.shown(&app.facts, outside));
    let station = page.station.or_else(|| record.and_then(|record| record.station));
    let Some(neighbour) = station.and_then(|station| neighbour(app, station, by)) else { return };
    if !open_of(app, neighbour, outside) {
        app.toasts.info("No attempt to connect of the next station was seen", outside.now.monotonic_micros);
    }
}

/// Lets the user choose from the attempts that were refused, and from those of the page.
fn list(app: &mut App, outside: &ReadContext<'_>) {
    let Some(page) = app.overlays.get::<ConnectionPage>().copied() else { return };
    let own = attempts(&app.facts, page.shown(&app.facts, outside), page.station, outside);
    let refused = app.facts.refused().map(|refused| refused.sequence);
    let mut all: Vec<Sequence> = own.into_iter().chain(refused).collect();
    all.sort_unstable();
    all.dedup();
    let choice = |sequence: &Sequence| {
        let record = outside.contents.records().get(*sequence)?;
        let (outcome, _) = attempt_outcome(&record);
        let station = record.station.and_then(|key| outside.contents.stations().get(key)).map(|row| row.identity.to_string());
        let who = station.or_else(|| app.facts.refused_identity(*sequence)).unwrap_or_else(|| "an unknown client".to_owned());
        Some(PaletteChoice {
            kind: "attempt",
            name: format!("{} {who}", &format::time_of_day(record.wall_micros, &app.zone)[..8]),
            detail: outcome,
            keys: String::new(),
            obstacle: None,
            does: ChoiceAction::Attempt(*sequence),
        })
    };
    let choices: Vec<PaletteChoice> = all.iter().rev().filter_map(choice).collect();
    open_list(app, Palette::new("attempts to connect, the newest first", choices, Vec::new()));
}

/// Closes the page and selects the record of the attempt in the trace.
fn show_record(app: &mut App, outside: &ReadContext<'_>) {
    let Some(page) = app.overlays.get::<ConnectionPage>().copied() else { return };
    let sequence = page.shown(&app.facts, outside);
    app.overlays.close::<ConnectionPage>();
    app.overlays.close::<StationDetails>();
    app.overlays.close_overview();
    results::show_record(app, sequence, outside);
}
