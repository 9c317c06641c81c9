//! What comes back to the player after the requests of a script were executed.

use serde_json::Value;

use crate::hub::AnswerRequest;

/// An event of the session for the player.
#[derive(Debug)]
pub(super) enum PlayerEvent {
    /// The request with this number has its result.
    Answered { number: u64, value: Value },
    /// The peer has called, and the script decides the answer.
    Asked(AnswerRequest),
}
