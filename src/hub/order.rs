//! What the user or a script asks of the hub.

use crate::link::LinkCommand;
use crate::trace::StationKey;

/// Something to be done on the links of some stations.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// The stations, each once.
    pub targets: Vec<StationKey>,
    /// What to do there.
    pub command: LinkCommand,
}
