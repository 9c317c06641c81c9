//! One line of typed text: the cursor, the common editing keys, and a window that follows the cursor.
//! Ours, because every text must be drawn by `LineWriter`, which escapes control characters of pasted text; `tui-input` does not.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::line_writer::LineWriter;
use crate::sanitize::escape_control;
use crate::text_width::{clusters, width_of};

/// The text and its cursor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InputLine {
    text: String,
    cursor: usize,
}

impl InputLine {
    /// A line with a text, the cursor after it.
    pub fn new(text: impl Into<String>) -> InputLine {
        let text = text.into();
        InputLine { cursor: text.len(), text }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The cursor, as a byte offset.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Replaces the text; the cursor goes after it.
    pub fn set(&mut self, text: impl Into<String>) {
        *self = InputLine::new(text);
    }

    /// Replaces some bytes; the cursor goes after the new text. A range that does not fit the text changes nothing.
    pub fn replace(&mut self, range: std::ops::Range<usize>, with: &str) {
        if self.text.get(range.clone()).is_some() {
            self.cursor = range.start + with.len();
            self.text.replace_range(range, with);
        }
    }

    /// Inserts pasted text; line ends become blanks, because this is one line.
    pub fn paste(&mut self, text: &str) {
        let one_line = text.trim_end_matches(['\r', '\n']).replace("\r\n", " ").replace(['\r', '\n', '\t'], " ");
        self.replace(self.cursor..self.cursor, &one_line);
    }

    /// Handles an editing key. False when the key does nothing here.
    pub fn key(&mut self, key: &KeyEvent) -> bool {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let (before, after) = self.text.split_at(self.cursor);
        // The cursor moves by clusters, as they are drawn.
        let previous = clusters(before).next_back().map_or(0, |(index, _, _)| index);
        let next = clusters(after).next().map_or(self.cursor, |(_, cluster, _)| self.cursor + cluster.len());
        let word = before.trim_end().rfind(' ').map_or(0, |index| index + 1);
        match key.code {
            KeyCode::Char('a') if control => self.cursor = 0,
            KeyCode::Char('e') if control => self.cursor = self.text.len(),
            KeyCode::Char('w') if control => self.replace(word..self.cursor, ""),
            KeyCode::Char('u') if control => self.replace(0..self.cursor, ""),
            KeyCode::Char('k') if control => self.text.truncate(self.cursor),
            KeyCode::Char('h') if control => self.replace(previous..self.cursor, ""),
            KeyCode::Char(character) if !control && !key.modifiers.contains(KeyModifiers::ALT) => {
                self.replace(self.cursor..self.cursor, character.encode_utf8(&mut [0; 4]));
            }
            KeyCode::Backspace => self.replace(previous..self.cursor, ""),
            KeyCode::Delete => {
                let cursor = self.cursor;
                self.replace(cursor..next, "");
            }
            KeyCode::Left => self.cursor = if control { word } else { previous },
            KeyCode::Right if control => {
                self.cursor +=
                    after.trim_start().find(' ').map_or(after.len(), |index| index + after.len() - after.trim_start().len());
            }
            KeyCode::Right => self.cursor = next,
            KeyCode::Home => self.cursor = 0,
            KeyCode::End => self.cursor = self.text.len(),
            _ => return false,
        }
        true
    }

    /// Draws prompt and text; returns where the cursor is.
    pub fn draw(&self, buffer: &mut Buffer, area: Rect, prompt: &str, prompt_style: Style, style: Style) -> Position {
        let mut writer = LineWriter::new(buffer, area, 0);
        writer.text(prompt, prompt_style);
        let start = writer.column();
        let room = writer.room().max(1);
        // The window begins where the cursor is still inside it.
        let mut from = 0;
        let width_to_cursor = |from: usize| width_of(&escape_control(&self.text[from..self.cursor]));
        while width_to_cursor(from) >= room {
            from += clusters(&self.text[from..]).next().map_or(1, |(_, cluster, _)| cluster.len());
        }
        writer.text(&self.text[from..], style).fill(' ', style);
        let column = start + width_to_cursor(from) as u16; // less than the width of the area
        Position::new(column.min(area.right().saturating_sub(1)), area.y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::key::KeyPress;

    #[test]
    fn keys_edit_the_line() {
        for (before, keys, expected, cursor) in [
            ("", "a b", "ab", 2),
            ("Größe", "left left backspace", "Grße", 2),
            ("one two", "ctrl-w", "one ", 4),
            ("one two", "ctrl-left x", "one xtwo", 5),
            ("one two", "home ctrl-right !", "one! two", 4),
            ("abc", "ctrl-a ctrl-k", "", 0),
            ("abc", "left ctrl-u", "c", 0),
            ("日本", "left delete", "日", 3),
            ("a🇩🇪", "backspace", "a", 1),
            ("👨\u{200d}👩\u{200d}👧b", "home delete", "b", 0),
            ("e\u{301}x", "left left y", "ye\u{301}x", 1),
        ] {
            let mut line = InputLine::new(before);
            for key in keys.split(' ') {
                let event = match key {
                    "backspace" => KeyEvent::from(KeyCode::Backspace),
                    "delete" => KeyEvent::from(KeyCode::Delete),
                    _ => KeyPress::parse(key).unwrap().event(),
                };
                assert!(line.key(&event), "{key}");
            }
            assert_eq!((line.text(), line.cursor()), (expected, cursor), "{before:?} {keys}");
        }
    }

    #[test]
    fn pasted_line_ends_become_blanks() {
        let mut line = InputLine::new("a");
        line.paste("b\r\nc\rd\n");
        assert_eq!(line.text(), "ab c d");
    }

    #[test]
    fn the_window_follows_the_cursor() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 8, 1));
        let line = InputLine::new("0123456789");
        let at = line.draw(&mut buffer, Rect::new(0, 0, 8, 1), ":", Style::new(), Style::new());
        assert_eq!(at, Position::new(7, 0));
        assert_eq!(buffer.content().iter().map(|cell| cell.symbol()).collect::<String>(), ":456789 ");
    }
}
