//! Frames that wait: at the gate for the user, in the queue for a plugin; and rules by which frames of pairs are changed on their way.

pub(crate) mod gate;
pub(crate) mod queue;
pub(crate) mod rewrite;
