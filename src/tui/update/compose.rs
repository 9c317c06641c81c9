//! From the wish to call something to the editor: choosing an action, opening its payload, closing it again. Sending is in `sending`.

use std::sync::Arc;

use super::{UpdateEffect, drafts, held_frames, palette, send, sources};
use crate::compose;
use crate::config::SavedPart;
use crate::ocpp::{ActionDefinition, Role, Version};
use crate::trace::decode::payload_text;
use crate::trace::{Direction, FrameKind, Record, RecordKind, StationKey};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::assist;
use crate::tui::context::ReadContext;
use crate::tui::state::{ActionPicker, EditTarget, Editor, Prompt, PromptPurpose, RepeatPlan};
use crate::tui::widget::InputLine;

/// Longer texts are not edited here: every key would have to look at all of it.
const LONGEST: usize = 256 * 1024;

/// Opens the list of actions for a station or for the marked ones.
pub fn open_picker(app: &mut App, station: Option<StationKey>, outside: &ReadContext<'_>) {
    let now = outside.now.monotonic_micros;
    let targets = app.targets(station);
    let Some((role, version, targets)) = common(&targets, outside) else {
        app.toasts.error("No station is selected; a call needs one to go to", now);
        return;
    };
    if outside.catalog.actions(version).is_empty() {
        app.toasts.error(format!("There are no definitions of OCPP {version}; \":raw\" sends any frame"), now);
        return;
    }
    app.picker = Some(ActionPicker::new(targets, outside.catalog, version, role));
}

/// Our role towards some stations, the version of the first one, and those towards which we play that role.
fn common(targets: &[StationKey], outside: &ReadContext<'_>) -> Option<(Role, Version, Vec<StationKey>)> {
    let stations = outside.contents.stations();
    let first = stations.get(*targets.first()?)?;
    let same = targets.iter().copied().filter(|key| stations.get(*key).is_some_and(|row| row.our_role == first.our_role));
    Some((first.our_role, first.version.unwrap_or(Version::V1_6), same.collect()))
}

/// The calls that can be sent to or from the selected station.
pub fn offered(app: &App, outside: &ReadContext<'_>) -> Vec<Arc<ActionDefinition>> {
    let Some((role, version, _)) = common(&app.targets(app.run_context(outside.contents).selected), outside) else {
        return Vec::new();
    };
    outside.catalog.actions_of(version, role).cloned().collect()
}

/// The actions of the list and of the editor.
pub fn act(app: &mut App, action: Action, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    match action {
        Action::Pick => pick(app, outside),
        Action::PickUp => app.picker.iter_mut().for_each(|picker| picker.list.move_by(-1, 10)),
        Action::PickDown => app.picker.iter_mut().for_each(|picker| picker.list.move_by(1, 10)),
        Action::LeavePicker => app.picker = None,
        Action::EditorCommandLine => palette::open_palette(app, outside),
        Action::CloseEditor => return close(app, outside),
        Action::Send => return send::send(app, RepeatPlan::ONCE, false, outside),
        Action::SendKeep => return send::send(app, RepeatPlan::ONCE, true, outside),
        Action::Repeat => app.prompt = Some(Prompt { asked: PromptPurpose::Repeat, input: InputLine::new("10 every 1s") }),
        Action::Favourite => app.prompt = Some(Prompt { asked: PromptPurpose::Favourite, input: InputLine::default() }),
        Action::Source => sources::open(app, outside),
        Action::Raw => sources::toggle_raw(app, outside),
        Action::External => return edit_outside(app),
        _ => {
            if let Some(editor) = &mut app.editor {
                edit(editor, action);
            }
        }
    }
    Vec::new()
}

fn edit(editor: &mut Editor, action: Action) {
    match action {
        Action::AcceptCompletion => editor.accept_or_propose(),
        Action::PreviousCompletion => editor.move_proposal(-1),
        Action::Format => editor.format(),
        Action::NextFinding => editor.go_to_finding(false),
        Action::PreviousFinding => editor.go_to_finding(true),
        Action::Undo => editor.undo(false),
        Action::Redo => editor.undo(true),
        _ => {}
    }
}

/// Hands the text to the person's own program.
fn edit_outside(app: &mut App) -> Vec<UpdateEffect> {
    let Some(editor) = &mut app.editor else { return Vec::new() };
    editor.hide_proposals();
    vec![UpdateEffect::EditOutside { text: editor.text(), extension: "json" }]
}

/// Takes the text over that came back from the person's program.
pub fn edited_outside(app: &mut App, edited: Result<String, String>, outside: &ReadContext<'_>) {
    let now = outside.now.monotonic_micros;
    match (edited, &mut app.editor) {
        (Ok(text), Some(editor)) => editor.replace_text(text.trim_end_matches('\n')),
        (Err(reason), _) => app.toasts.error(reason, now),
        (Ok(_), None) => {}
    }
}

fn pick(app: &mut App, outside: &ReadContext<'_>) {
    let Some(picker) = app.picker.as_ref() else { return };
    let Some(definition) = picker.list.choice().cloned() else { return };
    let targets = picker.targets.clone();
    app.picker = None;
    open_editor(app, targets, &definition, outside);
}

/// Edits a call to the selected station or to the marked ones.
pub fn edit_call(app: &mut App, definition: &Arc<ActionDefinition>, outside: &ReadContext<'_>) {
    let selected = app.run_context(outside.contents).selected;
    if let Some((_, _, targets)) = common(&app.targets(selected), outside) {
        open_editor(app, targets, definition, outside);
    }
}

/// Opens the editor with the sample, or with the draft of the same action.
fn open_editor(app: &mut App, targets: Vec<StationKey>, definition: &Arc<ActionDefinition>, outside: &ReadContext<'_>) {
    let subject = EditTarget {
        names: assist::names(&targets, outside.contents),
        version: definition.version,
        action: definition.name.to_string(),
        definition: Some(definition.clone()),
        held: None,
        warning: None,
        targets,
    };
    let known = assist::known_values(&subject.targets, outside);
    let sample = assist::sample(definition, &known, outside);
    let draft = drafts::of(&app.kept, &subject).map(|draft| draft.text.clone()).filter(|draft| *draft != sample);
    if draft.is_some() {
        app.toasts.info("Your draft is back; Ctrl-O brings the sample", outside.now.monotonic_micros);
    }
    app.editor = Some(Editor::new(subject, draft.as_ref().unwrap_or(&sample), sample.clone(), known));
}

/// What a call of an action by us is, with what the definitions say; without an action it is a whole frame.
pub fn subject(targets: &[StationKey], action: &str, outside: &ReadContext<'_>) -> Option<EditTarget> {
    let (role, version, targets) = common(targets, outside)?;
    Some(EditTarget {
        names: assist::names(&targets, outside.contents),
        version,
        action: action.to_owned(),
        definition: outside.catalog.action(version, role, action).cloned(),
        held: None,
        warning: None,
        targets,
    })
}

/// Opens the editor with a text that was kept.
pub fn edit_text(app: &mut App, action: &str, text: &str, outside: &ReadContext<'_>) {
    let selected = app.run_context(outside.contents).selected;
    let Some(subject) = subject(&app.targets(selected), action, outside) else {
        app.toasts.error("No station is selected; a call needs one to go to", outside.now.monotonic_micros);
        return;
    };
    let known = assist::known_values(&subject.targets, outside);
    let sample = subject.definition.as_ref().map_or_else(String::new, |definition| assist::sample(definition, &known, outside));
    app.editor = Some(Editor::new(subject, text, sample, known));
}

/// Opens the editor on the selected frame: on the call of its exchange, or on the whole text when it belongs to none.
pub fn resend(app: &mut App, outside: &ReadContext<'_>) {
    let now = outside.now.monotonic_micros;
    let records = outside.contents.records();
    let selected = app.trace.selected().and_then(|sequence| records.get(sequence));
    if let Some(number) = selected.as_ref().and_then(Record::held) {
        return held_frames::edit(app, number, outside);
    }
    let Some(record) =
        selected.filter(|record| matches!(record.kind, RecordKind::Frame(..) | RecordKind::Timeout | RecordKind::Unreachable))
    else {
        app.toasts.info("This line is no message; select a call or an answer to send it again", now);
        return;
    };
    let is_call = |record: &Record<'_>| matches!(record.kind, RecordKind::Frame(_, FrameKind::Call));
    let call = if is_call(&record) { Some(record) } else { record.partner.and_then(|partner| records.get(partner)) };
    let record = call.filter(is_call).unwrap_or(record);
    let Some(station) = record.station else { return };
    if record.text.len() > LONGEST {
        app.toasts.error("This message is too long to be edited here (256 KiB)", now);
        return;
    }
    let targets = app.targets(Some(station));
    let Some((role, version, targets)) = common(&targets, outside) else { return };
    let mut subject = EditTarget {
        names: assist::names(&targets, outside.contents),
        version,
        action: String::new(),
        definition: None,
        held: None,
        warning: None,
        targets,
    };
    let known = assist::known_values(&subject.targets, outside);
    let (RecordKind::Frame(direction, FrameKind::Call), Some(action)) = (record.kind, record.action) else {
        app.editor = Some(Editor::new(subject, record.text, record.text.to_owned(), known));
        return;
    };
    let initiator = if direction == Direction::Out { role } else { role.peer() };
    subject.action = action.to_owned();
    subject.definition = outside.catalog.action(version, initiator, action).cloned();
    let allowed = outside.catalog.action(version, role, action).is_some() || subject.definition.is_none();
    subject.warning = (!allowed).then(|| format!("{action} is a call of the {initiator}; it should be refused."));
    let text = compose::pretty(&payload_text(&record));
    let sample =
        subject.definition.as_ref().map_or_else(|| text.clone(), |definition| assist::sample(definition, &known, outside));
    app.editor = Some(Editor::new(subject, &text, sample, known));
}

fn close(app: &mut App, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    if let Some(editor) = app.editor.as_mut().filter(|editor| editor.proposes()) {
        editor.hide_proposals();
        return Vec::new();
    }
    let Some(editor) = app.editor.take() else { return Vec::new() };
    if !drafts::keep(app, &editor) {
        return Vec::new();
    }
    app.toasts.info(format!("The draft of {} is kept", editor.subject.what()), outside.now.monotonic_micros);
    vec![UpdateEffect::Keep(SavedPart::Drafts)]
}
