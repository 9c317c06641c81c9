//! What a plugin asks of the program while it runs. It is noted during the turn and carried out after it, so that nothing a plugin does
//! can reach back into a plugin that is running.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::handled::Kind;

/// More is not noted in one turn.
const MOST: usize = 10_000;
/// More bytes are not noted in one turn.
const MOST_BYTES: usize = 16 << 20;
/// A longer time is none that anybody waits.
const LONGEST: f64 = 86_400_000.0;

/// One wish.
#[derive(Debug)]
pub(super) enum Effect {
    /// A line of the trace.
    Log(String),
    /// A line for whoever typed the command, or else of the trace.
    Console { failure: bool, text: String },
    /// An exception of a handler.
    Fault { place: String, message: String, stack: String },
    /// There is a handler now.
    Handle { kind: Kind, action: Option<Box<str>> },
    /// There is a command now.
    Command { name: String, help: String, complete: Vec<String> },
    /// Arm a timer.
    Timer { number: u64, delay: Duration, repeat: bool },
    /// Take a timer back.
    Clear(u64),
    /// Make a call.
    Call(CallWish),
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
pub(super) struct CallWish {
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
pub(super) struct Effects {
    list: Vec<Effect>,
    bytes: usize,
}

impl Effects {
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
    pub fn take(&mut self) -> Vec<Effect> {
        self.bytes = 0;
        std::mem::take(&mut self.list)
    }
}

fn read(operation: &str, json: &str) -> Result<Effect, String> {
    Ok(match operation {
        "log" => Effect::Log(parsed::<Text>(json)?.text),
        "toast" => Effect::Toast(parsed::<Text>(json)?.text),
        "console" => {
            let Console { failure, text } = parsed(json)?;
            Effect::Console { failure, text }
        }
        "fault" => {
            let Thrown { r#where: place, message, stack } = parsed(json)?;
            Effect::Fault { place, message, stack }
        }
        "handle" => {
            let Handle { kind, action } = parsed(json)?;
            let kind = Kind::parse(&kind).ok_or("there is no such event")?;
            Effect::Handle { kind, action: action.map(String::into_boxed_str) }
        }
        "command" => {
            let Command { name, help, complete } = parsed(json)?;
            Effect::Command { name, help, complete }
        }
        "timer" => {
            let Timer { number, delay, repeat } = parsed(json)?;
            let delay = Duration::from_secs_f64(delay.unwrap_or(LONGEST).clamp(0.0, LONGEST) / 1000.0);
            Effect::Timer { number, delay, repeat }
        }
        "clear" => Effect::Clear(parsed::<Number>(json)?.number),
        "call" => Effect::Call(parsed(json)?),
        "answer" => {
            let Promised { ticket, answer } = parsed(json)?;
            Effect::Answer { ticket, form: answer }
        }
        "mark" => {
            let Mark { station, text } = parsed(json)?;
            Effect::Mark { station, text }
        }
        "unload" => Effect::Unload,
        _ => return Err(format!("there is no operation {operation}")),
    })
}

fn parsed<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, String> {
    serde_json::from_str(json).map_err(|error| format!("this cannot be carried out: {error}"))
}

#[derive(Deserialize)]
struct Text {
    text: String,
}

#[derive(Deserialize)]
struct Console {
    failure: bool,
    text: String,
}

#[derive(Deserialize)]
struct Thrown {
    r#where: String,
    message: String,
    stack: String,
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
struct Timer {
    number: u64,
    /// Infinity is `null` in JSON.
    delay: Option<f64>,
    repeat: bool,
}

#[derive(Deserialize)]
struct Number {
    number: u64,
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
        let mut effects = Effects::default();
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
        assert!(matches!(effects.take()[0], Effect::Timer { delay, .. } if delay == Duration::from_secs(86_400)));
    }
}
