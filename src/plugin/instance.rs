//! One plugin's script. Its API is in `prelude.js`; its requests are collected during a turn and executed by the engine
//! after it.

use std::cell::RefCell;
use std::rc::Rc;

use super::plugin_request::{PluginRequest, PluginRequestError, PluginRequests};
use super::settings::PluginSettingsError;
use crate::javascript::{ACTIONS, CALLS, SandboxScript, ScriptFault, ScriptLimits};

const PRELUDE: (&str, &str) = ("plugin", include_str!("prelude.js"));

/// Answers a query of a plugin within its turn: takes the operation and its JSON; `None` when it is no query.
pub(super) type HostQuery = Box<dyn Fn(&str, &str) -> Option<Result<String, PluginSettingsError>>>;

/// The result of loading a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum LoadOutcome {
    /// It runs.
    Runs,
    /// It has no `onLoad`.
    NoEntry,
}

/// A plugin's script.
pub(super) struct PluginInstance {
    script: SandboxScript,
    requests: Rc<RefCell<PluginRequests>>,
}

impl PluginInstance {
    /// A script with the prelude in it.
    ///
    /// # Errors
    /// When the limits are too low for it.
    pub fn new(name: &str, limits: ScriptLimits, query: HostQuery) -> Result<PluginInstance, ScriptFault> {
        let requests = Rc::<RefCell<PluginRequests>>::default();
        let collected = requests.clone();
        let host = move |operation: &str, json: &str| match query(operation, json) {
            Some(answer) => answer.map_err(PluginRequestError::from),
            None => collected.borrow_mut().add(operation, json).map(|()| String::new()),
        };
        let script = SandboxScript::new(name, limits, &[CALLS, ACTIONS, PRELUDE], host)?;
        Ok(PluginInstance { script, requests })
    }

    /// Runs the file and its `onLoad`.
    ///
    /// # Errors
    /// With what was thrown, or the limit that was exceeded.
    pub fn load(&self, text: &str) -> Result<LoadOutcome, ScriptFault> {
        let ended = self.script.start(text)?;
        Ok(if ended.as_deref() == Some("loaded") { LoadOutcome::Runs } else { LoadOutcome::NoEntry })
    }

    /// Lets the plugin handle an event; returns the result of its handler as JSON.
    ///
    /// # Errors
    /// With what was thrown, or the limit that was exceeded.
    pub fn event(&self, kind: &str, json: &str) -> Result<Option<String>, ScriptFault> {
        self.script.event(kind, json)
    }

    /// The reasons of promises that were rejected without a handler since the last call.
    pub fn take_unhandled_rejections(&self) -> Vec<ScriptFault> {
        self.script.take_unhandled_rejections()
    }

    /// Takes out the requests of the last turn.
    pub fn take_requests(&self) -> Vec<PluginRequest> {
        self.requests.borrow_mut().take()
    }

    /// The memory that the plugin uses, in bytes.
    pub fn memory(&self) -> usize {
        self.script.memory()
    }
}
