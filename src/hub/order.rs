//! An order of the user or a script to the hub.

use crate::link::LinkCommand;
use crate::trace::StationKey;

/// A command for the links of some stations.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// The stations, each once.
    pub targets: Vec<StationKey>,
    /// What to do there.
    pub command: LinkCommand,
}
