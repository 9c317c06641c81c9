//! Requests of a plugin to the program. They are collected during a turn of the plugin and executed after it, so that
//! no request calls back into a running script.

use serde::Deserialize;
use serde_json::Value;

use super::settings::PluginSettingsError;
use super::subscriptions::EventName;
use crate::behaviour::PhysicalAction;
use crate::javascript::{RequestError, ToolkitRequest, parsed};

/// The most requests of one turn.
const MOST: usize = 10_000;
/// The most bytes of the requests of one turn.
const MOST_BYTES: usize = 16 << 20;

/// Why a request or a query of a plugin is refused; the sentence is thrown in the plugin.
#[derive(Debug, thiserror::Error)]
pub(super) enum PluginRequestError {
    #[error(transparent)]
    Invalid(#[from] RequestError),
    #[error(transparent)]
    Setting(#[from] PluginSettingsError),
    #[error("there is no operation {0}")]
    NoOperation(String),
    #[error("there is no such event")]
    NoEvent,
    #[error("too much at once: let the program carry out what was asked for first")]
    TooMany,
}

/// One request.
#[derive(Debug)]
pub(super) enum PluginRequest {
    /// Add a line to the trace.
    Log(String),
    /// A request of every script: print a line, for the user who typed the command or in the trace; report an
    /// exception; timers.
    Toolkit(ToolkitRequest),
    /// Register a handler.
    Handle { kind: EventName, action: Option<Box<str>> },
    /// Register a command.
    Command { name: String, help: String, complete: Vec<String> },
    /// Make a call.
    Call(CallConfig),
    /// Do something at the machine of a simulated charge point.
    Act(ActConfig),
    /// A promised answer is known.
    Answer { ticket: u64, form: Value },
    /// Add a line to the trace at a station.
    Mark { station: u32, text: String },
    /// Show a line to the user.
    Toast(String),
    /// Unload the plugin.
    Unload,
}

/// A call of a plugin.
#[derive(Debug, Deserialize)]
pub(super) struct CallConfig {
    pub number: u64,
    /// `cp` for our charge points, `cs` for our central system.
    pub side: String,
    /// The station; the only connected one by default.
    pub station: Option<u32>,
    pub action: String,
    pub payload: Value,
    /// Whether the members of the payload replace those of the default payload.
    pub merge: bool,
}

/// What hands do for a plugin.
#[derive(Debug, Deserialize)]
pub(super) struct ActConfig {
    pub number: u64,
    pub station: u32,
    pub action: PhysicalAction,
}

/// The requests of a turn.
#[derive(Debug, Default)]
pub(super) struct PluginRequests {
    list: Vec<PluginRequest>,
    bytes: usize,
}

impl PluginRequests {
    /// Reads and adds a request.
    ///
    /// # Errors
    /// When it is invalid or there are too many.
    pub fn add(&mut self, operation: &str, json: &str) -> Result<(), PluginRequestError> {
        self.bytes += json.len();
        if self.list.len() >= MOST || self.bytes > MOST_BYTES {
            return Err(PluginRequestError::TooMany);
        }
        self.list.push(read(operation, json)?);
        Ok(())
    }

    /// Takes the requests out.
    pub fn take(&mut self) -> Vec<PluginRequest> {
        self.bytes = 0;
        std::mem::take(&mut self.list)
    }
}

fn read(operation: &str, json: &str) -> Result<PluginRequest, PluginRequestError> {
    if let Some(request) = ToolkitRequest::read(operation, json)? {
        return Ok(PluginRequest::Toolkit(request));
    }
    Ok(match operation {
        "log" => PluginRequest::Log(parsed::<Text>(json)?.text),
        "toast" => PluginRequest::Toast(parsed::<Text>(json)?.text),
        "handle" => {
            let Handle { kind, action } = parsed(json)?;
            let kind = EventName::parse(&kind).ok_or(PluginRequestError::NoEvent)?;
            PluginRequest::Handle { kind, action: action.map(String::into_boxed_str) }
        }
        "command" => {
            let Command { name, help, complete } = parsed(json)?;
            PluginRequest::Command { name, help, complete }
        }
        "call" => PluginRequest::Call(parsed(json)?),
        "act" => PluginRequest::Act(parsed(json)?),
        "answer" => {
            let Promised { ticket, answer } = parsed(json)?;
            PluginRequest::Answer { ticket, form: answer }
        }
        "mark" => {
            let Mark { station, text } = parsed(json)?;
            PluginRequest::Mark { station, text }
        }
        "unload" => PluginRequest::Unload,
        _ => return Err(PluginRequestError::NoOperation(operation.to_owned())),
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
    fn floods_and_invalid_requests_are_refused() {
        let mut requests = PluginRequests::default();
        for _ in 0..MOST {
            requests.add("log", r#"{"text":"x"}"#).unwrap();
        }
        assert!(requests.add("log", r#"{"text":"x"}"#).unwrap_err().to_string().contains("too much"));
        assert_eq!(requests.take().len(), MOST);
        let huge = format!(r#"{{"text":"{}"}}"#, "x".repeat(MOST_BYTES));
        assert!(requests.add("log", &huge).is_err());
        requests.take();
        for (operation, json) in [("log", "{}"), ("rm", "null"), ("handle", r#"{"kind":"x","action":null}"#)] {
            assert!(requests.add(operation, json).is_err(), "{operation}");
        }
        requests.add("timer", r#"{"number":1,"delay":null,"repeat":false}"#).unwrap();
        let PluginRequest::Toolkit(ToolkitRequest::Timer { delay, .. }) = requests.take()[0] else { panic!("it is a timer") };
        assert_eq!(delay.as_secs(), 30 * 86_400);
    }
}
