//! The list of actions that can be sent: what is typed, the actions that match it, and the fields of each.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::ocpp::ActionDefinition;
use crate::tui::app::App;
use crate::tui::assist;
use crate::tui::context::ReadContext;
use crate::tui::layout::below;
use crate::tui::state::ActionPicker;
use crate::tui::widget::{LineWriter, draw_box};

/// The width of the names.
const NAMES: usize = 30;

/// Draws the list into an area; returns where the cursor is.
pub fn action_picker(app: &App, picker: &ActionPicker, outside: &ReadContext<'_>, area: Rect, buffer: &mut Buffer) -> Position {
    let styles = &app.theme.styles;
    let title = format!("new call → {}", assist::names(&picker.targets, outside.contents));
    let inside = draw_box(buffer, area, &title, styles.base, styles.rule_focused, styles.title);
    let line = Rect { height: inside.height.min(1), ..inside };
    let cursor = picker.input.draw(buffer, line, " ❯ ", styles.key, styles.base);
    let list = below(inside, 2);
    let height = usize::from(list.height);
    let count = picker.list.shown().len();
    let top = picker.list.top(height);
    if count == 0 {
        LineWriter::new(buffer, list, 0).text("  No action has such a name.", styles.muted);
    }
    for (line, (index, action)) in picker.list.shown().enumerate().skip(top).take(height).enumerate() {
        let selected = index == picker.list.selected();
        let style = if selected { styles.selection } else { styles.base };
        let detail = if selected { style } else { styles.muted };
        let mut writer = LineWriter::new(buffer, list, line as u16); // less than the height
        writer.text(if selected { " ▸ " } else { "   " }, style);
        writer.field(&action.name, NAMES, style).text(" ", style).text(&fields(action), detail).fill(' ', style);
    }
    cursor
}

/// The fields of the call; a star marks those that it must have.
fn fields(action: &ActionDefinition) -> String {
    if action.request.fields.is_empty() {
        return "no fields".to_owned();
    }
    let name = |field: &crate::ocpp::FieldDefinition| format!("{}{}", field.name, if field.required { "*" } else { "" });
    action.request.fields.iter().map(name).collect::<Vec<_>>().join(", ")
}
