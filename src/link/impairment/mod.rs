//! A network that is bad on purpose: what happens to the frames of a link on their way, in either direction. Nothing here knows a socket or
//! a timer; the actor of a link puts frames in and takes out what arrives.
//!
//! | file | subject |
//! |---|---|
//! | `network_fault` | what the network does, as it is commanded |
//! | `plan` | which faults are on, and for whom |
//! | `lane` | one direction of one link: which frame arrives when |

mod lane;
mod network_fault;
mod plan;

#[cfg(test)]
mod tests;

pub(super) use lane::ImpairedLane;
pub use network_fault::{FaultSchedule, NetworkFault};
pub use plan::{ActiveNetworkFault, NetworkFaultPlan};
