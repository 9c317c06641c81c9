//! Boxes over the panes: the frame of a dialogue, and the list of proposals beside a cursor.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::line_writer::{LineWriter, width_of};
use crate::console::CommandCandidate;
use crate::tui::theme::Styles;

/// The most columns of what is said beside a proposal.
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

/// Clears an area, draws a frame with a title around it and returns what is inside. Only the cells of the frame get the style of rules.
pub fn draw_box(buffer: &mut Buffer, area: Rect, title: &str, base: Style, rule: Style, heading: Style) -> Rect {
    let area = area.intersection(buffer.area);
    clear_below(buffer, area, base);
    if area.width < 4 || area.height < 3 {
        return area;
    }
    let rule = base.patch(rule);
    let last = area.height - 1;
    let right = Rect { x: area.right() - 1, width: 1, ..area };
    for line in 0..area.height {
        let mut edge = LineWriter::new(buffer, right, line);
        edge.text("│", rule);
        match line {
            0 => LineWriter::new(buffer, area, 0).text("┌", rule).up_to_right(1, '─', rule).text("┐", rule),
            _ if line == last => LineWriter::new(buffer, area, line).text("└", rule).up_to_right(1, '─', rule).text("┘", rule),
            _ => LineWriter::new(buffer, area, line).text("│", rule),
        };
    }
    if !title.is_empty() {
        let place = Rect { x: area.x + 2, width: area.width - 3, ..area };
        LineWriter::new(buffer, place, 0).text(" ", rule).text(title, base.patch(heading)).text(" ", rule);
    }
    Rect::new(area.x + 1, area.y + 1, area.width - 2, area.height - 2)
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
    let inside = draw_box(buffer, Rect::new(x, y, width, height), &count, styles.popup, styles.rule, styles.muted);
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
