//! What the screen reads from below: the records, the definitions, the gate and the time.

use crate::console::Grammar;
use crate::link::Gate;
use crate::ocpp::Catalog;
use crate::replay::ReplayRun;
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

/// When a frame becomes outdated though nothing happens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RedrawClock {
    /// Something in it counts seconds.
    pub every_second: bool,
    /// The first change of what changes more seldom, by the monotonic clock in microseconds.
    pub at_micros: Option<u64>,
}

impl RedrawClock {
    /// Something changes at this time.
    pub fn at(&mut self, micros: u64) {
        self.at_micros = Some(self.at_micros.map_or(micros, |at| at.min(micros)));
    }
}

/// What is switched on in the session and changes what leaves it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SessionModes {
    /// Rules about answers.
    pub rules: usize,
    /// Loaded plugins.
    pub plugins: usize,
    /// Whether the secrets of TLS are written to a file.
    pub key_log: bool,
    /// Misbehaviours on purpose.
    pub misbehaviours: usize,
    /// The name of the first of them.
    pub misbehaviour: Option<&'static str>,
    /// Networks that are bad on purpose.
    pub networks: usize,
    /// Whether events are captured, and whether that works.
    pub capture: CaptureMode,
}

/// What becomes of the capture on disk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CaptureMode {
    /// There is none.
    #[default]
    Off,
    /// Events are written.
    On,
    /// The disk refuses them.
    Refused,
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
    /// What is switched on in the session.
    pub modes: SessionModes,
    /// The replay, when one runs in this session.
    pub replay: Option<&'a ReplayRun>,
    /// The time.
    pub now: ReadTime,
}
