//! JSON in its colours, for the editor and the list of actions.

use ratatui::style::Style;

use crate::tui::theme::Styles;
use crate::tui::widget::{LineWriter, TextInk, colour_line, head};

/// Writes a line of JSON in its colours, no more of it than there is room for.
pub fn json(text: &str, styles: &Styles, writer: &mut LineWriter<'_>) {
    let text = head(text, 4 * writer.room() + 16);
    let mut at = 0;
    for (range, ink) in colour_line(text) {
        writer.text(&text[at..range.start], styles.base).text(&text[range.clone()], ink_style(ink, styles));
        at = range.end;
    }
}

/// The style of a piece of JSON.
pub fn ink_style(ink: TextInk, styles: &Styles) -> Style {
    match ink {
        TextInk::Key => styles.json_key,
        TextInk::Text => styles.json_text,
        TextInk::Number => styles.json_number,
        TextInk::Word => styles.json_word,
        TextInk::Mark => styles.json_mark,
    }
}
