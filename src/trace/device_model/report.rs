//! A report as its parts arrive: which are there, which are missing, and what is odd about them.

use std::fmt;
use std::ops::RangeInclusive;

use crate::trace::fields::LONGEST;
use crate::trace::sequence_numbers::{SequenceNumbers, SequenceStep};

/// A report of a station: its parts so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SeenReport {
    /// The id of the request for it.
    pub request: i64,
    /// The action of its parts: `NotifyReport`.
    pub action: Box<str>,
    /// When its last part came, by the wall clock in microseconds.
    pub wall_micros: i64,
    /// How many parts came.
    pub parts: u32,
    numbers: SequenceNumbers,
    /// The number of the part that is said to be the last.
    last: Option<i64>,
}

/// What is odd about a part of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportOddity {
    /// Parts before it have not come.
    Missing(RangeInclusive<i64>),
    /// It has come before.
    Twice(i64),
    /// It comes after the one that was said to be the last (`tbc` is missing or false).
    AfterLast(i64),
    /// It has no number.
    Unnumbered,
    /// It has so many bytes that it was not read.
    TooLong(usize),
}

impl SeenReport {
    /// No part yet.
    pub(super) fn new(request: i64, action: &str) -> SeenReport {
        SeenReport { request, action: action.into(), ..SeenReport::default() }
    }

    /// Takes a part in.
    pub(super) fn take(&mut self, sequence: Option<i64>, to_be_continued: bool, wall_micros: i64) -> Option<ReportOddity> {
        self.parts += 1;
        self.wall_micros = wall_micros;
        let Some(number) = sequence else { return Some(ReportOddity::Unnumbered) };
        let step = self.numbers.take(number);
        let is_behind = self.last.is_some_and(|last| number > last);
        if !to_be_continued && self.last.is_none_or(|last| number > last) {
            self.last = Some(number);
        }
        match step {
            SequenceStep::Again => Some(ReportOddity::Twice(number)),
            _ if is_behind => Some(ReportOddity::AfterLast(number)),
            SequenceStep::Ahead => self.numbers.missing().last().map(ReportOddity::Missing),
            SequenceStep::Next | SequenceStep::Late => None,
        }
    }

    /// Whether a part with this number begins another report with the same id.
    pub(super) fn is_over(&self, sequence: Option<i64>) -> bool {
        self.is_complete() && sequence == Some(0)
    }

    /// Whether all parts are there.
    pub fn is_complete(&self) -> bool {
        self.last.is_some() && self.numbers.missing().next().is_none()
    }

    /// The parts that are missing so far.
    pub fn missing(&self) -> impl Iterator<Item = RangeInclusive<i64>> + '_ {
        self.numbers.missing()
    }
}

impl fmt::Display for ReportOddity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReportOddity::Missing(parts) if parts.start() == parts.end() => {
                write!(f, "part {} of the report is missing", parts.start())
            }
            ReportOddity::Missing(parts) => write!(f, "parts {} to {} of the report are missing", parts.start(), parts.end()),
            ReportOddity::Twice(number) => write!(f, "part {number} of the report came twice"),
            ReportOddity::AfterLast(number) => {
                write!(f, "part {number} comes after the last part of the report: tbc was not true")
            }
            ReportOddity::TooLong(bytes) => {
                let most = LONGEST / 1024;
                write!(f, "the message has {bytes} bytes: more than {most} KiB are not read into the device model")
            }
            ReportOddity::Unnumbered => f.write_str("the part of the report has no seqNo"),
        }
    }
}
