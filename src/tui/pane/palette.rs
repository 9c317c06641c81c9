//! A list of choices over the panes: what is typed, what matches it, and keys at the right. An entry that is not available now stays in the
//! list with the reason.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::tui::app::App;
use crate::tui::layout::below;
use crate::tui::state::{Palette, PaletteChoice};
use crate::tui::theme::Styles;
use crate::tui::widget::{BoxLook, LineWriter, draw_box, width_of};

/// The width of the column with the kinds.
const KIND: usize = 10;

/// Draws the list; returns where the cursor is.
pub fn palette(app: &App, palette: &Palette, body: Rect, buffer: &mut Buffer) -> Position {
    let styles = &app.theme.styles;
    let title = format!("{} · {}/{}", palette.title, palette.list.shown().len(), palette.list.items().len());
    let inside = draw_box(buffer, body, palette.area(body), &title, BoxLook::focused(styles));
    let line = Rect { height: inside.height.min(1), ..inside };
    let cursor = palette.input.draw(buffer, line, "❯ ", styles.key, styles.base);
    let list = if inside.height > 4 { below(inside, 2) } else { below(inside, 1) };
    let height = usize::from(list.height);
    if palette.list.shown().len() == 0 {
        LineWriter::new(buffer, list, 0).text(" Nothing has such a name.", styles.muted);
    }
    let top = palette.list.top(height);
    for (row, (index, choice)) in palette.list.shown().enumerate().skip(top).take(height).enumerate() {
        let writer = LineWriter::new(buffer, list, row as u16); // less than the height
        draw_choice(choice, index == palette.list.selected(), styles, writer);
    }
    cursor
}

fn draw_choice(choice: &PaletteChoice, selected: bool, styles: &Styles, mut writer: LineWriter<'_>) {
    let style = if selected { styles.selection } else { styles.base };
    let faint = if selected { style } else { styles.muted };
    let name = if choice.obstacle.is_some() { faint } else { style };
    let right = match &choice.obstacle {
        Some(reason) => format!("not now: {reason}"),
        None => choice.keys.clone(),
    };
    writer.text(if selected { "▸ " } else { "  " }, style);
    if writer.room() > 50 {
        writer.field(choice.kind, KIND, faint).text(" ", style);
    }
    let room = writer.room();
    // The reason may take half of the line; the keys are short.
    let width = width_of(&right).min(room / 2);
    let left = room.saturating_sub(width + 2);
    let named = width_of(&crate::sanitize::escape_control(&choice.name)).min(left);
    writer.field(&choice.name, named, name);
    if left > named + 4 {
        writer.text("  ", style).field(&choice.detail, left - named - 2, faint);
    } else {
        writer.blanks(left - named, style);
    }
    writer.text(" ", style).field(&right, width, if selected { style } else { styles.key.patch(faint) }).fill(' ', style);
}
