//! Loading and unloading of plugins, and the queries that they make within a turn.

use std::sync::{Arc, PoisonError};

use serde_json::{Value, json};

use super::Engine;
use crate::javascript::{ScriptFault, ScriptLimits};
use crate::ocpp::{Role, Transport};
use crate::plugin::folder;
use crate::plugin::host::PluginHost;
use crate::plugin::instance::{HostQuery, LoadOutcome, PluginInstance};
use crate::plugin::loaded::RunningPlugin;
use crate::plugin::request::PluginOptions;
use crate::plugin::settings::{PluginSettings, PluginSettingsError};

/// The error text of ocppjs, and a detail.
type LoadFailure = (String, Option<String>);

impl Engine {
    /// Loads a plugin; one that is loaded is unloaded first.
    pub(super) fn load(&mut self, name: &str) -> Result<(), LoadFailure> {
        let invalid = |reason: String| (format!("Error with the {name} plugin, invalid or doesn't exist."), Some(reason));
        let source = folder::find(name, &self.options.folders).map_err(|error| invalid(error.to_string()))?;
        if let Some(serial) = self.serial(name) {
            self.remove(serial, true);
        }
        self.disabled.remove(name);
        let limits = ScriptLimits { memory: self.options.memory, time: self.options.time };
        let query = query(self.host.clone(), &self.options, name);
        let instance = PluginInstance::new(name, limits, query).map_err(|fault| invalid(fault.to_string()))?;
        self.serials += 1;
        let serial = self.serials;
        let ended = instance.load(&source.text);
        self.plugins.push(RunningPlugin::new(serial, name.to_owned(), instance, source.file, source.changed));
        match ended {
            Ok(LoadOutcome::Runs) => {
                self.after(serial, "onLoad", Ok(()));
                self.publish();
                Ok(())
            }
            Ok(LoadOutcome::NoEntry) => {
                self.remove(serial, false);
                let text = format!("Error when reading the `{name}' plugin: no entry point `onLoad' function found.");
                Err((text, Some("Write module.exports.onLoad = function () { … }.".to_owned())))
            }
            Err(fault) => {
                // Its output before the failure helps to find the cause.
                self.after(serial, "onLoad", Ok::<(), ScriptFault>(()));
                self.remove(serial, false);
                Err(invalid(fault.to_string()))
            }
        }
    }

    /// Unloads a plugin.
    pub(super) fn unload(&mut self, name: &str) -> Result<(), LoadFailure> {
        let missing = || (format!("Error for unloading `{name}': file does not exist."), None);
        let serial = self.serial(name).ok_or_else(missing)?;
        self.remove(serial, true);
        Ok(())
    }

    fn serial(&self, name: &str) -> Option<u64> {
        self.plugins.iter().find(|plugin| plugin.name == name).map(|plugin| plugin.serial)
    }

    /// Removes a plugin, after its `onUnload` when that is wanted.
    pub(super) fn remove(&mut self, serial: u64, call_on_unload: bool) {
        let Some(index) = self.plugins.iter().position(|plugin| plugin.serial == serial) else { return };
        if call_on_unload {
            let ended = self.plugins[index].instance.event("unload", "null");
            self.after(serial, "onUnload", ended);
        }
        // Also when `onUnload` has asked to unload it again.
        self.plugins.retain(|plugin| plugin.serial != serial);
        self.timers.clear_script(serial);
        self.next.retain(|(plugin, ..)| *plugin != serial);
        for index in (0..self.open.len()).rev() {
            // A plugin that is gone gives no answer.
            if self.open[index].undecided().any(|plugin| plugin == serial) {
                let _ = self.open[index].set_answer(serial, Value::Null);
                self.close_when_decided(index);
            }
        }
        self.publish();
    }

    /// Publishes the handlers for the links and the commands for the console.
    pub(super) fn publish(&self) {
        self.channel.handled.publish(self.plugins.iter().map(|plugin| &plugin.handlers));
        let commands = self.plugins.iter().flat_map(|plugin| plugin.commands.iter().cloned()).collect();
        *self.commands.lock().unwrap_or_else(PoisonError::into_inner) = commands;
    }

    /// Reloads the plugins whose files have changed.
    pub(super) fn reload_changed(&mut self) {
        let changed = |plugin: &&RunningPlugin| {
            let now = plugin.file.as_deref().and_then(folder::changed);
            now.is_some() && now != plugin.changed
        };
        let names: Vec<String> = self.plugins.iter().filter(changed).map(|plugin| plugin.name.clone()).collect();
        for name in names {
            match self.load(&name) {
                Ok(()) => self.host.note(None, false, format!("[{name}] was loaded again: its file has changed")),
                Err((text, reason)) => {
                    let reason = reason.map_or_else(String::new, |reason| format!(" {reason}"));
                    self.host.note(None, true, format!("{text}{reason}"));
                }
            }
        }
    }
}

/// Answers the queries of a plugin.
fn query(host: Arc<dyn PluginHost>, options: &PluginOptions, name: &str) -> HostQuery {
    let settings = std::cell::RefCell::new(PluginSettings::load(options.state.as_deref(), name));
    let planned = options.role;
    Box::new(move |operation, json| {
        Some(match operation {
            "stations" => Ok(host.stations().iter().map(|facts| facts.to_json()).collect::<Value>().to_string()),
            "session" => Ok(session(host.as_ref(), planned).to_string()),
            "settings" => Ok(settings.borrow().all().to_string()),
            "set" => set(&mut settings.borrow_mut(), json),
            _ => return None,
        })
    })
}

fn set(settings: &mut PluginSettings, json: &str) -> Result<String, PluginSettingsError> {
    let mut setting: Value = serde_json::from_str(json)?;
    let key = setting["key"].as_str().ok_or(PluginSettingsError::NoName)?.to_owned();
    settings.set(key, setting["value"].take()).map(|()| "null".to_owned())
}

/// The fields that ocppjs gives a plugin.
fn session(host: &dyn PluginHost, planned: Option<Role>) -> Value {
    let role = host.role().or(planned);
    let stations = host.stations();
    let ours: Vec<_> = stations.iter().filter(|facts| Some(facts.our_role) == role).collect();
    let newest = ours.iter().rev().find_map(|facts| facts.version);
    let transport = ours.iter().rev().find_map(|facts| facts.transport).unwrap_or(Transport::WebSocket);
    let only = if let [only] = ours.as_slice() { Some(only) } else { None };
    json!({
        "ocpp_version": newest.map(|version| version.to_string()),
        "system": role.map(Role::short),
        "protocol": transport.name(),
        "chargePointId": only.filter(|facts| facts.our_role == Role::ChargePoint).map(|facts| &*facts.identity),
    })
}
