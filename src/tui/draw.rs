//! One frame: the panes, the overlays from the bottom to the top, header and status line. Reads the state and changes nothing.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::app::App;
use super::context::ReadContext;
use super::layout::{self, Areas, Pane};
use super::pane;
use super::state::ScreenOverlay;
use super::widget::{LineWriter, RULE, draw_vertical_rule};

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
    separate(app, &areas, areas.separator, buffer);
    for overlay in app.overlays.iter() {
        // The cursor is that of the overlay on top, which comes last.
        drawn.cursor = match overlay {
            ScreenOverlay::StationDetails(page) => {
                drawn.counts_seconds |= pane::station_details(app, *page, outside, areas.body, buffer);
                None
            }
            ScreenOverlay::Overview => {
                drawn.counts_seconds |= pane::overview(app, outside, areas.body, buffer);
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
            ScreenOverlay::DeviceModelPage(page) => {
                pane::device_model_page(app, page, outside, areas.body, buffer);
                None
            }
            ScreenOverlay::ConnectionPage(page) => {
                pane::connection_page(app, page, outside, areas.body, buffer);
                None
            }
            ScreenOverlay::ReplayPage(page) => {
                pane::replay_page(app, page, outside, areas.body, buffer);
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
            ScreenOverlay::Editor(editor) => {
                let cursor = pane::editor(app, editor, areas.editor, buffer);
                separate(app, &areas, beside(areas.editor), buffer);
                cursor
            }
            ScreenOverlay::ActionPicker(picker) => {
                let cursor = pane::action_picker(app, picker, outside, areas.editor, buffer);
                separate(app, &areas, beside(areas.editor), buffer);
                Some(cursor)
            }
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
    draw_bottom_rule(app, &areas, buffer);
    drawn.cursor = pane::status(app, outside, &areas, buffer).or(drawn.cursor);
    drawn
}

/// The column at the left of an area.
fn beside(area: Rect) -> Rect {
    match area.x.checked_sub(1) {
        Some(x) => Rect { x, width: 1, ..area },
        None => Rect::default(),
    }
}

/// Draws the rule between the stations and the rest, or a part of it, down to the rule at the bottom, and joins it to the titles of the
/// panes.
fn separate(app: &App, areas: &Areas, column: Rect, buffer: &mut Buffer) {
    if column.area() == 0 {
        return;
    }
    let styles = &app.theme.styles;
    // The last one is the rule above the verdict of the editor.
    let verdict = areas.editor.bottom().saturating_sub(2);
    let rules = [areas.stations.y, areas.trace.y, areas.message.y, areas.editor.y, areas.details().y, verdict];
    let above = column.y - u16::from(column.y > areas.body.y);
    let column = Rect { y: above, height: areas.body.bottom() - above, ..column };
    draw_vertical_rule(buffer, column, &rules, styles.rule, styles.rule_focused);
}

/// Draws the rule above the status line, joined to the vertical rule where that ends on it.
fn draw_bottom_rule(app: &App, areas: &Areas, buffer: &mut Buffer) {
    let (styles, area) = (&app.theme.styles, areas.bottom_rule);
    if area.height == 0 {
        return;
    }
    LineWriter::new(buffer, area, 0).fill(RULE, styles.rule);
    let ends = |at: Position| buffer.cell(at).is_some_and(|cell| matches!(cell.symbol(), "│" | "├" | "┤" | "┝" | "┥"));
    if areas.separator.width > 0 && ends(Position::new(areas.separator.x, area.y - 1)) {
        buffer[(areas.separator.x, area.y)].set_char('┴');
    }
}
