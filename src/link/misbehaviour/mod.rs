//! Misbehaviour on purpose: what a link of ours does wrong when the user commands it, so that the peer's handling can be seen. The model
//! and the bytes are here; the listener, the dialer and the actor of a link ask for what is on and carry it out.
//!
//! | file | subject |
//! |---|---|
//! | `table`, `parameter` | the misbehaviours, a row each |
//! | `plan` | which are on, and for whom |
//! | `answer` | the answers of our HTTP server |
//! | `request` | the head of our request for a WebSocket |
//! | `frames` | frames of a WebSocket as bytes |
//! | `paced_output` | bytes that leave slowly |
//! | `odd_writer` | what a WebSocket sends, altered |

pub(super) mod answer;
mod frames;
pub(super) mod odd_writer;
pub(super) mod paced_output;
mod parameter;
mod plan;
pub(super) mod request;
mod table;

#[cfg(test)]
mod tests;

pub use parameter::{MisbehaviourParameter, PARAMETER_COUNT, PARAMETERS, ParameterForm, ParameterSpec, ParameterValue};
pub use plan::{ActiveMisbehaviour, CommandedMisbehaviour, MisbehaviourPlan, MisbehaviourScope};
pub use table::{DefaultValue, MISBEHAVIOURS, MisbehaviourKind, MisbehaviourSpec, MisbehaviourStage, OfferedParameter};
