//! Execution of the requests of plugins.

use std::time::Instant;

use super::Engine;
use crate::javascript::{ScriptFault, ToolkitRequest};
use crate::plugin::plugin_request::PluginRequest;
use crate::plugin::report::{ConsoleLine, PluginCommand};
use crate::trace::StationKey;

/// Longer texts are cut, in bytes.
const LONGEST: usize = 64 << 10;
/// The most handlers, and the most commands, of a plugin.
const MOST: usize = 1000;

impl Engine {
    /// Executes one request of a plugin.
    pub(super) fn execute(&mut self, serial: u64, request: PluginRequest) {
        let Some(plugin) = self.plugins.iter_mut().find(|plugin| plugin.serial == serial) else { return };
        match request {
            PluginRequest::Log(text) => self.host.tell(None, false, short(text)),
            PluginRequest::Toast(text) => self.host.toast(short(text)),
            PluginRequest::Toolkit(ToolkitRequest::Console { failure, text }) => match &mut self.spoken {
                Some(spoken) => spoken.push(ConsoleLine { failure, text: short(text) }),
                None => self.host.tell(None, failure, short(text)),
            },
            PluginRequest::Toolkit(ToolkitRequest::Fault { place, message, stack }) => {
                let fault = ScriptFault::new(&message, &stack);
                self.fault(serial, &place, &fault);
            }
            PluginRequest::Handle { kind, action } if plugin.handlers.len() < MOST => {
                plugin.handlers.insert((kind, action));
                self.publish();
            }
            PluginRequest::Command { name, help, complete } if plugin.commands.len() < MOST => {
                if name.is_empty() || name.len() > 64 || name.contains(|c: char| c.is_whitespace() || c.is_control()) {
                    let fault = ScriptFault::new(&format!("{name:?} is no name of a command: it has no blanks"), "");
                    return self.fault(serial, "command", &fault);
                }
                plugin.commands.retain(|command| command.name != name);
                let owner = plugin.name.clone();
                plugin.commands.push(PluginCommand { name, help: short(help), complete, plugin: owner });
                self.publish();
            }
            PluginRequest::Handle { .. } | PluginRequest::Command { .. } => {
                let fault = ScriptFault::new(&format!("a plugin has at most {MOST} handlers and commands"), "");
                self.fault(serial, "onLoad", &fault);
            }
            PluginRequest::Toolkit(ToolkitRequest::Timer { number, delay, repeat }) => {
                if !self.timers.arm((serial, number), delay, repeat, Instant::now()) {
                    let fault = ScriptFault::new("too many timers run; this one was not started", "");
                    self.fault(serial, "setTimeout", &fault);
                }
            }
            PluginRequest::Toolkit(ToolkitRequest::Clear(number)) => self.timers.clear((serial, number)),
            PluginRequest::Call(config) => self.call(serial, config),
            PluginRequest::Answer { ticket, form } => self.on_answer(serial, ticket, form),
            PluginRequest::Mark { station, text } => {
                let text = format!("[{}] {text}", plugin.name);
                self.host.tell(Some(StationKey(station)), false, short(text));
            }
            PluginRequest::Unload => plugin.leaving = true,
        }
    }
}

/// A text, cut to a length that can be shown.
fn short(mut text: String) -> String {
    if text.len() > LONGEST {
        text.truncate(text.floor_char_boundary(LONGEST));
        text.push('…');
    }
    text
}
