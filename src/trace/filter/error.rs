//! What is wrong with the text of a filter, and where. Which texts are wrong is decided by the lexer and the parser.

use std::ops::Range;

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
}

impl FilterError {
    pub(super) fn new(text: &str, span: Range<usize>, message: impl Into<String>) -> FilterError {
        let column = text.char_indices().take_while(|(at, _)| *at < span.start).count() + 1;
        FilterError { message: message.into(), span, column }
    }
}
