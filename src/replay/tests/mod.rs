//! Sessions of ours that are replayed against our own sides, in virtual time, and the state machine against peers of all kinds.

mod by_hand;
mod sessions;
mod stations;
