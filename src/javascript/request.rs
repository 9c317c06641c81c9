//! Requests of the toolkit, which every script can make: print a line, report a fault, set timers. Plugins and scenarios have requests
//! of their own.

use std::time::Duration;

use serde::Deserialize;

/// The longest delay, in milliseconds.
const LONGEST: f64 = 30.0 * 86_400_000.0;

/// The JSON of a request does not fit; the sentence is for the script.
#[derive(Debug, thiserror::Error)]
#[error("this cannot be carried out: {0}")]
pub struct RequestError(serde_json::Error);

/// A request of the toolkit.
#[derive(Debug, PartialEq)]
pub enum ToolkitRequest {
    /// The script prints something.
    Console {
        /// Whether it is about a failure.
        failure: bool,
        /// The text.
        text: String,
    },
    /// An exception that was thrown in a handler.
    Fault {
        /// The handler.
        place: String,
        /// What was thrown.
        message: String,
        /// The stack.
        stack: String,
    },
    /// Arm a timer.
    Timer {
        /// Its number.
        number: u64,
        /// Its delay.
        delay: Duration,
        /// Whether it is an interval.
        repeat: bool,
    },
    /// Cancel a timer.
    Clear(u64),
}

impl ToolkitRequest {
    /// Reads a request; `None` when the operation is not one of the toolkit.
    ///
    /// # Errors
    /// When its JSON does not fit.
    pub fn read(operation: &str, json: &str) -> Result<Option<ToolkitRequest>, RequestError> {
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

/// Reads the JSON of a request.
///
/// # Errors
/// When it does not fit.
pub fn parsed<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, RequestError> {
    serde_json::from_str(json).map_err(RequestError)
}

/// Milliseconds of a script as a duration; infinity, which is `null` in JSON, is the longest one.
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
