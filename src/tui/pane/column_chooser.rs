//! The list of columns of the stations pane: which are chosen, in their order, and what each shows.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::app::App;
use crate::tui::state::ColumnChooser;
use crate::tui::widget::{BoxLook, LineWriter, draw_box};

/// The width of the headings.
const HEADINGS: usize = 12;
/// The width of the list.
const WIDTH: u16 = 84;

/// Draws the list over the right part of the panes, so that the stations stay visible beside it.
pub fn column_chooser(app: &App, chooser: &ColumnChooser, body: Rect, buffer: &mut Buffer) {
    let styles = &app.theme.styles;
    let (width, height) = (WIDTH.min(body.width), (chooser.columns().len() as u16 + 2).min(body.height)); // a few columns
    let area = Rect { x: body.right() - width, y: body.bottom() - height, width, height };
    let inside = draw_box(buffer, body, area, "columns of the stations", BoxLook::focused(styles));
    let rows = usize::from(inside.height);
    let top = chooser.selected().saturating_sub(rows.saturating_sub(1));
    for (line, (index, (column, chosen))) in chooser.columns().iter().enumerate().skip(top).take(rows).enumerate() {
        let style = if index == chooser.selected() { styles.selection } else { styles.base };
        let detail = if index == chooser.selected() { style } else { styles.muted };
        let mut writer = LineWriter::new(buffer, inside, line as u16); // less than the height
        writer.text(if *chosen { "✓ " } else { "  " }, style).field(column.heading(), HEADINGS, style);
        writer.text(column.meaning(), detail).fill(' ', style);
    }
}
