//! What a script asks of the program. Questions are answered at once; wishes are noted during a turn of the script and carried out
//! after it, so that nothing a script does can reach back into a script that is running.

use serde::Deserialize;
use serde_json::Value;

use super::outcome::CaseFailure;
use crate::javascript::{ScriptFault, ToolkitRequest, parsed};
use crate::ocpp::{Transport, Version};

/// One wish.
#[derive(Debug)]
pub(super) enum HostRequest {
    /// A step begins.
    Step(ScenarioStep),
    /// A step is over.
    Done(u64),
    /// A line of the trace.
    Note { station: Option<u32>, text: String },
    /// What every script may ask: a line to print, a fault to tell, timers.
    Toolkit(ToolkitRequest),
    /// There is a scenario.
    Declare(DeclaredScenario),
    /// A scenario, or the file, has ended.
    Settled(ScenarioResult),
    /// The script's answer to a call.
    Answer { ticket: u64, station: u32, form: Value },
    /// A person is to do something at the side under test.
    Operator(String),
    /// The scenario may take so many milliseconds longer; what it has not used of them it gives back.
    Grant(f64),
    /// Something that takes its time, and the number under which its end is told.
    Request(u64, RequestedFile),
}

/// Something that takes its time.
#[derive(Debug)]
pub(super) enum RequestedFile {
    /// Make a call.
    Call { station: u32, action: String, payload: Value },
    /// Send a text as it is.
    Raw { station: u32, text: String },
    /// Do something with a link.
    Deed { station: u32, deed: String },
    /// Run a command of the prompt.
    Command { station: u32, line: String },
    /// Start a central system.
    CentralSystem(CentralSystemConfig),
    /// Start the central system at which the charge point under test connects.
    Listen,
    /// Start a charge point.
    ChargePoint(ChargePointConfig),
}

/// A step that has begun.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct ScenarioStep {
    pub number: u64,
    pub text: String,
    pub station: Option<u32>,
    pub stack: String,
    /// Whether nothing is missed when nobody awaits it.
    #[serde(default)]
    pub idle: bool,
}

/// A scenario of the file.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct DeclaredScenario {
    pub name: String,
    pub checks: String,
    pub by: Vec<String>,
    /// In milliseconds.
    pub timeout: Option<f64>,
    pub skip: Option<String>,
}

/// How a scenario ended, in the words of the script.
#[derive(Debug, Deserialize)]
pub(super) struct ScenarioResult {
    pub index: i64,
    pub outcome: String,
    pub message: String,
    pub stack: String,
    pub section: String,
    pub facts: Option<FailureFacts>,
    /// Whether the file has checked anything by itself.
    #[serde(default)]
    pub judged: bool,
}

/// What an expectation says about its failure.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct FailureFacts {
    pub step: String,
    pub stack: String,
    pub expected: Option<String>,
    pub found: Option<String>,
    pub records: Vec<u64>,
}

impl ScenarioResult {
    /// The failure that it tells of, without the trace.
    pub fn failure(&self) -> CaseFailure {
        let facts = self.facts.as_ref();
        let stack = facts.map(|facts| facts.stack.as_str()).filter(|stack| !stack.is_empty()).unwrap_or(&self.stack);
        let fault = ScriptFault::new(&self.message, stack);
        let parts = [Some(self.section.as_str()), facts.map(|facts| facts.step.as_str())];
        let step: Vec<&str> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
        CaseFailure {
            message: fault.message,
            place: fault.place,
            step: (!step.is_empty()).then(|| step.join(" › ")),
            expected: facts.and_then(|facts| facts.expected.clone()),
            found: facts.and_then(|facts| facts.found.clone()),
            ..CaseFailure::default()
        }
    }
}

/// How a central system is to be started.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CentralSystemConfig {
    pub host: Option<String>,
    pub port: u16,
    pub endpoint: Option<String>,
    pub versions: Option<Vec<String>>,
    pub transports: Option<Vec<String>>,
}

/// How a charge point is to be started.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ChargePointConfig {
    pub id: Option<String>,
    pub version: Option<String>,
    pub transport: Option<String>,
    pub url: Option<String>,
    pub autonomous: bool,
}

/// Reads a version as scripts write it.
pub(super) fn version(text: &str) -> Result<Version, String> {
    Version::parse(text)
        .or_else(|| Version::parse(&format!("ocpp{text}")))
        .ok_or_else(|| format!("{text:?} is no version of OCPP; it is '1.2', '1.5' or '1.6'"))
}

/// Reads a transport as scripts write it.
pub(super) fn transport(text: &str) -> Result<Transport, String> {
    match text {
        "websocket" => Ok(Transport::WebSocket),
        "soap" => Ok(Transport::Soap),
        _ => Err(format!("{text:?} is no transport; it is 'websocket' or 'soap'")),
    }
}

/// Reads a wish.
///
/// # Errors
/// With a sentence for the script, when it is none.
pub(super) fn read(operation: &str, json: &str) -> Result<HostRequest, String> {
    if let Some(wish) = ToolkitRequest::read(operation, json)? {
        return Ok(HostRequest::Toolkit(wish));
    }
    Ok(match operation {
        "step" => HostRequest::Step(parsed(json)?),
        "done" => HostRequest::Done(parsed::<Number>(json)?.number),
        "note" => {
            let Note { station, text } = parsed(json)?;
            HostRequest::Note { station, text }
        }
        "declare" => HostRequest::Declare(parsed(json)?),
        "settled" => HostRequest::Settled(parsed(json)?),
        "answer" => {
            let Answer { ticket, station, form } = parsed(json)?;
            HostRequest::Answer { ticket, station, form }
        }
        "operator" => HostRequest::Operator(parsed::<Operator>(json)?.text),
        "grant" => HostRequest::Grant(parsed::<Grant>(json)?.timeout),
        _ => {
            let number = parsed::<Number>(json)?.number;
            HostRequest::Request(number, request(operation, json)?)
        }
    })
}

fn request(operation: &str, json: &str) -> Result<RequestedFile, String> {
    Ok(match operation {
        "call" => {
            let Call { station, action, payload } = parsed(json)?;
            RequestedFile::Call { station, action, payload }
        }
        "raw" => {
            let Raw { station, text } = parsed(json)?;
            RequestedFile::Raw { station, text }
        }
        "deed" => {
            let Deed { station, deed } = parsed(json)?;
            RequestedFile::Deed { station, deed }
        }
        "command" => {
            let Command { station, line } = parsed(json)?;
            RequestedFile::Command { station, line }
        }
        "listen" => RequestedFile::Listen,
        "centralSystem" => RequestedFile::CentralSystem(parsed(json)?),
        "chargePoint" => RequestedFile::ChargePoint(parsed(json)?),
        _ => return Err(format!("there is no operation {operation}")),
    })
}

#[derive(Deserialize)]
struct Number {
    number: u64,
}

#[derive(Deserialize)]
struct Note {
    station: Option<u32>,
    text: String,
}

#[derive(Deserialize)]
struct Answer {
    ticket: u64,
    station: u32,
    form: Value,
}

#[derive(Deserialize)]
struct Operator {
    text: String,
}

#[derive(Deserialize)]
struct Grant {
    timeout: f64,
}

#[derive(Deserialize)]
struct Call {
    station: u32,
    action: String,
    payload: Value,
}

#[derive(Deserialize)]
struct Raw {
    station: u32,
    text: String,
}

#[derive(Deserialize)]
struct Deed {
    station: u32,
    deed: String,
}

#[derive(Deserialize)]
struct Command {
    station: u32,
    line: String,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::javascript::millis;

    #[test]
    fn versions_and_transports_as_scripts_write_them() {
        for text in ["1.6", "ocpp1.6"] {
            assert_eq!(version(text), Ok(Version::V1_6), "{text}");
        }
        assert!(version("2.0.1").unwrap_err().contains("'1.2', '1.5' or '1.6'"));
        assert_eq!((transport("soap"), transport("websocket")), (Ok(Transport::Soap), Ok(Transport::WebSocket)));
        assert!(transport("SOAP").unwrap_err().contains("'websocket' or 'soap'"));
    }

    #[test]
    fn times_have_bounds() {
        let longest = Duration::from_secs(30 * 86_400);
        for (number, time) in
            [(Some(1.5), Duration::from_micros(1500)), (Some(-1.0), Duration::ZERO), (Some(1e300), longest), (None, longest)]
        {
            assert_eq!(millis(number), time, "{number:?}");
        }
    }

    #[test]
    fn what_cannot_be_carried_out_is_a_sentence() {
        for (operation, json, part) in [
            ("fly", "{\"number\":1}", "no operation fly"),
            ("call", "{\"number\":1}", "missing field"),
            ("step", "null", "cannot be carried out"),
        ] {
            assert!(read(operation, json).unwrap_err().contains(part), "{operation}");
        }
        let wish = read("call", r#"{"number":4,"station":2,"action":"Reset","payload":{"type":"Soft"}}"#).unwrap();
        assert!(matches!(wish, HostRequest::Request(4, RequestedFile::Call { station: 2, action, .. }) if action == "Reset"));
    }

    /// The place and the name of a failure are those of its step, behind the named parts in which it stands.
    #[test]
    fn a_failure_is_told_with_its_step() {
        let stack = "    at thrown (lib.js:9:1)\n";
        let facts = FailureFacts {
            step: "call Reset".into(),
            stack: "    at run (a.js:3:9)\n".into(),
            expected: Some("x".into()),
            ..FailureFacts::default()
        };
        let settled = |section: &str, facts| ScenarioResult {
            index: 0,
            outcome: "failed".into(),
            message: "no".into(),
            stack: stack.into(),
            section: section.into(),
            facts,
            judged: false,
        };
        let failure = settled("part", Some(facts)).failure();
        assert_eq!((failure.place.as_deref(), failure.step.as_deref()), (Some("a.js:3:9"), Some("part › call Reset")));
        assert_eq!(failure.expected.as_deref(), Some("x"));
        let failure = settled("", None).failure();
        assert_eq!((failure.place.as_deref(), failure.step), (Some("lib.js:9:1"), None));
    }
}
