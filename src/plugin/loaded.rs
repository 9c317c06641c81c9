//! A running plugin, with what the engine knows about it.

use std::path::PathBuf;
use std::time::SystemTime;

use super::instance::PluginInstance;
use super::report::{PluginCommand, PluginDetail, PluginState};
use super::subscriptions::{EventName, HandlerSet};
use crate::javascript::{ScriptFault, ScriptLimit};

/// A plugin that exceeds its limits this often is stopped.
const STRIKES: u32 = 3;

/// A running plugin.
pub(super) struct RunningPlugin {
    /// Its number: a plugin that is loaded again is another one.
    pub serial: u64,
    pub name: String,
    pub instance: PluginInstance,
    pub handlers: HandlerSet,
    pub commands: Vec<PluginCommand>,
    pub file: Option<PathBuf>,
    pub changed: Option<SystemTime>,
    pub events: u64,
    /// It will be unloaded after its turn.
    pub leaving: bool,
    errors: u64,
    last_error: Option<String>,
    strikes: u32,
}

impl RunningPlugin {
    /// A plugin that has just started.
    pub fn new(
        serial: u64,
        name: String,
        instance: PluginInstance,
        file: Option<PathBuf>,
        changed: Option<SystemTime>,
    ) -> RunningPlugin {
        RunningPlugin {
            serial,
            name,
            instance,
            handlers: HandlerSet::default(),
            commands: Vec::new(),
            file,
            changed,
            events: 0,
            leaving: false,
            errors: 0,
            last_error: None,
            strikes: 0,
        }
    }

    /// Counts a fault. Returns the reason when the plugin must be stopped.
    pub fn count(&mut self, fault: &ScriptFault, text: &str) -> Option<String> {
        self.errors += 1;
        self.last_error = Some(text.to_owned());
        self.strikes += u32::from(fault.bound.is_some());
        let what = match fault.bound? {
            ScriptLimit::Time => "time",
            ScriptLimit::Memory => "memory",
        };
        (self.strikes >= STRIKES).then(|| format!("it broke its bound of {what}; it had {STRIKES} tries"))
    }

    /// Its entry in the list of plugins.
    pub fn detail(&self, timers: usize) -> PluginDetail {
        let mut handlers: Vec<String> = self.handlers.iter().map(|(kind, action)| written(*kind, action.as_deref())).collect();
        handlers.sort();
        PluginDetail {
            state: PluginState::Loaded,
            file: self.file.clone(),
            memory: self.instance.memory(),
            events: self.events,
            errors: self.errors,
            last_error: self.last_error.clone(),
            handlers,
            timers,
            commands: self.commands.clone(),
            ..PluginDetail::available(self.name.clone())
        }
    }
}

fn written(kind: EventName, action: Option<&str>) -> String {
    let name = match kind {
        EventName::Call => "onCall",
        EventName::Result => "onResult",
        EventName::Connection => "onConnectionEvent",
        EventName::Client => "onClientConnectionEvent",
        EventName::Line => "onCommand",
        EventName::Idle => "onIdle",
        EventName::Incoming => "onIncoming",
        EventName::Outgoing => "onOutgoing",
    };
    action.map_or_else(|| name.to_owned(), |action| format!("{name} {action}"))
}
