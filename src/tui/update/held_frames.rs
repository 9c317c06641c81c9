//! Held frames: the list of them, and the editor that releases one with another payload. Holding and releasing is done below the screen;
//! here the user only chooses.

use serde_json::Value;

use super::common::open_list;
use super::targets;
use crate::compose::pretty;
use crate::link::HeldFrame;
use crate::ocpp::Role;
use crate::trace::{Direction, FrameKind};
use crate::tui::app::App;
use crate::tui::assist;
use crate::tui::context::ReadContext;
use crate::tui::state::{ChoiceAction, EditTarget, Editor, HeldSubject, Palette, PaletteChoice};

/// How much of a payload the list shows, in characters.
const SHOWN: usize = 80;

/// Opens the list of held frames.
pub fn open(app: &mut App, outside: &ReadContext<'_>) {
    let held = outside.gate.held();
    if held.is_empty() {
        let text = match outside.gate.filter() {
            Some(filter) => format!("No frame waits; those that pass {filter} will"),
            None => "No frame waits; \":hold <filter>\" stops those that pass the filter".to_owned(),
        };
        app.toasts.info(text, outside.now.monotonic_micros);
        return;
    }
    let mut choices: Vec<PaletteChoice> = held.iter().map(|frame| edit_choice(frame, outside)).collect();
    let mut run = |name: &str, detail: &str, line: String| choices.push(choice("all", name, detail, ChoiceAction::Run(line)));
    run("Release all", "let every frame go on as it is", "release all".into());
    run("Drop all", "forget every frame", "drop all".into());
    run("Hold no more", "what waits already goes on waiting", "hold off".into());
    for frame in &held {
        let named = format!("{} {}", frame.number, frame.action);
        choices.push(choice(
            "release",
            &format!("Release {named}"),
            "as it is",
            ChoiceAction::Run(format!("release {}", frame.number)),
        ));
        let error = ChoiceAction::Command(format!("release {} error=", frame.number));
        choices.push(choice("answer", &format!("Answer {named} with an error"), "on the command line", error));
        choices.push(choice(
            "drop",
            &format!("Drop {named}"),
            "it is never answered",
            ChoiceAction::Run(format!("drop {}", frame.number)),
        ));
    }
    open_list(app, Palette::new(format!("frames that wait: {}", held.len()), choices, Vec::new()));
}

fn edit_choice(frame: &HeldFrame, outside: &ReadContext<'_>) -> PaletteChoice {
    let arrow = if frame.direction == Direction::Out { "→" } else { "←" };
    let identity = assist::names(&[frame.station], outside.contents);
    let letter = match frame.kind {
        FrameKind::Call => "C",
        FrameKind::Result => "R",
        FrameKind::Error | FrameKind::Malformed => "E",
    };
    let name = format!("{} {identity} {arrow}{letter} {}", frame.number, frame.action);
    let detail: String = frame.payload.to_string().chars().take(SHOWN).collect();
    choice("edit", &name, &detail, ChoiceAction::Held(frame.number))
}

fn choice(kind: &'static str, name: &str, detail: &str, does: ChoiceAction) -> PaletteChoice {
    PaletteChoice { kind, name: name.to_owned(), detail: detail.to_owned(), keys: String::new(), obstacle: None, does }
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
    let known = assist::known_values(&subject.targets, outside);
    let text = laid_out(&frame.payload);
    app.overlays.open(Editor::new(subject, &text, text.clone(), known));
}

fn subject(frame: &HeldFrame, outside: &ReadContext<'_>) -> Option<EditTarget> {
    let row = outside.contents.stations().get(frame.station)?;
    let is_call = frame.kind == FrameKind::Call;
    // We initiated our call and its result; the peer initiated its call and our answer.
    let ours = (frame.direction == Direction::Out) == is_call;
    let initiator: Role = if ours { row.our_role } else { row.our_role.peer() };
    let mut subject = targets::subject(&[frame.station], &frame.action, outside)?;
    subject.definition = outside.catalog.action(subject.version, initiator, &frame.action).cloned();
    subject.held = Some(HeldSubject { number: frame.number, is_answer: !is_call });
    Some(subject)
}

fn laid_out(payload: &Value) -> String {
    pretty(&payload.to_string())
}
