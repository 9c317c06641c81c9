//! A JavaScript sandbox: one QuickJS for one file, limited in memory, stack and time. Text goes in; JSON goes in both directions
//! through one function. It knows nothing of OCPP: plugins and scenarios add their own preludes to `toolkit.js`.

mod engine;
mod fault;
mod request;
mod timers;

/// The prelude with the answers of calls, which plugins and scenarios share.
pub const CALLS: (&str, &str) = ("calls", include_str!("calls.js"));

/// The prelude about what hands do at a charge point, which plugins and scenarios share.
pub const ACTIONS: (&str, &str) = ("actions", include_str!("actions.js"));

pub use engine::{SandboxScript, ScriptLimits};
pub use fault::{ScriptFault, ScriptLimit};
pub use request::{RequestError, ToolkitRequest, millis, parsed};
pub use timers::{TimerKey, Timers};
