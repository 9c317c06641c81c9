//! The actions of the trace pane: views, jumps, bookmarks, and calls from a line.

use super::common::{height_of, open_command_line, refresh_view};
use super::effect::UpdateEffect;
use super::{compose, held_frames, records, search, stations, views};
use crate::config::SavedPart;
use crate::tui::action::TraceAction;
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::layout::Pane;
use crate::tui::state::{FilterPurpose, Goal, TraceMode};

/// How many columns one key press scrolls sideways.
const COLUMNS: isize = 8;

/// Handles an action of the trace pane.
pub fn act(app: &mut App, action: TraceAction, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let now = outside.now.monotonic_micros;
    match action {
        TraceAction::OpenMessage => app.focus(Pane::Message),
        TraceAction::Resend => compose::resend(app, outside),
        TraceAction::Compose => compose_from_line(app, outside),
        TraceAction::Mark => stations::mark(app, app.station_of_line(outside.contents)),
        TraceAction::StationDetails => stations::open_details(app, app.station_of_line(outside.contents)),
        TraceAction::View => next_view(app, outside),
        TraceAction::Find => search::open(app, FilterPurpose::Find),
        TraceAction::FindNext | TraceAction::FindPrevious if app.trace.find().is_empty() => {
            search::open(app, FilterPurpose::Find);
        }
        TraceAction::FindNext => return search::seek(app, Goal::Found, true, outside),
        TraceAction::FindPrevious => return search::seek(app, Goal::Found, false, outside),
        TraceAction::NextError => return search::seek(app, Goal::Error, true, outside),
        TraceAction::PreviousError => return search::seek(app, Goal::Error, false, outside),
        TraceAction::NextOfStation => return seek_station(app, true, outside),
        TraceAction::PreviousOfStation => return seek_station(app, false, outside),
        TraceAction::NextOfAction => return seek_action(app, true, outside),
        TraceAction::PreviousOfAction => return seek_action(app, false, outside),
        TraceAction::OnlyThis => views::quick_filters(app, true, outside),
        TraceAction::NotThis => views::quick_filters(app, false, outside),
        TraceAction::HoldLike => held_frames::hold_like(app, outside),
        TraceAction::KeepAnswer => held_frames::keep_answer(app, outside),
        TraceAction::Time => search::open(app, FilterPurpose::Time),
        TraceAction::Bookmark => {
            app.trace.toggle_bookmark();
        }
        TraceAction::NextBookmark => bookmark(app, true, now),
        TraceAction::PreviousBookmark => bookmark(app, false, now),
        TraceAction::SaveScenario => {
            open_command_line(app);
            app.command_line.input.set("scenario save ");
        }
        TraceAction::ExportRecords => {
            open_command_line(app);
            app.command_line.input.set("export ");
        }
        TraceAction::Pings => toggle_pings(app, now),
        TraceAction::Json => show_json(app, now),
        TraceAction::TimeFormat => return next_time(app, now),
        TraceAction::Left => app.trace.look.scroll_sideways(-COLUMNS),
        TraceAction::Right => app.trace.look.scroll_sideways(COLUMNS),
        TraceAction::NextPartner => go_to_partner(app, outside, true),
        TraceAction::PreviousPartner => go_to_partner(app, outside, false),
        TraceAction::NextRecord => records::step(app, 1, now),
        TraceAction::PreviousRecord => records::step(app, -1, now),
        TraceAction::Compare => records::compare(app, false),
    }
    Vec::new()
}

/// Opens the list of actions for the station of the selected line.
pub fn compose_from_line(app: &mut App, outside: &ReadContext<'_>) {
    let station = app.station_of_line(outside.contents).or(app.stations.selected());
    compose::open_picker(app, station, outside);
}

/// Goes to the other half of the exchange.
pub fn go_to_partner(app: &mut App, outside: &ReadContext<'_>, to_answer: bool) {
    let now = outside.now.monotonic_micros;
    let record = app.trace.selected().and_then(|sequence| outside.contents.records().get(sequence));
    let partner = record.and_then(|record| record.partner.filter(|partner| (*partner > record.sequence) == to_answer));
    let Some(partner) = partner else {
        let text = if to_answer { "This line has no answer (yet)" } else { "This line answers no call" };
        app.toasts.info(text, now);
        return;
    };
    let height = height_of(app, Pane::Trace);
    if outside.contents.records().get(partner).is_none() {
        app.toasts.info("The other half was dropped to save memory", now);
    } else if to_answer && app.trace.view() == TraceMode::Exchanges {
        app.toasts.info("The answer is on the same line; v shows it on one of its own", now);
    } else if !app.trace.select(partner, height) {
        app.toasts.info("The other half is hidden by the filter", now);
    }
}

fn next_view(app: &mut App, outside: &ReadContext<'_>) {
    let station = app.station_of_line(outside.contents).or(app.stations.selected());
    let next = match app.trace.view() {
        TraceMode::Exchanges => TraceMode::Events,
        TraceMode::Events if station.is_some() => TraceMode::Ladder,
        TraceMode::Events | TraceMode::Ladder => TraceMode::Exchanges,
    };
    app.trace.set_view(next, station);
    let words = match next {
        TraceMode::Events => "One line an event",
        TraceMode::Exchanges => "One line an exchange",
        TraceMode::Ladder => "The ladder of one station",
    };
    app.toasts.info(words, outside.now.monotonic_micros);
    refresh_view(app, outside);
}

fn show_json(app: &mut App, now: u64) {
    app.trace.look.json = !app.trace.look.json;
    app.toasts.info(if app.trace.look.json { "Lines show JSON" } else { "Lines show what messages mean" }, now);
}

fn next_time(app: &mut App, now: u64) -> Vec<UpdateEffect> {
    let time = app.trace.look.time.next();
    app.trace.look.time = time;
    app.kept.screen.time = Some(time.name().to_owned());
    app.toasts.info(time.words(), now);
    vec![UpdateEffect::Keep(SavedPart::Screen)]
}

fn toggle_pings(app: &mut App, now: u64) {
    app.trace.toggle_pings();
    app.toasts.info(if app.trace.pings() { "Pings and pongs are shown" } else { "Pings and pongs are hidden" }, now);
}

fn seek_station(app: &mut App, forward: bool, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    match app.station_of_line(outside.contents) {
        Some(station) => search::seek(app, Goal::Station(station), forward, outside),
        None => Vec::new(),
    }
}

fn seek_action(app: &mut App, forward: bool, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let record = app.trace.selected().and_then(|sequence| outside.contents.records().get(sequence));
    let Some(action) = record.and_then(|record| record.action) else {
        app.toasts.info("This line has no action", outside.now.monotonic_micros);
        return Vec::new();
    };
    search::seek(app, Goal::Action(action.into()), forward, outside)
}

fn bookmark(app: &mut App, forward: bool, now: u64) {
    let height = height_of(app, Pane::Trace);
    if !app.trace.go_to_bookmark(forward, height) {
        app.toasts.info("There is no bookmark among these lines; b puts one", now);
    }
}
