//! A filter as both lists have it: a piece of text, found wherever it stands. Capital letters count only when it has some.

use crate::tui::app::Pane;
use crate::tui::widget::InputLine;

/// A filter. Empty, it lets everything through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    text: String,
    exact: bool,
}

impl Filter {
    /// A filter for this text.
    pub fn new(text: impl Into<String>) -> Filter {
        let text = text.into();
        Filter { exact: text.chars().any(char::is_uppercase) || !text.is_ascii(), text }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it lets everything through.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Whether the text stands in this one.
    pub fn finds(&self, haystack: &str) -> bool {
        if self.exact || self.text.is_empty() {
            return haystack.contains(&self.text);
        }
        let (needle, haystack) = (self.text.as_bytes(), haystack.as_bytes());
        let first = needle[0]; // not empty
        haystack.len() >= needle.len()
            && (0..=haystack.len() - needle.len()).any(|at| {
                haystack[at].eq_ignore_ascii_case(&first) && haystack[at..at + needle.len()].eq_ignore_ascii_case(needle)
            })
    }
}

/// A filter that is being typed. It works at once; `before` comes back when the person thinks better of it.
#[derive(Debug, Clone)]
pub struct FilterLine {
    /// The list that it filters: stations or trace.
    pub pane: Pane,
    /// What is typed.
    pub input: InputLine,
    /// The filter before.
    pub before: Filter,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_count_only_when_the_filter_has_some() {
        for (filter, text, found) in [
            ("boot", "BootNotification", true),
            ("Boot", "BootNotification", true),
            ("BOOT", "BootNotification", false),
            ("", "", true),
            ("ion", "BootNotification", true),
            ("x", "", false),
            ("größe", "Größe", false),
            ("Größe", "die Größe", true),
        ] {
            assert_eq!(Filter::new(filter).finds(text), found, "{filter} in {text}");
        }
    }
}
