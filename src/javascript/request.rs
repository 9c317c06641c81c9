//! What the toolkit asks of the program for every script: a line to print, a fault to tell, timers. What else a script may ask is the
//! matter of those who run it.

use std::time::Duration;

use serde::Deserialize;

/// A longer time is none that anybody waits, in milliseconds.
const LONGEST: f64 = 30.0 * 86_400_000.0;

/// A wish of the toolkit.
#[derive(Debug, PartialEq)]
pub enum ToolkitRequest {
    /// The script prints something.
    Console {
        /// Whether it is about a failure.
        failure: bool,
        /// The text.
        text: String,
    },
    /// An exception that nobody waited for.
    Fault {
        /// In which handler.
        place: String,
        /// What was thrown.
        message: String,
        /// Where.
        stack: String,
    },
    /// Arm a timer.
    Timer {
        /// Its number.
        number: u64,
        /// How long it waits.
        delay: Duration,
        /// Whether it begins again.
        repeat: bool,
    },
    /// Take a timer back.
    Clear(u64),
}

impl ToolkitRequest {
    /// Reads a wish; `None` when the operation is not one of the toolkit.
    ///
    /// # Errors
    /// With a sentence for the script, when its JSON does not fit.
    pub fn read(operation: &str, json: &str) -> Result<Option<ToolkitRequest>, String> {
        Ok(Some(match operation {
            "console" => {
                let Console { failure, text } = parsed(json)?;
                ToolkitRequest::Console { failure, text }
            }
            "fault" => {
                let Thrown { r#where: place, message, stack } = parsed(json)?;
                ToolkitRequest::Fault { place, message, stack }
            }
            "timer" => {
                let Timer { number, delay, repeat } = parsed(json)?;
                ToolkitRequest::Timer { number, delay: millis(delay), repeat }
            }
            "clear" => ToolkitRequest::Clear(parsed::<Number>(json)?.number),
            _ => return Ok(None),
        }))
    }
}

/// Reads the JSON of a wish.
///
/// # Errors
/// With a sentence for the script.
pub fn parsed<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, String> {
    serde_json::from_str(json).map_err(|error| format!("this cannot be carried out: {error}"))
}

/// Milliseconds of a script; infinity is `null` in JSON.
pub fn millis(number: Option<f64>) -> Duration {
    Duration::from_secs_f64(number.unwrap_or(LONGEST).clamp(0.0, LONGEST) / 1000.0)
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
struct Timer {
    number: u64,
    delay: Option<f64>,
    repeat: bool,
}

#[derive(Deserialize)]
struct Number {
    number: u64,
}
