//! One frame: the panes, the overlays from the bottom to the top, header and status line. Reads the state and changes nothing.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::app::App;
use super::context::ReadContext;
use super::layout::{self, Pane};
use super::pane;
use super::state::ScreenOverlay;
use super::widget::LineWriter;

/// What the loop needs to know about the frame that was drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DrawnAreas {
    /// The position of the terminal's cursor; `None` hides it.
    pub cursor: Option<Position>,
    /// Whether something on it counts seconds.
    pub counts_seconds: bool,
    /// When something on it changes that changes more seldom, by the monotonic clock in microseconds.
    pub changes_at: Option<u64>,
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
    drawn.counts_seconds |= pane::header(app, outside, areas.header, buffer);
    pane::tabs(app, areas.tabs, buffer);
    for line in 0..areas.separator.height {
        LineWriter::new(buffer, areas.separator, line).fill('│', styles.rule);
    }
    if areas.pane(Pane::Stations).area() > 0 {
        let clock = pane::stations(app, outside, buffer);
        drawn.counts_seconds |= clock.every_second;
        drawn.changes_at = clock.at_micros;
    }
    if areas.pane(Pane::Trace).area() > 0 {
        drawn.counts_seconds |= pane::trace(app, outside, buffer);
    }
    if areas.pane(Pane::Message).area() > 0 {
        pane::message(app, outside, buffer);
    }
    for overlay in app.overlays.iter() {
        // The cursor is that of the overlay on top, which comes last.
        drawn.cursor = match overlay {
            ScreenOverlay::StationDetails(page) => {
                drawn.counts_seconds |= pane::station_details(app, *page, outside, areas.body, buffer);
                None
            }
            ScreenOverlay::ProfilesPage(page) => {
                pane::profiles_page(app, page, outside, areas.body, buffer);
                None
            }
            ScreenOverlay::ConfigurationPage(page) => {
                pane::configuration_page(app, page, outside, areas.body, buffer);
                None
            }
            ScreenOverlay::ColumnChooser(chooser) => {
                pane::column_chooser(app, chooser, areas.body, buffer);
                None
            }
            ScreenOverlay::HeldPane(held) => {
                pane::held_pane(app, held, outside, areas.body, buffer);
                drawn.counts_seconds = true;
                None
            }
            ScreenOverlay::Editor(editor) => pane::editor(app, editor, areas.editor, buffer),
            ScreenOverlay::ActionPicker(picker) => Some(pane::action_picker(app, picker, outside, areas.editor, buffer)),
            ScreenOverlay::Palette(palette) => Some(pane::palette(app, palette, areas.body, buffer)),
            ScreenOverlay::Pager(pager) => {
                pane::pager(app, pager, areas.body, buffer);
                None
            }
            // They have one line; the status line draws the one on top.
            ScreenOverlay::FilterLine(_)
            | ScreenOverlay::CommandLine
            | ScreenOverlay::Prompt(_)
            | ScreenOverlay::Confirm(_) => None,
        };
    }
    drawn.cursor = pane::status(app, outside, &areas, buffer).or(drawn.cursor);
    drawn
}
