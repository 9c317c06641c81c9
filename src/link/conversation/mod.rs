//! What is said on a link, without the wire and without the form of its messages: calls and answers of the peer go in; messages to send
//! and happenings to tell come out. It checks against the catalog, asks the behaviour, and keeps our calls and their time limits. How
//! a message is written is the matter of a [`Framing`]; the socket is `websocket`'s, the HTTP of SOAP is in `soap`.

mod deferred_answers;
pub(super) mod framing;
mod held;
mod incoming;
pub(super) mod pending_calls;

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::conversation::deferred_answers::DeferredAnswers;
use super::conversation::framing::{EncodedMessage, Framing, shared_name};
use super::conversation::pending_calls::{PendingCalls, QueuedCall, SentCall};
use super::intercept::gate::Gate;
use super::random::fresh_id;
use super::settings::LinkSettings;
use crate::behaviour::CallObserver;
use crate::behaviour::{Answer, Behaviour, CallOutcome, Outbox};
use crate::clock::Moment;
use crate::ocpp::{ActionDefinition, Catalog, Version};
use crate::rpc::OutgoingPayload;
use crate::trace::{Direction, EventKind, Frame, FrameKind, FrameText, NumberSource, StationKey};

use held::HeldMessage;

/// The answer that leaves later.
struct DelayedAnswer<Q> {
    due: Instant,
    question: PendingRequest<Q>,
    answer: Answer,
}

/// What is kept of a call of the peer until it is answered.
struct PendingRequest<Q> {
    asked: Q,
    action: Arc<str>,
    exchange: u64,
}

/// What a conversation needs of the session.
pub(super) struct ConversationContext {
    pub catalog: Arc<Catalog>,
    pub settings: Arc<LinkSettings>,
    pub numbers: NumberSource,
    /// Where frames may be stopped.
    pub gate: Arc<Gate>,
    /// Whose link it is.
    pub station: StationKey,
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
    version: Version,
    behaviour: Box<dyn Behaviour>,
    pending: PendingCalls,
    delayed: Vec<DelayedAnswer<F::Question>>,
    undecided: DeferredAnswers<PendingRequest<F::Question>>,
    held: Vec<HeldMessage<F::Question>>,
    outbox: Outbox,
    lengths: (usize, usize),
    /// What is to be sent, oldest first.
    pub outgoing: Vec<F::Outgoing>,
    /// What happened, oldest first.
    pub events: Vec<(Moment, EventKind)>,
}

impl<F: Framing> Conversation<F> {
    /// A conversation that begins now. Its behaviour hears of the link at once.
    pub fn begin(
        framing: F,
        surroundings: ConversationContext,
        version: Version,
        behaviour: Box<dyn Behaviour>,
        now: Moment,
    ) -> Conversation<F> {
        let ConversationContext { catalog, settings, numbers, gate, station } = surroundings;
        let mut conversation = Conversation {
            framing,
            catalog,
            settings,
            numbers,
            gate,
            station,
            version,
            behaviour,
            pending: PendingCalls::default(),
            delayed: Vec::new(),
            undecided: DeferredAnswers::default(),
            held: Vec::new(),
            outbox: Outbox::default(),
            lengths: (0, 0),
            outgoing: Vec::new(),
            events: Vec::new(),
        };
        conversation.behaviour.connected(version, now, &mut conversation.outbox);
        conversation.flush_calls(now);
        conversation
    }

    /// Other limits hold from now on; calls under way keep their time limit.
    pub fn change_settings(&mut self, settings: Arc<LinkSettings>) {
        self.settings = settings;
    }

    /// Whether somebody behind the link looks at a frame first; the ticket names it.
    pub fn inspect(&mut self, direction: Direction, text: &str) -> Option<u64> {
        self.behaviour.inspect(direction, text)
    }

    /// A call that a person or the behaviour wants to make. It waits its turn.
    pub fn call(&mut self, action: &str, payload: impl Into<OutgoingPayload>, now: Moment) {
        self.ask(action, payload, None, now);
    }

    /// The same, for somebody who wants to know how it ends.
    pub fn ask(&mut self, action: &str, payload: impl Into<OutgoingPayload>, then: Option<CallObserver>, now: Moment) {
        let payload = payload.into();
        if self.pending.lengths().1 >= self.settings.calls_queued {
            let text = format!("{action} was not sent: {} calls wait already on this link", self.settings.calls_queued);
            self.events.push((now, EventKind::Note { failure: true, text: text.into() }));
            return;
        }
        let definition = self.definition(action);
        let findings = match &definition {
            Some(definition) => definition.request.check(&payload, self.version),
            None => Vec::new(),
        };
        let action = shared_name(action, definition.as_ref());
        self.pending.queue(QueuedCall { action, definition, payload, findings, then });
        self.flush_calls(now);
    }

    /// What was to be sent is on its way: that is when it happened, and an answer's latency is ours to be seen.
    pub fn sent(&mut self, now: Instant) {
        for (when, happening) in &mut self.events {
            if matches!(happening, EventKind::Frame(Frame { direction: Direction::Out, .. })) {
                *when = when.at(now);
            }
        }
    }

    /// The time that [`next_deadline`](Self::next_deadline) named has come.
    pub fn tick(&mut self, now: Moment) {
        while let Some(sent) = self.pending.expired(now.monotonic) {
            let after = self.settings.call_timeout;
            let action = sent.call.action.clone();
            self.events.push((now, EventKind::Timeout { exchange: sent.exchange, action, after }));
            self.report(&sent.call, CallOutcome::Timeout, now);
        }
        while let Some(index) = self.delayed.iter().position(|delayed| delayed.due <= now.monotonic) {
            let DelayedAnswer { question, answer, .. } = self.delayed.remove(index);
            self.answer(question, answer, now);
        }
        while let Some(expired) = self.undecided.expired(now.monotonic) {
            self.answer_overdue(expired, now);
        }
        if self.behaviour.deadline().is_some_and(|deadline| deadline <= now.monotonic) {
            self.behaviour.deadline_reached(now, &mut self.outbox);
        }
        self.flush_calls(now);
    }

    /// When [`tick`](Self::tick) must be called.
    pub fn next_deadline(&self) -> Option<Instant> {
        let delayed = self.delayed.iter().map(|delayed| delayed.due).min();
        [self.pending.deadline(), delayed, self.undecided.deadline(), self.behaviour.deadline()].into_iter().flatten().min()
    }

    /// The link is lost: open calls end, and the behaviour comes back for the next link.
    pub fn end(mut self, now: Moment) -> (Box<dyn Behaviour>, Vec<(Moment, EventKind)>) {
        let (sent, unsent) = self.pending.clear();
        for sent in sent {
            let text = format!("{} got no answer: the link was lost", sent.call.action);
            self.events.push((now, EventKind::Note { failure: true, text: text.into() }));
            self.report(&sent.call, CallOutcome::LinkLost, now);
        }
        if unsent > 0 {
            let text = format!("{unsent} queued calls were not sent: the link was lost");
            self.events.push((now, EventKind::Note { failure: true, text: text.into() }));
        }
        self.forget_held(now);
        self.behaviour.disconnected(now);
        (self.behaviour, self.events)
    }

    fn report(&mut self, call: &QueuedCall, outcome: CallOutcome<'_>, now: Moment) {
        self.behaviour.answered(&call.action, &call.payload, outcome, now, &mut self.outbox);
        if let Some(then) = &call.then {
            then.tell(outcome.into());
        }
    }

    /// After every turn: what the behaviour wants to call is queued, and what may be sent is sent.
    pub(super) fn flush_calls(&mut self, now: Moment) {
        if !self.outbox.is_empty() {
            for wanted in self.outbox.take() {
                self.call(&wanted.action, wanted.payload, now);
            }
        }
        while let Some(call) = self.pending.next(self.settings.calls_in_flight) {
            if let Some(call) = self.stop_call(call, now) {
                self.send(call, now);
            }
        }
        let lengths = self.pending.lengths();
        if lengths != self.lengths {
            self.lengths = lengths;
            let (in_flight, queued) = (lengths.0 as u32, lengths.1 as u32);
            self.events.push((now, EventKind::Queue { in_flight, queued }));
        }
    }

    /// Sends a call of ours.
    fn send(&mut self, mut call: QueuedCall, now: Moment) {
        let id = fresh_id();
        let EncodedMessage { text, outgoing } = self.framing.call(&id, self.version, &call.action, &call.payload);
        let findings = std::mem::take(&mut call.findings);
        self.outgoing.push(outgoing);
        let (exchange, action) = self.note_sent(id, call, now);
        self.tell_frame(Direction::Out, FrameKind::Call, text, now, |frame| {
            frame.exchange = Some(exchange);
            frame.action = Some(action);
            frame.findings = findings;
        });
    }

    /// Notes a call that is on its way; returns its exchange and its action.
    pub(super) fn note_sent(&mut self, id: String, call: QueuedCall, now: Moment) -> (u64, Arc<str>) {
        let exchange = self.numbers.next();
        let action = call.action.clone();
        self.pending.sent(SentCall { id, exchange, deadline: now.monotonic + self.settings.call_timeout, call });
        (exchange, action)
    }

    /// Tells of a frame whose further facts `rest` fills in.
    pub(super) fn tell_frame(
        &mut self,
        direction: Direction,
        kind: FrameKind,
        text: FrameText,
        now: Moment,
        rest: impl FnOnce(&mut Frame),
    ) {
        let (action, exchange, code, findings) = (None, None, None, Vec::new());
        let mut frame = Frame { direction, kind, action, text, exchange, code, findings, remark: None, origin: None };
        rest(&mut frame);
        self.events.push((now, EventKind::Frame(frame)));
    }

    /// The definition of an action that we may send.
    pub(super) fn definition(&self, action: &str) -> Option<Arc<ActionDefinition>> {
        self.catalog.action(self.version, self.behaviour.role(), action).cloned()
    }

    /// Whether the behaviour restarts now, and after which time it is back.
    pub fn restarts(&mut self) -> Option<Duration> {
        self.outbox.take_restart()
    }

    /// The behaviour restarts where there is no link that could go down: for it that is a link lost and a new one up.
    pub fn restart(&mut self, now: Moment) {
        self.change_version(self.version, now);
    }

    /// The version that is spoken.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The peer speaks another version from now on: for the behaviour that is a link lost and a new one up.
    pub fn change_version(&mut self, version: Version, now: Moment) {
        self.behaviour.disconnected(now);
        self.version = version;
        self.behaviour.connected(version, now, &mut self.outbox);
        self.flush_calls(now);
    }
}

#[cfg(test)]
mod tests;
