//! Test scenarios: JavaScript files that play one side of OCPP against a peer, or both sides, and say what must come back. Each file
//! has a thread of its own with a session, an engine and a clock. Floor 5: it starts sessions and reads their traces; arguments and exit
//! codes are the program's matter. What a scenario finds is written in `script/`.
//!
//! The way of a step: the script asks (`wish`), the player carries it out at the session (`play`, `carry`), the session's trace tells
//! what came of it (`facts`), the script judges, and what it says in the end becomes an outcome (`outcome`) and a report (`report`).

mod excerpt;
mod execute;
mod files;
mod options;
mod outcome;
mod player;
mod query;
mod record_json;
pub mod report;
mod request;
mod session;
#[cfg(test)]
mod tests;
mod verdict;
mod worker;

pub use files::{FileError, find};
pub use options::{ListenPort, ScenarioOptions};
pub use outcome::{CaseFailure, CaseOutcome, FileReport, ScenarioCase};
pub use worker::{ProgressFn, ProgressLine, run};
