//! JavaScript in bounds: one QuickJS for one file, limited in memory, stack and time. Text goes in; JSON goes to and fro through one
//! function. It knows nothing of OCPP: what a file finds is written by those who run it, the plugins and the scenarios, on top of
//! `toolkit.js`. Floor 0.

mod engine;
mod fault;
mod request;
mod timers;

/// Answers of calls in the form of scripts; the source of plugins and scenarios share it.
pub const CALLS: (&str, &str) = ("calls", include_str!("calls.js"));

pub use engine::{SandboxScript, ScriptLimits};
pub use fault::{ScriptFault, ScriptLimit};
pub use request::{ToolkitRequest, millis, parsed};
pub use timers::{TimerKey, Timers};
