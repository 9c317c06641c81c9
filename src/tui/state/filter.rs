//! The filter of a list: its text, and the text as the filter language reads it. The language is in `trace::filter`.

use crate::console::CommandCandidate;
use crate::trace::filter::{self, FilterError};
use crate::tui::layout::Pane;
use crate::tui::widget::InputLine;

/// A filter. An empty one passes everything.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PaneFilter {
    text: String,
    parsed: filter::TraceFilter,
}

impl PaneFilter {
    /// Reads a filter.
    ///
    /// # Errors
    /// When the text is no filter; the error has the position and the reason.
    pub fn parse(text: impl Into<String>) -> Result<PaneFilter, FilterError> {
        let text = text.into();
        Ok(PaneFilter { parsed: filter::parse(&text)?, text })
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The filter.
    pub fn parsed(&self) -> &filter::TraceFilter {
        &self.parsed
    }

    /// Whether it passes everything.
    pub fn is_empty(&self) -> bool {
        self.parsed.is_everything()
    }

    /// The word to highlight in texts, if the filter is one plain word.
    pub fn plain_word(&self) -> Option<&str> {
        let word = self.text.trim();
        let plain = !word.is_empty() && word.chars().all(|character| character.is_alphanumeric() || "_-.".contains(character));
        plain.then_some(word)
    }
}

/// What the line is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterPurpose {
    /// Filters a list: stations or trace.
    Filter(Pane),
    /// Filters the rows of the page that sums up the session.
    Report,
    /// Finds lines of the trace without hiding the others.
    Find,
    /// Goes to a time.
    Time,
}

/// A text that is being typed in the status line. A filter works at once; Esc restores `before`.
#[derive(Debug, Clone)]
pub struct FilterLine {
    /// What it is for.
    pub purpose: FilterPurpose,
    /// What is typed.
    pub input: InputLine,
    /// The filter before.
    pub before: PaneFilter,
    /// What is wrong with the text; the last valid filter stays in force.
    pub error: Option<FilterError>,
    /// Whether the text is only not finished, so that its fault is not shown yet.
    pub pending: bool,
    /// What may stand at the cursor, and which of it is selected.
    pub proposals: Option<(Vec<CommandCandidate>, usize)>,
    /// Whether the user asked for the proposals or moved through them. Only then Enter accepts one.
    pub chosen: bool,
    /// The position in the history, counted from its end.
    pub age: Option<usize>,
}

impl FilterLine {
    /// A line with the filter that is in force.
    pub fn new(purpose: FilterPurpose, before: PaneFilter) -> FilterLine {
        let input = InputLine::new(before.text());
        FilterLine { purpose, input, before, error: None, pending: false, proposals: None, chosen: false, age: None }
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
