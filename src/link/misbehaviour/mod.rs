//! Misbehaviour on purpose: what a link of ours does wrong when the user commands it, so that the peer's handling can be seen. The model
//! and the bytes are here; the listener, the dialer and the actor of a link ask for what is on and carry it out.
//!
//! | file | subject |
//! |---|---|
//! | `kind`, `spec`, `table`, `parameter` | the misbehaviours, a row each |
//! | `plan` | which are on, and for whom |
//! | `tls`, `odd_socket`, `faulty_certificates` | handshakes of TLS |
//! | `answer` | the answers of our HTTP server |
//! | `request` | the head of our request for a WebSocket |
//! | `frames` | frames of a WebSocket as bytes |
//! | `paced_output` | bytes that leave slowly |
//! | `odd_writer` | what a WebSocket sends, altered |

pub(super) mod answer;
mod faulty_certificates;
mod frames;
mod kind;
mod odd_socket;
pub(super) mod odd_writer;
pub(super) mod paced_output;
mod parameter;
mod plan;
pub(super) mod request;
mod spec;
mod table;
mod tls;

#[cfg(test)]
mod tests;

use std::time::Duration;

pub use faulty_certificates::FaultyCertificates;
pub use kind::{MisbehaviourKind, MisbehaviourStage};
pub(super) use odd_socket::OddSocket;
pub use parameter::{MisbehaviourParameter, PARAMETER_COUNT, PARAMETERS, ParameterForm, ParameterSpec, ParameterValue};
pub use plan::{ActiveMisbehaviour, CommandedMisbehaviour, MisbehaviourPlan, MisbehaviourScope};
pub use spec::{DefaultValue, MisbehaviourSpec, OfferedParameter};
pub use table::MISBEHAVIOURS;
pub(super) use tls::OddTls;

/// How long something may take that is slow on purpose: the peer is to end it.
pub(super) const PATIENCE: Duration = Duration::from_secs(60 * 60);
