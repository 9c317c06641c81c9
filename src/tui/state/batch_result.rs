//! How an order ended at each of its stations: the table that stays when the calls of a batch are answered.

use std::time::Duration;

use crate::trace::{Sequence, StationKey};

/// The answers of one station.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StationOutcome {
    /// How many results came.
    pub results: u64,
    /// How many errors came.
    pub errors: u64,
    /// How many calls have no answer.
    pub timeouts: u64,
    /// Why an order was not sent.
    pub refusal: Option<String>,
    /// The time to all answers.
    pub waited: Duration,
    /// The longest time to an answer.
    pub slowest: Duration,
    /// The record to look at: the first failure, else the last answer.
    pub record: Option<Sequence>,
    /// Whether that record is a failure.
    has_failure: bool,
}

impl StationOutcome {
    /// Whether anything went wrong.
    pub fn failed(&self) -> bool {
        self.errors + self.timeouts > 0 || self.refusal.is_some()
    }

    /// How many calls ended, in whatever way.
    pub fn ended(&self) -> u64 {
        self.results + self.errors + self.timeouts
    }

    /// Takes in the end of a call that was counted.
    pub fn note(&mut self, record: Sequence, latency: Duration) {
        if !self.failed() || (self.errors + self.timeouts == 1 && !self.has_failure) {
            self.record = Some(record);
            self.has_failure = self.failed();
        }
        self.waited += latency;
        self.slowest = self.slowest.max(latency);
    }
}

/// A batch that has ended.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchResult {
    /// What was sent.
    pub what: String,
    /// The result in a sentence.
    pub summary: String,
    /// The stations, those with failures first.
    pub stations: Vec<(StationKey, StationOutcome)>,
}

impl BatchResult {
    /// Puts the stations in order.
    pub fn new(what: String, summary: String, stations: impl Iterator<Item = (StationKey, StationOutcome)>) -> BatchResult {
        let mut stations: Vec<_> = stations.collect();
        stations.sort_by_key(|(_, outcome)| !outcome.failed());
        BatchResult { what, summary, stations }
    }
}
