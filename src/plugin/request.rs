//! Requests to the thread of the plugins: from links, from commands, and from the calls that it made itself.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::oneshot;

use super::report::{PluginDetail, PluginReply};
use crate::behaviour::{Answer, CallResult, PhysicalActionError};
use crate::ocpp::Role;
use crate::trace::{Direction, StationKey};

/// The folders, limits and other options of plugins.
#[derive(Debug, Clone)]
pub struct PluginOptions {
    /// The folders, in the order in which they are searched.
    pub folders: Vec<PathBuf>,
    /// Where the settings of plugins are kept; in memory only without it.
    pub state: Option<PathBuf>,
    /// The memory of one plugin, in bytes.
    pub memory: usize,
    /// How long a handler may run.
    pub time: Duration,
    /// Whether plugins are loaded again when their file has changed.
    pub watch: bool,
    /// The role that the session will have, before anything has started.
    pub role: Option<Role>,
}

impl Default for PluginOptions {
    fn default() -> PluginOptions {
        PluginOptions {
            folders: Vec::new(),
            state: None,
            memory: 16 << 20,
            time: Duration::from_millis(200),
            watch: false,
            role: None,
        }
    }
}

/// A command of the console about plugins.
#[derive(Debug)]
pub(super) enum PluginCommandRequest {
    Load(String),
    Unload(String),
    Reload(String),
    /// A line was typed. `command` when it is a command of a plugin.
    Line {
        line: String,
        command: bool,
    },
}

/// A request to the thread.
#[derive(Debug)]
pub(super) enum EngineRequest {
    /// A command of the user, and where the reply goes.
    Command(PluginCommandRequest, oneshot::Sender<PluginReply>),
    /// The list of all plugins.
    List(oneshot::Sender<Vec<PluginDetail>>),
    /// The peer has called; the answer is awaited by the link.
    Called { ticket: u64, station: StationKey, action: String, payload: Value, proposed: Answer },
    /// One of our calls got its result.
    Answered { station: StationKey, action: String, payload: Value },
    /// A link came or went.
    Connection { station: StationKey, our_role: Role, up: bool },
    /// A frame waits for a plugin to look at it.
    Frame { ticket: u64, station: StationKey, direction: Direction, text: String },
    /// A call of a plugin has ended.
    Ended { plugin: u64, number: u64, end: CallResult },
    /// What hands did for a plugin has ended.
    Acted { plugin: u64, number: u64, done: Result<(), PhysicalActionError> },
    /// The options have changed.
    Options(Box<PluginOptions>),
    /// The session is over.
    End,
}
