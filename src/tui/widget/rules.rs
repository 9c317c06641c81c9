//! Rules between panes: light lines, heavy above what has the keyboard, joined where they meet.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

/// The line of a rule.
pub const RULE: char = '─';
/// The line of the rule above what has the keyboard.
pub const HEAVY_RULE: char = '━';

/// How strong the rule is that ends at a side of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stroke {
    None,
    Light,
    Heavy,
}

impl Stroke {
    /// The stroke that a cell beside the vertical rule has.
    fn of(buffer: &Buffer, x: Option<u16>, y: u16) -> Stroke {
        match x.and_then(|x| buffer.cell(Position::new(x, y))).map(ratatui::buffer::Cell::symbol) {
            Some("─") => Stroke::Light,
            Some("━") => Stroke::Heavy,
            _ => Stroke::None,
        }
    }
}

/// Draws a vertical rule, one column wide, from the line of the first row of the area downwards, and joins it to the horizontal rules that
/// end beside it on the given rows.
pub fn draw_vertical_rule(buffer: &mut Buffer, area: Rect, rows: &[u16], light: Style, heavy: Style) {
    let area = area.intersection(buffer.area);
    for y in area.top()..area.bottom() {
        let (left, right) = if rows.contains(&y) {
            (Stroke::of(buffer, area.x.checked_sub(1), y), Stroke::of(buffer, area.x.checked_add(1), y))
        } else {
            (Stroke::None, Stroke::None)
        };
        let symbol = joint(y > area.top(), left, right);
        let style = if left == Stroke::Heavy || right == Stroke::Heavy { heavy } else { light };
        if let Some(cell) = buffer.cell_mut(Position::new(area.x, y)) {
            cell.set_char(symbol).set_style(style);
        }
    }
}

/// The sign where a light vertical rule meets two horizontal ones.
fn joint(up: bool, left: Stroke, right: Stroke) -> char {
    use Stroke::{Heavy, Light, None};
    let of = |signs: [char; 2]| if up { signs[0] } else { signs[1] };
    match (left, right) {
        (None, None) => '│',
        (None, Light) => of(['├', '┌']),
        (None, Heavy) => of(['┝', '┍']),
        (Light, None) => of(['┤', '┐']),
        (Heavy, None) => of(['┥', '┑']),
        (Light, Light) => of(['┼', '┬']),
        (Heavy, Light) => of(['┽', '┭']),
        (Light, Heavy) => of(['┾', '┮']),
        (Heavy, Heavy) => of(['┿', '┯']),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_joined_where_they_meet() {
        for (screen, rows, expected) in [
            (["━━ ──", "     ", "── ──", "   ━━"], [0, 2, 3].as_slice(), "┭│┼┝"),
            (["   ──", "── ─ ", "━━ ━━", "━━   "], &[0, 1, 2, 3], "┌┼┿┥"),
            (["     ", "── ──", "     ", "     "], &[0], "││││"),
        ] {
            let mut buffer = Buffer::with_lines(screen);
            draw_vertical_rule(&mut buffer, Rect::new(2, 0, 1, 4), rows, Style::new(), Style::new());
            let column: String = (0..4).map(|y| buffer[(2, y)].symbol().to_owned()).collect();
            assert_eq!(column, expected, "{screen:?}");
        }
    }
}
