//! The output that the lines of events are written to: each line in one place, so that no text of a peer can make two lines of one. What
//! stands in a line is for `event_line` and `soap_line`.

use std::fmt::{self, Write as _};

use crate::sanitize::EscapingBuffer;

/// Appends lines that begin with the time of one event. Everything that would act on a terminal or end the line is made visible, so the
/// callers hand over texts as they came.
pub(super) struct StampedLines<'a> {
    stamp: &'a str,
    out: &'a mut String,
}

impl<'a> StampedLines<'a> {
    /// For an event of this time.
    pub fn new(stamp: &'a str, out: &'a mut String) -> StampedLines<'a> {
        StampedLines { stamp, out }
    }

    /// Appends a line.
    pub fn add(&mut self, text: impl fmt::Display) {
        self.out.push_str(self.stamp);
        self.out.push(' ');
        self.add_without_time(text);
    }

    /// Appends a line of these parts. Most lines are frames, for which the machinery of formatting costs as much as the rest.
    pub fn add_parts(&mut self, parts: &[&str]) {
        self.out.push_str(self.stamp);
        self.out.push(' ');
        let mut line = EscapingBuffer(self.out);
        for part in parts {
            let _ = line.write_str(part); // a String takes everything
        }
        self.out.push('\n');
    }

    /// Appends one of the lines that ocppjs prints without the time.
    pub fn add_without_time(&mut self, text: impl fmt::Display) {
        let _ = write!(EscapingBuffer(self.out), "{text}"); // a String takes everything
        self.out.push('\n');
    }
}
