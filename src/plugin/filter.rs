//! Where plugins stand in the way of a message: between a link and the behaviour behind it. What no plugin handles passes at the cost of
//! a look at an atomic.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::request::EngineRequest;
use super::subscriptions::{EventName, Subscriptions};
use crate::behaviour::{Answer, Behaviour, CallOutcome, DeferredAnswer, IncomingCall, Outbox};
use crate::clock::Moment;
use crate::ocpp::{Role, Version};
use crate::trace::{Direction, StationKey};

/// With more requests waiting, the thread is too far behind to be asked for an answer.
const TOO_MANY: usize = 10_000;
/// How long a link waits for the plugins at most; calls usually wait 30 s.
const TIMEOUT: Duration = Duration::from_secs(25);

/// What links and the thread of the plugins have in common.
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
        let seam = PluginChannel {
            handled: Subscriptions::default(),
            waiting: AtomicUsize::new(0),
            tickets: AtomicU64::new(1),
            requests,
        };
        (Arc::new(seam), receiver)
    }

    /// Asks the thread for something. It is lost when the thread has ended.
    pub(super) fn ask(&self, request: EngineRequest) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let _ = self.requests.send(request);
    }

    /// The same for what may be left out when the thread is far behind. False when it was.
    fn tell(&self, request: EngineRequest) -> bool {
        let room = self.waiting.load(Ordering::Relaxed) < TOO_MANY;
        if room {
            self.ask(request);
        }
        room
    }
}

/// A behaviour whose calls and results pass the plugins.
pub struct PluginFilter {
    inner: Box<dyn Behaviour>,
    station: StationKey,
    seam: Arc<PluginChannel>,
}

impl PluginFilter {
    /// Puts the plugins between a link and its behaviour.
    pub fn new(inner: Box<dyn Behaviour>, station: StationKey, seam: Arc<PluginChannel>) -> PluginFilter {
        PluginFilter { inner, station, seam }
    }

    fn connection(&self, up: bool) {
        let our_role = self.inner.role();
        let kind = if our_role == Role::ChargePoint { EventName::Connection } else { EventName::Client };
        if self.seam.handled.any(kind) {
            self.seam.tell(EngineRequest::Connection { station: self.station, our_role, up });
        }
    }
}

impl Behaviour for PluginFilter {
    fn role(&self) -> Role {
        self.inner.role()
    }

    fn connected(&mut self, version: Version, now: Moment, out: &mut Outbox) {
        self.inner.connected(version, now, out);
        self.connection(true);
    }

    fn disconnected(&mut self, now: Moment) {
        self.inner.disconnected(now);
        self.connection(false);
    }

    fn answer(&mut self, call: IncomingCall<'_>, now: Moment, out: &mut Outbox) -> Answer {
        let usual = self.inner.answer(call, now, out);
        if !self.seam.handled.call(call.action) {
            return usual;
        }
        let ticket = self.seam.tickets.fetch_add(1, Ordering::Relaxed);
        let (action, payload) = (call.action.to_owned(), call.payload.clone());
        let asked = EngineRequest::Called { ticket, station: self.station, action, payload, usual: usual.clone() };
        if !self.seam.tell(asked) {
            return usual;
        }
        Answer::Later(DeferredAnswer { ticket, timeout: Some(TIMEOUT), fallback: Box::new(usual), delay: None })
    }

    fn answered(&mut self, action: &str, payload: &Value, outcome: CallOutcome<'_>, now: Moment, out: &mut Outbox) {
        if let CallOutcome::Result { payload: result, .. } = outcome
            && self.seam.handled.result(action)
        {
            let (action, payload) = (action.to_owned(), result.clone());
            self.seam.tell(EngineRequest::Answered { station: self.station, action, payload });
        }
        self.inner.answered(action, payload, outcome, now, out);
    }

    fn inspect(&mut self, direction: Direction, text: &str) -> Option<u64> {
        let kind = if direction == Direction::In { EventName::Incoming } else { EventName::Outgoing };
        if !self.seam.handled.any(kind) {
            return None;
        }
        let ticket = self.seam.tickets.fetch_add(1, Ordering::Relaxed);
        self.seam
            .tell(EngineRequest::Frame { ticket, station: self.station, direction, text: text.to_owned() })
            .then_some(ticket)
    }

    fn deadline(&self) -> Option<Instant> {
        self.inner.deadline()
    }

    fn deadline_reached(&mut self, now: Moment, out: &mut Outbox) {
        self.inner.deadline_reached(now, out);
    }
}
