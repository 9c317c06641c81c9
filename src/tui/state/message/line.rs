//! A line of the message pane as pieces of text with their meaning. The colours are chosen where it is drawn, and how it is broken into
//! rows of the screen is in `rows`.

use crate::tui::widget::{TextInk, colour_line};

/// What a piece of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineTone {
    /// Nothing special.
    Base,
    /// What matters less.
    Muted,
    /// A heading.
    Title,
    /// The name of a property.
    Key,
    /// A JSON text.
    Text,
    /// A JSON number.
    Number,
    /// `true`, `false`, `null`.
    Word,
    /// Brackets and signs.
    Mark,
    /// As it should be; added.
    Good,
    /// Tolerated.
    Warning,
    /// Wrong; removed.
    Error,
}

impl From<TextInk> for LineTone {
    fn from(ink: TextInk) -> LineTone {
        match ink {
            TextInk::Key => LineTone::Key,
            TextInk::Text => LineTone::Text,
            TextInk::Number => LineTone::Number,
            TextInk::Word => LineTone::Word,
            TextInk::Mark => LineTone::Mark,
        }
    }
}

/// A line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextLine {
    /// Its pieces, from left to right.
    pub pieces: Vec<(String, LineTone)>,
    /// The place in the payload that it is about, as a JSON pointer.
    pub place: Option<String>,
    /// The columns before the rows that continue it; `None` is a little more than its own indentation.
    pub hang: Option<usize>,
    /// Whether it is broken at the end of the row rather than at a blank, so that nothing of it is left out.
    pub exact: bool,
    /// Whether it stands for the selected record.
    pub selected: bool,
}

impl TextLine {
    /// A line of one piece.
    pub fn new(text: impl Into<String>, tone: LineTone) -> TextLine {
        TextLine { pieces: vec![(text.into(), tone)], ..TextLine::default() }
    }

    /// A line of JSON in its colours.
    pub fn json(text: &str) -> TextLine {
        let mut line = TextLine::default();
        let mut at = 0;
        for (range, ink) in colour_line(text) {
            if at < range.start {
                line = line.and(&text[at..range.start], LineTone::Base);
            }
            at = range.end;
            line = line.and(&text[range], ink.into());
        }
        if at < text.len() { line.and(&text[at..], LineTone::Base) } else { line }
    }

    /// Adds a piece.
    pub fn and(mut self, text: impl Into<String>, tone: LineTone) -> TextLine {
        self.pieces.push((text.into(), tone));
        self
    }

    /// Sets the columns before the rows that continue it.
    pub fn hanging(mut self, columns: usize) -> TextLine {
        self.hang = Some(columns);
        self
    }

    /// Its text without colours.
    pub fn text(&self) -> String {
        self.pieces.iter().map(|(text, _)| text.as_str()).collect()
    }
}
