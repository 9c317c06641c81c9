//! What happens to the state when a key is pressed or something is heard from below. Pure: the time and the trace are passed in, what
//! has to be done outside comes back as effects. Keys are given their meaning by `action`, not here.

mod clipboard;
mod compose;
mod drafts;
mod held_frames;
mod layout;
mod mouse;
mod palette;
mod panes;
mod search;
mod send;
mod sources;
mod station_details;
mod text_input;

pub use drafts::text_to_keep;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, MouseEvent};
use ratatui::layout::Size;

use super::action::{Action, KeyContext};
use super::app::{App, ConfirmAction, ConfirmQuestion};
use super::backend::BackendReply;
use super::context::ReadContext;
use super::key::KeyPress;
use super::layout::Pane;
use super::state::{Pager, PromptPurpose, RepeatPlan, WIDEST};
use crate::config::SavedPart;
use crate::console::{Completions, RunContext};
use crate::hub::{Order, Receipt};
use crate::trace::RecordKind;

/// How many records are looked at for failures between two frames.
const NEWEST: u64 = 2_000;
/// How many records are looked at in one turn for what they say about stations.
const FOLDED: u64 = 5_000;

/// What the screen hears.
#[derive(Debug)]
pub enum ScreenMessage {
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
    Reply(BackendReply),
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
    /// How the links took one order of a batch.
    Given(Receipt),
    /// What came back from the person's own editor, or why nothing did.
    Edited(Result<String, String>),
    /// Where a long text was copied to, or why it could not be.
    Copied(Result<String, String>),
    /// Theme files were changed: what is wrong with them.
    ThemesChanged(Vec<String>),
    /// A part of the program failed and was caught.
    Panicked(String),
}

/// What has to be done outside.
#[derive(Debug, Clone, PartialEq)]
pub enum UpdateEffect {
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
    /// Hand one more order of a batch to the links.
    Give(Order),
    /// Put text into the clipboard.
    Copy(String),
    /// Put text that is too long for the clipboard into a file.
    CopyToFile(String),
    /// Let the person's own program edit a text.
    EditOutside {
        /// The text.
        text: String,
        /// The extension of its file, by which programs choose their colours.
        extension: &'static str,
    },
    /// Write what has changed into the state folder.
    Keep(SavedPart),
    /// Take the mouse, or leave it to the terminal.
    Mouse(bool),
    /// Come back soon: the filter has more records to look at.
    Continue,
    /// Stop until the shell continues us.
    Suspend,
    /// End.
    Quit,
}

/// Changes the state.
pub fn update(app: &mut App, message: ScreenMessage, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let now = outside.now.monotonic_micros;
    match message {
        ScreenMessage::Key(event) if event.kind == KeyEventKind::Release => Vec::new(),
        ScreenMessage::Key(event) => {
            let mut effects = key(app, event, outside);
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
        ScreenMessage::Refresh => {
            app.toasts.expire(now);
            app.toasts.set_clock(outside.now.wall_micros, now);
            tell_failures(app, outside);
            let more = refresh_view(app, outside);
            show_selected(app, outside);
            let mut effects = search::seek_on(app, outside);
            effects.extend(send::continue_batch(app, outside));
            if more && !effects.contains(&UpdateEffect::Continue) {
                effects.push(UpdateEffect::Continue);
            }
            effects
        }
        ScreenMessage::Reply(reply) => self::reply(app, reply, now),
        ScreenMessage::Proposed { line, cursor, completions, asked } => {
            app.command_line.propose(&line, cursor, completions, asked);
            Vec::new()
        }
        ScreenMessage::Submitted { what, receipt } => send::submitted(app, &what, &receipt, outside),
        ScreenMessage::Given(receipt) => {
            send::given(app, receipt);
            Vec::new()
        }
        ScreenMessage::Edited(edited) => {
            compose::edited_outside(app, edited, outside);
            drafts::keep_open_one(app).into_iter().collect()
        }
        ScreenMessage::Copied(copied) => {
            match copied {
                Ok(file) => app.toasts.info(format!("Too long for the terminal's clipboard; copied to {file}"), now),
                Err(reason) => app.toasts.error(reason, now),
            }
            Vec::new()
        }
        ScreenMessage::ThemesChanged(wrong) => {
            themes_changed(app, &wrong, now);
            Vec::new()
        }
        ScreenMessage::Panicked(text) => {
            app.toasts.error(text, now);
            Vec::new()
        }
    }
}

/// Takes in what is new. True when there is more than fits into one turn.
fn refresh_view(app: &mut App, outside: &ReadContext<'_>) -> bool {
    let more_facts = app.facts.catch_up(outside.contents, outside.catalog, FOLDED);
    app.stations.refresh(outside.contents, &app.facts, outside.now);
    let (context, height) = (app.filter_context(outside), height_of(app, Pane::Trace));
    app.trace.refresh(outside.contents, &context, height) || more_facts
}

/// Failures of ours and toasts of plugins are told at once; they also stay in the trace. In a flood only the newest records are looked at.
fn tell_failures(app: &mut App, outside: &ReadContext<'_>) {
    let records = outside.contents.records();
    let end = records.range().end;
    for record in records.iter(app.heard.max(end.saturating_sub(NEWEST))..end) {
        match record.kind {
            RecordKind::Failure => app.toasts.error(record.text, outside.now.monotonic_micros),
            RecordKind::Toast => app.toasts.info(record.text, outside.now.monotonic_micros),
            RecordKind::Note => app.toasts.note(record.text, false, record.wall_micros),
            _ => {}
        }
    }
    app.heard = end;
}

/// Puts the theme on anew when its file was changed.
fn themes_changed(app: &mut App, wrong: &[String], now: u64) {
    for sentence in wrong {
        app.toasts.error(sentence.clone(), now);
    }
    match app.themes.named(&app.theme.name) {
        Ok(theme) => app.set_theme(theme),
        Err(error) => app.toasts.error(error.to_string(), now),
    }
}

/// Shows the selected record in the message pane.
fn show_selected(app: &mut App, outside: &ReadContext<'_>) {
    let width = usize::from(app.areas().list(Pane::Message).width);
    app.message.refresh(app.trace.selected(), width, outside, &app.zone);
    let height = height_of(app, Pane::Message);
    app.message.arrive(height);
}

fn reply(app: &mut App, reply: BackendReply, now: u64) -> Vec<UpdateEffect> {
    match reply {
        BackendReply::Info(text) => app.toasts.info(text, now),
        BackendReply::Error(text) => {
            app.toasts.error(text, now);
            app.command_line.put_back();
        }
        BackendReply::Text { title, body } => app.reading = Some(Pager::text(title, &body, reading_width(app))),
        BackendReply::Proposed { line, cursor, completions, asked } => {
            app.command_line.propose(&line, cursor, completions, asked);
        }
        BackendReply::Quit => return vec![UpdateEffect::Quit],
    }
    Vec::new()
}

/// A key: an action of the context, or text for what is being typed.
fn key(app: &mut App, event: KeyEvent, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let context = app.context();
    let action = app.bindings.action_of(context, KeyPress::of(&event));
    if action != Some(Action::Interrupt) {
        app.interrupted = false;
    }
    if event.code == KeyCode::Esc {
        app.toasts.dismiss();
        let is_level = !matches!(
            context,
            KeyContext::Chooser | KeyContext::Prompt | KeyContext::Reading | KeyContext::Search | KeyContext::Question
        );
        if is_level && send::stop(app) {
            return Vec::new();
        }
    }
    match action {
        Some(action) => act(app, action, outside),
        None => text_input::typed(app, context, event, outside),
    }
}

/// Does what an action says.
fn act(app: &mut App, action: Action, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let now = outside.now.monotonic_micros;
    match action {
        Action::Interrupt if app.interrupted => return vec![UpdateEffect::Quit],
        Action::Interrupt => {
            app.interrupted = true;
            app.toasts.info("Ctrl-C again quits at once", now);
        }
        Action::Suspend => return vec![UpdateEffect::Suspend],
        Action::Quit => return quit(app, outside),
        Action::Confirm => return confirm(app, outside),
        Action::Decline => app.question = None,
        // What it says comes back as a text to read over the panes.
        Action::Plugins => {
            return vec![UpdateEffect::Run { line: "plugins --long".to_owned(), context: RunContext::default() }];
        }
        Action::Help | Action::EditorHelp | Action::CommandHelp | Action::FilterHelp | Action::PageHelp => {
            app.reading = Some(Pager::help(app.context(), &app.bindings, reading_width(app)))
        }
        Action::EventLog => {
            let (width, height) = (reading_width(app), page(app).unsigned_abs());
            app.reading = Some(Pager::log(app.toasts.log(), &app.zone, width, height));
        }
        Action::Search => search_reading(app, true),
        Action::KeepSearch => search_reading(app, false),
        Action::DropSearch => {
            search_reading(app, false);
            if let Some(reading) = &mut app.reading {
                reading.search.set("");
                reading.narrow();
            }
        }
        Action::ScrollTop => scroll_reading(app, isize::MIN),
        Action::ScrollBottom => scroll_reading(app, isize::MAX),
        Action::LeavePrompt => app.prompt = None,
        Action::Answer => return answer(app, outside),
        Action::ScrollUp => scroll_reading(app, -1),
        Action::ScrollDown => scroll_reading(app, 1),
        Action::ScrollPageUp => scroll_reading(app, -page(app)),
        Action::ScrollPageDown => scroll_reading(app, page(app)),
        Action::CloseReading => app.reading = None,
        _ => {
            let context = app.context();
            return match context {
                KeyContext::Chooser => palette::choose(app, action, outside),
                KeyContext::CommandLine => text_input::act(app, action, outside),
                KeyContext::FilterLine => search::act(app, action, outside),
                KeyContext::Page => station_details::act(app, action, outside),
                KeyContext::Picker | KeyContext::Editor => compose::act(app, action, outside),
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

fn search_reading(app: &mut App, typing: bool) {
    if let Some(reading) = &mut app.reading {
        reading.searching = typing;
    }
}

/// Takes the answer to what was asked for.
fn answer(app: &mut App, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let Some(prompt) = app.prompt.take() else { return Vec::new() };
    let text = prompt.input.text().trim().to_owned();
    match prompt.asked {
        PromptPurpose::Favourite => drafts::save_favourite(app, &text, outside),
        PromptPurpose::Repeat => match RepeatPlan::parse(&text) {
            Ok(pace) => send::send(app, pace, true, outside),
            Err(reason) => {
                app.toasts.error(reason, outside.now.monotonic_micros);
                app.prompt = Some(prompt);
                Vec::new()
            }
        },
    }
}

fn quit(app: &mut App, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let waiting: u64 = outside.contents.stations().rows().iter().map(|row| u64::from(row.in_flight + row.queued)).sum();
    if waiting == 0 {
        return vec![UpdateEffect::Quit];
    }
    let calls = if waiting == 1 { "1 call waits".to_owned() } else { format!("{waiting} calls wait") };
    app.question =
        Some(ConfirmQuestion { text: format!("{calls} for an answer. Quit all the same?"), on_yes: ConfirmAction::Quit });
    Vec::new()
}

fn confirm(app: &mut App, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    match app.question.take().map(|question| question.on_yes) {
        Some(ConfirmAction::Quit) => vec![UpdateEffect::Quit],
        Some(ConfirmAction::Send { pace, stays }) => send::submit(app, pace, stays, outside),
        Some(ConfirmAction::Run { line }) => vec![UpdateEffect::Run { line, context: app.run_context(outside.contents) }],
        None => Vec::new(),
    }
}

/// The pane whose lines the movement keys move.
fn height_of(app: &App, pane: Pane) -> usize {
    app.areas().list_lines(pane)
}
