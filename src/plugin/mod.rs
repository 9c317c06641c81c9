//! Plugins in JavaScript: they observe messages, answer calls, make calls, and add commands. One thread runs them all,
//! each in its own sandbox with limits of memory and time. A plugin has no access to files, the network or processes:
//! [`PluginHost`] is all that it can reach.

mod engine;
mod filter;
mod folder;
mod handle;
mod host;
mod instance;
mod loaded;
mod pending_answers;
mod plugin_request;
mod report;
mod request;
mod settings;
mod subscriptions;
mod types;

pub use filter::{PluginChannel, PluginFilter};
pub use folder::{NameError, check_name};
pub use handle::Plugins;
pub use host::{PluginHost, StationInfo};
pub use report::{ConsoleLine, PluginCommand, PluginDetail, PluginReply, PluginState};
pub use request::PluginOptions;
pub use types::TYPES;

#[cfg(test)]
mod tests;
