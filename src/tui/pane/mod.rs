//! How panes and overlays look, one file for each. The state that is drawn is in `state`.

mod action_picker;
mod column_chooser;
mod configuration_page;
mod editor;
mod header;
mod held_pane;
mod hints;
mod json;
mod machine;
mod message;
mod pager;
mod palette;
mod profiles_page;
mod soap;
mod station_details;
mod stations;
mod status;
mod trace;

pub use action_picker::action_picker;
pub use column_chooser::column_chooser;
pub use configuration_page::{configuration_lines, configuration_page};
pub use editor::editor;
pub use header::{header, tabs, too_small};
pub use held_pane::held_pane;
pub use message::message;
pub use pager::pager;
pub use palette::palette;
pub use profiles_page::profiles_page;
pub use station_details::{page_lines, station_details};
#[cfg(test)]
pub use stations::connector as connector_sign;
pub use stations::stations;
pub use status::status;
pub use trace::trace;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::action::KeyContext;
use super::app::App;
use super::layout::Pane;
use super::widget::{LineWriter, width_of, wrap};

/// Draws the rule above a page that lies over the panes: its title, remarks, and a count at the right.
fn title_of_page(app: &App, title: &str, remarks: &[(String, Style)], counts: &str, area: Rect, buffer: &mut Buffer) {
    let styles = &app.theme.styles;
    let mut writer = LineWriter::new(buffer, area, 0);
    writer.text("━ ", styles.rule_focused).text(title, styles.rule_focused).text(" ", styles.rule_focused);
    for (text, style) in remarks {
        writer.text("━ ", styles.rule_focused).text(text, *style).text(" ", styles.rule_focused);
    }
    if writer.room() > width_of(counts) + 4 {
        writer.up_to_right(width_of(counts) + 3, '━', styles.rule_focused);
        writer.text(" ", styles.rule_focused).text(counts, styles.muted).text(" ", styles.rule_focused);
    }
    writer.fill('━', styles.rule_focused);
}

/// Draws the rule above a pane: heavy when the pane has the keyboard, with its title, remarks, and counts at the right.
fn title(app: &App, pane: Pane, remarks: &[(String, Style)], counts: &str, area: Rect, buffer: &mut Buffer) {
    let styles = &app.theme.styles;
    let focused = has_keyboard(app, pane);
    let (rule, symbol) = if focused { (styles.rule_focused, '━') } else { (styles.rule, '─') };
    let mut writer = LineWriter::new(buffer, area, 0);
    let stroke = symbol.to_string();
    writer.text(&stroke, rule);
    writer.text(" ", rule).text(pane.title(), if focused { styles.rule_focused } else { styles.title }).text(" ", rule);
    for (index, (text, style)) in remarks.iter().enumerate() {
        if writer.room() > width_of(text) + 2 {
            // The names of the views of a message belong together.
            let apart = index == 0 || pane != Pane::Message;
            writer.text(if apart { &stroke } else { "" }, rule).text(" ", rule).text(text, *style).text(" ", rule);
        }
    }
    if !counts.is_empty() && writer.room() > width_of(counts) + 4 {
        writer.up_to_right(width_of(counts) + 3, symbol, rule).text(" ", rule).text(counts, styles.muted).text(" ", rule);
    }
    writer.fill(symbol, rule);
}

/// Whether this pane has the keyboard.
fn has_keyboard(app: &App, pane: Pane) -> bool {
    matches!(
        (app.context(), pane),
        (KeyContext::Stations, Pane::Stations) | (KeyContext::Trace, Pane::Trace) | (KeyContext::Message, Pane::Message)
    )
}

/// The style of the selected line of a pane.
fn selection(app: &App, pane: Pane) -> Style {
    if has_keyboard(app, pane) { app.theme.styles.selection } else { app.theme.styles.selection_elsewhere }
}

/// Writes sentences into an empty pane, broken at blanks.
fn sentences(lines: &[(String, Style)], area: Rect, buffer: &mut Buffer) {
    let inside = Rect { x: area.x + area.width.min(2), width: area.width.saturating_sub(4), ..area };
    let mut row = 1;
    for (text, style) in lines {
        for line in wrap(text, usize::from(inside.width)) {
            if row >= inside.height {
                return;
            }
            LineWriter::new(buffer, inside, row).text(&line, *style);
            row += 1;
        }
    }
}
