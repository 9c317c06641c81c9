//! Changes of the state: a message in, effects out. Pure: the time and the trace are passed in, and what has to be done outside is
//! returned. There is a file for each context; `act` leads a key to it.

mod act;
mod action_picker;
mod back;
mod clipboard;
mod column_chooser;
mod command_line;
mod common;
mod compose;
mod configuration;
mod configuration_page;
mod confirm;
mod connection_page;
mod device_model_page;
mod drafts;
mod editor;
mod effect;
mod held_frames;
mod layout;
mod machine;
mod message;
mod mouse;
mod overview;
mod pager;
mod palette;
mod panes;
mod profiles_page;
mod prompt;
mod records;
mod replay_page;
mod results;
mod search;
mod send;
mod sources;
mod station_details;
mod stations;
mod targets;
mod text_input;
mod themes;
mod trace;
mod variable_value;
mod views;

pub use drafts::text_to_keep;
pub use effect::{CopyError, ScreenMessage, UpdateEffect};

use crossterm::event::KeyEventKind;

use super::app::App;
use super::backend::BackendReply;
use super::context::ReadContext;
use super::layout::Pane;
use super::state::Pager;
use crate::console::Completions;
use crate::sanitize::escape_control;
use crate::text_width::cut_to_width;
use crate::trace::{FrameVerdict, Record, RecordKind};
use common::{pager_width, refresh_view, show_selected};

/// How many records are checked for failures between two frames.
const NEWEST: u64 = 2_000;
/// The longest notification, in columns.
const ANNOUNCED: usize = 120;

/// Changes the state.
pub fn update(app: &mut App, message: ScreenMessage, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let now = outside.now.monotonic_micros;
    match message {
        ScreenMessage::Key(event) if event.kind == KeyEventKind::Release => Vec::new(),
        ScreenMessage::Key(event) => {
            app.toasts.seen(now);
            if let Some(batch) = &mut app.batch {
                batch.touched = true;
            }
            let selected = app.trace.selected();
            // What was changed by other means than keys is a step of its own.
            views::note(app);
            let mut effects = act::key(app, event, outside);
            views::note(app);
            if app.trace.selected() != selected {
                // Who has moved meanwhile is not taken back to what was sent.
                app.trace.stop_awaiting();
            }
            show_selected(app, outside);
            effects.extend(drafts::keep_open_one(app));
            effects
        }
        ScreenMessage::Paste(text) => {
            text_input::paste(app, &text, outside);
            drafts::keep_open_one(app).into_iter().collect()
        }
        ScreenMessage::Mouse(event) => {
            let effects = mouse::mouse(app, event, outside);
            show_selected(app, outside);
            effects
        }
        ScreenMessage::Resize(size) => {
            app.size = size;
            Vec::new()
        }
        ScreenMessage::Recorded => {
            common::take_facts(app, outside);
            Vec::new()
        }
        ScreenMessage::Refresh => {
            app.toasts.expire(now);
            app.toasts.set_clock(outside.now.wall_micros, now);
            report_news(app, outside);
            held_frames::close_empty(app, outside);
            let more = refresh_view(app, outside);
            show_selected(app, outside);
            let mut effects = search::seek_on(app, outside);
            if let Some(text) = app.alerts.due(now) {
                app.toasts.info(text.clone(), now);
                effects.push(UpdateEffect::Announce(text));
            }
            effects.extend(send::continue_batch(app, outside));
            effects.extend(app.trace.starting().into_iter().map(UpdateEffect::Search));
            let mut wanted = app.trace.wanted(outside.contents.records(), common::height_of(app, Pane::Trace));
            wanted.extend(app.message.awaited());
            if !wanted.is_empty() {
                effects.push(UpdateEffect::Load(wanted));
            }
            if more && !effects.contains(&UpdateEffect::Continue) {
                effects.push(UpdateEffect::Continue);
            }
            effects
        }
        ScreenMessage::Reply(reply) => self::reply(app, reply, outside),
        ScreenMessage::Proposed { line, cursor, completions, asked } => {
            propose(app, &line, cursor, completions, asked);
            Vec::new()
        }
        ScreenMessage::Submitted { what, receipt } => send::submitted(app, &what, &receipt, outside),
        ScreenMessage::Given(receipt) => {
            send::given(app, receipt);
            Vec::new()
        }
        ScreenMessage::Edited(edited) => {
            editor::edited_outside(app, edited, outside);
            drafts::keep_open_one(app).into_iter().collect()
        }
        ScreenMessage::Copied(copied) => {
            match copied {
                Ok(outcome) => match outcome.sentence() {
                    (text, true) => app.toasts.done(text, now),
                    (text, false) => app.toasts.info(text, now),
                },
                Err(error) => app.toasts.error(error.to_string(), now),
            }
            Vec::new()
        }
        ScreenMessage::ThemesChanged(changes) => {
            themes::changed(app, changes, now);
            Vec::new()
        }
        ScreenMessage::Panicked(text) => {
            app.toasts.error(text, now);
            Vec::new()
        }
    }
}

/// Shows failures of the program and toasts of plugins, and notices what passes the filters of notifications; all of it stays in the
/// trace. In a flood only the newest records are checked.
fn report_news(app: &mut App, outside: &ReadContext<'_>) {
    let records = outside.contents.records();
    let end = records.range().end;
    let filters = app.alerts.filters();
    let context = (!filters.is_empty()).then(|| app.filter_context(outside));
    for record in records.iter(app.next_unchecked.max(end.saturating_sub(NEWEST))..end) {
        match record.kind {
            RecordKind::Failure => app.toasts.error(record.text, outside.now.monotonic_micros),
            RecordKind::Toast => app.toasts.info(record.text, outside.now.monotonic_micros),
            RecordKind::Note => app.toasts.note(record.summary(), false, record.wall_micros),
            _ => {}
        }
        if let Some(context) = &context
            && filters.iter().any(|filter| filter.matches(&record, context))
        {
            app.alerts.add(|| words_of(&record, outside));
        }
    }
    app.next_unchecked = end;
}

/// A record in a few words, for a notification.
fn words_of(record: &Record<'_>, outside: &ReadContext<'_>) -> String {
    let station = record.station.and_then(|key| outside.contents.stations().get(key)).map(|row| &*row.identity);
    let what = record.action.map_or_else(|| record.summary(), Into::into);
    let kind = match record.kind {
        RecordKind::Frame(_, kind) if kind.is_error() => ": error",
        RecordKind::Frame(..) if record.verdict == FrameVerdict::Invalid => ": invalid",
        _ => "",
    };
    let words = format!("{}{}{what}{kind}", station.unwrap_or_default(), if station.is_some() { " " } else { "" });
    cut_to_width(&escape_control(&words), ANNOUNCED).into_owned()
}

fn reply(app: &mut App, reply: BackendReply, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let now = outside.now.monotonic_micros;
    match reply {
        BackendReply::Info(text) => app.toasts.done(text, now),
        BackendReply::Error(text) => {
            app.toasts.error(text, now);
            command_line::failed(app);
        }
        BackendReply::Screen(request) => {
            let effects = views::requested(app, request, outside);
            views::note(app);
            show_selected(app, outside);
            return effects;
        }
        BackendReply::Partly(text) => app.toasts.error(text, now),
        BackendReply::Called(calls) => send::called(app, calls, outside),
        BackendReply::Text { title, body } => app.overlays.open(Pager::text(title, &body, pager_width(app))),
        BackendReply::Proposed { line, cursor, completions, asked } => {
            propose(app, &line, cursor, completions, asked);
        }
        BackendReply::Quit => return vec![UpdateEffect::Quit],
    }
    Vec::new()
}

/// Shows proposals on the command line, if it is still open.
fn propose(app: &mut App, line: &str, cursor: usize, completions: Completions, asked: bool) {
    if app.overlays.has_command_line() {
        app.command_line.propose(line, cursor, completions, asked);
    }
}
