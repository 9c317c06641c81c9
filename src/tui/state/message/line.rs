//! A line of the message pane as pieces of text with their meaning. The colours are chosen where it is drawn.

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

/// A line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextLine {
    /// Its pieces, from left to right.
    pub pieces: Vec<(String, LineTone)>,
    /// The place in the payload that it is about, as a JSON pointer.
    pub place: Option<String>,
}

impl TextLine {
    /// A line of one piece.
    pub fn new(text: impl Into<String>, tone: LineTone) -> TextLine {
        TextLine { pieces: vec![(text.into(), tone)], place: None }
    }

    /// Adds a piece.
    pub fn and(mut self, text: impl Into<String>, tone: LineTone) -> TextLine {
        self.pieces.push((text.into(), tone));
        self
    }
}
