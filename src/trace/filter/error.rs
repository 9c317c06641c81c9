//! What is wrong with the text of a filter, and where. Which texts are wrong is decided by the lexer, the parser and the conditions.

use std::ops::Range;

/// Why a condition cannot be made. The parser adds the place and makes a [`FilterError`] of it.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConditionError {
    #[error("{name} cannot be compared with !=; put the ! in front: !{example}.")]
    NotEqual { name: &'static str, example: &'static str },
    #[error("{name} has no order; write for example {example}.")]
    NoOrder { name: &'static str, example: &'static str },
    #[error("A value is missing behind {name}; write for example {example}.")]
    NoValue { name: &'static str, example: &'static str },
    /// Like `NoValue`, for a key with a list of values.
    #[error("A value is missing behind {name}; write one of {known}.")]
    NoChoice { name: &'static str, known: String },
    #[error("{value:?} is no {what}; write for example {example}.")]
    WrongValue { value: String, what: &'static str, example: &'static str },
    /// One part of a list of values is empty.
    #[error("A value is missing; write one of {known}.")]
    EmptyChoice { known: String },
    #[error("{value:?} is not known here; write one of {known}.")]
    UnknownChoice { value: String, known: String },
    #[error("{value:?} is not known here; did you mean {near}? Known are {known}.")]
    SimilarChoice { value: String, near: String, known: String },
    #[error("A regular expression cannot stand here; write one of {known}, or use * as in con*.")]
    RegexChoice { known: String },
    /// Nothing stands behind the operator of a path.
    #[error("A value is missing behind {0}; write $.connectorId{0}1 or {0}\"\".")]
    NoOperand(&'static str),
    #[error("A regular expression is compared with = or !=; it has no order.")]
    OrderedRegex,
    #[error("The regular expression is too large; repeat less or split it.")]
    LargeRegex,
    #[error("The regular expression cannot be read, {reason}; put a backslash before a character that is meant literally.")]
    BrokenRegex { reason: String },
}

/// A text that is no filter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {message}")]
pub struct FilterError {
    /// One sentence that names the fault and what to write instead.
    pub message: String,
    /// The bytes of the text that are meant; it lies on character boundaries and is empty at the end of the text.
    pub span: Range<usize>,
    /// The column where the span begins, in characters, counted from 1.
    pub column: usize,
    /// Whether the text is only not finished: more text behind its end would mend it.
    pub unfinished: bool,
}

impl FilterError {
    pub(super) fn new(text: &str, span: Range<usize>, message: impl Into<String>) -> FilterError {
        let column = text.char_indices().take_while(|(at, _)| *at < span.start).count() + 1;
        FilterError { message: message.into(), span, column, unfinished: false }
    }

    /// The same error of a text that is not finished.
    pub(super) fn continuing(self) -> FilterError {
        FilterError { unfinished: true, ..self }
    }
}
