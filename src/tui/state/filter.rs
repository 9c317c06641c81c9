//! A filter as the lists have it: the text that a person types and what the filter language makes of it. What the words mean is in
//! `trace::filter`.

use crate::console::CommandCandidate;
use crate::trace::filter::{self, FilterError};
use crate::tui::layout::Pane;
use crate::tui::widget::InputLine;

/// A filter. Empty, it lets everything through.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PaneFilter {
    text: String,
    parsed: filter::TraceFilter,
}

impl PaneFilter {
    /// Reads a filter.
    ///
    /// # Errors
    /// When the text is none; the error says where and why.
    pub fn parse(text: impl Into<String>) -> Result<PaneFilter, FilterError> {
        let text = text.into();
        Ok(PaneFilter { parsed: filter::parse(&text)?, text })
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it means.
    pub fn parsed(&self) -> &filter::TraceFilter {
        &self.parsed
    }

    /// Whether it lets everything through.
    pub fn is_empty(&self) -> bool {
        self.parsed.is_everything()
    }

    /// The word to highlight where it stands in a text, when the filter is one plain word.
    pub fn plain_word(&self) -> Option<&str> {
        let word = self.text.trim();
        let plain = !word.is_empty() && word.chars().all(|character| character.is_alphanumeric() || "_-.".contains(character));
        plain.then_some(word)
    }
}

/// What a line of text at the bottom is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterPurpose {
    /// Filters a list: stations or trace.
    Filter(Pane),
    /// Finds lines of the trace and leaves the others where they are.
    Find,
    /// Goes to a time.
    Time,
}

/// A text that is being typed at the bottom. A filter works at once; `before` comes back when the person thinks better of it.
#[derive(Debug, Clone)]
pub struct FilterLine {
    /// What it is for.
    pub purpose: FilterPurpose,
    /// What is typed.
    pub input: InputLine,
    /// The filter before.
    pub before: PaneFilter,
    /// What is wrong with the text; then the last valid one is still at work.
    pub error: Option<FilterError>,
    /// What may stand at the cursor, after Tab, and which of it is chosen.
    pub proposals: Option<(Vec<CommandCandidate>, usize)>,
    /// How far back in the history the person went.
    pub age: Option<usize>,
}

impl FilterLine {
    /// A line with the filter that is at work.
    pub fn new(purpose: FilterPurpose, before: PaneFilter) -> FilterLine {
        let input = InputLine::new(before.text());
        FilterLine { purpose, input, before, error: None, proposals: None, age: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_word_can_be_highlighted() {
        for (text, word) in
            [("boot", Some("boot")), (" CP-1.a ", Some("CP-1.a")), ("a b", None), ("kind:call", None), ("", None)]
        {
            assert_eq!(PaneFilter::parse(text).unwrap().plain_word(), word, "{text}");
        }
        assert!(PaneFilter::parse("  ").unwrap().is_empty());
        assert_eq!(PaneFilter::parse("kind:wrong").unwrap_err().column, 6);
    }
}
