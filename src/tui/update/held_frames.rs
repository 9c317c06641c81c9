//! Held frames: the list of them, and the editor that releases one with another payload. Holding and releasing is done below the screen;
//! here the user only chooses.

use super::common::{open_command_line, open_help, open_list, run};
use super::effect::UpdateEffect;
use super::targets;
use crate::compose::pretty;
use crate::console::{action_command_name, quote};
use crate::link::HeldFrame;
use crate::ocpp::{ErrorCode, Role};
use crate::trace::decode::payload_text;
use crate::trace::filter::quote_value;
use crate::trace::{Direction, FrameKind, Record, RecordKind};
use crate::tui::action::HeldPaneAction;
use crate::tui::app::App;
use crate::tui::assist;
use crate::tui::context::ReadContext;
use crate::tui::pane::held_lines;
use crate::tui::state::{
    ChoiceAction, EditTarget, Editor, HeldPane, HeldSubject, Palette, PaletteChoice, Prompt, PromptPurpose,
};
use crate::tui::widget::InputLine;

/// Opens the pane of held frames.
pub fn open(app: &mut App, outside: &ReadContext<'_>) {
    let held = outside.gate.held();
    if held.is_empty() {
        let text = match outside.gate.filter() {
            Some(filter) => format!("No frame waits; those that pass {filter} will"),
            None => "No frame waits; :hold <filter> stops some, H in the trace those like a line".to_owned(),
        };
        app.toasts.info(text, outside.now.monotonic_micros);
        return;
    }
    app.overlays.open(HeldPane::new(&held));
}

/// Closes the pane when nothing waits any more.
pub fn close_empty(app: &mut App, outside: &ReadContext<'_>) {
    if app.overlays.get::<HeldPane>().is_some() && outside.gate.count() == 0 {
        app.overlays.close::<HeldPane>();
    }
}

/// Handles an action of the pane.
pub fn act(app: &mut App, action: HeldPaneAction, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let held = outside.gate.held();
    let page = held_lines(app.areas().body) as isize; // a height of the screen
    let mut move_by = |lines| {
        if let Some(pane) = app.overlays.get_mut::<HeldPane>() {
            pane.move_by(lines, &held);
        }
    };
    match action {
        HeldPaneAction::Up => move_by(-1),
        HeldPaneAction::Down => move_by(1),
        HeldPaneAction::PageUp => move_by(-page),
        HeldPaneAction::PageDown => move_by(page),
        HeldPaneAction::Top => move_by(isize::MIN),
        HeldPaneAction::Bottom => move_by(isize::MAX),
        HeldPaneAction::CommandLine => open_command_line(app),
        HeldPaneAction::Help => open_help(app),
        HeldPaneAction::Close => {
            app.overlays.pop();
        }
        HeldPaneAction::ReleaseAll => return vec![run(app, "release all".to_owned(), outside)],
        HeldPaneAction::Accept
        | HeldPaneAction::Release
        | HeldPaneAction::Drop
        | HeldPaneAction::AnswerError
        | HeldPaneAction::AnswerLate => {
            let frame = app.overlays.get::<HeldPane>().and_then(|pane| pane.selected(&held));
            let Some(number) = frame.map(|frame| frame.number) else { return Vec::new() };
            match action {
                HeldPaneAction::Release => return vec![run(app, format!("release {number}"), outside)],
                HeldPaneAction::Drop => return vec![run(app, format!("drop {number}"), outside)],
                HeldPaneAction::AnswerError => choose_code(app, number),
                HeldPaneAction::AnswerLate => {
                    app.overlays.open(Prompt { asked: PromptPurpose::Late(number), input: InputLine::default() });
                }
                _ => edit(app, number, outside),
            }
        }
    }
    Vec::new()
}

/// Lists the error codes with which a held frame can be answered.
fn choose_code(app: &mut App, number: u64) {
    let choices = ErrorCode::in_use().map(|code| {
        let does = ChoiceAction::Run(format!("release {number} error={code}"));
        choice("error", code.name(), code.description(), does)
    });
    open_list(app, Palette::new(format!("answer {number} with an error"), choices.collect(), Vec::new()));
}

fn choice(kind: &'static str, name: &str, detail: &str, does: ChoiceAction) -> PaletteChoice {
    PaletteChoice { kind, name: name.to_owned(), detail: detail.to_owned(), keys: String::new(), obstacle: None, does }
}

/// Lists which frames like that of the selected line can be held. A filter that is in force stays in force beside the new one.
pub fn hold_like(app: &mut App, outside: &ReadContext<'_>) {
    let record = app.trace.selected().and_then(|sequence| outside.contents.records().get(sequence));
    let frame = record.filter(|record| matches!(record.kind, RecordKind::Frame(..)));
    let Some((record, action)) = frame.and_then(|record| Some((record, record.action?))) else {
        app.toasts
            .info("This line is no frame; select a call or an answer to hold others like it", outside.now.monotonic_micros);
        return;
    };
    let action = format!("action:{}", quote_value(action));
    let station = record.station.and_then(|key| outside.contents.stations().get(key));
    let station = station.map(|row| format!("cp:{}", quote_value(&row.identity)));
    let (way, words) = match record.kind {
        RecordKind::Frame(Direction::In, _) => ("dir:in", "received by us"),
        _ => ("dir:out", "sent by us"),
    };
    let mut filters = Vec::new();
    if let Some(station) = &station {
        filters.push((format!("This action of this station, {words}"), format!("{way} {station} {action}")));
        filters.push(("This action of this station, both ways".to_owned(), format!("{station} {action}")));
    }
    filters.push((format!("This action of all stations, {words}"), format!("{way} {action}")));
    filters.push(("This action of all stations, both ways".to_owned(), action));
    filters.extend(station.map(|station| ("Every frame of this station".to_owned(), station)));
    let present = outside.gate.filter();
    let mut choices: Vec<PaletteChoice> = Vec::new();
    for (name, filter) in filters {
        let filter = match &present {
            Some(present) => format!("({present}) or ({filter})"),
            None => filter,
        };
        choices.push(choice("hold", &name, &filter, ChoiceAction::Run(format!("hold {filter}"))));
    }
    if present.is_some() {
        choices.push(choice("hold", "Hold no more", "what waits goes on waiting", ChoiceAction::Run("hold off".to_owned())));
    }
    open_list(app, Palette::new("hold frames from now on", choices, Vec::new()));
}

/// Puts the command into the command line that answers as the selected answer of ours did.
pub fn keep_answer(app: &mut App, outside: &ReadContext<'_>) {
    let records = outside.contents.records();
    let is_answer =
        |record: &Record<'_>| matches!(record.kind, RecordKind::Frame(Direction::Out, FrameKind::Result | FrameKind::Error));
    let selected = app.trace.selected().and_then(|sequence| records.get(sequence));
    // From a call of the peer it is its answer that is kept.
    let answer = selected.filter(is_answer).or_else(|| records.get(selected?.partner?).filter(is_answer));
    let row = answer.and_then(|record| outside.contents.stations().get(record.station?));
    let (Some(record), Some(row), Some(action)) = (answer, row, answer.and_then(|record| record.action)) else {
        let text = "Only an answer of ours can be kept as a rule; select one, or the call that it answers";
        app.toasts.info(text, outside.now.monotonic_micros);
        return;
    };
    let how = match record.code {
        Some(code) => format!("error={code}"),
        None => payload_text(&record).into_owned(),
    };
    let command = action_command_name(row.our_role.peer(), action);
    let line = format!("answer {command} {how} @{}", quote(&row.identity));
    open_command_line(app);
    app.command_line.input.set(line);
    app.toasts.info("Enter keeps this answer for this station; without the @… behind it for all", outside.now.monotonic_micros);
}

/// Opens the editor with a held frame; sending releases the frame with the edited payload.
pub fn edit(app: &mut App, number: u64, outside: &ReadContext<'_>) {
    let now = outside.now.monotonic_micros;
    let Some(frame) = outside.gate.held().into_iter().find(|frame| frame.number == number) else {
        app.toasts.info("This frame waits no longer", now);
        return;
    };
    if frame.kind == FrameKind::Error {
        let text = "An error has no payload to edit; release it, or answer with another one on the command line";
        app.toasts.info(text, now);
        return;
    }
    let Some(subject) = subject(&frame, outside) else { return };
    let known = assist::known_values(&subject.targets, None, &app.facts, outside);
    // Its secrets come back when it is sent.
    let text = pretty(&assist::shown_payload(&frame, outside));
    app.overlays.open(Editor::new(subject, &text, text.clone(), known));
}

fn subject(frame: &HeldFrame, outside: &ReadContext<'_>) -> Option<EditTarget> {
    let row = outside.contents.stations().get(frame.station)?;
    let is_call = frame.kind.is_request();
    // We initiated our call and its result; the peer initiated its call and our answer.
    let ours = (frame.direction == Direction::Out) == is_call;
    let initiator: Role = if ours { row.our_role } else { row.our_role.peer() };
    let mut subject = targets::subject(&[frame.station], &frame.action, outside)?;
    subject.definition = outside.catalog.action(subject.version, initiator, &frame.action).cloned();
    subject.held = Some(HeldSubject { number: frame.number, is_answer: !is_call });
    Some(subject)
}
