//! The text of a summary, with what its parts are: a reader may show them in colours. What the parts say is decided in the other files.

use std::fmt;

use crate::sanitize::escape_control;

/// How much text a summary may have, in bytes. No line of a screen is longer.
const LIMIT: usize = 400;

/// What a part of a summary is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SummaryTone {
    /// What the message says.
    Plain,
    /// Words that only connect.
    Weak,
    /// A status that refuses or reports a fault of the station.
    Notable,
    /// An error of the protocol.
    Fault,
}

/// What a message says, in one line. Text from outside has passed [`escape_control`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MessageSummary {
    text: String,
    /// Where the parts end, in order.
    ends: Vec<(usize, SummaryTone)>,
}

impl MessageSummary {
    /// The text without its tones.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the message says nothing.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The parts in order.
    pub fn parts(&self) -> impl Iterator<Item = (&str, SummaryTone)> {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|(end, _)| *end));
        starts.zip(&self.ends).filter_map(|(start, (end, tone))| Some((self.text.get(start..*end)?, *tone)))
    }

    /// Appends text. Nothing is appended to a summary that is full.
    pub(super) fn push(&mut self, text: &str, tone: SummaryTone) {
        if self.text.len() >= LIMIT || text.is_empty() {
            return;
        }
        self.text.push_str(&escape_control(text));
        if self.text.len() >= LIMIT {
            let mut end = LIMIT;
            while !self.text.is_char_boundary(end) {
                end -= 1;
            }
            self.text.truncate(end);
            self.text.push('…');
        }
        match self.ends.last_mut() {
            Some((end, last)) if *last == tone => *end = self.text.len(),
            _ => self.ends.push((self.text.len(), tone)),
        }
    }

    /// Appends another summary.
    pub(super) fn append(&mut self, other: &MessageSummary) {
        for (text, tone) in other.parts() {
            self.push(text, tone);
        }
    }
}

impl fmt::Display for MessageSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_the_text_and_control_characters_are_visible() {
        let mut summary = MessageSummary::default();
        summary.push("#1", SummaryTone::Plain);
        summary.push(" ⇒ ", SummaryTone::Weak);
        summary.push("a\u{1b}[2J\n", SummaryTone::Plain);
        summary.push("b", SummaryTone::Plain);
        assert_eq!(summary.as_str(), "#1 ⇒ a\\u{1b}[2J\\nb");
        let parts: Vec<_> = summary.parts().collect();
        assert_eq!(parts, [("#1", SummaryTone::Plain), (" ⇒ ", SummaryTone::Weak), ("a\\u{1b}[2J\\nb", SummaryTone::Plain)]);
    }

    #[test]
    fn a_long_text_ends() {
        let mut summary = MessageSummary::default();
        for _ in 0..100 {
            summary.push("äöü€ ", SummaryTone::Plain);
            summary.push("x ", SummaryTone::Weak);
        }
        assert!(summary.as_str().len() <= LIMIT + "…".len() && summary.as_str().ends_with('…'));
        assert_eq!(summary.parts().map(|(text, _)| text).collect::<String>(), summary.as_str());
    }
}
