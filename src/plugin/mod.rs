//! Plugins in JavaScript: they watch what is said on the links, answer calls, make calls, and bring commands of their own. One thread
//! runs them all, each in a QuickJS of its own that is bounded in memory and time. Floor 2: a plugin never gets the file system, the
//! network or a process; what it may reach stands in [`PluginHost`].

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
pub use handle::{PluginReply, Plugins};
pub use host::{PluginHost, StationInfo};
pub use report::{ConsoleLine, PluginCommand, PluginDetail, PluginState};
pub use request::PluginOptions;
pub use types::TYPES;

#[cfg(test)]
mod tests;
