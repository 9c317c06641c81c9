//! Links that are passed on: a station and its central system, each on a link of its own, with us between them. Frames go on as they came;
//! they are read for the trace only, and so that answers are put to their calls.
//!
//! | file | subject |
//! |---|---|
//! | `target` | where stations are passed on to, and what of their requests goes with them |
//! | `respond` | the handshake of a station, which is answered with what the central system answers |
//! | `upstream` | one attempt to connect to the central system |
//! | `second_upstream` | a second central system that observes |
//! | `pair` | the two links of a pair, and how they end together |
//! | `session` | one link of a pair as the session of an actor |
//! | `state` | what both share: frames on their way, calls of ours; no I/O |
//! | `held` | what becomes of frames that were held |
//! | `passing`, `leaving` | a frame on its way; how it leaves: once or twice, late, behind others |
//! | `rewriting` | what the rules of the user do to a frame |
//! | `inspecting` | frames that plugins inspect |
//! | `reading` | a frame as it is recorded, and open calls |
//! | `frame_text` | parts of the text of a frame |
//! | `soap` | the same for stations that speak SOAP |

mod frame_text;
mod held;
mod inspecting;
mod leaving;
mod pair;
mod passing;
mod reading;
mod respond;
mod rewriting;
mod second_upstream;
mod session;
mod soap;
mod state;
mod target;
mod upstream;

#[cfg(test)]
mod tests;

pub use target::{PathMap, RelayDirectory, RelayOptions, RelayRoute, RelayTarget, RelayTargetError, leads_back};

pub use soap::{SoapRelayOptions, SoapRelayTarget};

pub(super) use respond::respond;
pub(super) use soap::respond as respond_to_soap;
