//! What lies over the panes: the frame of a list or a text, and the list of proposals beside a cursor.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::line_writer::LineWriter;
use super::rules::RULE;
use crate::console::CommandCandidate;
use crate::text_width::width_of;
use crate::tui::theme::Styles;

/// The most columns of the text beside a proposal.
const DETAIL: usize = 80;
/// How many proposals are shown at once.
const SHOWN: usize = 14;

/// Makes room for a text over others: every cell of the area becomes blank, and so does a wide character that reaches into it from the
/// left, because half of it would stay. Whatever lies over something else begins with this, so that no cell has two texts.
pub fn clear_below(buffer: &mut Buffer, area: Rect, style: Style) {
    let area = area.intersection(buffer.area);
    let style = Style::reset().patch(style);
    for y in area.top()..area.bottom() {
        if let Some(left) = area.x.checked_sub(1).and_then(|x| buffer.cell_mut(Position::new(x, y)))
            && width_of(left.symbol()) > 1
        {
            left.set_char(' ');
        }
        for x in area.left()..area.right() {
            if let Some(cell) = buffer.cell_mut(Position::new(x, y)) {
                cell.set_char(' ').set_style(style);
            }
        }
    }
}

/// Draws the frame of something that floats over the panes: rounded, a blank column inside and, where `bounds` has room, outside, so that
/// texts below do not touch it. Returns what is inside. Only the cells of the frame get the style of rules.
pub fn draw_box(buffer: &mut Buffer, bounds: Rect, area: Rect, title: &str, look: BoxLook) -> Rect {
    let area = area.intersection(buffer.area);
    let around = Rect { x: area.x.saturating_sub(1), width: area.width.saturating_add(2), ..area };
    clear_below(buffer, around.intersection(bounds), look.around);
    clear_below(buffer, area, look.base);
    if area.width < 6 || area.height < 3 {
        return area;
    }
    let rule = look.base.patch(look.rule);
    let last = area.height - 1;
    let right = Rect { x: area.right() - 1, width: 1, ..area };
    for line in 0..area.height {
        let (left, end) = match line {
            0 => ("╭", "╮"),
            _ if line == last => ("╰", "╯"),
            _ => ("│", "│"),
        };
        let mut writer = LineWriter::new(buffer, area, line);
        writer.text(left, rule);
        if line == 0 || line == last {
            writer.up_to_right(1, RULE, rule);
        }
        LineWriter::new(buffer, right, line).text(end, rule);
    }
    if !title.is_empty() {
        let place = Rect { x: area.x + 2, width: area.width - 3, ..area };
        LineWriter::new(buffer, place, 0).text(" ", rule).text(title, look.base.patch(look.title)).text(" ", rule);
    }
    Rect::new(area.x + 2, area.y + 1, area.width - 4, area.height - 2)
}

/// How a box looks.
#[derive(Debug, Clone, Copy)]
pub struct BoxLook {
    /// Inside.
    pub base: Style,
    /// Beside it.
    pub around: Style,
    /// The frame.
    pub rule: Style,
    /// The title.
    pub title: Style,
}

impl BoxLook {
    /// A box that has the keyboard.
    pub fn focused(styles: &Styles) -> BoxLook {
        BoxLook { base: styles.base, around: styles.base, rule: styles.rule_focused, title: styles.title }
    }

    /// A list that only helps with typing.
    pub fn list(styles: &Styles) -> BoxLook {
        BoxLook { base: styles.popup, around: styles.base, rule: styles.rule, title: styles.muted }
    }
}

/// Draws the proposals beside a cursor: below it where there is room, else above it.
pub fn draw_candidates(
    buffer: &mut Buffer,
    bounds: Rect,
    at: Position,
    candidates: &[CommandCandidate],
    selected: usize,
    styles: &Styles,
) {
    let bounds = bounds.intersection(buffer.area);
    if candidates.is_empty() || bounds.width < 12 || bounds.height < 4 {
        return;
    }
    let texts = candidates.iter().map(|candidate| width_of(&candidate.text)).max().unwrap_or(0).min(40);
    let details = candidates.iter().map(|candidate| width_of(&candidate.detail)).max().unwrap_or(0).min(DETAIL);
    let width = (texts + details + 6).min(usize::from(bounds.width)) as u16; // a u16 in size
    let below = bounds.bottom().saturating_sub(at.y + 1);
    let above = at.y.saturating_sub(bounds.y);
    let wanted = candidates.len().min(SHOWN) as u16 + 2;
    let height = wanted.min(below.max(above));
    if height < 3 {
        return;
    }
    let y = if below >= height { at.y + 1 } else { at.y - height };
    let x = at.x.min(bounds.right() - width).max(bounds.x);
    let count = if candidates.len() > SHOWN { format!("{}/{}", selected + 1, candidates.len()) } else { String::new() };
    let inside = draw_box(buffer, bounds, Rect::new(x, y, width, height), &count, BoxLook::list(styles));
    let rows = usize::from(inside.height);
    let top = selected.saturating_sub(rows.saturating_sub(1));
    for (row, (index, candidate)) in candidates.iter().enumerate().skip(top).take(rows).enumerate() {
        let style = if index == selected { styles.popup_selected } else { styles.popup };
        let detail = if index == selected { style } else { style.patch(styles.muted) };
        let mut writer = LineWriter::new(buffer, inside, row as u16);
        writer.text(if candidate.required { "*" } else { " " }, style);
        writer.field(&candidate.text, texts + 1, style).text(&candidate.detail, detail).fill(' ', style);
    }
}
