//! The seam between the screen and the running session: everything that the screen needs from below passes this trait, so that
//! tests stand in for the session with a few lines.

use std::ops::Range;
use std::sync::Arc;

use crate::hub::{Order, Receipt};
use crate::ocpp::Catalog;
use crate::simulator::Profile;
use crate::trace::{StationKey, Trace};

/// What the screen asks of the session. Nothing here may block: it is called between two frames.
pub trait Session: Send + Sync {
    /// The trace and the stations.
    fn trace(&self) -> &Arc<Trace>;

    /// The messages of all versions.
    fn catalog(&self) -> &Arc<Catalog>;

    /// What messages look like when nobody says anything about them.
    fn profile(&self) -> Profile {
        Profile::default()
    }

    /// Hands an order to the stations' links.
    fn submit(&self, order: Order) -> Receipt;

    /// Starts a command of the command language. What it says comes back as [`Reply`]s.
    fn run(&self, line: &str, context: RunContext);

    /// What may stand at the cursor (a byte offset) of a command that is being typed.
    fn complete(&self, line: &str, cursor: usize, context: &RunContext) -> Completions;

    /// The addresses at which stations reach us (`ws://192.168.1.7:9000/<id>`), or the one that we connect to.
    fn listening(&self) -> Vec<String>;
}

/// What a command may refer to without naming it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunContext {
    /// The selected station.
    pub selected: Option<StationKey>,
    /// The marked stations, in the order of their keys.
    pub marked: Vec<StationKey>,
}

/// What may stand at the cursor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completions {
    /// The bytes of the line that a candidate replaces.
    pub replace: Range<usize>,
    /// The candidates, best first.
    pub candidates: Vec<Candidate>,
}

/// One proposal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Candidate {
    /// What is inserted.
    pub text: String,
    /// What it is: a type, a limit, a sentence.
    pub detail: String,
    /// Whether it must be there.
    pub required: bool,
}

/// What a command says, while or after it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// One line, shown for a moment.
    Info(String),
    /// One sentence about what failed, with a remedy.
    Error(String),
    /// A text to read at leisure.
    Text {
        /// Its heading.
        title: String,
        /// Its lines.
        body: String,
    },
    /// The session is to end.
    Quit,
}
