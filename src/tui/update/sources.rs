//! The texts that the editor can start with, and its change between a payload and a whole frame.

use super::targets::subject;
use crate::compose::{compact, pretty};
use crate::rpc::srpc::call_parts;
use crate::trace::decode::payload_text;
use crate::trace::{Direction, Record, RecordKind};
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::state::{ChoiceAction, EditTarget, Editor, KeptKind, Palette, PaletteChoice};

/// How many of the newest records are searched for a call of the same action.
const SEARCHED: u64 = 50_000;
/// Longer texts are not edited here.
const LONGEST: usize = 256 * 1024;

/// The list of texts that the open editor can start with.
pub fn list(app: &App, outside: &ReadContext<'_>) -> Option<Palette> {
    let editor = app.overlays.get::<Editor>()?;
    let title = format!("begin {} with", editor.subject.what());
    Some(Palette::new(title, choices(app, editor, outside), Vec::new()))
}

fn choices(app: &App, editor: &Editor, outside: &ReadContext<'_>) -> Vec<PaletteChoice> {
    let subject = &editor.subject;
    let mut choices = Vec::new();
    let mut text = |name: &str, text: Option<String>, reason: &str| {
        choices.push(PaletteChoice {
            kind: "text",
            name: name.to_owned(),
            detail: text.as_deref().map(first_words).unwrap_or_default(),
            keys: String::new(),
            obstacle: text.is_none().then(|| reason.to_owned()),
            does: ChoiceAction::Text(text.unwrap_or_default()),
        });
    };
    text("Sample", Some(editor.sample().to_owned()), "");
    if !subject.is_raw() {
        text("Empty", Some("{}".to_owned()), "");
        text("Required fields only", editor.skeleton(), "there is no definition of this action");
        text("Last sent", last(subject, Direction::Out, outside), "none was sent in this session");
        text("Last received", last(subject, Direction::In, outside), "none was received in this session");
    }
    text("Selected line of the trace", selected(app, subject, outside), "the selected line has no such text");
    for (kind, word, list) in
        [(KeptKind::Draft, "draft", &app.kept.drafts), (KeptKind::Favourite, "favourite", &app.kept.favourites)]
    {
        for (index, kept) in list.iter().enumerate().filter(|(_, kept)| kept.action == subject.action) {
            let name = if kept.name.is_empty() { format!("Draft, OCPP {}", kept.version) } else { kept.name.clone() };
            let does = ChoiceAction::Kept(kind, index);
            let detail = first_words(&kept.text);
            choices.push(PaletteChoice { kind: word, name, detail, keys: String::new(), obstacle: None, does });
        }
    }
    for (index, kept) in app.kept.favourites.iter().enumerate().filter(|(_, kept)| kept.action == subject.action) {
        let name = format!("Forget {}", kept.name);
        let does = ChoiceAction::Forget(index);
        choices.push(PaletteChoice { kind: "forget", name, detail: String::new(), keys: String::new(), obstacle: None, does });
    }
    choices
}

/// The beginning of a text on one line.
pub fn first_words(text: &str) -> String {
    compact(text).chars().take(80).collect()
}

/// The payload of the newest call of the same action, to or from the first target if there is one, else any.
fn last(subject: &EditTarget, way: Direction, outside: &ReadContext<'_>) -> Option<String> {
    let records = outside.contents.records();
    let range = records.range();
    let from = range.end.saturating_sub(SEARCHED).max(range.start);
    let fits = |record: &Record<'_>| {
        matches!(record.kind, RecordKind::Frame(direction, kind) if direction == way && kind.is_request())
            && record.action == Some(subject.action.as_str())
            && record.text.len() <= LONGEST
    };
    let mut newest = None;
    let mut newest_of_target = None;
    for record in records.iter(from..range.end).filter(fits) {
        newest = Some(record);
        if record.station.is_some() && record.station == subject.targets.first().copied() {
            newest_of_target = Some(record);
        }
    }
    let found = newest_of_target.or(newest);
    found.map(|record| pretty(&payload_text(&record)))
}

/// The text of the selected line: its payload, or all of it where a whole frame is edited.
fn selected(app: &App, subject: &EditTarget, outside: &ReadContext<'_>) -> Option<String> {
    let record = outside.contents.records().get(app.trace.selected()?)?;
    let usable = matches!(record.kind, RecordKind::Frame(..)) && record.text.len() <= LONGEST;
    let payload = || pretty(&payload_text(&record));
    usable.then(|| if subject.is_raw() { record.text.to_owned() } else { payload() })
}

/// Changes between the payload of a call and its whole frame.
pub fn toggle_raw(app: &mut App, outside: &ReadContext<'_>) {
    let now = outside.now.monotonic_micros;
    let Some(editor) = app.overlays.get::<Editor>() else { return };
    let (target, text) = (editor.subject.clone(), editor.text());
    let (changed, text) = if target.is_raw() {
        let Some((action, payload)) = call_parts(&text) else {
            app.toasts.info("This text is no call ([2, id, action, payload]); only a call has a payload to edit", now);
            return;
        };
        (subject(&target.targets, &action, outside), pretty(payload))
    } else {
        let action = serde_json::to_string(&target.action).unwrap_or_default(); // a text always has a JSON form
        let frame = format!("[2,\"edited-{now}\",{action},{text}]");
        let raw = EditTarget { action: String::new(), definition: None, warning: None, ..target };
        (Some(raw), pretty(&frame))
    };
    if let (Some(changed), Some(editor)) = (changed, app.overlays.get_mut::<Editor>()) {
        editor.change_subject(changed, &text);
    }
}
