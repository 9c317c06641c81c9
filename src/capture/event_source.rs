//! What a recorded file says, step by step, in whatever format: the border between the formats and the loading of their events.

use std::sync::Arc;

use super::line::LineFault;
use crate::trace::{EventKind, RowKind, Stamp};

/// A line, or another piece of a file, that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadLine {
    /// What it is: a line, or a packet.
    pub unit: &'static str,
    /// Its number, from 1 on.
    pub number: u64,
    /// Why.
    pub fault: LineFault,
}

/// What a file says next.
#[derive(Debug)]
pub(super) enum ReadStep {
    /// Something happened. The monotonic stamp is in microseconds since 1970, of a clock that never steps; 0 in a file without one.
    Event { station: Option<(RowKind, Arc<str>)>, stamp: Stamp, kind: EventKind },
    /// A station is known from now on.
    Station(RowKind, Arc<str>),
    /// Something is not read.
    Unread(UnreadLine),
}

/// A file that is read. Times do not step back by more than the file's own do.
pub(super) trait EventSource: Send {
    /// The next step. `None` at the end; of a file that still grows there may be more later.
    fn step(&mut self) -> Option<ReadStep>;
}
