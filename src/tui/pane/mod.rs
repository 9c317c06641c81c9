//! How panes and overlays look, one file for each. The state that is drawn is in `state`.

mod action_picker;
mod column_chooser;
mod configuration_page;
mod connection_page;
mod device_model_page;
mod editor;
mod header;
mod held_pane;
mod hints;
mod json;
mod machine;
mod message;
mod overview;
mod pager;
mod palette;
mod profiles_page;
mod replay_page;
mod station_details;
mod stations;
mod status;
mod trace;

pub use action_picker::action_picker;
pub use column_chooser::column_chooser;
pub use configuration_page::{configuration_lines, configuration_page};
pub use connection_page::{connection_lines, connection_page};
pub use device_model_page::{device_model_lines, device_model_page};
pub use editor::editor;
pub use header::{header, tab_at, tabs, too_small, window_title};
pub use held_pane::{held_lines, held_pane};
pub use message::{message, message_tab_at};
pub use overview::{overview, overview_areas, report_context};
pub use pager::pager;
pub use palette::palette;
pub use profiles_page::profiles_page;
pub use replay_page::replay_page;
pub use station_details::{page_lines, station_details};
#[cfg(test)]
pub use stations::connector as connector_sign;
pub use stations::stations;
pub use status::{hint_at, status};
pub use trace::trace;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::action::KeyContext;
use super::app::App;
use super::layout::{Pane, below};
use super::state::LineTone;
use super::theme::Styles;
use super::widget::{HEAVY_RULE, LineWriter, RULE, clear_below, width_of, wrap};
use crate::ocpp::units;
use crate::trace::transactions::ChargingLimit;

/// Draws a page in place of panes: clears its area and draws the rule above it, with its title, remarks, and a count at the right.
/// Returns what is below the rule.
fn draw_page(app: &App, title: &str, remarks: &[(String, Style)], counts: &str, area: Rect, buffer: &mut Buffer) -> Rect {
    let styles = &app.theme.styles;
    clear_below(buffer, area, styles.base);
    let name = (title, styles.rule_focused);
    let rule = TitleRule { symbol: HEAVY_RULE, style: styles.rule_focused, name, remarks, together: false };
    rule.draw(counts, styles, LineWriter::new(buffer, area, 0));
    below(area, 1)
}

/// The index of the remark in the title of a pane that is so many columns from its left.
fn remark_at(pane: Pane, remarks: &[(String, Style)], column: usize) -> Option<usize> {
    let mut start = width_of(pane.title()) + 3;
    remarks.iter().enumerate().position(|(index, (text, _))| {
        start += if index == 0 || pane != Pane::Message { 2 } else { 1 };
        let width = width_of(text);
        let found = (start..start + width).contains(&column);
        start += width + 1;
        found
    })
}

/// Draws the rule above a pane: heavy when the pane has the keyboard, with its title, remarks, and counts at the right.
fn title(app: &App, pane: Pane, remarks: &[(String, Style)], counts: &str, area: Rect, buffer: &mut Buffer) {
    let styles = &app.theme.styles;
    let focused = has_keyboard(app, pane);
    let (rule, symbol) = if focused { (styles.rule_focused, HEAVY_RULE) } else { (styles.rule, RULE) };
    let name = (pane.title(), if focused { rule } else { styles.title });
    // The names of the views of a message belong together.
    let rule = TitleRule { symbol, style: rule, name, remarks, together: pane == Pane::Message };
    rule.draw(counts, styles, LineWriter::new(buffer, area, 0));
}

/// The rule above a pane or a page.
struct TitleRule<'a> {
    symbol: char,
    style: Style,
    name: (&'a str, Style),
    remarks: &'a [(String, Style)],
    /// Whether no stroke is between the remarks.
    together: bool,
}

impl TitleRule<'_> {
    /// Draws as many remarks as fit, and the counts when there is still room.
    fn draw(&self, counts: &str, styles: &Styles, mut writer: LineWriter<'_>) {
        let stroke = self.symbol.to_string();
        writer.text(&stroke, self.style).text(" ", self.style).text(self.name.0, self.name.1).text(" ", self.style);
        for (index, (text, style)) in self.remarks.iter().enumerate() {
            if writer.room() > width_of(text) + 2 {
                let apart = index == 0 || !self.together;
                writer.text(if apart { &stroke } else { "" }, self.style).text(" ", self.style);
                writer.text(text, *style).text(" ", self.style);
            }
        }
        end_rule(counts, (self.symbol, self.style), styles, writer);
    }
}

/// The rest of a rule, with counts at the right when there is room.
fn end_rule(counts: &str, (symbol, rule): (char, Style), styles: &Styles, mut writer: LineWriter<'_>) {
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

/// The style of a piece of text.
fn tone_style(tone: LineTone, styles: &Styles) -> Style {
    match tone {
        LineTone::Base => styles.base,
        LineTone::Muted => styles.muted,
        LineTone::Title => styles.title,
        LineTone::Key => styles.json_key,
        LineTone::Text => styles.json_text,
        LineTone::Number => styles.json_number,
        LineTone::Word => styles.json_word,
        LineTone::Mark => styles.json_mark,
        LineTone::Good => styles.good,
        LineTone::Warning => styles.warning,
        LineTone::Error => styles.error,
    }
}

/// The limit of a transaction.
fn limit_text(limit: ChargingLimit) -> String {
    match limit {
        ChargingLimit::Watts(watts) => units::power(watts),
        ChargingLimit::Amperes(amperes) => units::current(amperes),
    }
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
