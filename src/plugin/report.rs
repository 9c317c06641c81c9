//! The data about plugins that the console shows: their output, state and commands.

use std::path::PathBuf;

/// A line that a plugin or the engine prints in reply to a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsoleLine {
    /// Whether it is about something that failed.
    pub failure: bool,
    /// The text.
    pub text: String,
}

/// The result of a command for plugins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PluginReply {
    /// The output of plugins on the console while the command ran.
    pub output: Vec<ConsoleLine>,
    /// The error text of ocppjs, and a detail.
    pub failure: Option<(String, Option<String>)>,
    /// Whether a plugin has consumed a typed line, so that the console must not run it.
    pub consumed: bool,
}

/// The state of a plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PluginState {
    /// It can be loaded.
    Available,
    /// It runs.
    Loaded,
    /// It was stopped, for this reason.
    Disabled(String),
}

/// A command of a plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginCommand {
    /// Its name.
    pub name: String,
    /// One sentence.
    pub help: String,
    /// Completions of its arguments.
    pub complete: Vec<String>,
    /// The plugin.
    pub plugin: String,
}

/// Everything about one plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginDetail {
    /// Its name.
    pub name: String,
    /// Its state.
    pub state: PluginState,
    /// Its file; `None` for one that is part of the program.
    pub file: Option<PathBuf>,
    /// The memory that it uses, in bytes.
    pub memory: usize,
    /// How many events it has handled.
    pub events: u64,
    /// How many exceptions it has thrown.
    pub errors: u64,
    /// The last of them.
    pub last_error: Option<String>,
    /// The names of its handlers, for display.
    pub handlers: Vec<String>,
    /// How many timers run.
    pub timers: usize,
    /// Its commands.
    pub commands: Vec<PluginCommand>,
}

impl PluginDetail {
    /// A plugin that can be loaded.
    pub(super) fn available(name: String) -> PluginDetail {
        PluginDetail {
            name,
            state: PluginState::Available,
            file: None,
            memory: 0,
            events: 0,
            errors: 0,
            last_error: None,
            handlers: Vec::new(),
            timers: 0,
            commands: Vec::new(),
        }
    }
}
