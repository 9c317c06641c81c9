//! One actor per station: it owns the socket, correlates calls with answers, keeps time limits, and tells what happened.
//! Floor 1: it carries messages and never decides what to answer; a [`Behaviour`] does.

mod behaviour;

pub use behaviour::{Answer, Behaviour, IncomingCall, Moment, Outbox, Outcome, WantedCall};
