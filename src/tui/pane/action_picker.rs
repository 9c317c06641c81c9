//! The list of actions that can be sent: what is typed, the actions that match it, and the fields of each.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::draw_page;
use super::json::json;
use crate::compose::{KnownValues, type_label};
use crate::ocpp::{ActionDefinition, field_docs};
use crate::tui::app::App;
use crate::tui::assist;
use crate::tui::context::ReadContext;
use crate::tui::layout::below;
use crate::tui::state::ActionPicker;
use crate::tui::widget::{LineWriter, wrap};

/// The width of the names.
const NAMES: usize = 30;
/// From this width on, the selected action is shown beside the list.
const PREVIEW_FROM: u16 = 84;

/// Draws the list into an area; returns where the cursor is.
pub fn action_picker(app: &App, picker: &ActionPicker, outside: &ReadContext<'_>, area: Rect, buffer: &mut Buffer) -> Position {
    let styles = &app.theme.styles;
    let title = format!("new call → {}", assist::names(&picker.targets, outside.contents));
    let inside = draw_page(app, &title, &[], "", area, buffer);
    let line = Rect { height: inside.height.min(1), ..inside };
    let cursor = picker.input.draw(buffer, line, " ❯ ", styles.key, styles.base);
    let list = below(inside, 2);
    let count = picker.list.shown().len();
    // The last line says how many follow.
    let all = usize::from(list.height);
    let height = if count > all { all.saturating_sub(1) } else { all };
    let top = picker.list.top(height);
    let (list, preview) = if list.width >= PREVIEW_FROM {
        let width = NAMES as u16 + 6;
        (Rect { width, ..list }, Rect { x: list.x + width, width: list.width - width, ..list })
    } else {
        (list, Rect::ZERO)
    };
    let more = count.saturating_sub(top + height);
    if count > all {
        let last = Rect { y: list.bottom().saturating_sub(1), height: 1, ..list };
        let text = if more > 0 { format!("   ▾ {more} more") } else { "   ▴ the end".to_owned() };
        LineWriter::new(buffer, last, 0).text(&text, styles.muted);
    }
    if let Some(action) = picker.list.choice() {
        draw_preview(app, action, outside, preview, buffer);
    }
    if count == 0 {
        LineWriter::new(buffer, list, 0).text("  No action has such a name.", styles.muted);
    }
    for (line, (index, action)) in picker.list.shown().enumerate().skip(top).take(height).enumerate() {
        let selected = index == picker.list.selected();
        let style = if selected { styles.selection } else { styles.base };
        let detail = if selected { style } else { styles.muted };
        let mut writer = LineWriter::new(buffer, list, line as u16); // less than the height
        writer.text(if selected { " ▸ " } else { "   " }, style);
        let (mark, note) = match (picker.is_unsupported(&action.name), picker.is_recent(&action.name)) {
            (true, _) => ("✗ ", "not supported by the station; "),
            (false, true) => ("· ", ""),
            (false, false) => ("  ", ""),
        };
        writer.text(mark, detail).field(&action.name, NAMES, style);
        if preview.width == 0 {
            writer.text(" ", style).text(&format!("{note}{}", fields(action)), detail);
        }
        writer.fill(' ', style);
    }
    cursor
}

/// What the selected action is for, its fields with their types, and its sample.
fn draw_preview(app: &App, action: &ActionDefinition, outside: &ReadContext<'_>, area: Rect, buffer: &mut Buffer) {
    let styles = &app.theme.styles;
    if area.width == 0 {
        return;
    }
    let mut lines: Vec<(String, String, Style)> = Vec::new();
    if let Some(meaning) = field_docs::action(&action.name) {
        lines.extend(
            wrap(meaning, usize::from(area.width.saturating_sub(3))).into_iter().map(|line| (String::new(), line, styles.base)),
        );
        lines.push((String::new(), String::new(), styles.base));
    }
    for field in &action.request.fields {
        let star = if field.required { "*" } else { "" };
        lines.push((format!("{}{star}", field.name), type_label(field), styles.muted));
    }
    if action.request.fields.is_empty() {
        lines.push((String::new(), "It has no fields.".to_owned(), styles.muted));
    }
    lines.push((String::new(), String::new(), styles.base));
    let sample = assist::sample(action, &KnownValues::default(), outside);
    let rows = lines.len();
    for (row, text) in
        sample.lines().enumerate().map(|(row, text)| (rows + row, text)).take_while(|(row, _)| *row < usize::from(area.height))
    {
        let mut writer = LineWriter::new(buffer, area, row as u16); // less than the height
        writer.text("│ ", styles.rule);
        json(text, styles, &mut writer);
    }
    for (row, (name, text, style)) in lines.iter().take(usize::from(area.height)).enumerate() {
        let mut writer = LineWriter::new(buffer, area, row as u16); // less than the height
        writer.text("│ ", styles.rule);
        if !name.is_empty() {
            writer.field(name, NAMES, styles.key);
        }
        writer.text(text, *style);
    }
}

/// The fields of the call; a star marks those that it must have.
fn fields(action: &ActionDefinition) -> String {
    if action.request.fields.is_empty() {
        return "no fields".to_owned();
    }
    let name = |field: &crate::ocpp::FieldDefinition| format!("{}{}", field.name, if field.required { "*" } else { "" });
    action.request.fields.iter().map(name).collect::<Vec<_>>().join(", ")
}
