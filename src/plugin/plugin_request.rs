//! What a plugin asks of the program while it runs. It is noted during the turn and carried out after it, so that nothing a plugin does
//! can reach back into a plugin that is running.

use serde::Deserialize;
use serde_json::Value;

use super::subscriptions::EventName;
use crate::javascript::{ToolkitRequest, parsed};

/// More is not noted in one turn.
const MOST: usize = 10_000;
/// More bytes are not noted in one turn.
const MOST_BYTES: usize = 16 << 20;
/// One wish.
#[derive(Debug)]
pub(super) enum PluginRequest {
    /// A line of the trace.
    Log(String),
    /// What every script may ask: a line for whoever typed the command, or else of the trace; an exception of a handler; timers.
    Toolkit(ToolkitRequest),
    /// There is a handler now.
    Handle { kind: EventName, action: Option<Box<str>> },
    /// There is a command now.
    Command { name: String, help: String, complete: Vec<String> },
    /// Make a call.
    Call(CallConfig),
    /// The answer that was promised.
    Answer { ticket: u64, form: Value },
    /// A line of the trace at a station.
    Mark { station: u32, text: String },
    /// A line that a person should see.
    Toast(String),
    /// The plugin wants to go.
    Unload,
}

/// A call that a plugin wants to make.
#[derive(Debug, Deserialize)]
pub(super) struct CallConfig {
    pub number: u64,
    /// `cp` for our charge points, `cs` for our central system.
    pub side: String,
    /// Whose link; the only one when nothing is said.
    pub station: Option<u32>,
    pub action: String,
    pub payload: Value,
    /// Whether the payload is put on top of the default one.
    pub merge: bool,
}

/// What was noted in a turn.
#[derive(Debug, Default)]
pub(super) struct PluginRequests {
    list: Vec<PluginRequest>,
    bytes: usize,
}

impl PluginRequests {
    /// Notes a wish.
    ///
    /// # Errors
    /// With a sentence for the plugin, when it is none or too much was noted.
    pub fn note(&mut self, operation: &str, json: &str) -> Result<(), String> {
        self.bytes += json.len();
        if self.list.len() >= MOST || self.bytes > MOST_BYTES {
            return Err("too much at once: let the program carry out what was asked for first".to_owned());
        }
        self.list.push(read(operation, json)?);
        Ok(())
    }

    /// Takes out what was noted.
    pub fn take(&mut self) -> Vec<PluginRequest> {
        self.bytes = 0;
        std::mem::take(&mut self.list)
    }
}

fn read(operation: &str, json: &str) -> Result<PluginRequest, String> {
    if let Some(wish) = ToolkitRequest::read(operation, json)? {
        return Ok(PluginRequest::Toolkit(wish));
    }
    Ok(match operation {
        "log" => PluginRequest::Log(parsed::<Text>(json)?.text),
        "toast" => PluginRequest::Toast(parsed::<Text>(json)?.text),
        "handle" => {
            let Handle { kind, action } = parsed(json)?;
            let kind = EventName::parse(&kind).ok_or("there is no such event")?;
            PluginRequest::Handle { kind, action: action.map(String::into_boxed_str) }
        }
        "command" => {
            let Command { name, help, complete } = parsed(json)?;
            PluginRequest::Command { name, help, complete }
        }
        "call" => PluginRequest::Call(parsed(json)?),
        "answer" => {
            let Promised { ticket, answer } = parsed(json)?;
            PluginRequest::Answer { ticket, form: answer }
        }
        "mark" => {
            let Mark { station, text } = parsed(json)?;
            PluginRequest::Mark { station, text }
        }
        "unload" => PluginRequest::Unload,
        _ => return Err(format!("there is no operation {operation}")),
    })
}

#[derive(Deserialize)]
struct Text {
    text: String,
}

#[derive(Deserialize)]
struct Handle {
    kind: String,
    action: Option<String>,
}

#[derive(Deserialize)]
struct Command {
    name: String,
    help: String,
    complete: Vec<String>,
}

#[derive(Deserialize)]
struct Promised {
    ticket: u64,
    answer: Value,
}

#[derive(Deserialize)]
struct Mark {
    station: u32,
    text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_ends_and_nonsense_is_no_wish() {
        let mut effects = PluginRequests::default();
        for _ in 0..MOST {
            effects.note("log", r#"{"text":"x"}"#).unwrap();
        }
        assert!(effects.note("log", r#"{"text":"x"}"#).unwrap_err().contains("too much"));
        assert_eq!(effects.take().len(), MOST);
        let huge = format!(r#"{{"text":"{}"}}"#, "x".repeat(MOST_BYTES));
        assert!(effects.note("log", &huge).is_err());
        effects.take();
        for (operation, json) in [("log", "{}"), ("rm", "null"), ("handle", r#"{"kind":"x","action":null}"#)] {
            assert!(effects.note(operation, json).is_err(), "{operation}");
        }
        effects.note("timer", r#"{"number":1,"delay":null,"repeat":false}"#).unwrap();
        let PluginRequest::Toolkit(ToolkitRequest::Timer { delay, .. }) = effects.take()[0] else { panic!("it is a timer") };
        assert_eq!(delay.as_secs(), 30 * 86_400);
    }
}
