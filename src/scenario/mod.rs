//! The scenario runner. A scenario is a JavaScript file that acts as one side of OCPP against a peer, or as both, and defines the
//! expected messages. Each file runs on a thread of its own with a session, an engine and a clock. The runner starts sessions and reads
//! their traces; arguments and exit codes are in `cli`. The API of scenarios is in `script/`.
//!
//! The way of a step: the script makes a request (`request`), the player executes it in the session (`player`, `execute`), the new
//! records of the trace go to the script as JSON (`record_json`), the script compares them, and its result becomes an outcome
//! (`verdict`, `outcome`) and a report (`report`). After the scenario `cleanup` runs what undoes its changes.

mod cleanup;
mod excerpt;
mod execute;
mod files;
mod hooks;
mod machine;
mod options;
mod outcome;
mod parameters;
mod player;
mod player_event;
mod progress;
mod query;
mod record_json;
pub mod report;
mod request;
mod request_error;
mod script_credentials;
mod session;
mod shipped;
#[cfg(test)]
mod tests;
mod verdict;
mod worker;

pub use files::{FileError, find};
pub use hooks::{HookError, run_hook};
pub use options::{ListenPort, PROFILES, PeerCredentials, PeerTls, ScenarioOptions};
pub use outcome::{CaseFailure, CaseNote, CaseOutcome, CaseStep, FileReport, NoteLevel, ScenarioCase, ScenarioGrade};
pub use parameters::{UnaskedParameter, check_parameters};
pub use progress::{ProgressFn, ProgressLine};
pub use shipped::{SHIPPED, ShippedFiles};
pub use worker::{list, run};
