//! The actions of the three panes: moving, marking, narrowing, copying.

use super::{UpdateEffect, clipboard, compose, height_of, layout, palette, refresh_view, search};
use crate::trace::StationKey;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::layout::Pane;
use crate::tui::state::{FilterPurpose, Goal, MARGIN, PaneFilter, StationDetails, TraceMode, fit};

/// Does what an action says.
pub fn act(app: &mut App, action: Action, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let now = outside.now.monotonic_micros;
    match action {
        Action::CommandLine => app.command_line.open(),
        Action::SaveScenario => {
            app.command_line.open();
            app.command_line.input.set("scenario save ");
        }
        Action::Filter => search::open_filter(app),
        Action::Back => back(app, now),
        Action::NextPane => turn(app, 1),
        Action::PreviousPane => turn(app, Pane::ALL.len() - 1),
        Action::StationsPane => app.focus(Pane::Stations),
        Action::TracePane => app.focus(Pane::Trace),
        Action::MessagePane | Action::OpenMessage => app.focus(Pane::Message),
        Action::Up => move_by(app, -1),
        Action::Down => move_by(app, 1),
        Action::PageUp => move_by(app, -page(app)),
        Action::PageDown => move_by(app, page(app)),
        Action::Top => move_by(app, isize::MIN),
        Action::Bottom if app.focus == Pane::Trace => app.trace.follow(true),
        Action::Bottom => move_by(app, isize::MAX),
        Action::NextTab => app.message.turn(1),
        Action::PreviousTab => app.message.turn(-1),
        Action::Open => {
            app.message.open();
        }
        Action::Left => app.message.scroll_sideways(-8),
        Action::Right => app.message.scroll_sideways(8),
        Action::Zoom => app.zoomed = !app.zoomed,
        Action::Follow => app.trace.follow(!app.trace.following()),
        Action::Pause => app.trace.toggle_pause(),
        Action::Held => super::held_frames::open(app, outside),
        Action::Copy => return clipboard::copy(app, outside),
        Action::CopyAs => return clipboard::choose_form(app, outside),
        Action::Palette => palette::open_palette(app, outside),
        Action::Theme => palette::open_themes(app),
        Action::OtherBackground => return layout::other_background(app, now),
        Action::Wider | Action::Narrower | Action::Higher | Action::Lower | Action::ResetLayout => {
            return layout::resize(app, action);
        }
        Action::Mouse => return layout::toggle_mouse(app, now),
        Action::Mark => mark(app, app.stations.selected()),
        Action::MarkFromTrace => mark(app, app.station_of_line(outside.contents)),
        Action::UnmarkAll => app.marked.clear(),
        Action::MarkShown => mark_shown(app),
        Action::Page => app.page = app.stations.selected().map(StationDetails::new),
        Action::PageFromTrace => app.page = app.station_of_line(outside.contents).map(StationDetails::new),
        Action::Sort => {
            let (columns, _) = fit(usize::from(app.areas().stations.width).max(MARGIN), app.stations.widest());
            app.stations.sort_next(&columns);
        }
        Action::SortReverse => app.stations.sort_reverse(),
        Action::View => next_view(app, outside),
        Action::Pings => toggle_pings(app, now),
        Action::Find => search::open(app, FilterPurpose::Find),
        Action::Time => search::open(app, FilterPurpose::Time),
        Action::FindNext | Action::FindPrevious if app.trace.find().is_empty() => search::open(app, FilterPurpose::Find),
        Action::FindNext => return search::seek(app, Goal::Found, true, outside),
        Action::FindPrevious => return search::seek(app, Goal::Found, false, outside),
        Action::NextError => return search::seek(app, Goal::Error, true, outside),
        Action::PreviousError => return search::seek(app, Goal::Error, false, outside),
        Action::NextOfStation => return seek_station(app, true, outside),
        Action::PreviousOfStation => return seek_station(app, false, outside),
        Action::NextOfAction => return seek_action(app, true, outside),
        Action::PreviousOfAction => return seek_action(app, false, outside),
        Action::Bookmark => {
            app.trace.toggle_bookmark();
        }
        Action::NextBookmark => bookmark(app, true, now),
        Action::PreviousBookmark => bookmark(app, false, now),
        Action::NarrowTrace => narrow(app, outside),
        Action::NextPartner | Action::NextPartnerMessage => partner(app, outside, true),
        Action::PreviousPartner | Action::PreviousPartnerMessage => partner(app, outside, false),
        Action::Compose => compose::open_picker(app, app.stations.selected(), outside),
        Action::ComposeFromTrace | Action::ComposeFromMessage => {
            let station = app.station_of_line(outside.contents).or(app.stations.selected());
            compose::open_picker(app, station, outside);
        }
        Action::Resend | Action::ResendMessage => compose::resend(app, outside),
        _ => {}
    }
    // What was chosen is brought up to date at once: the next key may already depend on it.
    app.stations.refresh(outside.contents, &app.facts, outside.now);
    Vec::new()
}

/// One level back.
fn back(app: &mut App, now: u64) {
    if app.zoomed {
        app.zoomed = false;
    } else if app.focus == Pane::Stations && !app.stations.filter().is_empty() {
        app.stations.set_filter(PaneFilter::default());
    } else if app.focus == Pane::Trace && !app.trace.find().is_empty() {
        app.trace.set_find(PaneFilter::default());
    } else if !app.trace.filter().is_empty() {
        app.trace.set_filter(PaneFilter::default());
    } else if app.trace.view() == TraceMode::Ladder {
        app.trace.set_view(TraceMode::Events, None);
    } else if app.trace.only().is_some() {
        app.trace.show_only(None);
    } else if app.focus == Pane::Message {
        app.focus(Pane::Trace);
    } else {
        app.toasts.info("Nothing to step back from; q quits", now);
    }
}

fn turn(app: &mut App, by: usize) {
    let index = Pane::ALL.iter().position(|pane| *pane == app.focus).unwrap_or(0);
    app.focus(Pane::ALL[(index + by) % Pane::ALL.len()]);
}

fn page(app: &App) -> isize {
    height_of(app, app.focus).saturating_sub(1).max(1) as isize // a height of the screen
}

/// Moves in a pane by some lines.
pub fn move_in(app: &mut App, pane: Pane, lines: isize) {
    let height = height_of(app, pane);
    match pane {
        Pane::Stations => {
            app.stations.move_by(lines, height);
            keep_narrow(app);
        }
        Pane::Trace => app.trace.move_by(lines, height),
        Pane::Message => app.message.scroll(lines, height),
    }
}

/// Where the trace shows one station only, it is the selected one.
pub fn keep_narrow(app: &mut App) {
    if app.trace.only().is_some() {
        app.trace.show_only(app.stations.selected());
    }
}

fn move_by(app: &mut App, lines: isize) {
    move_in(app, app.focus, lines);
}

fn mark(app: &mut App, station: Option<StationKey>) {
    if let Some(station) = station
        && !app.marked.remove(&station)
    {
        app.marked.insert(station);
    }
}

fn narrow(app: &mut App, outside: &ReadContext<'_>) {
    let selected = app.stations.selected();
    app.trace.show_only(if app.trace.only().is_some() { None } else { selected });
    refresh_view(app, outside);
}

/// Marks all that are shown; when all of them are, unmarks them.
fn mark_shown(app: &mut App) {
    let shown = app.stations.shown();
    if shown.iter().all(|key| app.marked.contains(key)) {
        shown.iter().for_each(|key| {
            app.marked.remove(key);
        });
    } else {
        app.marked.extend(shown);
    }
}

fn next_view(app: &mut App, outside: &ReadContext<'_>) {
    let station = app.station_of_line(outside.contents).or(app.stations.selected());
    let next = match app.trace.view() {
        TraceMode::Events => TraceMode::Exchanges,
        TraceMode::Exchanges if station.is_some() => TraceMode::Ladder,
        TraceMode::Exchanges | TraceMode::Ladder => TraceMode::Events,
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

/// Goes to the other half of the exchange.
fn partner(app: &mut App, outside: &ReadContext<'_>, to_answer: bool) {
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
    } else if !app.trace.select(partner, height) {
        app.toasts.info("The other half is hidden by the filter", now);
    }
}
