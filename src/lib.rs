//! ocpp-tui: the terminal console of people who build charge points and central systems.

pub mod compose;
pub mod hub;
pub mod link;
pub mod ocpp;
pub mod trace;
pub mod tui;
mod visible;

pub use visible::{is_hostile, visible};
