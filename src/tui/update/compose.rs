//! Opening the payload editor: with a chosen action, with a saved text, with a frame of the trace. Its actions are in `editor`.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::targets::{common, subject};
use super::{drafts, held_frames};
use crate::compose;
use crate::ocpp::{ActionDefinition, ErrorCode};
use crate::trace::decode::payload_text;
use crate::trace::{Direction, FrameKind, Record, RecordKind, StationKey};
use crate::tui::app::App;
use crate::tui::assist;
use crate::tui::context::ReadContext;
use crate::tui::state::{ActionPicker, EditTarget, Editor, KeptKind};

/// How many of the newest records are searched for what a station does not support.
const SEARCHED: u64 = 20_000;
/// Longer texts are not edited here: every key would check all of it.
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
    tell_hidden_targets(app, station, &targets, outside);
    let unsupported = unsupported(&targets, outside);
    let recent = app.kept.screen.recent.clone();
    app.overlays.open(ActionPicker::new(targets, outside.catalog, version, role, recent, unsupported));
}

/// The actions whose last call to the first of the stations was refused because it does not know or support them.
fn unsupported(targets: &[StationKey], outside: &ReadContext<'_>) -> BTreeSet<String> {
    let records = outside.contents.records();
    let range = records.range();
    let mut refused = BTreeSet::new();
    for record in records.iter(range.end.saturating_sub(SEARCHED).max(range.start)..range.end) {
        let Some(action) = record.action.filter(|_| record.station == targets.first().copied()) else { continue };
        match record.kind {
            RecordKind::Frame(Direction::In, FrameKind::Error)
                if matches!(record.code, Some(ErrorCode::NotImplemented | ErrorCode::NotSupported)) =>
            {
                refused.insert(action.to_owned());
            }
            RecordKind::Frame(Direction::In, FrameKind::Result) => _ = refused.remove(action),
            _ => {}
        }
    }
    refused
}

/// Names the targets when they are not those that one sees: marked stations while another one is selected, or hidden ones.
fn tell_hidden_targets(app: &mut App, station: Option<StationKey>, targets: &[StationKey], outside: &ReadContext<'_>) {
    let hidden: Vec<StationKey> = targets.iter().copied().filter(|key| !app.stations.shown().contains(key)).collect();
    let elsewhere = station.is_some_and(|station| !targets.contains(&station));
    if app.marked.is_empty() || (!elsewhere && hidden.is_empty()) {
        return;
    }
    let names = assist::names(targets, outside.contents);
    let hidden = match &hidden[..] {
        [] => String::new(),
        hidden => format!(", of which the filter hides {}", assist::names(hidden, outside.contents)),
    };
    app.toasts.info(format!("This goes to what is marked: {names}{hidden}"), outside.now.monotonic_micros);
}

/// Edits a call to the selected station or to the marked ones.
pub fn edit_call(app: &mut App, definition: &Arc<ActionDefinition>, outside: &ReadContext<'_>) {
    let selected = app.run_context(outside.contents).selected;
    if let Some((_, _, targets)) = common(&app.targets(selected), outside) {
        open_editor(app, targets, definition, outside);
    }
}

/// Opens the editor with the sample, or with the draft of the same action.
pub fn open_editor(app: &mut App, targets: Vec<StationKey>, definition: &Arc<ActionDefinition>, outside: &ReadContext<'_>) {
    let subject = EditTarget {
        names: assist::names(&targets, outside.contents),
        version: definition.version,
        action: definition.name.to_string(),
        definition: Some(definition.clone()),
        held: None,
        warning: None,
        targets,
    };
    let known = assist::known_values(&subject.targets, app.used.get(&subject.action), &app.facts, outside);
    let sample = assist::sample(definition, &known, outside);
    let draft = drafts::of(&app.kept, &subject).map(|draft| draft.text.clone()).filter(|draft| *draft != sample);
    if draft.is_some() {
        app.toasts.info("Your draft is back; Ctrl-O brings the sample", outside.now.monotonic_micros);
    }
    app.overlays.open(Editor::new(subject, draft.as_ref().unwrap_or(&sample), sample.clone(), known));
}

/// Opens the editor with a text for the selected station or for the marked ones.
fn edit_text(app: &mut App, action: &str, text: &str, outside: &ReadContext<'_>) {
    let selected = app.run_context(outside.contents).selected;
    let Some(subject) = subject(&app.targets(selected), action, outside) else {
        app.toasts.error("No station is selected; a call needs one to go to", outside.now.monotonic_micros);
        return;
    };
    let known = assist::known_values(&subject.targets, app.used.get(&subject.action), &app.facts, outside);
    let sample = subject.definition.as_ref().map_or_else(String::new, |definition| assist::sample(definition, &known, outside));
    app.overlays.open(Editor::new(subject, text, sample, known));
}

/// Opens the editor with a call to one station: with this text, or as after a choice of the action.
pub fn edit_call_to(app: &mut App, station: StationKey, action: &str, text: Option<String>, outside: &ReadContext<'_>) {
    let now = outside.now.monotonic_micros;
    let Some((role, version, targets)) = common(&[station], outside) else { return };
    let Some(definition) = outside.catalog.action(version, role, action).cloned() else {
        app.toasts.info(format!("Not now: {action} is no call that we can send to this station in OCPP {version}"), now);
        return;
    };
    open_editor(app, targets, &definition, outside);
    if let (Some(text), Some(editor)) = (text, app.overlays.get_mut::<Editor>()) {
        editor.replace_text(&compose::pretty(&text));
    }
}

/// Opens the editor with a draft or a favourite; in an open editor of the same action it only replaces the text.
pub fn edit_kept(app: &mut App, kind: KeptKind, index: usize, outside: &ReadContext<'_>) {
    let list = if kind == KeptKind::Draft { &app.kept.drafts } else { &app.kept.favourites };
    let Some(kept) = list.get(index).cloned() else { return };
    match app.overlays.get_mut::<Editor>().filter(|editor| editor.subject.action == kept.action) {
        Some(editor) => editor.replace_text(&kept.text),
        None => edit_text(app, &kept.action, &kept.text, outside),
    }
}

/// Opens the editor with the selected frame: the call of its exchange, or with the whole text if it belongs to none.
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
    let is_call = |record: &Record<'_>| matches!(record.kind, RecordKind::Frame(_, kind) if kind.is_request());
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
    let known =
        assist::known_values(&subject.targets, record.action.and_then(|action| app.used.get(action)), &app.facts, outside);
    let (RecordKind::Frame(direction, FrameKind::Call | FrameKind::Send), Some(action)) = (record.kind, record.action) else {
        app.overlays.open(Editor::new(subject, record.text, record.text.to_owned(), known));
        return;
    };
    let initiator = if direction == Direction::Out { role } else { role.peer() };
    action.clone_into(&mut subject.action);
    subject.definition = outside.catalog.action(version, initiator, action).cloned();
    let allowed = outside.catalog.action(version, role, action).is_some() || subject.definition.is_none();
    subject.warning = (!allowed).then(|| format!("{action} is a call of the {initiator}; it should be refused."));
    let text = compose::pretty(&payload_text(&record));
    let sample =
        subject.definition.as_ref().map_or_else(|| text.clone(), |definition| assist::sample(definition, &known, outside));
    app.overlays.open(Editor::new(subject, &text, sample, known));
}
