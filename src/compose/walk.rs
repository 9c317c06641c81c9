//! The structure of a token sequence: which containers are open and what they wait for. It forgives what the lexer forgives; the
//! cursor's place and the spans of values are found with it.

use super::lexer::{Token, TokenKind, closed_frames};

/// One step down into a JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The value of a key.
    Key(String),
    /// An element of a list.
    Index(usize),
}

/// What may stand at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// A key.
    Key,
    /// The colon after a key.
    Colon,
    /// A value.
    Value,
    /// A comma or the end of the container.
    Separator,
    /// Nothing more: the text's value is complete.
    End,
}

/// An open container.
#[derive(Debug)]
pub(super) enum Frame {
    /// An object.
    Object {
        /// The keys so far.
        keys: Vec<String>,
        /// What comes next.
        expected: Expected,
    },
    /// A list.
    Array {
        /// The index of the current element.
        index: usize,
        /// Whether that element is there already.
        filled: bool,
    },
}

impl Frame {
    pub const fn is_object(&self) -> bool {
        matches!(self, Frame::Object { .. })
    }

    fn step(&self) -> Step {
        match self {
            Frame::Object { keys, .. } => Step::Key(keys.last().cloned().unwrap_or_default()),
            Frame::Array { index, .. } => Step::Index(*index),
        }
    }
}

/// Follows tokens.
#[derive(Debug, Default)]
pub(super) struct Walker {
    pub frames: Vec<Frame>,
    complete: bool,
}

impl Walker {
    /// Takes in the next token.
    pub fn feed(&mut self, token: &Token, text: &str) {
        match token.kind {
            TokenKind::Whitespace => {}
            TokenKind::Punctuation => self.punctuation(token.text(text)),
            TokenKind::Key => self.key(token.content(text)),
            // A bare word in the place of a key is a key whose quotes were forgotten.
            TokenKind::Error if self.expected() == Expected::Key => self.key(token.content(text)),
            TokenKind::String | TokenKind::Number | TokenKind::Literal | TokenKind::Error => self.value_done(),
        }
    }

    fn key(&mut self, key: String) {
        if let Some(Frame::Object { keys, expected }) = self.frames.last_mut() {
            keys.push(key);
            *expected = Expected::Colon;
        }
    }

    fn value_done(&mut self) {
        match self.frames.last_mut() {
            Some(Frame::Object { expected, .. }) => *expected = Expected::Separator,
            Some(Frame::Array { filled, .. }) => *filled = true,
            None => self.complete = true,
        }
    }

    fn punctuation(&mut self, mark: &str) {
        match mark {
            "{" => self.frames.push(Frame::Object { keys: Vec::new(), expected: Expected::Key }),
            "[" => self.frames.push(Frame::Array { index: 0, filled: false }),
            "}" | "]" => {
                let closing = closed_frames(mark == "}", self.frames.iter().rev().map(Frame::is_object));
                if closing > 0 {
                    self.frames.truncate(self.frames.len() - closing);
                    self.value_done();
                }
            }
            _ => match self.frames.last_mut() {
                Some(Frame::Object { expected, .. }) => *expected = if mark == ":" { Expected::Value } else { Expected::Key },
                Some(Frame::Array { index, filled }) if mark == "," => {
                    *index += 1;
                    *filled = false;
                }
                _ => {}
            },
        }
    }

    /// What may come next.
    pub fn expected(&self) -> Expected {
        match self.frames.last() {
            Some(Frame::Object { expected, .. }) => *expected,
            Some(Frame::Array { filled: true, .. }) => Expected::Separator,
            Some(Frame::Array { filled: false, .. }) => Expected::Value,
            None if self.complete => Expected::End,
            None => Expected::Value,
        }
    }

    /// The path of the innermost open container.
    pub fn container(&self) -> Vec<Step> {
        let around = self.frames.len().saturating_sub(1);
        self.frames[..around].iter().map(Frame::step).collect()
    }

    /// The step from the innermost open container to its current value.
    pub fn slot(&self) -> Option<Step> {
        self.frames.last().map(Frame::step)
    }
}
