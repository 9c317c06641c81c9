//! The help and other texts, over the panes.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::tone_style;
use crate::tui::app::App;
use crate::tui::state::{KEYS, Pager, PagerLine, WIDEST};
use crate::tui::widget::{BoxLook, LineWriter, draw_box};

/// Draws the text into the middle of an area.
pub fn pager(app: &App, pager: &Pager, area: Rect, buffer: &mut Buffer) {
    let styles = &app.theme.styles;
    let width = area.width.min(WIDEST);
    let middle = Rect { x: area.x + (area.width - width) / 2, width, ..area };
    let inside = draw_box(buffer, area, middle, &pager.title, BoxLook::focused(styles));
    let top = pager.top.min(pager.lines.len().saturating_sub(usize::from(inside.height)));
    for (row, line) in pager.lines.iter().skip(top).take(usize::from(inside.height)).enumerate() {
        let mut writer = LineWriter::new(buffer, inside, row as u16); // less than the height
        match line {
            PagerLine::Heading(text) => writer.text(text, styles.title),
            PagerLine::Keys(names, help) if help.is_empty() => writer.blanks(1, styles.base).text(names, styles.key),
            PagerLine::Keys(names, help) => {
                writer.blanks(1, styles.base).field(names, KEYS, styles.key).text("  ", styles.base).text(help, styles.base)
            }
            PagerLine::Text(text) => writer.text(text, styles.base),
            PagerLine::Json(pieces) => {
                for (text, tone) in pieces {
                    writer.text(text, styles.base.patch(tone_style(*tone, styles)));
                }
                &mut writer
            }
        };
    }
}
