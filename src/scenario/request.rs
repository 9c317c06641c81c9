//! Requests of a script to the program. They are collected during a turn of the script and executed after it, so that no request calls
//! back into a running script. Queries, which are answered at once, are in `query`.

use serde::Deserialize;
use serde_json::Value;

use super::machine::MachineConfig;
use super::outcome::{CaseFailure, NoteLevel, ScenarioGrade};
use super::request_error::ScriptRequestError;
use super::script_credentials::ScriptCredentials;
use crate::behaviour::PhysicalAction;
use crate::javascript::{ScriptFault, ToolkitRequest, parsed};
use crate::link::{SubprotocolOrder, UnknownProtocol};
use crate::ocpp::{Transport, Version};

/// One request.
#[derive(Debug)]
pub(super) enum HostRequest {
    /// A step begins.
    Step(ScenarioStep),
    /// A step is over.
    Done(u64),
    /// Add a line to the trace.
    Note { station: Option<u32>, text: String },
    /// A part of the scenario begins, or goes on after one inside it has ended.
    Section { name: String, again: bool },
    /// A request of every script: print a line, report a fault, timers.
    Toolkit(ToolkitRequest),
    /// Declare a scenario.
    Declare(DeclaredScenario),
    /// A scenario, or the file, has ended.
    Settled(ScenarioResult),
    /// The script's answer to a call.
    Answer { ticket: u64, station: u32, form: Value },
    /// Ask the user to do something at the side under test.
    Operator(String),
    /// A warning or a remark.
    Remark(ScriptNote),
    /// Run a cleanup of the script after the scenario, with this time limit in milliseconds.
    Cleanup(f64),
    /// Extend the time limit by so many milliseconds; a negative number gives unused time back.
    Grant(f64),
    /// An asynchronous request, with the number under which its result is reported.
    Request(u64, AsyncRequest),
}

/// A request with a later result.
#[derive(Debug)]
pub(super) enum AsyncRequest {
    /// Make a call.
    Call { station: u32, action: String, payload: Value },
    /// Send a text unchanged.
    Raw { station: u32, text: String },
    /// Connect, disconnect, drop or ping a link.
    Link { station: u32, order: String },
    /// Do something at the machine of a simulated charge point.
    Act { station: u32, action: PhysicalAction },
    /// Run a command of the prompt, at a station where there is one.
    Command { station: Option<u32>, line: String },
    /// Start a central system.
    CentralSystem(CentralSystemConfig),
    /// Start a proxy.
    Proxy(ProxyConfig),
    /// Start the central system at which the charge point under test connects.
    Listen,
    /// Start a charge point.
    ChargePoint(ChargePointConfig),
}

/// A step that has started.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct ScenarioStep {
    pub number: u64,
    pub text: String,
    pub station: Option<u32>,
    pub stack: String,
    /// Whether the scenario may end before it is awaited.
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
    /// How strongly OCPP requires it.
    #[serde(default)]
    pub grade: ScenarioGrade,
    /// Its number in a list of test cases, or nothing.
    #[serde(default)]
    pub id: String,
    /// The group of test cases that it belongs to, or nothing.
    #[serde(default)]
    pub area: String,
    /// The optional features that the side under test must have.
    #[serde(default)]
    pub profiles: Vec<String>,
}

/// A warning or a remark, as the script reports it.
#[derive(Debug, Deserialize)]
pub(super) struct ScriptNote {
    pub level: NoteLevel,
    pub message: String,
    pub stack: String,
    pub section: String,
    pub facts: Option<FailureFacts>,
}

/// How a scenario ended, as the script reports it.
#[derive(Debug, Deserialize)]
pub(super) struct ScenarioResult {
    pub index: i64,
    pub outcome: String,
    pub message: String,
    pub stack: String,
    pub section: String,
    pub facts: Option<FailureFacts>,
    /// Whether the file has checked anything outside its scenarios.
    #[serde(default)]
    pub judged: bool,
}

/// The details of a failed expectation.
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
    /// Its failure, without the trace.
    pub fn failure(&self) -> CaseFailure {
        failure(&self.message, &self.stack, &self.section, self.facts.as_ref())
    }
}

impl ScriptNote {
    /// What it says, without the trace.
    pub fn detail(&self) -> CaseFailure {
        failure(&self.message, &self.stack, &self.section, self.facts.as_ref())
    }
}

/// What a script has reported of a failure, with its place and its step.
fn failure(message: &str, stack: &str, section: &str, facts: Option<&FailureFacts>) -> CaseFailure {
    let stack = facts.map(|facts| facts.stack.as_str()).filter(|stack| !stack.is_empty()).unwrap_or(stack);
    let fault = ScriptFault::new(message, stack);
    let parts = [Some(section), facts.map(|facts| facts.step.as_str())];
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

/// The options of a central system.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CentralSystemConfig {
    pub host: Option<String>,
    pub port: u16,
    pub endpoint: Option<String>,
    pub versions: Option<Vec<String>>,
    pub transports: Option<Vec<String>>,
    #[serde(rename = "tolerateSubprotocol")]
    pub tolerate_subprotocol: bool,
    #[serde(rename = "unknownProtocol")]
    pub unknown_protocol: Option<String>,
    #[serde(rename = "subprotocolOrder")]
    pub subprotocol_order: Option<String>,
}

/// The options of a proxy.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ProxyConfig {
    pub to: String,
    pub also: Option<String>,
    pub keep: bool,
    pub port: u16,
}

/// The options of a charge point.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ChargePointConfig {
    pub id: Option<String>,
    pub version: Option<String>,
    pub transport: Option<String>,
    pub url: Option<String>,
    pub autonomous: bool,
    /// What it shows in its handshake.
    pub handshake: ScriptCredentials,
    /// What differs from the machine of the run.
    #[serde(flatten)]
    pub machine: MachineConfig,
}

/// Reads a version as scripts write it.
pub(super) fn version(text: &str) -> Result<Version, ScriptRequestError> {
    Version::parse(text)
        .or_else(|| Version::parse(&format!("ocpp{text}")))
        .ok_or_else(|| ScriptRequestError::NoVersion(text.to_owned()))
}

/// Reads a transport as scripts write it.
pub(super) fn transport(text: &str) -> Result<Transport, ScriptRequestError> {
    match text {
        "websocket" => Ok(Transport::WebSocket),
        "soap" => Ok(Transport::Soap),
        _ => Err(ScriptRequestError::NoTransport(text.to_owned())),
    }
}

/// Reads what is done without a common subprotocol, as scripts write it.
pub(super) fn unknown_protocol(text: &str) -> Result<UnknownProtocol, ScriptRequestError> {
    let named = UnknownProtocol::ALL.into_iter().find(|unknown| unknown.name() == text);
    named.ok_or_else(|| ScriptRequestError::NoUnknownProtocol(text.to_owned()))
}

/// Reads which of several common subprotocols is chosen, as scripts write it.
pub(super) fn subprotocol_order(text: &str) -> Result<SubprotocolOrder, ScriptRequestError> {
    let named = SubprotocolOrder::ALL.into_iter().find(|order| order.name() == text);
    named.ok_or_else(|| ScriptRequestError::NoSubprotocolOrder(text.to_owned()))
}

/// Reads a request.
///
/// # Errors
/// When it is invalid.
pub(super) fn read(operation: &str, json: &str) -> Result<HostRequest, ScriptRequestError> {
    if let Some(request) = ToolkitRequest::read(operation, json)? {
        return Ok(HostRequest::Toolkit(request));
    }
    Ok(match operation {
        "step" => HostRequest::Step(parsed(json)?),
        "done" => HostRequest::Done(parsed::<Number>(json)?.number),
        "note" => {
            let Note { station, text } = parsed(json)?;
            HostRequest::Note { station, text }
        }
        "section" => {
            let Section { name, again } = parsed(json)?;
            HostRequest::Section { name, again }
        }
        "declare" => HostRequest::Declare(parsed(json)?),
        "settled" => HostRequest::Settled(parsed(json)?),
        "answer" => {
            let Answer { ticket, station, form } = parsed(json)?;
            HostRequest::Answer { ticket, station, form }
        }
        "remark" => HostRequest::Remark(parsed(json)?),
        "cleanup" => HostRequest::Cleanup(parsed::<Grant>(json)?.timeout),
        "operator" => HostRequest::Operator(parsed::<Operator>(json)?.text),
        "grant" => HostRequest::Grant(parsed::<Grant>(json)?.timeout),
        _ => {
            let number = parsed::<Number>(json)?.number;
            HostRequest::Request(number, request(operation, json)?)
        }
    })
}

fn request(operation: &str, json: &str) -> Result<AsyncRequest, ScriptRequestError> {
    Ok(match operation {
        "call" => {
            let Call { station, action, payload } = parsed(json)?;
            AsyncRequest::Call { station, action, payload }
        }
        "raw" => {
            let Raw { station, text } = parsed(json)?;
            AsyncRequest::Raw { station, text }
        }
        "link" => {
            let Link { station, order } = parsed(json)?;
            AsyncRequest::Link { station, order }
        }
        "act" => {
            let Act { station, action } = parsed(json)?;
            AsyncRequest::Act { station, action }
        }
        "command" => {
            let Command { station, line } = parsed(json)?;
            AsyncRequest::Command { station, line }
        }
        "listen" => AsyncRequest::Listen,
        "centralSystem" => AsyncRequest::CentralSystem(parsed(json)?),
        "proxy" => AsyncRequest::Proxy(parsed(json)?),
        "chargePoint" => AsyncRequest::ChargePoint(parsed(json)?),
        _ => return Err(ScriptRequestError::NoOperation(operation.to_owned())),
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
struct Section {
    name: String,
    again: bool,
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
struct Link {
    station: u32,
    order: String,
}

#[derive(Deserialize)]
struct Act {
    station: u32,
    action: PhysicalAction,
}

#[derive(Deserialize)]
struct Command {
    station: Option<u32>,
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
            assert_eq!(version(text).unwrap(), Version::V1_6, "{text}");
        }
        assert_eq!(version("2.0.1").unwrap(), Version::V2_0_1);
        assert!(version("2.0").unwrap_err().to_string().contains("'1.6', '2.0.1' or '2.1'"));
        assert_eq!(transport("soap").unwrap(), Transport::Soap);
        assert_eq!(transport("websocket").unwrap(), Transport::WebSocket);
        assert!(transport("SOAP").unwrap_err().to_string().contains("'websocket' or 'soap'"));
    }

    #[test]
    fn durations_have_limits() {
        let longest = Duration::from_secs(30 * 86_400);
        for (number, time) in
            [(Some(1.5), Duration::from_micros(1500)), (Some(-1.0), Duration::ZERO), (Some(1e300), longest), (None, longest)]
        {
            assert_eq!(millis(number), time, "{number:?}");
        }
    }

    #[test]
    fn invalid_requests_are_refused_with_a_sentence() {
        for (operation, json, part) in [
            ("fly", "{\"number\":1}", "no operation fly"),
            ("call", "{\"number\":1}", "missing field"),
            ("step", "null", "cannot be carried out"),
        ] {
            assert!(read(operation, json).unwrap_err().to_string().contains(part), "{operation}");
        }
        let request = read("call", r#"{"number":4,"station":2,"action":"Reset","payload":{"type":"Soft"}}"#).unwrap();
        assert!(matches!(request, HostRequest::Request(4, AsyncRequest::Call { station: 2, action, .. }) if action == "Reset"));
    }

    /// The place and the name of a failure are those of its step, after the names of the sections around it.
    #[test]
    fn a_failure_has_the_name_and_place_of_its_step() {
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
