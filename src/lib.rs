//! ocpp-tui: the terminal console of people who build charge points and central systems.

pub mod compose;
pub mod console;
pub mod hub;
pub mod link;
pub mod ocpp;
pub mod trace;
mod visible;

pub use visible::{is_hostile, visible};
