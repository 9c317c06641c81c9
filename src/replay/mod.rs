//! Plays one side of a record against a live peer, and says what is different.
//!
//! | file | subject |
//! |---|---|
//! | `plan` | what the record has: messages, answers, the link |
//! | `station_replay` | what is to be done when, as a state machine without I/O |
//! | `ids` | values that are made anew in every session |
//! | `comparison` | what is different, by what values mean |
//! | `runner` | over the links of a session |
//! | `report` | the result as text, JSON and JUnit |

mod comparison;
mod ids;
mod plan;
mod report;
mod runner;
mod station_replay;
#[cfg(test)]
mod tests;

pub use comparison::{IgnoredField, ReplayDifference};
pub use plan::{AnswerMessage, RecordedAnswer, RecordedStation, ReplayPlan, ReplayStep, StepKind};
pub use report::{OutcomeRow, ReplayReport, ReplayedStation};
pub use runner::{ReplayPeer, ReplayRun};
pub use station_replay::{
    LiveAnswer, PlayedStep, ReplayAction, ReplayOptions, ReplayReply, ReplaySpeed, StationReplay, StepState, UnexpectedCall,
};
