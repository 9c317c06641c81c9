//! The protocol state of one link, without the wire and without the form of its messages: calls and answers of the peer go in; messages
//! to send and events come out. It checks against the catalog, asks the behaviour, and keeps our calls and their time limits. How a
//! message is written is the business of a [`Framing`]; the socket is `websocket`'s, the HTTP of SOAP is in `soap`.
//!
//! | file | subject |
//! |---|---|
//! | `mod` | beginning, our calls, deadlines, end |
//! | `incoming` | what the peer sends |
//! | `answers` | proposal, filters, the answer, and what follows when it has left |
//! | `held` | breakpoints |
//! | `inspect` | frames that an observer inspects |
//! | `framing` | the contract with the form of messages |
//! | `message`, `pending_calls` | data |

mod answers;
pub(super) mod framing;
mod held;
mod incoming;
mod inspect;
mod message;
pub(super) mod pending_calls;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::intercept::gate::Gate;
use super::intercept::queue::InterceptQueue;
use super::outgoing::Outgoing;
use super::random::LinkChance;
use super::settings::LinkSettings;
use crate::behaviour::{
    ActionObserver, CallObserver, CallOutcome, CallResult, LinkWish, Outbox, PhysicalAction, PhysicalActionError, Responder,
};
use crate::clock::Moment;
use crate::ocpp::{ActionDefinition, Catalog, Role, Strictness, Version};
use crate::rpc::OutgoingPayload;
use crate::rpc::srpc::SignedPayload;
use crate::trace::{Direction, EventKind, Frame, FrameContent, FrameKind, FrameOrigin, FrameText, NumberSource, StationKey};

use framing::{EncodedMessage, Framing, OwnRequest, shared_name};
use message::{DeferredRequest, DelayedAnswer, Inspections, PassingMessage, SentResult};
use pending_calls::{PendingCalls, QueuedCall, SentCall};

/// A call that waits so long for its answer is worth a line when another one must wait for it.
const LONG_WAIT: Duration = Duration::from_secs(1);

/// What a conversation needs of the session.
pub(super) struct ConversationContext {
    pub catalog: Arc<Catalog>,
    pub settings: Arc<LinkSettings>,
    pub numbers: NumberSource,
    /// Where frames may be stopped.
    pub gate: Arc<Gate>,
    /// Whose link it is.
    pub station: StationKey,
    /// Where the ids of our messages come from.
    pub chance: LinkChance,
}

/// One link's conversation in one version.
pub(super) struct Conversation<F: Framing> {
    /// How the messages are written.
    pub framing: F,
    catalog: Arc<Catalog>,
    settings: Arc<LinkSettings>,
    numbers: NumberSource,
    gate: Arc<Gate>,
    station: StationKey,
    /// Where the ids of our messages come from.
    pub chance: LinkChance,
    version: Version,
    responder: Responder,
    pending: PendingCalls,
    /// The last results of ours, oldest first; empty in a version without errors about results.
    results: VecDeque<SentResult>,
    delayed: Vec<DelayedAnswer<F::Question>>,
    deferred: InterceptQueue<DeferredRequest<'static, F::Question>>,
    /// What waits at a breakpoint. The payloads are at the gate, where the user sees them.
    held: InterceptQueue<PassingMessage<F::Question>>,
    /// In a box, because most links have none.
    inspections: Option<Box<Inspections<F::Incoming, F::Outgoing>>>,
    outbox: Outbox,
    lengths: (usize, usize),
    /// What leaves, oldest first. To be taken after [`prepare_outgoing`](Self::prepare_outgoing).
    pub outgoing: Vec<Outgoing<F::Outgoing>>,
}

impl<F: Framing> Conversation<F> {
    /// A conversation that begins now. Its behaviour is connected at once.
    pub fn begin(
        framing: F,
        context: ConversationContext,
        version: Version,
        responder: Responder,
        now: Moment,
    ) -> Conversation<F> {
        let ConversationContext { catalog, settings, numbers, gate, station, chance } = context;
        let mut conversation = Conversation {
            framing,
            catalog,
            settings,
            numbers,
            gate,
            station,
            chance,
            version,
            responder,
            pending: PendingCalls::default(),
            results: VecDeque::new(),
            delayed: Vec::new(),
            deferred: InterceptQueue::default(),
            held: InterceptQueue::default(),
            inspections: None,
            outbox: Outbox::default(),
            lengths: (0, 0),
            outgoing: Vec::new(),
        };
        conversation.connected(now);
        conversation.flush_calls(now);
        conversation
    }

    fn connected(&mut self, now: Moment) {
        self.responder.behaviour.connected(self.version, now, &mut self.outbox);
        if let Some(observer) = &mut self.responder.observer {
            observer.connection(true);
        }
    }

    fn disconnected(&mut self, now: Moment) {
        self.responder.behaviour.disconnected(now);
        if let Some(observer) = &mut self.responder.observer {
            observer.connection(false);
        }
    }

    /// The role that we play.
    pub fn our_role(&self) -> Role {
        self.responder.behaviour.role()
    }

    /// The interval of pings that the peer has set.
    pub fn behaviour_ping_interval(&self) -> Option<Duration> {
        self.responder.behaviour.ping_interval()
    }

    /// Adds an event to what leaves.
    pub fn record(&mut self, now: Moment, kind: EventKind) {
        self.queue_outgoing(Outgoing::event(now, kind));
    }

    /// Adds to what leaves.
    pub(super) fn queue_outgoing(&mut self, outgoing: Outgoing<F::Outgoing>) {
        // A call and its answer: more is rare, and every link keeps the memory.
        if self.outgoing.capacity() == 0 {
            self.outgoing.reserve_exact(2);
        }
        self.outgoing.push(outgoing);
    }

    /// Other limits hold from now on; calls under way keep their time limit.
    pub fn change_settings(&mut self, settings: Arc<LinkSettings>) {
        self.settings = settings;
    }

    /// A call that the user or the behaviour makes. It waits for its turn.
    pub fn call(&mut self, action: &str, payload: impl Into<OutgoingPayload>, now: Moment) {
        self.ask(action, payload, None, now);
    }

    /// The same, for a caller that gets the result.
    pub fn ask(&mut self, action: &str, payload: impl Into<OutgoingPayload>, then: Option<CallObserver>, now: Moment) {
        let payload = payload.into();
        if self.pending.lengths().1 >= self.settings.calls_queued {
            let text = format!("{action} was not sent: {} calls wait already on this link", self.settings.calls_queued);
            self.record(now, EventKind::Note { failure: true, text: text.into() });
            return;
        }
        let call = self.outgoing_call(action, payload, then);
        // Nothing answers it, so it waits for nothing (OCPP 2.1 part 4 §4.1.1).
        if call.is_send() {
            return self.pass(PassingMessage::Call(call), now);
        }
        self.pending.queue(call);
        self.flush_calls(now);
    }

    /// A call of ours, checked. The name may be the one of a signed action.
    fn outgoing_call(&self, name: &str, payload: OutgoingPayload, then: Option<CallObserver>) -> QueuedCall {
        let signed_action = self.version.dialect().signed_messages.then(|| SignedPayload::action(name)).flatten();
        let action = signed_action.unwrap_or(name);
        let definition = self.definition(action);
        let findings = match (&definition, signed_action) {
            (None, _) => Vec::new(),
            (Some(definition), None) => definition.request.check(&payload, self.version),
            (Some(definition), Some(_)) => SignedPayload::read(&payload)
                .map_or_else(|_| Vec::new(), |signed| definition.request.check(&signed.value, self.version)),
        };
        let action = shared_name(action, definition.as_ref());
        QueuedCall { action, definition, payload, signed: signed_action.is_some(), findings, then }
    }

    /// Says why a call that the user has made waits, when the one before it should have been answered by now.
    pub fn note_wait(&mut self, action: &str, now: Moment) {
        if self.definition(action).is_some_and(|definition| definition.is_send) {
            return;
        }
        let Some(open) = self.pending.oldest().filter(|_| self.pending.lengths().1 > 0) else { return };
        let left = open.deadline.saturating_duration_since(now.monotonic);
        let waited = self.settings.call_timeout.saturating_sub(left);
        if waited < LONG_WAIT {
            return;
        }
        let (open, waited, left) = (&open.call.action, waited.as_secs_f64(), left.as_secs_f64());
        let text = format!("{action} waits: {open} has had no answer for {waited:.0} s; it is given up in {left:.0} s").into();
        self.record(now, EventKind::Note { failure: false, text });
    }

    /// The time that [`next_deadline`](Self::next_deadline) named has come.
    pub fn tick(&mut self, now: Moment) {
        while let Some(sent) = self.pending.expired(now.monotonic) {
            let after = self.settings.call_timeout;
            let action = sent.call.action.clone();
            self.record(now, EventKind::Timeout { exchange: sent.exchange, action, after });
            self.report(&sent.call, CallOutcome::Timeout, now);
        }
        while let Some(index) = self.delayed.iter().position(|delayed| delayed.due <= now.monotonic) {
            let DelayedAnswer { request, answer, .. } = self.delayed.remove(index);
            self.answer(request, answer, now);
        }
        while let Some(deferred) = self.deferred.expired(now.monotonic) {
            self.answer_expired(deferred, now);
        }
        if self.responder.behaviour.deadline().is_some_and(|deadline| deadline <= now.monotonic) {
            self.responder.behaviour.deadline_reached(now, &mut self.outbox);
        }
        self.flush_calls(now);
    }

    /// Our calls are not waited for any longer: an answer that comes later is a late one, and the next call can be sent at once.
    pub fn give_up_calls(&mut self, now: Moment) {
        for sent in self.pending.give_up(now.monotonic) {
            let left = sent.deadline.saturating_duration_since(now.monotonic);
            let after = self.settings.call_timeout.saturating_sub(left);
            let action = sent.call.action.clone();
            self.record(now, EventKind::Timeout { exchange: sent.exchange, action, after });
            self.report(&sent.call, CallOutcome::Timeout, now);
        }
        self.flush_calls(now);
    }

    /// When [`tick`](Self::tick) must be called.
    pub fn next_deadline(&self) -> Option<Instant> {
        let delayed = self.delayed.iter().map(|delayed| delayed.due).min();
        let inspections = self.inspections.as_ref().and_then(|inspections| {
            [inspections.incoming.deadline(), inspections.outgoing.deadline()].into_iter().flatten().min()
        });
        let behaviour = self.responder.behaviour.deadline();
        [self.pending.deadline(), delayed, self.deferred.deadline(), inspections, behaviour].into_iter().flatten().min()
    }

    /// The link is lost: open calls end, and what stands behind it comes back for the next link. What has not left yet is recorded.
    pub fn end(mut self, now: Moment) -> (Responder, Vec<(Moment, EventKind)>) {
        let (sent, unsent) = self.pending.clear();
        for sent in sent {
            let text = format!("{} got no answer: the link was lost", sent.call.action);
            self.record(now, EventKind::Note { failure: true, text: text.into() });
            self.report(&sent.call, CallOutcome::LinkLost, now);
        }
        if unsent > 0 {
            let text = format!("{unsent} queued calls were not sent: the link was lost");
            self.record(now, EventKind::Note { failure: true, text: text.into() });
        }
        self.forget_held(now);
        self.disconnected(now);
        (self.responder, self.outgoing.into_iter().filter_map(|outgoing| outgoing.event).collect())
    }

    fn report(&mut self, call: &QueuedCall, outcome: CallOutcome<'_>, now: Moment) {
        if let (CallOutcome::Result { payload, .. }, Some(observer)) = (outcome, &mut self.responder.observer) {
            observer.result(&call.action, payload);
        }
        self.responder.behaviour.answered(&call.action, &call.payload, outcome, now, &mut self.outbox);
        if let Some(then) = &call.then {
            then.notify(outcome.into());
        }
    }

    /// After every turn: the calls of the behaviour are queued, and what may be sent is sent.
    pub(super) fn flush_calls(&mut self, now: Moment) {
        if !self.outbox.is_empty() {
            for call in self.outbox.take() {
                self.call(&call.action, call.payload, now);
            }
        }
        while let Some(call) = self.pending.next(self.settings.calls_in_flight) {
            self.pass(PassingMessage::Call(call), now);
        }
        let lengths = self.pending.lengths();
        if lengths != self.lengths {
            self.lengths = lengths;
            let (in_flight, queued) = (lengths.0 as u32, lengths.1 as u32);
            self.record(now, EventKind::Queue { in_flight, queued });
        }
    }

    /// Sends a call of ours.
    fn send(&mut self, mut call: QueuedCall, now: Moment) {
        let id = self.chance.fresh_id();
        let (is_send, wire_name) = (call.is_send(), call.signed.then(|| SignedPayload::name_of(&call.action)));
        let action = wire_name.as_deref().unwrap_or(&call.action);
        let request = OwnRequest { action, payload: &call.payload, is_send };
        let EncodedMessage { text, content, outgoing } = self.framing.call(&id, self.version, &request);
        let findings = std::mem::take(&mut call.findings);
        let (content, origin) = if call.signed { unwrapped(&call.payload, &id) } else { (content, None) };
        if is_send {
            let action = Some(call.action.clone());
            let frame = Frame { action, content, findings, origin, ..out_frame(FrameKind::Send, text) };
            self.send_message(outgoing, frame, now);
            if let Some(then) = &call.then {
                then.notify(CallResult::Result(serde_json::json!({})));
            }
            return;
        }
        let (exchange, action) = self.note_sent(id, call, now);
        let (exchange, action) = (Some(exchange), Some(action));
        let frame = Frame { action, content, exchange, findings, origin, ..out_frame(FrameKind::Call, text) };
        self.send_message(outgoing, frame, now);
    }

    /// Adds a message and its frame to what leaves.
    pub(super) fn send_message(&mut self, message: F::Outgoing, frame: Frame, now: Moment) {
        self.queue_outgoing(Outgoing::message(message, now, EventKind::Frame(frame)));
    }

    /// Notes a call that is on its way; returns its exchange and its action.
    pub(super) fn note_sent(&mut self, id: String, call: QueuedCall, now: Moment) -> (u64, Arc<str>) {
        let exchange = self.numbers.next();
        let action = call.action.clone();
        self.pending.sent(SentCall { id, exchange, deadline: now.monotonic + self.settings.call_timeout, call });
        (exchange, action)
    }

    /// The definition of an action that we may send.
    pub(super) fn definition(&self, action: &str) -> Option<Arc<ActionDefinition>> {
        self.catalog.action(self.version, self.our_role(), action).cloned()
    }

    /// What the behaviour wants of the connection now. It waits for frames of ours that are being inspected.
    pub fn wish(&mut self) -> Option<LinkWish> {
        let waits = self.inspections.as_ref().is_some_and(|inspections| !inspections.outgoing.is_empty());
        if waits { None } else { self.outbox.take_wish() }
    }

    /// Hands do something at the machine. What came of it is recorded.
    pub fn act(&mut self, action: &PhysicalAction, then: Option<ActionObserver>, now: Moment) {
        let done = self.responder.behaviour.act(action, now, &mut self.outbox);
        self.record(now, action_note(action, done.as_ref().err()));
        if let Some(then) = then {
            then.notify(done);
        }
        self.flush_calls(now);
    }

    /// The behaviour restarts where there is no link that could go down: for it that is a link lost and a new one up.
    pub fn restart(&mut self, now: Moment) {
        self.change_version(self.version, now);
    }

    /// Whether messages may be stopped and shown here.
    pub fn may_stop(&self) -> bool {
        self.gate.is_shut()
    }

    /// Whether calls that deviate from the specification are served.
    pub fn strictness(&self) -> Strictness {
        self.settings.strictness
    }

    /// The version that is spoken.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The peer speaks another version from now on: for the behaviour that is a link lost and a new one up.
    pub fn change_version(&mut self, version: Version, now: Moment) {
        self.disconnected(now);
        self.version = version;
        self.connected(now);
        self.flush_calls(now);
    }
}

/// What is recorded of a physical action.
pub(super) fn action_note(action: &PhysicalAction, error: Option<&PhysicalActionError>) -> EventKind {
    match error {
        None => EventKind::Note { failure: false, text: action.to_string().into() },
        Some(error) => EventKind::Note { failure: true, text: format!("{action}: {error}").into() },
    }
}

/// What is signed in a message, for the trace. Nothing for a payload that is no JWS.
pub(super) fn unwrapped(payload: &Value, id: &str) -> (Option<Box<FrameContent>>, Option<Arc<FrameOrigin>>) {
    match SignedPayload::read(payload) {
        Ok(signed) => signed_facts(&signed, id),
        Err(_) => (None, None),
    }
}

/// What the trace keeps of a signed payload.
pub(super) fn signed_facts(signed: &SignedPayload, id: &str) -> (Option<Box<FrameContent>>, Option<Arc<FrameOrigin>>) {
    let content = FrameContent { id: id.into(), payload: signed.text.clone(), is_fault: false };
    let origin = FrameOrigin { signed: Some(signed.header.as_str().into()), ..FrameOrigin::default() };
    (Some(Box::new(content)), Some(Arc::new(origin)))
}

/// A frame of ours of which nothing else is known yet.
pub(super) fn out_frame(kind: FrameKind, text: FrameText) -> Frame {
    Frame::new(Direction::Out, kind, text)
}

#[cfg(test)]
mod tests;
