//! What the two links of a pair share: frames on their way from one to the other, frames that are held, and calls of ours to either side.
//! Frames go on in their order and with their bytes. No I/O and no clock: the sessions of the two links bring in what comes and take out what
//! leaves.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::task::Waker;
use std::time::{Duration, Instant};

use tokio_tungstenite::tungstenite::{Bytes, Message};

use super::frame_text::{gate_frame, id_as_written, renamed};
use super::reading::{
    Caller, FrameReader, ReadFrame, UnansweredCall, UnansweredCalls, binary_frame, direction_from, findings_of, message_of,
    speaker, with_passage,
};
use crate::behaviour::{Answer, AnswerFilter, CallObserver, CallResult, FilterDecision, IncomingCall};
use crate::clock::Moment;
use crate::link::intercept::gate::{Gate, GateDecision};
use crate::link::outgoing::Outgoing;
use crate::link::random::fresh_id;
use crate::link::settings::LinkSettings;
use crate::ocpp::{ActionDefinition, Catalog, SampleContext, Version};
use crate::rpc::OutgoingPayload;
use crate::rpc::srpc::{self, MessageId, SrpcMessage};
use crate::trace::{
    CloseReason, EventKind, Frame, FrameKind, FrameOrigin, FramePassage, FrameText, Intervention, InterventionKind,
    NumberSource, PairLeg, PairLegs, StationKey,
};

/// How many bytes may wait for a link that is slow. The other link is not read while more do, so a pair holds little more than that, and
/// one message, in each direction.
pub(super) const ROOM: usize = 256 << 10;
/// Who decides where an answer rule does.
const RULE: &str = "an answer rule";
/// How many messages may wait for it.
const MESSAGES: usize = 1024;

/// What a pair needs of the session.
pub(super) struct RelayContext {
    pub catalog: Arc<Catalog>,
    pub settings: Arc<LinkSettings>,
    pub numbers: NumberSource,
    pub gate: Arc<Gate>,
    pub station: StationKey,
    /// How frames are read: the version of the subprotocol.
    pub version: Version,
    /// Whether the station stays connected without its central system.
    pub keeps_station: bool,
    /// Which calls are answered here: those of the station, and those of its central system.
    pub rules: [Box<dyn AnswerFilter>; 2],
}

/// The state of a pair.
pub(super) struct RelayState {
    pub context: RelayContext,
    pub open: UnansweredCalls,
    /// What leaves on each link.
    ways: [Way; 2],
    /// What waits at the gate, by its number there.
    pub held: BTreeMap<u64, HeldPassing>,
    /// What leaves later.
    delayed: Vec<DelayedPassing>,
}

/// What leaves on a link later.
struct DelayedPassing {
    due: Instant,
    to: PairLeg,
    outgoing: Outgoing<Message>,
}

/// What leaves on one link.
#[derive(Default)]
struct Way {
    queue: VecDeque<Outgoing<Message>>,
    bytes: usize,
    /// Calls of ours that wait until no other call is open there.
    calls: VecDeque<QueuedInjection>,
    /// Wakes the actor of the link.
    waker: Option<Waker>,
    /// Why it ended; `None` while it is up or on its way up.
    ended: Option<CloseReason>,
}

/// A call of ours that waits.
struct QueuedInjection {
    action: String,
    payload: OutgoingPayload,
    then: Option<CallObserver>,
}

/// A frame that waits at the gate.
pub(super) struct HeldPassing {
    pub from: PairLeg,
    pub message: Message,
    pub frame: Frame,
    pub arrived: Moment,
}

impl RelayState {
    /// A pair on which nothing has passed.
    pub fn new(context: RelayContext) -> RelayState {
        RelayState {
            context,
            open: UnansweredCalls::default(),
            ways: <[Way; 2]>::default(),
            held: BTreeMap::new(),
            delayed: Vec::new(),
        }
    }

    fn way(&mut self, leg: PairLeg) -> &mut Way {
        &mut self.ways[leg as usize]
    }

    /// Other limits hold from now on.
    pub fn change_settings(&mut self, settings: Arc<LinkSettings>) {
        self.context.settings = settings;
    }

    /// Whether what comes on this link can be taken now.
    pub fn has_room(&self, from: PairLeg) -> bool {
        let way = &self.ways[from.other() as usize];
        way.bytes < ROOM && way.queue.len() < MESSAGES
    }

    /// Whether the actor of this link has something to do. Where not, it is woken when it has.
    pub fn poll_wake(&mut self, leg: PairLeg, waker: &Waker) -> bool {
        let is_wanted = self.end_wanted(leg).is_some();
        let way = self.way(leg);
        if is_wanted || !way.queue.is_empty() {
            return true;
        }
        if way.waker.as_ref().is_none_or(|known| !known.will_wake(waker)) {
            way.waker = Some(waker.clone());
        }
        false
    }

    /// A text came on this link.
    pub fn on_text(&mut self, from: PairLeg, text: FrameText, now: Moment) {
        let RelayContext { catalog, numbers, version, .. } = &self.context;
        let mut reader = FrameReader { catalog, version: *version, numbers, open: &mut self.open };
        let ReadFrame { frame, id, answers, definition } = reader.read(from, &text);
        match (answers, id) {
            (Some(UnansweredCall { caller: Caller::Ours(then), .. }), _) => {
                if let Some(then) = then {
                    then.notify(result_of(&text, self.context.version));
                }
                let frame = with_passage(frame, |passage| passage.legs = from.into());
                self.put(from, Outgoing::event(now, EventKind::Frame(frame)));
            }
            (Some(UnansweredCall { caller: Caller::Renamed(id), .. }), _) => {
                let (text, frame) = renamed(&text, &id, frame, "the id of its call, which was taken here");
                self.pass(from, Message::Text(text), frame, now);
            }
            (Some(_), _) | (None, None) => self.pass(from, Message::Text(text), frame, now),
            (None, Some(id)) if frame.kind == FrameKind::Call => self.pass_call(from, text, frame, (&id, definition), now),
            (None, Some(_)) => self.pass(from, Message::Text(text), frame, now),
        }
        self.flush_calls(from, now);
    }

    /// A call of the other side goes on, with another id where ours took its own.
    fn pass_call(
        &mut self,
        from: PairLeg,
        text: FrameText,
        frame: Frame,
        (id, definition): (&str, Option<Arc<ActionDefinition>>),
        now: Moment,
    ) {
        let to = from.other();
        let (Some(exchange), Some(action)) = (frame.exchange, frame.action.clone()) else {
            return self.pass(from, Message::Text(text), frame, now);
        };
        let delay = match self.decide(from, &text, &action, definition.as_deref(), now) {
            FilterDecision::Replace(answer) => return self.answer_here(from, (frame, now), (&answer, RULE), now),
            FilterDecision::Delay(delay) => Some(delay),
            // No decision is waited for here; the call goes on.
            FilterDecision::Keep | FilterDecision::Wait { .. } => None,
        };
        let mut call = UnansweredCall { exchange, action, definition, since: now.monotonic, caller: Caller::Peer };
        if matches!(self.open.get(to, id), Some(UnansweredCall { caller: Caller::Ours(_), .. })) {
            let (fresh, written) = (fresh_id(), id_as_written(&text));
            call.caller = Caller::Renamed(written.into());
            let quoted = MessageId::text(fresh.as_str());
            let (text, frame) = renamed(&text, quoted.as_json(), frame, "an open call of ours has its id");
            self.open.insert(to, &fresh, call);
            return self.pass(from, Message::Text(text), frame, now);
        }
        self.open.insert(to, id, call);
        let Some(delay) = delay else { return self.pass(from, Message::Text(text), frame, now) };
        self.pass_later(from, (Message::Text(text), frame), (now, RULE), delay, now);
    }

    /// What the answer rules say about a call.
    fn decide(
        &mut self,
        from: PairLeg,
        text: &str,
        action: &str,
        definition: Option<&ActionDefinition>,
        now: Moment,
    ) -> FilterDecision {
        let rules = &mut self.context.rules[from as usize];
        if rules.is_idle() {
            return FilterDecision::Keep;
        }
        let version = self.context.version;
        let Some(SrpcMessage::Call { payload, .. }) = message_of(text, version) else {
            return FilterDecision::Keep; // it was read as a call before
        };
        let sample = definition.map(|definition| definition.response.sample(&SampleContext::at(now.wall)));
        let proposed = Answer::result(sample.unwrap_or_default());
        rules.filter(IncomingCall { action, payload: &payload.or_empty(), version }, &proposed)
    }

    /// A frame that came leaves on the other link after a delay.
    pub fn pass_later(
        &mut self,
        from: PairLeg,
        (message, frame): (Message, Frame),
        (arrived, by): (Moment, &str),
        delay: Duration,
        now: Moment,
    ) {
        let frame = with_passage(frame, |passage| {
            passage
                .intervention
                .get_or_insert_with(|| Box::new(Intervention { kind: InterventionKind::Delayed, by: by.into(), before: None }));
        });
        let outgoing = Outgoing::message(message, arrived, EventKind::Frame(frame));
        self.put_later(from.other(), outgoing, now.monotonic + delay);
    }

    /// Adds to what leaves on a link, at this time.
    pub fn put_later(&mut self, to: PairLeg, outgoing: Outgoing<Message>, due: Instant) {
        self.delayed.push(DelayedPassing { due, to, outgoing });
        // Its time is of both links: the one whose actor has a timer for it.
        PairLeg::ALL.into_iter().for_each(|leg| wake(self.way(leg)));
    }

    /// A binary message came on this link.
    pub fn on_binary(&mut self, from: PairLeg, bytes: Bytes, now: Moment) {
        let frame = binary_frame(from, &bytes);
        self.send_on(from, Message::Binary(bytes), frame, now);
    }

    /// A frame that came goes on, unless it waits at the gate.
    fn pass(&mut self, from: PairLeg, message: Message, frame: Frame, now: Moment) {
        if !self.context.gate.is_shut() {
            return self.send_on(from, message, frame, now);
        }
        let Some(candidate) = gate_frame(&frame, self.context.version) else {
            return self.send_on(from, message, frame, now);
        };
        let action = candidate.action.clone();
        let gate = self.context.gate.clone();
        match gate.stop(self.context.station, candidate, now) {
            GateDecision::Free(_) => self.send_on(from, message, frame, now),
            GateDecision::Full(_) => {
                let text = format!("{action} would wait, but too many frames do already; it goes on").into();
                self.put(from, Outgoing::event(now, EventKind::Note { failure: true, text }));
                self.send_on(from, message, frame, now);
            }
            GateDecision::Held(number) => {
                let text = format!("{} {action} waits between its two links", frame.kind.word()).into();
                self.put(from, Outgoing::event(now, EventKind::Held { number, action, text }));
                self.held.insert(number, HeldPassing { from, message, frame, arrived: now });
            }
        }
    }

    /// A frame leaves on the other link. What cannot leave any more is recorded as lost.
    pub fn send_on(&mut self, from: PairLeg, message: Message, frame: Frame, arrived: Moment) {
        let to = from.other();
        if self.ways[to as usize].ended.is_some() && !(self.context.keeps_station && to == PairLeg::Upstream) {
            return self.keep_back(from, frame, (InterventionKind::Lost, ""), arrived);
        }
        self.put(to, Outgoing::message(message, arrived, EventKind::Frame(frame)));
    }

    /// A frame that came does not go on.
    pub fn keep_back(&mut self, from: PairLeg, frame: Frame, (kind, by): (InterventionKind, &str), arrived: Moment) {
        let frame = with_passage(frame, |passage| {
            passage.legs = from.into();
            passage.intervention = Some(Box::new(Intervention { kind, by: by.into(), before: None }));
        });
        self.put(from, Outgoing::event(arrived, EventKind::Frame(frame)));
    }

    /// Adds to what leaves on a link.
    pub fn put(&mut self, leg: PairLeg, outgoing: Outgoing<Message>) {
        let way = self.way(leg);
        way.bytes += outgoing.message.as_ref().map_or(0, Message::len);
        way.queue.push_back(outgoing);
        wake(way);
    }

    /// Moves what leaves on this link to a list.
    pub fn take(&mut self, leg: PairLeg, list: &mut Vec<Outgoing<Message>>) {
        let had_room = self.has_room(leg.other());
        let way = self.way(leg);
        way.bytes = 0;
        list.extend(way.queue.drain(..));
        if !had_room {
            wake(self.way(leg.other()));
        }
    }

    /// Why this link is to end: the other one has, and everything that came there has left here.
    pub fn end_wanted(&mut self, leg: PairLeg) -> Option<CloseReason> {
        if leg == PairLeg::Station && self.context.keeps_station || !self.way(leg).queue.is_empty() {
            return None;
        }
        self.way(leg.other()).ended.as_ref().map(|reason| match reason {
            CloseReason::OtherLeg(reason) => CloseReason::OtherLeg(reason.clone()),
            reason => CloseReason::OtherLeg(Box::new(reason.clone())),
        })
    }

    /// The other side is there again, after a link that ended.
    pub fn comes_up(&mut self, leg: PairLeg) {
        self.way(leg).ended = None;
    }

    /// A link has ended. What was to leave on it and what came on it and waits is lost; the events say so.
    pub fn ended(&mut self, leg: PairLeg, reason: &CloseReason, now: Moment) -> Vec<(Moment, EventKind)> {
        let mut events = Vec::new();
        let keeps = self.context.keeps_station && leg == PairLeg::Upstream;
        let way = self.way(leg);
        way.ended = Some(reason.clone());
        if !keeps {
            way.bytes = 0;
        }
        let unsent = if keeps { VecDeque::new() } else { std::mem::take(&mut way.queue) };
        for Outgoing { event, .. } in unsent {
            events.extend(event.map(|(when, kind)| (when, lost(kind, leg))));
        }
        let note = |text: String| EventKind::Note { failure: true, text: text.into() };
        for (_, call) in self.open.take_ours(|answerer, _| answerer == leg) {
            events.push((now, note(format!("{} got no answer: the link was lost", call.action))));
            if let Caller::Ours(Some(then)) = call.caller {
                then.notify(CallResult::Lost);
            }
        }
        let unsent = std::mem::take(&mut self.way(leg).calls).len();
        if unsent > 0 {
            events.push((now, note(format!("{unsent} queued calls were not sent: the link was lost"))));
        }
        if !keeps {
            for (number, HeldPassing { from, frame, arrived, .. }) in std::mem::take(&mut self.held) {
                self.context.gate.take(number);
                events.push((now, note(format!("what waited as {number} is dropped: the link was lost"))));
                events.push((arrived, lost(EventKind::Frame(frame), from.other())));
            }
        }
        wake(self.way(leg.other()));
        events
    }

    /// A call of ours to the side at this link. Its answer stays here.
    pub fn inject(&mut self, to: PairLeg, (action, payload): (&str, OutgoingPayload), then: Option<CallObserver>, now: Moment) {
        let limit = self.context.settings.calls_queued;
        if self.way(to).calls.len() >= limit {
            let text = format!("{action} was not sent: {limit} calls wait already on this link").into();
            return self.put(to, Outgoing::event(now, EventKind::Note { failure: true, text }));
        }
        self.way(to).calls.push_back(QueuedInjection { action: action.to_owned(), payload, then });
        self.flush_calls(to, now);
    }

    /// Sends calls of ours that wait, while no other call is open there: neither side is to see two at once.
    fn flush_calls(&mut self, to: PairLeg, now: Moment) {
        let timeout = self.context.settings.call_timeout;
        while !self.way(to).calls.is_empty() {
            let open = self.open.newest(to).filter(|since| now.monotonic.saturating_duration_since(*since) < timeout);
            if open.is_some() {
                return;
            }
            let Some(QueuedInjection { action, payload, then }) = self.way(to).calls.pop_front() else { return };
            let version = self.context.version;
            let definition = self.context.catalog.action(version, speaker(to.other()), &action).cloned();
            let id = fresh_id();
            let is_send = definition.as_ref().is_some_and(|definition| definition.is_send);
            let encode = if is_send { srpc::encode_send } else { srpc::encode_call };
            let text = FrameText::from(encode(&id, &action, &payload));
            let findings = findings_of(definition.as_deref(), &payload, version);
            let action: Arc<str> = definition.as_ref().map_or_else(|| action.as_str().into(), |known| known.name.clone());
            let kind = if is_send { FrameKind::Send } else { FrameKind::Call };
            let mut frame = injected(to, kind, text.clone());
            (frame.action, frame.findings) = (Some(action.clone()), findings);
            if !is_send {
                let exchange = self.context.numbers.next();
                frame.exchange = Some(exchange);
                let caller = Caller::Ours(then);
                self.open.insert(to, &id, UnansweredCall { exchange, action, definition, since: now.monotonic, caller });
            }
            self.put(to, Outgoing::message(Message::Text(text), now, EventKind::Frame(frame)));
        }
    }

    /// Sends a text as it is to the side at this link. When it is a call, its answer stays here.
    pub fn inject_text(&mut self, to: PairLeg, text: String, now: Moment) {
        let text = FrameText::from(text);
        let RelayContext { catalog, numbers, version, .. } = &self.context;
        // It is read as if the other side had sent it, but for the answers to it.
        let mut unanswered = UnansweredCalls::default();
        let mut reader = FrameReader { catalog, version: *version, numbers, open: &mut unanswered };
        let ReadFrame { frame, id, definition, .. } = reader.read(to.other(), &text);
        let typed = FrameOrigin { typed_by_user: true, ..FrameOrigin::default() };
        let mut sent = Frame { origin: Some(Arc::new(typed)), ..frame };
        sent = with_passage(sent, |passage| *passage = injected_passage(to));
        if sent.kind != FrameKind::Call {
            (sent.exchange, sent.remark) = (None, None);
        }
        if let (FrameKind::Call, Some(id), Some(exchange), Some(action)) = (sent.kind, id, sent.exchange, sent.action.clone()) {
            let caller = Caller::Ours(None);
            self.open.insert(to, &id, UnansweredCall { exchange, action, definition, since: now.monotonic, caller });
        }
        self.put(to, Outgoing::message(Message::Text(text), now, EventKind::Frame(sent)));
    }

    /// When [`tick`](Self::tick) must be called for this link.
    pub fn deadline(&self, leg: PairLeg) -> Option<Instant> {
        let timeout = self.context.settings.call_timeout;
        let waiting = !self.ways[leg as usize].calls.is_empty();
        let behind = waiting.then(|| self.open.newest(leg)).flatten();
        let calls = self.open.ours().map(|call| call.since).chain(behind).min().map(|since| since + timeout);
        self.delayed.iter().map(|delayed| delayed.due).chain(calls).min()
    }

    /// The deadline has come.
    pub fn tick(&mut self, leg: PairLeg, now: Moment) {
        while let Some(due) = self.delayed.iter().position(|delayed| delayed.due <= now.monotonic) {
            let DelayedPassing { to, outgoing, .. } = self.delayed.remove(due);
            self.put(to, outgoing);
        }
        let timeout = self.context.settings.call_timeout;
        for (answerer, call) in self.open.take_ours(|_, call| call.since + timeout <= now.monotonic) {
            let kind = EventKind::Timeout { exchange: call.exchange, action: call.action, after: timeout };
            self.put(answerer, Outgoing::event(now, kind));
            if let Caller::Ours(Some(then)) = call.caller {
                then.notify(CallResult::Timeout);
            }
        }
        self.flush_calls(leg, now);
    }
}

fn wake(way: &mut Way) {
    if let Some(waker) = way.waker.take() {
        waker.wake();
    }
}

/// The event of a frame that did not leave on this link any more.
fn lost(kind: EventKind, to: PairLeg) -> EventKind {
    let EventKind::Frame(frame) = kind else { return kind };
    let is_ours = frame.passage().is_some_and(|passage| passage.legs != PairLegs::Both);
    EventKind::Frame(with_passage(frame, |passage| {
        passage.legs = if is_ours { to.into() } else { to.other().into() };
        let by = Box::default();
        passage.intervention = Some(Box::new(Intervention { kind: InterventionKind::Lost, by, before: None }));
    }))
}

fn injected_passage(to: PairLeg) -> FramePassage {
    let intervention = Intervention { kind: InterventionKind::Injected, by: Box::default(), before: None };
    FramePassage { intervention: Some(Box::new(intervention)), ..FramePassage::of(to) }
}

/// A frame of ours to the side at this link.
pub(super) fn injected(to: PairLeg, kind: FrameKind, text: FrameText) -> Frame {
    let origin = FrameOrigin { passage: Some(injected_passage(to)), ..FrameOrigin::default() };
    Frame { origin: Some(Arc::new(origin)), ..Frame::new(direction_from(to.other()), kind, text) }
}

/// How a call of ours ended that this answer ends.
fn result_of(text: &str, version: Version) -> CallResult {
    match message_of(text, version) {
        Some(SrpcMessage::Result { payload, .. }) => CallResult::Result(payload.into_value()),
        Some(SrpcMessage::Error { code, description, .. }) => CallResult::Error { code, description },
        _ => CallResult::Lost, // it was read as an answer before
    }
}
