//! The result of a probe, and its forms: a table for people, JSON and JUnit for programs.

mod json;
mod junit;
mod table;

use std::time::Duration;

use jiff::Timestamp;

use super::check::ProbeCheck;
use super::judgement::{CheckJudgement, ProbeVerdict};
use crate::ocpp::Version;

/// The result of one check.
pub struct CheckRow {
    /// The check.
    pub check: &'static ProbeCheck,
    /// What it found.
    pub judgement: CheckJudgement,
    /// How long it took.
    pub took: Duration,
}

/// The result of a probe.
pub struct ProbeReport {
    /// The URL, without what stands behind its question mark.
    pub url: String,
    /// The identities that were used.
    pub identities: Vec<String>,
    /// The version of the links of the checks; nothing when there was no link.
    pub version: Option<Version>,
    /// When it began.
    pub began: Timestamp,
    /// How long it took.
    pub took: Duration,
    /// The checks in their order.
    pub rows: Vec<CheckRow>,
}

impl ProbeReport {
    /// How many checks have this verdict.
    pub fn count(&self, verdict: ProbeVerdict) -> usize {
        self.rows.iter().filter(|row| row.judgement.verdict == verdict).count()
    }

    /// Whether no rule is broken.
    pub fn is_clean(&self) -> bool {
        self.count(ProbeVerdict::BreaksRule) == 0
    }
}
