//! What the screen reads from below: the records, the definitions, the gate and the time.

use crate::console::Grammar;
use crate::link::Gate;
use crate::ocpp::Catalog;
use crate::simulator::{MachinePanels, Profile};
use crate::trace::Contents;

/// The time, by both clocks, in microseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReadTime {
    /// Since 1970.
    pub wall_micros: i64,
    /// Since the session began.
    pub monotonic_micros: u64,
}

/// What `update` and `draw` read from below the screen.
#[derive(Debug, Clone, Copy)]
pub struct ReadContext<'a> {
    /// The records and the stations.
    pub contents: &'a Contents,
    /// The messages of all versions.
    pub catalog: &'a Catalog,
    /// The commands.
    pub grammar: &'a Grammar,
    /// The default style of messages.
    pub profile: Profile,
    /// The gate, with the frames that it holds.
    pub gate: &'a Gate,
    /// What can be seen at the machines of ours.
    pub machines: &'a MachinePanels,
    /// The time.
    pub now: ReadTime,
}
