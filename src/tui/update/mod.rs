//! What happens to the state when a key is pressed or something is heard from below. Pure: the time and the trace are passed in, what
//! has to be done outside comes back as effects. Keys are given their meaning by `action`, not here.

mod calls;
mod lines;
mod mouse;
mod panes;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, MouseEvent};
use ratatui::layout::Size;

use super::action::{Action, Context, action_of};
use super::app::{App, OnYes, Outside, Pane, Question};
use super::key::Key;
use super::session::Reply;
use super::state::{Reading, WIDEST};
use crate::console::{Completions, RunContext};
use crate::hub::{Order, Receipt};
use crate::trace::RecordKind;

/// How many records are looked at for failures between two frames.
const NEWEST: u64 = 2_000;

/// What the screen hears.
#[derive(Debug)]
pub enum Message {
    /// A key.
    Key(KeyEvent),
    /// Pasted text.
    Paste(String),
    /// The mouse.
    Mouse(MouseEvent),
    /// The terminal has another size.
    Resize(Size),
    /// There is something new in the trace, or time has passed.
    Refresh,
    /// A command said something.
    Reply(Reply),
    /// Proposals for the command line as it was.
    Proposed {
        /// The line that they are for.
        line: String,
        /// The cursor that they are for.
        cursor: usize,
        /// The proposals.
        completions: Completions,
        /// Whether the person asked for them.
        asked: bool,
    },
    /// What became of the order from the editor.
    Submitted {
        /// What was sent: the action, or a word for a whole frame.
        what: String,
        /// How the links took it.
        receipt: Receipt,
    },
    /// A part of the program failed and was caught.
    Panicked(String),
}

/// What has to be done outside.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Run a command.
    Run {
        /// The command.
        line: String,
        /// What it may refer to.
        context: RunContext,
    },
    /// Ask for proposals for the command line.
    Complete {
        /// The line.
        line: String,
        /// The cursor.
        cursor: usize,
        /// What it may refer to.
        context: RunContext,
        /// Whether the person asked for them.
        asked: bool,
    },
    /// Hand an order to the links, and say what became of it.
    Submit {
        /// The order.
        order: Order,
        /// What it is, for the toast.
        what: String,
    },
    /// Put text into the clipboard.
    Copy(String),
    /// Come back soon: the filter has more records to look at.
    Continue,
    /// Stop until the shell continues us.
    Suspend,
    /// End.
    Quit,
}

/// Changes the state.
pub fn update(app: &mut App, message: Message, outside: &Outside<'_>) -> Vec<Effect> {
    let now = outside.now.monotonic_micros;
    match message {
        Message::Key(event) if event.kind == KeyEventKind::Release => Vec::new(),
        Message::Key(event) => {
            let effects = key(app, event, outside);
            show_selected(app, outside);
            effects
        }
        Message::Paste(text) => {
            lines::paste(app, &text, outside);
            Vec::new()
        }
        Message::Mouse(event) => {
            mouse::mouse(app, event, outside);
            show_selected(app, outside);
            Vec::new()
        }
        Message::Resize(size) => {
            app.size = size;
            Vec::new()
        }
        Message::Refresh => {
            app.toasts.expire(now);
            tell_failures(app, outside);
            app.stations.refresh(outside.contents.stations());
            let height = height_of(app, Pane::Trace);
            let more = app.trace.refresh(outside.contents, height);
            show_selected(app, outside);
            if more { vec![Effect::Continue] } else { Vec::new() }
        }
        Message::Reply(reply) => self::reply(app, reply, now),
        Message::Proposed { line, cursor, completions, asked } => {
            app.command_line.propose(&line, cursor, completions, asked);
            Vec::new()
        }
        Message::Submitted { what, receipt } => {
            calls::submitted(app, &what, &receipt, outside);
            Vec::new()
        }
        Message::Panicked(text) => {
            app.toasts.error(text, now);
            Vec::new()
        }
    }
}

/// Failures of ours are told at once; they also stay in the trace. In a flood only the newest records are looked at.
fn tell_failures(app: &mut App, outside: &Outside<'_>) {
    let records = outside.contents.records();
    let end = records.range().end;
    for record in records.iter(app.heard.max(end.saturating_sub(NEWEST))..end) {
        if record.kind == RecordKind::Failure {
            app.toasts.error(record.text, outside.now.monotonic_micros);
        }
    }
    app.heard = end;
}

/// Shows the selected record in the message pane.
fn show_selected(app: &mut App, outside: &Outside<'_>) {
    let width = usize::from(app.areas().list(Pane::Message).width);
    app.message.refresh(app.trace.selected(), width, outside.contents, outside.catalog);
}

fn reply(app: &mut App, reply: Reply, now: u64) -> Vec<Effect> {
    match reply {
        Reply::Info(text) => app.toasts.info(text, now),
        Reply::Error(text) => {
            app.toasts.error(text, now);
            app.command_line.put_back();
        }
        Reply::Text { title, body } => app.reading = Some(Reading::text(title, &body, reading_width(app))),
        Reply::Quit => return vec![Effect::Quit],
    }
    Vec::new()
}

/// A key: an action of the context, or text for what is being typed.
fn key(app: &mut App, event: KeyEvent, outside: &Outside<'_>) -> Vec<Effect> {
    let context = app.context();
    let action = action_of(context, Key::of(&event));
    if action != Some(Action::Interrupt) {
        app.interrupted = false;
    }
    if event.code == KeyCode::Esc {
        app.toasts.dismiss();
    }
    match action {
        Some(action) => act(app, action, outside),
        None => lines::typed(app, context, event, outside),
    }
}

/// Does what an action says.
fn act(app: &mut App, action: Action, outside: &Outside<'_>) -> Vec<Effect> {
    let now = outside.now.monotonic_micros;
    match action {
        Action::Interrupt if app.interrupted => return vec![Effect::Quit],
        Action::Interrupt => {
            app.interrupted = true;
            app.toasts.info("Ctrl-C again quits at once", now);
        }
        Action::Suspend => return vec![Effect::Suspend],
        Action::Quit => return quit(app, outside),
        Action::Confirm => return confirm(app, outside),
        Action::Decline => app.question = None,
        // What it says comes back as a text to read over the panes.
        Action::Plugins => return vec![Effect::Run { line: "plugins --long".to_owned(), context: RunContext::default() }],
        Action::Theme => {
            let theme = app.theme.next();
            app.toasts.info(format!("Theme: {}", theme.name), now);
            app.theme = if app.colours { theme } else { theme.without_colours() };
        }
        Action::Help | Action::EditorHelp | Action::CommandHelp => {
            app.reading = Some(Reading::help(app.context(), reading_width(app)))
        }
        Action::ScrollUp => scroll_reading(app, -1),
        Action::ScrollDown => scroll_reading(app, 1),
        Action::ScrollPageUp => scroll_reading(app, -page(app)),
        Action::ScrollPageDown => scroll_reading(app, page(app)),
        Action::CloseReading => app.reading = None,
        _ => {
            let context = app.context();
            return match context {
                Context::CommandLine | Context::FilterLine => lines::act(app, action, outside),
                Context::Picker | Context::Editor => calls::act(app, action, outside),
                _ => panes::act(app, action, outside),
            };
        }
    }
    Vec::new()
}

fn page(app: &App) -> isize {
    isize::from(app.size.height as i16).saturating_sub(6).max(1)
}

/// The width inside the box of a text.
fn reading_width(app: &App) -> usize {
    usize::from(app.size.width.min(WIDEST).saturating_sub(2))
}

fn scroll_reading(app: &mut App, lines: isize) {
    let height = page(app).unsigned_abs();
    if let Some(reading) = &mut app.reading {
        reading.scroll(lines, height);
    }
}

fn quit(app: &mut App, outside: &Outside<'_>) -> Vec<Effect> {
    let waiting: u64 = outside.contents.stations().rows().iter().map(|row| u64::from(row.in_flight + row.queued)).sum();
    if waiting == 0 {
        return vec![Effect::Quit];
    }
    let calls = if waiting == 1 { "1 call waits".to_owned() } else { format!("{waiting} calls wait") };
    app.question = Some(Question { text: format!("{calls} for an answer. Quit all the same?"), on_yes: OnYes::Quit });
    Vec::new()
}

fn confirm(app: &mut App, outside: &Outside<'_>) -> Vec<Effect> {
    match app.question.take().map(|question| question.on_yes) {
        Some(OnYes::Quit) => vec![Effect::Quit],
        Some(OnYes::Send) => calls::submit(app, outside),
        None => Vec::new(),
    }
}

/// The pane whose lines the movement keys move.
fn height_of(app: &App, pane: Pane) -> usize {
    app.areas().list_lines(pane)
}
