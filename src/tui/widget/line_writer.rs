//! Writes text into the cells of one line, cut by its width on the screen and with control characters escaped. Every row of every
//! pane is written with it, so no row can leave its area or move the cursor.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::sanitize::escape_control;
use crate::text_width::{clusters, width_of};

/// At most so many bytes of a text, cut between characters.
pub fn head(text: &str, limit: usize) -> &str {
    let mut end = limit.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// A place in a line that moves to the right as text is written.
#[derive(Debug)]
pub struct LineWriter<'a> {
    buffer: &'a mut Buffer,
    x: u16,
    y: u16,
    end: u16,
}

impl<'a> LineWriter<'a> {
    /// Starts at the left of one line of an area. Outside the buffer it writes nothing.
    pub fn new(buffer: &'a mut Buffer, area: Rect, line: u16) -> LineWriter<'a> {
        let y = area.y.saturating_add(line);
        let inside = area.intersection(buffer.area);
        let (x, end) = if y >= inside.bottom() || y < inside.y { (0, 0) } else { (inside.x, inside.right()) };
        LineWriter { buffer, x, y, end }
    }

    /// How many columns are left.
    pub fn room(&self) -> usize {
        usize::from(self.end.saturating_sub(self.x))
    }

    /// Where the next text goes.
    pub fn column(&self) -> u16 {
        self.x
    }

    /// Writes a text, cut at the end of the line with `…`.
    pub fn text(&mut self, text: &str, style: Style) -> &mut Self {
        let room = self.room();
        self.put(text, room, style);
        self
    }

    /// Writes a text into a field of this width: cut with `…` when longer, followed by blanks when shorter.
    pub fn field(&mut self, text: &str, width: usize, style: Style) -> &mut Self {
        let width = width.min(self.room());
        let used = self.put(text, width, style);
        self.blanks(width - used, style)
    }

    /// Writes a text at the right of a field of this width.
    pub fn right(&mut self, text: &str, width: usize, style: Style) -> &mut Self {
        let blanks = width.min(self.room()).saturating_sub(width_of(text));
        self.blanks(blanks, style).field(text, width - blanks, style)
    }

    /// Leaves columns blank.
    pub fn blanks(&mut self, count: usize, style: Style) -> &mut Self {
        for _ in 0..count.min(self.room()) {
            self.buffer[(self.x, self.y)].set_char(' ').set_style(style);
            self.x += 1;
        }
        self
    }

    /// Fills the rest of the line.
    pub fn fill(&mut self, symbol: char, style: Style) {
        while self.x < self.end {
            self.buffer[(self.x, self.y)].set_char(symbol).set_style(style);
            self.x += 1;
        }
    }

    /// Moves to a column that lies this far before the end of the line.
    pub fn up_to_right(&mut self, distance: usize, symbol: char, style: Style) -> &mut Self {
        while self.room() > distance {
            self.buffer[(self.x, self.y)].set_char(symbol).set_style(style);
            self.x += 1;
        }
        self
    }

    /// Writes at most `width` columns; returns how many. A cluster is written as a whole or not at all.
    fn put(&mut self, text: &str, width: usize, style: Style) -> usize {
        if width == 0 {
            return 0;
        }
        // Only the visible part is read: a message may have megabytes. A cluster rarely has more characters than this.
        let head = match text.char_indices().nth(width * 8 + 32) {
            Some((end, _)) => &text[..end],
            None => text,
        };
        let shown = escape_control(head);
        let fits = head.len() == text.len() && width_of(&shown) <= width;
        let mut used = 0;
        for (_, cluster, columns) in clusters(&shown) {
            if columns == 0 {
                continue;
            }
            if used + columns > width - usize::from(!fits) {
                break;
            }
            self.cell(cluster, columns as u16, style); // a few columns
            used += columns;
        }
        if !fits {
            self.cell("…", 1, style);
            used += 1;
        }
        used
    }

    /// Writes one cluster; the further cells of a wide one are blank.
    fn cell(&mut self, cluster: &str, columns: u16, style: Style) {
        self.buffer[(self.x, self.y)].set_symbol(cluster).set_style(style);
        for further in 1..columns {
            self.buffer[(self.x + further, self.y)].reset();
            self.buffer[(self.x + further, self.y)].set_style(style);
        }
        self.x += columns;
    }
}

/// Breaks a sentence into lines of at most this width. A word that is wider gets a line of its own.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().filter(|line| line.is_empty() || width_of(line) + 1 + width_of(word) <= width);
        match line {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text_width::ODD_TEXTS;

    fn written(width: u16, write: impl FnOnce(&mut LineWriter<'_>)) -> String {
        let area = Rect::new(0, 0, width, 1);
        let mut buffer = Buffer::empty(area);
        write(&mut LineWriter::new(&mut buffer, area, 0));
        // A wide character is followed by a cell without text of its own.
        let mut text = String::new();
        let mut skip = 0;
        for cell in buffer.content() {
            if skip == 0 {
                text.push_str(cell.symbol());
                skip = width_of(cell.symbol()).saturating_sub(1);
            } else {
                skip -= 1;
            }
        }
        text
    }

    #[test]
    fn text_is_cut_by_its_width_and_made_harmless() {
        for (text, width, expected) in [
            ("abc", 5, "abc  "),
            ("abcdef", 5, "abcd…"),
            ("日本語", 5, "日本…"),
            ("日本語", 4, "日… "),
            ("日本語", 6, "日本語"),
            ("a\x1b[2J", 9, "a\\u{1b}[…"),
            ("abc", 1, "…"),
            ("", 2, "  "),
        ] {
            assert_eq!(
                written(width, |writer| {
                    writer.text(text, Style::new());
                }),
                expected,
                "{text:?} in {width}"
            );
        }
    }

    #[test]
    fn odd_texts_lose_nothing_and_leave_the_next_column_where_it_is() {
        for text in ODD_TEXTS {
            for room in width_of(text)..width_of(text) + 3 {
                let line = written(40, |writer| {
                    writer.field(text, room, Style::new()).text("|", Style::new());
                });
                let blanks = " ".repeat(room - width_of(text));
                assert!(line.starts_with(&format!("{text}{blanks}|")), "{text:?} in {room}: {line:?}");
            }
            for room in 0..width_of(text) {
                let line = written(40, |writer| {
                    writer.field(text, room, Style::new()).text("|", Style::new());
                });
                let (field, _) = line.split_once('|').unwrap();
                assert_eq!(width_of(field), room, "{text:?} in {room}: {line:?}");
                assert!(room == 0 || field.contains('…'), "{text:?} in {room}: {line:?}");
            }
        }
    }

    #[test]
    fn fields_align_left_and_right() {
        let line = written(14, |writer| {
            writer
                .field("ab", 4, Style::new())
                .right("7", 3, Style::new())
                .right("123456", 4, Style::new())
                .text("z", Style::new());
        });
        assert_eq!(line, "ab    7123…z  ");
    }

    #[test]
    fn nothing_is_written_outside_the_area() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 3, 2));
        for (area, line) in [(Rect::new(0, 0, 9, 9), 5), (Rect::new(7, 7, 2, 2), 0), (Rect::new(0, 0, 0, 0), 0)] {
            LineWriter::new(&mut buffer, area, line).text("abc", Style::new()).fill('x', Style::new());
        }
        assert_eq!(buffer, Buffer::empty(Rect::new(0, 0, 3, 2)));
    }

    #[test]
    fn sentences_break_at_blanks() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("ws://very-long-address x", 5), ["ws://very-long-address", "x"]);
        assert_eq!(wrap("", 5), [""]);
    }
}
