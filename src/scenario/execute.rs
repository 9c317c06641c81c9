//! Execution of the requests of a script: on links, in the session, in the trace. The result of a call arrives later as
//! a [`PlayerEvent`], so that the player never waits for a peer; starting a side is awaited until it listens.

use std::sync::Arc;

use serde_json::{Value, json};

use super::player::Player;
use super::player_event::PlayerEvent;
use super::progress::ProgressLine;
use super::request::{AsyncRequest, HostRequest};
use super::session::StartError;
use crate::behaviour::script_form;
use crate::behaviour::{ActionObserver, CallObserver, CallResult};
use crate::clock::now;
use crate::console::{OutputKind, RunContext};
use crate::hub::AnswerRequest;
use crate::javascript::{ScriptFault, ToolkitRequest, millis};
use crate::link::{LinkCommand, LinkOrder};
use crate::ocpp::SampleContext;
use crate::trace::StationKey;

/// After so many orders the player yields, so that the links can handle them; each inbox has room for twice as many.
const PAUSE: usize = 32;

/// Why a call was not sent.
struct OrderError {
    reason: String,
    /// The script names an action that does not exist.
    unknown: bool,
}

impl From<String> for OrderError {
    fn from(reason: String) -> OrderError {
        OrderError { reason, unknown: false }
    }
}

impl Player<'_> {
    /// Executes the requests of the last turn of the script.
    pub(super) async fn execute_requests(&mut self) {
        loop {
            let requests = std::mem::take(&mut *self.requests.borrow_mut());
            if requests.is_empty() {
                return;
            }
            for request in requests {
                self.orders += usize::from(matches!(request, HostRequest::Answer { .. } | HostRequest::Request(..)));
                if self.orders >= PAUSE {
                    self.orders = 0;
                    tokio::task::yield_now().await;
                }
                self.execute(request).await;
            }
        }
    }

    async fn execute(&mut self, request: HostRequest) {
        match request {
            HostRequest::Step(step) => {
                let place =
                    ScriptFault::new(&step.text, &step.stack).place.map_or_else(String::new, |place| format!(" ({place})"));
                self.note(step.station, false, format!("{}{place}", step.text));
                self.steps.push(step);
            }
            HostRequest::Done(number) => self.done(number),
            HostRequest::Note { station, text } => self.note(station, false, text),
            HostRequest::Section { name, again } => {
                if !again {
                    self.note(None, false, name.clone());
                }
                self.section(name, again);
            }
            HostRequest::Toolkit(ToolkitRequest::Console { failure, text }) => {
                (self.progress)(ProgressLine::Printed { script: &self.file, text: &text });
                self.note(None, failure, text);
            }
            HostRequest::Toolkit(ToolkitRequest::Fault { place, message, stack }) => {
                self.faults.push(ScriptFault::new(&format!("{place}: {message}"), &stack));
            }
            HostRequest::Toolkit(ToolkitRequest::Timer { number, delay, repeat }) => {
                if !self.timers.arm((0, number), delay, repeat, now().monotonic) {
                    self.faults.push(ScriptFault::new("too many timers run; this one was not started", ""));
                }
            }
            HostRequest::Toolkit(ToolkitRequest::Clear(number)) => self.timers.clear((0, number)),
            HostRequest::Declare(declared) => self.declared.push(declared),
            HostRequest::Settled(settled) => self.settled = Some(settled),
            HostRequest::Answer { ticket, station, form } => self.answer(ticket, StationKey(station), form),
            HostRequest::Remark(note) => self.remark(&note),
            HostRequest::Cleanup(within) => self.cleanups.push(millis(Some(within))),
            HostRequest::Operator(text) => {
                (self.progress)(ProgressLine::Request(&text));
                self.section(format!("please: {text}"), false);
                self.note(None, false, text);
            }
            HostRequest::Grant(more) if more < 0.0 => {
                self.deadline = self.deadline.checked_sub(millis(Some(-more))).unwrap_or(self.began);
            }
            HostRequest::Grant(more) => self.deadline += millis(Some(more)),
            HostRequest::Request(number, request) => {
                if let Some(value) = self.request(number, request).await {
                    // The player itself holds the receiver.
                    let _ = self.sender.send(PlayerEvent::Answered { number, value });
                }
            }
        }
    }

    /// Starts an asynchronous request; returns its result when that is known already.
    async fn request(&mut self, number: u64, request: AsyncRequest) -> Option<Value> {
        let failed = |reason: String| json!({ "failure": reason });
        Some(match request {
            AsyncRequest::Call { station, action, payload } => {
                return match self.call(number, StationKey(station), action, payload) {
                    Ok(()) => None,
                    Err(OrderError { reason, unknown }) => {
                        Some(json!({ "code": "NotSent", "description": reason, "unknown": unknown }))
                    }
                };
            }
            AsyncRequest::Raw { station, text } => self
                .hub()
                .order(StationKey(station), LinkOrder::User(LinkCommand::Raw(text)))
                .map_or_else(|error| failed(error.to_string()), |()| json!({})),
            AsyncRequest::Link { station, order } => {
                let order = match order.as_str() {
                    "disconnect" => LinkCommand::Disconnect,
                    "drop" => LinkCommand::Drop,
                    "connect" => LinkCommand::Connect,
                    _ => LinkCommand::Ping,
                };
                self.hub()
                    .order(StationKey(station), order.into())
                    .map_or_else(|error| failed(error.to_string()), |()| json!({}))
            }
            AsyncRequest::Act { station, action } => {
                let sender = self.sender.clone();
                let then = ActionObserver::new(move |done| {
                    let value = done.map_or_else(|error| json!({ "failure": error.to_string() }), |()| json!({}));
                    // The receiver is gone when the scenario is over.
                    let _ = sender.send(PlayerEvent::Answered { number, value });
                });
                // An order that is not taken drops the observer, which then reports the call as lost.
                let _ = self.hub().order(StationKey(station), LinkOrder::Act { action, then });
                return None;
            }
            AsyncRequest::Command { station, line } => {
                let context = RunContext { station: station.map(StationKey), ..RunContext::default() };
                let output = self.session.console.run(&line, &context).await;
                let errors: Vec<&str> =
                    output.lines.iter().filter(|line| line.kind != OutputKind::Info).map(|line| line.text.as_str()).collect();
                json!({ "output": errors.join(" "), "failed": output.failed() })
            }
            AsyncRequest::CentralSystem(config) => match self.session.central_system(config).await {
                Ok((port, url, service)) => json!({ "port": port, "url": url, "service": service }),
                Err(error) => failed(error.to_string()),
            },
            AsyncRequest::Proxy(config) => match self.session.proxy(config).await {
                Ok(port) => json!({ "port": port, "url": format!("ws://127.0.0.1:{port}") }),
                Err(error) => failed(error.to_string()),
            },
            AsyncRequest::Listen => match self.session.listen(self.options).await {
                Ok(url) => json!({ "url": url }),
                Err(error) => failed(error.to_string()),
            },
            AsyncRequest::ChargePoint(config) => match self.session.charge_point(config, self.options, &self.folder).await {
                Ok(key) => json!({ "station": self.station(key) }),
                Err(error @ StartError::Elsewhere(_)) => json!({ "other": error.to_string() }),
                Err(error) => failed(error.to_string()),
            },
        })
    }

    fn call(&self, number: u64, key: StationKey, action: String, payload: Value) -> Result<(), OrderError> {
        let (role, version, identity) = {
            let contents = self.hub().trace().read();
            let row = contents.stations().get(key).ok_or_else(|| OrderError::from("there is no such station".to_owned()))?;
            (row.our_role, row.version, row.identity.clone())
        };
        let version = version.ok_or_else(|| format!("{identity} is not connected"))?;
        let payload = match payload {
            Value::Null => {
                let definition = self.hub().catalog().action(version, role, &action);
                let definition = definition.ok_or_else(|| {
                    let reason = format!("{action} is no action of a {role} in OCPP {version}, so it has no default payload");
                    OrderError { reason, unknown: true }
                })?;
                self.hub().profile().request(definition, &SampleContext::at(now().wall))
            }
            payload => payload,
        };
        let sender = self.sender.clone();
        let then = CallObserver::new(move |end| {
            let value = match end {
                CallResult::Result(result) => json!({ "result": result }),
                CallResult::Error { code, description } => json!({ "code": code, "description": description }),
                // The code of an error of the peer can be the same text.
                CallResult::Timeout => {
                    json!({ "code": "Timeout", "description": "no answer came in time", "unanswered": true })
                }
                CallResult::Undelivered(reason) => json!({ "code": "Unreachable", "description": reason, "unanswered": true }),
                CallResult::Lost => json!({ "code": "Lost", "description": "the link was lost", "unanswered": true }),
            };
            // The receiver is gone when the scenario is over.
            let _ = sender.send(PlayerEvent::Answered { number, value });
        });
        self.hub().order(key, LinkOrder::Ask { action, payload, then }).map_err(|error| error.to_string().into())
    }

    /// Lets the script decide all answers of the session from now on.
    pub(super) fn ask_script(&self) {
        let sender = self.sender.clone();
        let ask = move |asked| {
            let _ = sender.send(PlayerEvent::Asked(asked));
        };
        self.hub().answers().ask(Some(Arc::new(ask)));
    }

    /// Stops asking the script: open calls get their default answers.
    pub(super) fn answer_by_default(&mut self) {
        self.hub().answers().ask(None);
        while let Ok(happened) = self.events.try_recv() {
            if let PlayerEvent::Asked(AnswerRequest { ticket, station, default_answer, .. }) = happened {
                self.questions.insert((ticket, station), default_answer);
            }
        }
        for ((ticket, station), _) in std::mem::take(&mut self.questions) {
            let _ = self.hub().order(station, LinkOrder::Answer { ticket, answer: None });
        }
    }

    /// Sends the answer of the script. An invalid one is a fault, and the default answer is sent.
    fn answer(&mut self, ticket: u64, key: StationKey, form: Value) {
        let Some(default_answer) = self.questions.remove(&(ticket, key)) else { return };
        let answer = script_form::answer(form, &default_answer).unwrap_or_else(|error| {
            self.faults.push(ScriptFault::new(&error.to_string(), ""));
            None
        });
        if let Err(reason) = self.hub().order(key, LinkOrder::Answer { ticket, answer })
            && self.station(key)["connected"] == true
        {
            // A link that is gone needs no answer.
            self.faults.push(ScriptFault::new(&format!("an answer was lost: {reason}"), ""));
        }
    }

    /// Ends a step.
    pub(super) fn done(&mut self, number: u64) {
        if let Some(index) = self.steps.iter().position(|step| step.number == number) {
            self.last_step = Some(self.steps.remove(index));
        }
    }

    /// Adds a line to the trace.
    pub(super) fn note(&self, station: Option<u32>, failure: bool, text: String) {
        self.hub().note_at(station.map(StationKey), failure, text);
    }
}
