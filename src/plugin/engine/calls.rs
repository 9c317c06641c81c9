//! Calls: those of peers that plugins answer, and those that plugins make; and what hands do for plugins at a machine.

use std::time::Instant;

use serde_json::{Value, json};

use super::Engine;
use crate::behaviour::{ActionObserver, Answer, CallObserver, CallResult, PhysicalActionError};
use crate::javascript::ScriptFault;
use crate::link::{InspectionVerdict, LinkOrder};
use crate::ocpp::{Role, Version};
use crate::plugin::host::StationInfo;
use crate::plugin::pending_answers::OpenCall;
use crate::plugin::plugin_request::{ActConfig, CallConfig};
use crate::plugin::request::EngineRequest;
use crate::plugin::subscriptions::EventName;
use crate::trace::{Direction, StationKey};

/// Why a call of a plugin is not sent.
#[derive(Debug, thiserror::Error)]
enum CallError {
    #[error("there is no such station")]
    NoStation,
    #[error("{identity} is not connected")]
    NotConnected { identity: String },
    #[error("no charge point is connected")]
    NoneConnected,
    #[error("more than one charge point is connected; name one")]
    SeveralConnected,
    #[error("{action} is no action of a {role} in OCPP {version}")]
    NoAction { action: String, role: Role, version: Version },
}

impl Engine {
    /// The peer has called.
    pub(super) fn called(&mut self, ticket: u64, station: StationKey, action: String, payload: &Value, proposed: Answer) {
        let default_payload = if let Answer::Result(payload) = &proposed { payload.value().clone() } else { Value::Null };
        let event = json!({
            "ticket": ticket,
            "station": self.station(station),
            "action": action,
            "payload": payload,
            "usual": default_payload,
        });
        let event = event.to_string();
        let (subscribers, place) = (self.subscribers(EventName::Call, &action), format!("onCall {action}"));
        self.open.push(OpenCall::new(ticket, station, action, proposed, &subscribers, Instant::now()));
        for plugin in subscribers {
            let result = self.turn_for(plugin, "call", &place, &event);
            if result.as_deref() == Some("later") {
                continue;
            }
            // A result that is no JSON does not come from the prelude and counts as no answer.
            let form = result.and_then(|result| serde_json::from_str(&result).ok()).unwrap_or_default();
            self.on_answer(plugin, ticket, form);
        }
        // Without a plugin that handles it the call is decided already.
        if let Some(index) = self.open.iter().position(|open| open.ticket == ticket) {
            self.close_when_decided(index);
        }
        self.follow();
    }

    /// A plugin answers a call.
    pub(super) fn on_answer(&mut self, plugin: u64, ticket: u64, form: Value) {
        let Some(index) = self.open.iter().position(|open| open.ticket == ticket) else { return };
        let place = format!("onCall {}", self.open[index].action);
        let set = self.open[index].set_answer(plugin, form);
        self.close_when_decided(index);
        if let Err(error) = set {
            let fault = ScriptFault::new(&error.to_string(), "");
            self.fault(plugin, &place, &fault);
        }
    }

    /// Sends the answer when all plugins have decided.
    pub(super) fn close_when_decided(&mut self, index: usize) {
        if self.open[index].undecided().next().is_none() {
            let open = self.open.remove(index);
            let (ticket, station) = (open.ticket, open.station);
            self.deliver(station, LinkOrder::Answer { ticket, answer: open.decision() });
        }
    }

    /// Decides calls whose plugins take too long.
    pub(super) fn expire(&mut self, now: Instant) {
        while let Some(index) = self.open.iter().position(|open| open.deadline <= now) {
            let open = self.open.remove(index);
            let late: Vec<u64> = open.undecided().collect();
            let (ticket, station, place) = (open.ticket, open.station, format!("onCall {}", open.action));
            self.deliver(station, LinkOrder::Answer { ticket, answer: open.decision() });
            for plugin in late {
                let fault = ScriptFault::new("its promise took too long to become an answer", "");
                self.fault(plugin, &place, &fault);
            }
        }
    }

    /// Sends a call of a plugin.
    pub(super) fn call(&mut self, plugin: u64, config: CallConfig) {
        let number = config.number;
        match self.prepare(&config) {
            Ok((station, payload)) => {
                let channel = self.channel.clone();
                let then = CallObserver::new(move |end| channel.ask(EngineRequest::Ended { plugin, number, end }));
                let order = LinkOrder::Ask { action: config.action, payload, then };
                // A dropped order reports its end by its observer.
                self.deliver(station, order);
            }
            Err(error) => {
                let event = json!({"number": number, "code": "NotSent", "description": error.to_string()}).to_string();
                self.next.push_back((plugin, "ended", event));
            }
        }
    }

    /// Hands do something for a plugin.
    pub(super) fn act(&mut self, plugin: u64, config: ActConfig) {
        let ActConfig { number, station, action } = config;
        let channel = self.channel.clone();
        let then = ActionObserver::new(move |done| channel.ask(EngineRequest::Acted { plugin, number, done }));
        // A dropped order reports its end by its observer.
        self.deliver(StationKey(station), LinkOrder::Act { action, then });
    }

    /// What hands did for a plugin has ended.
    pub(super) fn acted(&mut self, plugin: u64, number: u64, done: Result<(), PhysicalActionError>) {
        let event = match done {
            Ok(()) => json!({"number": number}),
            Err(error) => json!({"number": number, "failure": error.to_string()}),
        };
        self.turn(plugin, "acted", &event.to_string());
        self.follow();
    }

    /// The station and the payload of a call.
    fn prepare(&self, config: &CallConfig) -> Result<(StationKey, Value), CallError> {
        let role = if config.side == Role::ChargePoint.short() { Role::ChargePoint } else { Role::CentralSystem };
        let station = self.target(role, config.station)?;
        let not_connected = || CallError::NotConnected { identity: station.identity.to_string() };
        let version = station.version.ok_or_else(not_connected)?;
        let default = || self.host.default_payload(role, version, &config.action);
        let payload = match (&config.payload, config.merge) {
            (Value::Null, _) => {
                default().ok_or_else(|| CallError::NoAction { action: config.action.clone(), role, version })?
            }
            (Value::Object(fields), true) => {
                let mut payload = default().unwrap_or_else(|| json!({}));
                for (name, value) in fields {
                    payload[name.as_str()] = value.clone();
                }
                payload
            }
            (payload, _) => payload.clone(),
        };
        Ok((station.key, payload))
    }

    fn target(&self, role: Role, key: Option<u32>) -> Result<StationInfo, CallError> {
        if let Some(key) = key {
            let station = self.host.station(StationKey(key)).ok_or(CallError::NoStation)?;
            return if station.connected {
                Ok(station)
            } else {
                Err(CallError::NotConnected { identity: station.identity.to_string() })
            };
        }
        let mut up = self.host.stations().into_iter().filter(|facts| facts.our_role == role && facts.connected);
        match (up.next(), up.next()) {
            (Some(only), None) => Ok(only),
            (None, _) => Err(CallError::NoneConnected),
            (Some(_), Some(_)) => Err(CallError::SeveralConnected),
        }
    }

    /// Shows a waiting frame to the plugins that observe this direction. Each sees the text that the one before has
    /// returned.
    pub(super) fn frame(&mut self, ticket: u64, station: StationKey, direction: Direction, text: String) {
        let (kind, name) = match direction {
            Direction::In => (EventName::Incoming, "incoming"),
            Direction::Out => (EventName::Outgoing, "outgoing"),
        };
        let (facts, mut verdict, mut text) = (self.station(station), InspectionVerdict::Pass, text);
        for plugin in self.subscribers(kind, "") {
            let event = json!({"direction": name, "station": facts, "text": text}).to_string();
            let Some(result) = self.turn(plugin, "frame", &event) else { continue };
            match serde_json::from_str(&result) {
                Ok(Value::String(changed)) => {
                    text.clone_from(&changed);
                    verdict = InspectionVerdict::Change(changed);
                }
                Ok(Value::Null) => {
                    verdict = InspectionVerdict::Drop;
                    break;
                }
                _ => {} // the prelude writes nothing else
            }
        }
        self.deliver(station, LinkOrder::Inspected { ticket, verdict });
        self.follow();
    }

    /// A call of a plugin has ended.
    pub(super) fn ended(&mut self, plugin: u64, number: u64, end: CallResult) {
        let event = match end {
            CallResult::Result(result) => json!({"number": number, "result": result}),
            CallResult::Error { code, description } => json!({"number": number, "code": code, "description": description}),
            CallResult::Timeout => json!({"number": number, "code": "Timeout", "description": "no answer came in time"}),
            CallResult::Undelivered(reason) => json!({"number": number, "code": "Unreachable", "description": reason}),
            CallResult::Lost => json!({"number": number, "code": "Lost", "description": "the link was lost"}),
        };
        self.turn(plugin, "ended", &event.to_string());
        self.follow();
    }
}
