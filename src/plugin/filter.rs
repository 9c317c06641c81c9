//! Plugins in the path of a message: a filter of answers and an observer of frames, results and connections. A message
//! that no plugin handles costs one atomic load.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::Value;

use super::request::EngineRequest;
use super::subscriptions::{EventName, Subscriptions};
use crate::behaviour::{Answer, AnswerFilter, FilterDecision, IncomingCall, LinkObserver};
use crate::ocpp::Role;
use crate::trace::{Direction, SilenceCause, StationKey};

/// With so many waiting requests the thread is too far behind: calls and frames pass without the plugins.
const TOO_MANY: usize = 10_000;
/// How long a link waits for the plugins at most. The default timeout of calls is 30 s.
const TIMEOUT: Duration = Duration::from_secs(25);

/// The state that links share with the thread of the plugins.
#[derive(Debug)]
pub struct PluginChannel {
    pub(super) handled: Subscriptions,
    pub(super) waiting: AtomicUsize,
    tickets: AtomicU64,
    requests: mpsc::Sender<EngineRequest>,
}

impl PluginChannel {
    pub(super) fn new() -> (Arc<PluginChannel>, mpsc::Receiver<EngineRequest>) {
        let (requests, receiver) = mpsc::channel();
        let channel = PluginChannel {
            handled: Subscriptions::default(),
            waiting: AtomicUsize::new(0),
            tickets: AtomicU64::new(1),
            requests,
        };
        (Arc::new(channel), receiver)
    }

    /// Sends a request to the thread. It is lost when the thread has ended.
    pub(super) fn ask(&self, request: EngineRequest) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let _ = self.requests.send(request);
    }

    /// The same for requests that may be left out when the thread is far behind. Returns false when it was left out.
    fn try_ask(&self, request: EngineRequest) -> bool {
        let room = self.waiting.load(Ordering::Relaxed) < TOO_MANY;
        if room {
            self.ask(request);
        }
        room
    }

    fn ticket(&self) -> u64 {
        self.tickets.fetch_add(1, Ordering::Relaxed)
    }
}

/// Asks the plugins about the answers, results and frames of one link.
#[derive(Debug, Clone)]
pub struct PluginFilter {
    station: StationKey,
    our_role: Role,
    channel: Arc<PluginChannel>,
}

impl PluginFilter {
    /// For the link of a station towards which we play this role.
    pub fn new(station: StationKey, our_role: Role, channel: Arc<PluginChannel>) -> PluginFilter {
        PluginFilter { station, our_role, channel }
    }
}

impl AnswerFilter for PluginFilter {
    fn filter(&mut self, call: IncomingCall<'_>, proposed: &Answer) -> FilterDecision {
        if !self.channel.handled.call(call.action) {
            return FilterDecision::Keep;
        }
        let ticket = self.channel.ticket();
        let (action, payload, proposed) = (call.action.to_owned(), call.payload.value().clone(), proposed.clone());
        let asked = EngineRequest::Called { ticket, station: self.station, action, payload, proposed };
        if self.channel.try_ask(asked) { FilterDecision::Wait { ticket, timeout: Some(TIMEOUT) } } else { FilterDecision::Keep }
    }

    fn silence_cause(&self) -> SilenceCause {
        SilenceCause::Plugin
    }
}

impl LinkObserver for PluginFilter {
    fn connection(&mut self, up: bool) {
        let kind = if self.our_role == Role::ChargePoint { EventName::Connection } else { EventName::Client };
        if self.channel.handled.any(kind) {
            self.channel.try_ask(EngineRequest::Connection { station: self.station, our_role: self.our_role, up });
        }
    }

    fn result(&mut self, action: &str, payload: &Value) {
        if self.channel.handled.result(action) {
            let (action, payload) = (action.to_owned(), payload.clone());
            self.channel.try_ask(EngineRequest::Answered { station: self.station, action, payload });
        }
    }

    fn inspect(&mut self, direction: Direction, text: &str) -> Option<u64> {
        let kind = if direction == Direction::In { EventName::Incoming } else { EventName::Outgoing };
        if !self.channel.handled.any(kind) {
            return None;
        }
        let ticket = self.channel.ticket();
        let frame = EngineRequest::Frame { ticket, station: self.station, direction, text: text.to_owned() };
        self.channel.try_ask(frame).then_some(ticket)
    }
}
