//! One frame: the panes, what lies over them, header and status line. Reads the state and changes nothing.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::app::App;
use super::context::ReadContext;
use super::layout;
use super::layout::Pane;
use super::pane;
use super::widget::LineWriter;

/// What the loop must know about the frame that was drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DrawnAreas {
    /// Where the terminal's cursor belongs; `None` hides it.
    pub cursor: Option<Position>,
    /// Whether a number of seconds is shown that changes by itself.
    pub counts_seconds: bool,
}

/// Draws the screen.
pub fn draw(app: &App, outside: &ReadContext<'_>, buffer: &mut Buffer) -> DrawnAreas {
    let styles = &app.theme.styles;
    let mut drawn = DrawnAreas::default();
    let screen = Rect { x: 0, y: 0, width: app.size.width, height: app.size.height }.intersection(buffer.area);
    buffer.set_style(screen, styles.base);
    if layout::too_small(app.size) {
        pane::too_small(app.size, screen, buffer);
        return drawn;
    }
    let areas = app.areas();
    pane::header(app, outside, areas.header, buffer);
    pane::tabs(app, areas.tabs, buffer);
    for line in 0..areas.separator.height {
        LineWriter::new(buffer, areas.separator, line).fill('│', styles.rule);
    }
    if areas.pane(Pane::Stations).area() > 0 {
        drawn.counts_seconds |= pane::stations(app, outside, buffer);
    }
    if areas.pane(Pane::Trace).area() > 0 {
        drawn.counts_seconds |= pane::trace(app, outside, buffer);
    }
    if areas.pane(Pane::Message).area() > 0 {
        pane::message(app, outside, buffer);
    }
    if let Some(page) = app.page {
        drawn.counts_seconds |= pane::page(app, page, outside, areas.body, buffer);
    }
    if let Some(editor) = &app.editor {
        pane::editor(app, editor, areas.editor, buffer);
    }
    if let Some(picker) = &app.picker {
        drawn.cursor = Some(pane::picker(app, picker, outside, areas.editor, buffer));
    }
    if let Some(chooser) = &app.chooser {
        drawn.cursor = Some(pane::chooser(app, chooser, areas.body, buffer));
    }
    if let Some(reading) = &app.reading {
        pane::reading(app, reading, areas.body, buffer);
    }
    drawn.cursor = pane::status(app, &areas, buffer).or(drawn.cursor);
    drawn
}
