//! What a jump in the trace goes to, and its progress.

use std::sync::Arc;

use crate::trace::{PageScan, Sequence, StationKey};

/// What a jump goes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Goal {
    /// A line that is found.
    Found,
    /// An error.
    Error,
    /// A line of this station.
    Station(StationKey),
    /// A line of this action.
    Action(Box<str>),
}

impl Goal {
    /// What there is none of, for a toast.
    pub fn words(&self) -> &'static str {
        match self {
            Goal::Found => "line that the search finds",
            Goal::Error => "error",
            Goal::Station(_) => "line of this station",
            Goal::Action(_) => "line of this action",
        }
    }
}

/// A jump that is not finished.
#[derive(Debug, Clone)]
pub(super) struct Seek {
    /// What is searched for.
    pub goal: Goal,
    /// The direction.
    pub forward: bool,
    /// Forward: the first record to check. Backward: the one after it.
    pub at: Sequence,
    /// The line where it started.
    pub from: Sequence,
    /// The search through what was put aside, while it runs.
    pub scan: Option<Arc<PageScan>>,
}

/// The progress of a jump.
#[derive(Debug, Clone, PartialEq)]
pub enum SeekProgress {
    /// There is no jump.
    Idle,
    /// There are more records to check.
    More,
    /// Records that were put aside are checked elsewhere.
    Waits,
    /// It is finished.
    There,
    /// There is no such line in this direction.
    Nothing(Goal),
}
