//! Copying: which text is copied. Where it goes, and what the user is shown about it, is in `tui::clipboard`.

use super::common::open_list;
use super::effect::UpdateEffect;
use super::views;
use crate::capture::shell_line;
use crate::compose;
use crate::console;
use crate::trace::decode::payload_text;
use crate::trace::{FrameKind, RecordKind};
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::layout::Pane;
use crate::tui::state::{ChoiceAction, Palette, PaletteChoice};

/// Copies the payload of the selected message, or the text of a line that is no message.
pub fn copy(app: &mut App, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let Some(record) = app.trace.selected().and_then(|sequence| outside.contents.records().get(sequence)) else {
        let text = "There is nothing to copy: no line of the trace is selected";
        app.toasts.info(text, outside.now.monotonic_micros);
        return Vec::new();
    };
    let is_frame = matches!(record.kind, RecordKind::Frame(..));
    let text = if is_frame { payload_text(&record).into_owned() } else { record.full_text().into_owned() };
    vec![UpdateEffect::Copy(text)]
}

/// Lists the forms in which the selected message can be copied.
pub fn choose_form(app: &mut App, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let record = app.trace.selected().and_then(|sequence| outside.contents.records().get(sequence));
    let Some((record, RecordKind::Frame(_, kind))) = record.map(|record| (record, record.kind)) else {
        return copy(app, outside);
    };
    let payload = payload_text(&record);
    let mut forms = vec![
        ("Whole frame", record.text.to_owned()),
        ("Payload as it stands", payload.to_string()),
        ("Payload laid out", compose::pretty(&payload)),
        ("Payload on one line", compose::compact(&payload)),
    ];
    if let (FrameKind::Call | FrameKind::Send, Some(action)) = (kind, record.action) {
        let row = record.station.and_then(|key| outside.contents.stations().get(key));
        let identity = row.map_or("@marked", |row| &row.identity);
        let command = format!("call {} {} {}", console::quote(identity), console::quote(action), compose::compact(&payload));
        forms.push(("Command that sends it", command));
    }
    let row = record.station.and_then(|key| outside.contents.stations().get(key));
    forms.extend(shell_line(&record, row).map(|line| ("Line for a shell", line)));
    let selected = app.focus == Pane::Message;
    let value = app.message.value().filter(|_| selected);
    if let Some(value) = value {
        forms.insert(0, ("Path of the value", value.path.to_owned()));
        forms.extend(value.text.map(|text| ("Value", text.to_owned())));
    }
    let choice = |kind, name: &str, text: &str, does| PaletteChoice {
        kind,
        name: name.to_owned(),
        detail: text.chars().take(80).collect(),
        keys: String::new(),
        obstacle: None,
        does,
    };
    let condition = value.and_then(|value| value.condition);
    let filter = condition.map(|text| {
        let filter = views::narrowed(app, text.to_owned());
        choice("filter", "Filter by this value", text, ChoiceAction::Filter(filter))
    });
    let mut choices: Vec<_> =
        forms.into_iter().map(|(name, text)| choice("copy", name, &text, ChoiceAction::Copy(text.clone()))).collect();
    choices.extend(filter);
    open_list(app, Palette::new("copy", choices, Vec::new()));
    Vec::new()
}
