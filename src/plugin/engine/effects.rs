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
            PluginRequest::Log(text) => self.host.note(None, false, short(text)),
            PluginRequest::Toast(text) => self.host.toast(short(text)),
            PluginRequest::Toolkit(ToolkitRequest::Console { failure, text }) => self.print(failure, short(text)),
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
                let owner = plugin.name.clone();
                let hidden = self.reserved.get().is_some_and(|reserved| reserved.contains(&name));
                let called = if hidden { format!("{owner}.{name}") } else { name.clone() };
                plugin.commands.retain(|command| command.name != called);
                plugin.commands.push(PluginCommand {
                    name: called.clone(),
                    help: short(help),
                    complete,
                    plugin: owner.clone(),
                });
                self.publish();
                if hidden {
                    self.print(
                        false,
                        format!("[{owner}] {name} is a command of the program; type {called} for the one of the plugin."),
                    );
                }
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
            PluginRequest::Act(config) => self.act(serial, config),
            PluginRequest::Answer { ticket, form } => self.on_answer(serial, ticket, form),
            PluginRequest::Mark { station, text } => {
                let text = format!("[{}] {text}", plugin.name);
                self.host.note(Some(StationKey(station)), false, short(text));
            }
            PluginRequest::Unload => plugin.leaving = true,
        }
    }
}

impl Engine {
    /// Prints a line: for the user who typed the command that runs, else in the trace.
    fn print(&mut self, failure: bool, text: String) {
        match &mut self.output {
            Some(output) => output.push(ConsoleLine { failure, text }),
            None => self.host.note(None, failure, text),
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
