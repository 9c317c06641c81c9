//! From the wish to call something to the order: choosing an action, editing its payload, sending it.

use super::Effect;
use crate::compose;
use crate::hub::{Deed, Order, Receipt};
use crate::ocpp::{Role, Version};
use crate::trace::{Direction, FrameKind, Record, RecordKind, StationKey};
use crate::tui::action::Action;
use crate::tui::app::{App, OnYes, Outside, Question};
use crate::tui::assist;
use crate::tui::state::{Editor, Picker, Subject, payload_text};

/// Actions that move something in the real world; they ask when several stations would do it.
const PHYSICAL: [&str; 5] = ["Reset", "UnlockConnector", "UpdateFirmware", "RemoteStartTransaction", "RemoteStopTransaction"];
/// Longer texts are not edited here: every key would have to look at all of it.
const LONGEST: usize = 256 * 1024;
/// How many closed editors are remembered.
const DRAFTS: usize = 50;

/// Opens the list of actions for a station or for the marked ones.
pub fn open_picker(app: &mut App, station: Option<StationKey>, outside: &Outside<'_>) {
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
    app.picker = Some(Picker::new(targets, outside.catalog, version, role));
}

/// Our role towards some stations, the version of the first one, and those towards which we play that role.
fn common(targets: &[StationKey], outside: &Outside<'_>) -> Option<(Role, Version, Vec<StationKey>)> {
    let stations = outside.contents.stations();
    let first = stations.get(*targets.first()?)?;
    let same = targets.iter().copied().filter(|key| stations.get(*key).is_some_and(|row| row.our_role == first.our_role));
    Some((first.our_role, first.version.unwrap_or(Version::V1_6), same.collect()))
}

/// The actions of the list and of the editor.
pub fn act(app: &mut App, action: Action, outside: &Outside<'_>) -> Vec<Effect> {
    match action {
        Action::Pick => pick(app, outside),
        Action::PickUp => app.picker.iter_mut().for_each(|picker| picker.move_by(-1, 10)),
        Action::PickDown => app.picker.iter_mut().for_each(|picker| picker.move_by(1, 10)),
        Action::LeavePicker => app.picker = None,
        Action::EditorCommandLine => app.command_line.open(),
        Action::CloseEditor => close(app, outside),
        Action::Send => return send(app, outside),
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
        Action::Sample => editor.restore_sample(),
        Action::NextFinding => editor.next_finding(),
        Action::Undo => editor.undo(false),
        Action::Redo => editor.undo(true),
        _ => {}
    }
}

fn pick(app: &mut App, outside: &Outside<'_>) {
    let Some(picker) = app.picker.as_ref() else { return };
    let Some(definition) = picker.choice().cloned() else { return };
    let targets = picker.targets.clone();
    app.picker = None;
    let subject = Subject {
        names: assist::names(&targets, outside.contents),
        version: definition.version,
        action: definition.name.to_string(),
        definition: Some(definition.clone()),
        warning: None,
        targets,
    };
    let draft = app.drafts.iter().position(|draft| draft.is_about(&subject));
    if let Some(mut draft) = draft.map(|index| app.drafts.remove(index)) {
        draft.subject = subject;
        draft.armed = false;
        app.toasts.info("Your draft is back; Ctrl-O brings the sample", outside.now.monotonic_micros);
        app.editor = Some(draft);
        return;
    }
    let known = assist::known_values(&subject.targets, outside);
    let sample = assist::sample(&definition, &known, outside);
    app.editor = Some(Editor::new(subject, &sample, sample.clone(), known));
}

/// Opens the editor on the selected frame: on the call of its exchange, or on the whole text when it belongs to none.
pub fn resend(app: &mut App, outside: &Outside<'_>) {
    let now = outside.now.monotonic_micros;
    let records = outside.contents.records();
    let selected = app.trace.selected().and_then(|sequence| records.get(sequence));
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
    let mut subject = Subject {
        names: assist::names(&targets, outside.contents),
        version,
        action: String::new(),
        definition: None,
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
    let text = compose::pretty(&payload_text(&record, outside.contents, outside.catalog));
    let sample =
        subject.definition.as_ref().map_or_else(|| text.clone(), |definition| assist::sample(definition, &known, outside));
    app.editor = Some(Editor::new(subject, &text, sample, known));
}

fn close(app: &mut App, outside: &Outside<'_>) {
    if let Some(editor) = app.editor.as_mut().filter(|editor| editor.proposes()) {
        editor.hide_proposals();
        return;
    }
    let Some(editor) = app.editor.take() else { return };
    if editor.is_changed() && !editor.subject.is_raw() {
        app.toasts.info(format!("The draft of {} is kept", editor.subject.action), outside.now.monotonic_micros);
        app.drafts.retain(|draft| !draft.is_about(&editor.subject));
        app.drafts.push(editor);
        if app.drafts.len() > DRAFTS {
            app.drafts.remove(0);
        }
    }
}

/// The key to send: a fault must be confirmed with the same key, a physical action on several stations with `y`.
fn send(app: &mut App, outside: &Outside<'_>) -> Vec<Effect> {
    let Some(editor) = &mut app.editor else { return Vec::new() };
    editor.hide_proposals();
    if editor.objection().is_some() && !editor.armed {
        editor.armed = true;
        return Vec::new();
    }
    let subject = &editor.subject;
    if subject.targets.len() > 1 && PHYSICAL.contains(&subject.action.as_str()) {
        let text = format!("{} to {}?", subject.action, subject.names);
        app.question = Some(Question { text, on_yes: OnYes::Send });
        return Vec::new();
    }
    submit(app, outside)
}

/// Makes the order. Text that is no JSON cannot travel as a payload, so it is put into a frame as it stands.
pub fn submit(app: &mut App, outside: &Outside<'_>) -> Vec<Effect> {
    let Some(editor) = &app.editor else { return Vec::new() };
    let (subject, text) = (&editor.subject, editor.text());
    let deed = if subject.is_raw() {
        Deed::Raw(text)
    } else {
        match serde_json::from_str(&text) {
            Ok(payload) => Deed::Call { action: subject.action.clone(), payload },
            Err(_) => Deed::Raw(format!("[2,\"raw-{}\",\"{}\",{text}]", outside.now.monotonic_micros, subject.action)),
        }
    };
    let what = if subject.is_raw() { "The frame".to_owned() } else { subject.action.clone() };
    vec![Effect::Submit { order: Order { targets: subject.targets.clone(), deed }, what }]
}

/// Says what became of the order. The editor closes when at least one link took it.
pub fn submitted(app: &mut App, what: &str, receipt: &Receipt, outside: &Outside<'_>) {
    let now = outside.now.monotonic_micros;
    if let Some((station, reason)) = receipt.refused.first() {
        let name = assist::names(&[*station], outside.contents);
        let more = if receipt.refused.len() > 1 { format!(" (and {} more)", receipt.refused.len() - 1) } else { String::new() };
        app.toasts.error(format!("{what} did not go to {name}: {reason}{more}"), now);
    }
    if receipt.taken.is_empty() {
        if let Some(editor) = &mut app.editor {
            editor.armed = false;
        }
        return;
    }
    if receipt.refused.is_empty() {
        app.toasts.info(format!("{what} → {}", assist::names(&receipt.taken, outside.contents)), now);
    }
    app.editor = None;
    app.trace.await_call(receipt.taken.clone(), what.to_owned());
}
