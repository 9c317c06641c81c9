//! Carrying out what a script asks for: at the links, in the session, in the trace. A call tells its end on a street of its own, so that the
//! player never waits for a peer; a side that is to be started is waited for until it listens.

use std::sync::Arc;

use serde_json::{Value, json};

use super::player::Player;
use super::request::{HostRequest, RequestedFile};
use super::session::StartError;
use super::worker::ProgressLine;
use crate::behaviour::script_form;
use crate::behaviour::{CallObserver, CallResult};
use crate::clock::now;
use crate::console::{OutputKind, RunContext};
use crate::hub::AnswerRequest;
use crate::javascript::{ScriptFault, ToolkitRequest, millis};
use crate::link::LinkOrder;
use crate::ocpp::SampleContext;
use crate::trace::StationKey;

/// After so many orders the links get the time to take them; each has room for twice as many.
const PAUSE: usize = 32;

/// What the session tells the player.
#[derive(Debug)]
pub(super) enum PlayerEvent {
    /// What was asked for under this number has come to its end.
    Answered { number: u64, value: Value },
    /// The peer has called, and the script is to answer.
    Asked(AnswerRequest),
}

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
    /// Carries out what the script has asked for in its last turn.
    pub(super) async fn carry_out(&mut self) {
        loop {
            let wishes = std::mem::take(&mut *self.wishes.borrow_mut());
            if wishes.is_empty() {
                return;
            }
            for wish in wishes {
                self.orders += usize::from(matches!(wish, HostRequest::Answer { .. } | HostRequest::Request(..)));
                if self.orders >= PAUSE {
                    self.orders = 0;
                    tokio::task::yield_now().await;
                }
                self.execute(wish).await;
            }
        }
    }

    async fn execute(&mut self, wish: HostRequest) {
        match wish {
            HostRequest::Step(step) => {
                let place =
                    ScriptFault::new(&step.text, &step.stack).place.map_or_else(String::new, |place| format!(" ({place})"));
                self.tell(step.station, false, format!("{}{place}", step.text));
                self.steps.push(step);
            }
            HostRequest::Done(number) => self.done(number),
            HostRequest::Note { station, text } => self.tell(station, false, text),
            HostRequest::Toolkit(ToolkitRequest::Console { failure, text }) => {
                (self.to_person)(ProgressLine::Printed { script: &self.file, text: &text });
                self.tell(None, failure, text);
            }
            HostRequest::Toolkit(ToolkitRequest::Fault { place, message, stack }) => {
                self.faults.push(ScriptFault::new(&format!("{place}: {message}"), &stack))
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
            HostRequest::Operator(text) => {
                (self.to_person)(ProgressLine::Request(&text));
                self.tell(None, false, text);
            }
            HostRequest::Grant(more) if more < 0.0 => {
                self.deadline = self.deadline.checked_sub(millis(Some(-more))).unwrap_or(self.began)
            }
            HostRequest::Grant(more) => self.deadline += millis(Some(more)),
            HostRequest::Request(number, request) => {
                if let Some(value) = self.request(number, request).await {
                    // The player itself holds the other end.
                    let _ = self.happened.send(PlayerEvent::Answered { number, value });
                }
            }
        }
    }

    /// Begins something that takes its time; its end when that has come already.
    async fn request(&mut self, number: u64, request: RequestedFile) -> Option<Value> {
        let failed = |reason: String| json!({ "failure": reason });
        Some(match request {
            RequestedFile::Call { station, action, payload } => {
                return match self.call(number, StationKey(station), action, payload) {
                    Ok(()) => None,
                    Err(OrderError { reason, unknown }) => {
                        Some(json!({ "code": "NotSent", "description": reason, "unknown": unknown }))
                    }
                };
            }
            RequestedFile::Raw { station, text } => {
                self.hub().order(StationKey(station), LinkOrder::Raw(text)).map_or_else(failed, |()| json!({}))
            }
            RequestedFile::Deed { station, deed } => {
                let order = match deed.as_str() {
                    "disconnect" => LinkOrder::Disconnect,
                    "drop" => LinkOrder::Drop,
                    "connect" => LinkOrder::Connect,
                    _ => LinkOrder::Ping,
                };
                self.hub().order(StationKey(station), order).map_or_else(failed, |()| json!({}))
            }
            RequestedFile::Command { station, line } => {
                let context = RunContext { selected: Some(StationKey(station)), ..RunContext::default() };
                let said = self.session.console.run(&line, &context).await;
                let errors: Vec<&str> =
                    said.lines.iter().filter(|line| line.kind != OutputKind::Info).map(|line| line.text.as_str()).collect();
                json!({ "said": errors.join(" "), "failed": said.failed() })
            }
            RequestedFile::CentralSystem(wish) => match self.session.central_system(wish).await {
                Ok((port, url, service)) => json!({ "port": port, "url": url, "service": service }),
                Err(reason) => failed(reason),
            },
            RequestedFile::Listen => match self.session.listen(self.options).await {
                Ok(url) => json!({ "url": url }),
                Err(reason) => failed(reason),
            },
            RequestedFile::ChargePoint(wish) => match self.session.charge_point(wish, self.options).await {
                Ok(key) => json!({ "station": self.station(key) }),
                Err(StartError::Failed(reason)) => failed(reason),
                Err(StartError::Elsewhere(reason)) => json!({ "other": reason }),
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
                    let reason = format!("{action} is no action of a {role} in OCPP {version}, so it has no usual payload");
                    OrderError { reason, unknown: true }
                })?;
                self.hub().profile().request(definition, &SampleContext::at(now().wall))
            }
            payload => payload,
        };
        let happened = self.happened.clone();
        let then = CallObserver::new(move |end| {
            let value = match end {
                CallResult::Result(result) => json!({ "result": result }),
                CallResult::Error { code, description } => json!({ "code": code, "description": description }),
                // A peer may call its error so too.
                CallResult::Timeout => {
                    json!({ "code": "Timeout", "description": "no answer came in time", "unanswered": true })
                }
                CallResult::Lost => json!({ "code": "Lost", "description": "the link was lost", "unanswered": true }),
            };
            // Nobody listens any more when the scenario is over.
            let _ = happened.send(PlayerEvent::Answered { number, value });
        });
        Ok(self.hub().order(key, LinkOrder::Ask { action, payload, then })?)
    }

    /// From now on the script decides all answers of the session.
    pub(super) fn ask_script(&self) {
        let happened = self.happened.clone();
        let ask = move |asked| {
            let _ = happened.send(PlayerEvent::Asked(asked));
        };
        self.hub().answers().ask(Some(Arc::new(ask)));
    }

    /// Nobody will be asked any more: what is still open gets its usual answer.
    pub(super) fn leave_usual(&mut self) {
        self.hub().answers().ask(None);
        while let Ok(happened) = self.events.try_recv() {
            if let PlayerEvent::Asked(AnswerRequest { ticket, station, usual, .. }) = happened {
                self.questions.insert((ticket, station), usual);
            }
        }
        for ((ticket, station), _) in std::mem::take(&mut self.questions) {
            let _ = self.hub().order(station, LinkOrder::Answer { ticket, answer: None });
        }
    }

    /// The script says its answer; what cannot be said is told, and the usual one leaves.
    fn answer(&mut self, ticket: u64, key: StationKey, form: Value) {
        let Some(usual) = self.questions.remove(&(ticket, key)) else { return };
        let answer = script_form::answer(form, &usual).unwrap_or_else(|reason| {
            self.faults.push(ScriptFault::new(&reason, ""));
            None
        });
        if let Err(reason) = self.hub().order(key, LinkOrder::Answer { ticket, answer })
            && self.station(key)["connected"] == true
        {
            // A link that is gone needs no answer.
            self.faults.push(ScriptFault::new(&format!("an answer was lost: {reason}"), ""));
        }
    }

    /// A step is over.
    pub(super) fn done(&mut self, number: u64) {
        if let Some(index) = self.steps.iter().position(|step| step.number == number) {
            self.last_step = Some(self.steps.remove(index));
        }
    }

    /// A line in the trace.
    pub(super) fn tell(&self, station: Option<u32>, failure: bool, text: String) {
        self.hub().note_at(station.map(StationKey), failure, text);
    }
}
