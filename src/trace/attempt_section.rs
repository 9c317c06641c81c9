//! The parts and lines in which an attempt to connect is shown. What stands in them is made in `attempt_report`; how they look is for who
//! shows them.

use std::time::Duration;

use super::{ConnectionStep, Sequence};

/// What is known of an attempt, part by part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttemptReport {
    /// The parts, the most important first.
    pub sections: Vec<AttemptSection>,
}

/// A part of what is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptSection {
    /// Its heading.
    pub heading: String,
    /// Its lines.
    pub lines: Vec<AttemptLine>,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttemptLine {
    /// A fact with its name.
    Fact {
        /// The name; empty for a line that goes on.
        name: &'static str,
        /// What it is. Hostile: pass it through [`sanitize`](crate::sanitize) before it reaches a terminal.
        value: String,
        /// How it is judged.
        tone: FactTone,
    },
    /// A step with its time.
    Step(StepTime),
    /// A line of an HTTP head, hostile as well.
    Head {
        /// Whether it was sent by us.
        by_us: bool,
        /// Whether it is the first line.
        first: bool,
        /// The line.
        text: String,
    },
    /// Another attempt of the same station or address.
    Other {
        /// Its record.
        sequence: Sequence,
        /// When it was, by the wall clock in microseconds.
        wall_micros: i64,
        /// What became of it.
        outcome: String,
        /// How that is judged.
        tone: FactTone,
        /// Whether it is the one that the page is about.
        shown: bool,
    },
}

/// How a fact is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactTone {
    /// Not at all.
    Plain,
    /// In order.
    Good,
    /// Worth a look.
    Warning,
    /// It is the fault.
    Bad,
    /// Nothing is known.
    Muted,
}

/// A step with its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepTime {
    /// The step.
    pub step: ConnectionStep,
    /// When it began, since the attempt began.
    pub from: Duration,
    /// When it was done; `None` for the step in which the attempt ended.
    pub to: Option<Duration>,
    /// When the last step was done.
    pub total: Duration,
}

impl AttemptSection {
    /// A part without lines.
    pub(super) fn new(heading: impl Into<String>) -> AttemptSection {
        AttemptSection { heading: heading.into(), lines: Vec::new() }
    }

    /// Adds a fact.
    pub(super) fn fact(&mut self, name: &'static str, value: impl Into<String>, tone: FactTone) {
        self.lines.push(AttemptLine::Fact { name, value: value.into(), tone });
    }

    /// Adds a fact that is not judged.
    pub(super) fn plain(&mut self, name: &'static str, value: impl Into<String>) {
        self.fact(name, value, FactTone::Plain);
    }

    /// Adds a fact when there is one.
    pub(super) fn optional(&mut self, name: &'static str, value: Option<&str>) {
        if let Some(value) = value {
            self.plain(name, value);
        }
    }
}
