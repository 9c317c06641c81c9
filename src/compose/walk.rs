//! The structure of a token sequence: which containers are open and what they wait for. It tolerates what the lexer tolerates; the
//! cursor's place and the spans of values are found with it.

use super::lexer::{JsonToken, JsonTokenKind, closed_frames};

/// One step down into a JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathStep {
    /// The value of a key.
    Key(String),
    /// An element of a list.
    Index(usize),
}

/// What is expected at a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpectedToken {
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
pub(super) enum OpenContainer {
    /// An object.
    Object {
        /// The keys so far.
        keys: Vec<String>,
        /// What comes next.
        expected: ExpectedToken,
    },
    /// A list.
    Array {
        /// The index of the current element.
        index: usize,
        /// Whether that element is there already.
        filled: bool,
    },
}

impl OpenContainer {
    pub const fn is_object(&self) -> bool {
        matches!(self, OpenContainer::Object { .. })
    }

    fn step(&self) -> PathStep {
        match self {
            OpenContainer::Object { keys, .. } => PathStep::Key(keys.last().cloned().unwrap_or_default()),
            OpenContainer::Array { index, .. } => PathStep::Index(*index),
        }
    }
}

/// Follows tokens.
#[derive(Debug, Default)]
pub(super) struct Walker {
    pub frames: Vec<OpenContainer>,
    complete: bool,
}

impl Walker {
    /// Takes in the next token.
    pub fn feed(&mut self, token: &JsonToken, text: &str) {
        match token.kind {
            JsonTokenKind::Whitespace => {}
            JsonTokenKind::Punctuation => self.punctuation(token.text(text)),
            JsonTokenKind::Key => self.key(token.content(text)),
            // A bare word in the place of a key is a key whose quotes were forgotten.
            JsonTokenKind::Error if self.expected() == ExpectedToken::Key => self.key(token.content(text)),
            JsonTokenKind::String | JsonTokenKind::Number | JsonTokenKind::Literal | JsonTokenKind::Error => self.value_done(),
        }
    }

    fn key(&mut self, key: String) {
        if let Some(OpenContainer::Object { keys, expected }) = self.frames.last_mut() {
            keys.push(key);
            *expected = ExpectedToken::Colon;
        }
    }

    fn value_done(&mut self) {
        match self.frames.last_mut() {
            Some(OpenContainer::Object { expected, .. }) => *expected = ExpectedToken::Separator,
            Some(OpenContainer::Array { filled, .. }) => *filled = true,
            None => self.complete = true,
        }
    }

    fn punctuation(&mut self, mark: &str) {
        match mark {
            "{" => self.frames.push(OpenContainer::Object { keys: Vec::new(), expected: ExpectedToken::Key }),
            "[" => self.frames.push(OpenContainer::Array { index: 0, filled: false }),
            "}" | "]" => {
                let closing = closed_frames(mark == "}", self.frames.iter().rev().map(OpenContainer::is_object));
                if closing > 0 {
                    self.frames.truncate(self.frames.len() - closing);
                    self.value_done();
                }
            }
            _ => match self.frames.last_mut() {
                Some(OpenContainer::Object { expected, .. }) => {
                    *expected = if mark == ":" { ExpectedToken::Value } else { ExpectedToken::Key }
                }
                Some(OpenContainer::Array { index, filled }) if mark == "," => {
                    *index += 1;
                    *filled = false;
                }
                _ => {}
            },
        }
    }

    /// What may come next.
    pub fn expected(&self) -> ExpectedToken {
        match self.frames.last() {
            Some(OpenContainer::Object { expected, .. }) => *expected,
            Some(OpenContainer::Array { filled: true, .. }) => ExpectedToken::Separator,
            Some(OpenContainer::Array { filled: false, .. }) => ExpectedToken::Value,
            None if self.complete => ExpectedToken::End,
            None => ExpectedToken::Value,
        }
    }

    /// The path of the innermost open container.
    pub fn container(&self) -> Vec<PathStep> {
        let around = self.frames.len().saturating_sub(1);
        self.frames[..around].iter().map(OpenContainer::step).collect()
    }

    /// The step from the innermost open container to its current value.
    pub fn slot(&self) -> Option<PathStep> {
        self.frames.last().map(OpenContainer::step)
    }
}
