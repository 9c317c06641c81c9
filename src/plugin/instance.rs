//! One plugin's script: what it finds is in `prelude.js`; what it asks for is noted, and carried out by the engine after its turn.

use std::cell::RefCell;
use std::rc::Rc;

use super::plugin_request::{PluginRequest, PluginRequests};
use crate::javascript::{CALLS, SandboxScript, ScriptFault, ScriptLimits};

const PRELUDE: (&str, &str) = ("plugin", include_str!("prelude.js"));

/// Answers a question of a plugin at once: the operation and its JSON; `None` when it is no question.
pub(super) type HostQuery = Box<dyn Fn(&str, &str) -> Option<Result<String, String>>>;

/// How the loading of a file ended.
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
    effects: Rc<RefCell<PluginRequests>>,
}

impl PluginInstance {
    /// A script with the prelude in it.
    ///
    /// # Errors
    /// When the bounds are too narrow for it.
    pub fn new(name: &str, limits: ScriptLimits, query: HostQuery) -> Result<PluginInstance, ScriptFault> {
        let effects = Rc::<RefCell<PluginRequests>>::default();
        let noted = effects.clone();
        let host = move |operation: &str, json: &str| match query(operation, json) {
            Some(answer) => answer,
            None => noted.borrow_mut().note(operation, json).map(|()| String::new()),
        };
        let script = SandboxScript::new(name, limits, &[CALLS, PRELUDE], host)?;
        Ok(PluginInstance { script, effects })
    }

    /// Runs the file and its `onLoad`.
    pub fn load(&self, text: &str) -> Result<LoadOutcome, ScriptFault> {
        let ended = self.script.start(text)?;
        Ok(if ended.as_deref() == Some("loaded") { LoadOutcome::Runs } else { LoadOutcome::NoEntry })
    }

    /// Lets the plugin handle an event; what its handler says comes back as JSON.
    pub fn event(&self, kind: &str, json: &str) -> Result<Option<String>, ScriptFault> {
        self.script.event(kind, json)
    }

    /// The promises that were rejected without anybody listening.
    pub fn unheard(&self) -> Vec<ScriptFault> {
        self.script.take_unhandled_rejections()
    }

    /// Takes out what the plugin asked for.
    pub fn effects(&self) -> Vec<PluginRequest> {
        self.effects.borrow_mut().take()
    }

    /// The memory that the plugin uses, in bytes.
    pub fn memory(&self) -> usize {
        self.script.memory()
    }
}
