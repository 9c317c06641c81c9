//! Frames that wait: at the gate for the user, in the queue for a plugin.

pub(crate) mod gate;
pub(crate) mod queue;
