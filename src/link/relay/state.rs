//! What the two links of a pair share: frames on their way from one to the other, frames that are held, and calls of ours to either side.
//! Frames go on in their order and with their bytes. No I/O and no clock: the sessions of the two links bring in what comes and take out what
//! leaves.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::task::Waker;
use std::time::Instant;

use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::{Bytes, Message};

use super::frame_text::{gate_frame, id_as_written, marked_edited, renamed};
use super::passing::{InspectedMessages, PLUGIN, PassingFate, PassingFrame};
use super::reading::{
    Caller, FrameReader, ReadFrame, UnansweredCall, UnansweredCalls, binary_frame, direction_from, findings_of, message_of,
    speaker, with_passage,
};
use super::second_upstream::PairNews;
use crate::behaviour::{Answer, AnswerFilter, CallObserver, CallResult, FilterDecision, IncomingCall, LinkObserver};
use crate::clock::Moment;
use crate::link::intercept::gate::{Gate, GateDecision};
use crate::link::outgoing::Outgoing;
use crate::link::random::fresh_id;
use crate::link::settings::LinkSettings;
use crate::link::websocket::SessionTurn;
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
pub(super) const RULE: &str = "an answer rule";
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
    /// Inspects frames before they go on.
    pub observer: Option<Box<dyn LinkObserver>>,
}

/// The state of a pair.
pub(super) struct RelayState {
    pub context: RelayContext,
    pub open: UnansweredCalls,
    /// What leaves on each link.
    ways: [Way; 2],
    /// What waits at the gate, by its number there.
    pub held: BTreeMap<u64, PassingFrame>,
    /// What leaves later.
    pub delayed: Vec<DelayedPassing>,
    /// What a plugin inspects, and what is behind it, by the link on which it came.
    pub inspected: [InspectedMessages; 2],
    /// Gets the calls of the station and the answers to them.
    pub second: Option<mpsc::Sender<PairNews>>,
}

/// What leaves on a link later.
pub(super) struct DelayedPassing {
    pub due: Instant,
    pub to: PairLeg,
    pub outgoing: Outgoing<Message>,
    /// It leaves earlier, behind the next frame of its direction, when there is one.
    pub behind_next: bool,
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
    /// The actor was woken and has not looked since.
    is_due: bool,
    /// Why it ended; `None` while it is up or on its way up.
    ended: Option<CloseReason>,
    /// How many frames of the other side have left here.
    passed: u64,
}

/// A call of ours that waits.
struct QueuedInjection {
    action: String,
    payload: OutgoingPayload,
    then: Option<CallObserver>,
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
            inspected: <[InspectedMessages; 2]>::default(),
            second: None,
        }
    }

    /// The actor of this link has something to do.
    pub fn wake(&mut self, leg: PairLeg) {
        wake(self.way(leg));
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
        way.bytes < ROOM && way.queue.len() < MESSAGES && self.inspected[from as usize].has_room(ROOM)
    }

    /// What the actor of this link is to do. Unless that is to act, it is woken when it is something else.
    pub fn poll_turn(&mut self, leg: PairLeg, waker: &Waker) -> SessionTurn {
        let is_wanted = self.end_wanted(leg).is_some();
        let way = self.way(leg);
        if std::mem::take(&mut way.is_due) || is_wanted || !way.queue.is_empty() {
            return SessionTurn::Act;
        }
        if way.waker.as_ref().is_none_or(|known| !known.will_wake(waker)) {
            way.waker = Some(waker.clone());
        }
        if self.has_room(leg) { SessionTurn::Take } else { SessionTurn::Wait }
    }

    /// A text that came on this link goes on. `before` is what came where a plugin has put this one in its place.
    pub fn receive(&mut self, from: PairLeg, text: FrameText, before: Option<FrameText>, now: Moment) {
        let RelayContext { catalog, numbers, version, .. } = &self.context;
        let mut reader = FrameReader { catalog, version: *version, numbers, open: &mut self.open };
        let mut read = reader.read(from, &text);
        if matches!(read.answers, Some(UnansweredCall { caller: Caller::Ours(_), .. })) {
            if let Some(UnansweredCall { caller: Caller::Ours(Some(then)), .. }) = read.answers {
                then.notify(result_of(&text, self.context.version));
            }
            let frame = with_passage(read.frame, |passage| passage.legs = from.into());
            self.put(from, Outgoing::event(now, EventKind::Frame(frame)));
            return self.flush_calls(from, now);
        }
        self.tell_second(from, &read, &text);
        let (mut text, mut fate) = (text, PassingFate::default());
        let mut caller = Caller::Peer;
        if before.is_some() || !self.context.gate.rewrites().is_empty() {
            let came = before.as_ref().unwrap_or(&text).clone();
            if let Some(before) = before {
                read.frame = marked_edited(read.frame, &before, PLUGIN);
            }
            (read, text, fate) = self.rewrite(from, read, text, now);
            // The answer is to have the id that the call came with.
            let (before, after) = (id_as_written(&came), id_as_written(&text));
            if read.frame.kind == FrameKind::Call && before != after {
                caller = Caller::Renamed(before.into());
            }
        }
        let ReadFrame { mut frame, id, answers, definition } = read;
        if let Some(UnansweredCall { caller: Caller::Renamed(id), .. }) = answers {
            (text, frame) = renamed(&text, &id, frame, "the id of its call, which was taken here");
        }
        if fate.dropped {
            self.keep_back(from, frame, (InterventionKind::Dropped, &fate.by), now);
        } else if let (FrameKind::Call, Some(id)) = (frame.kind, id) {
            self.pass_call(from, (text, frame, fate), (&id, caller, definition), now);
        } else {
            self.pass(PassingFrame { from, message: Message::Text(text), frame, arrived: now, fate }, now);
        }
        self.flush_calls(from, now);
    }

    /// Gives the second central system its copy. What it has no room for is left out.
    fn tell_second(&self, from: PairLeg, read: &ReadFrame, text: &FrameText) {
        let Some(second) = &self.second else { return };
        let news = match (from, read.frame.kind) {
            (PairLeg::Station, FrameKind::Call | FrameKind::Send) => PairNews::Called(text.clone()),
            (PairLeg::Upstream, FrameKind::Result | FrameKind::Error) => PairNews::Answered(text.clone()),
            _ => return,
        };
        let _ = second.try_send(news);
    }

    /// A call of the other side goes on, with another id where ours took its own.
    fn pass_call(
        &mut self,
        from: PairLeg,
        (mut text, mut frame, mut fate): (FrameText, Frame, PassingFate),
        (id, caller, definition): (&str, Caller, Option<Arc<ActionDefinition>>),
        now: Moment,
    ) {
        let to = from.other();
        if let (Some(exchange), Some(action)) = (frame.exchange, frame.action.clone()) {
            let decision = self.decide(from, &text, &action, definition.as_deref(), now);
            let mut call = UnansweredCall { exchange, action, definition, since: now.monotonic, caller };
            if matches!(self.open.get(to, id), Some(UnansweredCall { caller: Caller::Ours(_), .. })) {
                let fresh = fresh_id();
                if matches!(call.caller, Caller::Peer) {
                    call.caller = Caller::Renamed(id_as_written(&text).into());
                }
                let quoted = MessageId::text(fresh.as_str());
                (text, frame) = renamed(&text, quoted.as_json(), frame, "an open call of ours has its id");
                self.open.insert(to, &fresh, call);
            } else {
                self.open.insert(to, id, call);
            }
            match decision {
                FilterDecision::Replace(answer) => return self.answer_here(from, (frame, now), (&answer, RULE), now),
                FilterDecision::Delay(delay) => fate = PassingFate { delay: Some(delay), by: RULE.into(), ..fate },
                // No decision is waited for here; the call goes on.
                FilterDecision::Keep | FilterDecision::Wait { .. } => {}
            }
        }
        self.pass(PassingFrame { from, message: Message::Text(text), frame, arrived: now, fate }, now);
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

    /// Adds to what leaves on a link, at this time.
    pub fn put_later(&mut self, to: PairLeg, outgoing: Outgoing<Message>, due: Instant, behind_next: bool) {
        self.delayed.push(DelayedPassing { due, to, outgoing, behind_next });
        // Its time is of both links: the one whose actor has a timer for it.
        PairLeg::ALL.into_iter().for_each(|leg| wake(self.way(leg)));
    }

    /// A binary message that came on this link goes on.
    pub fn receive_binary(&mut self, from: PairLeg, bytes: Bytes, now: Moment) {
        let (message, frame) = (Message::Binary(bytes.clone()), binary_frame(from, &bytes));
        self.send_on(PassingFrame { from, message, frame, arrived: now, fate: PassingFate::default() }, now);
    }

    /// A frame that came goes on, unless it waits at the gate.
    fn pass(&mut self, mut passing: PassingFrame, now: Moment) {
        if !self.context.gate.is_shut() {
            return self.send_on(passing, now);
        }
        let Some(candidate) = gate_frame(&passing.frame, self.context.version) else {
            return self.send_on(passing, now);
        };
        let (action, from) = (candidate.action.clone(), passing.from);
        let gate = self.context.gate.clone();
        match gate.stop(self.context.station, candidate, now) {
            GateDecision::Free(_) => self.send_on(passing, now),
            GateDecision::Full(_) => {
                let text = format!("{action} would wait, but too many frames do already; it goes on").into();
                self.put(from, Outgoing::event(now, EventKind::Note { failure: true, text }));
                self.send_on(passing, now);
            }
            GateDecision::Held(number) => {
                let text = format!("{} {action} waits between its two links", passing.frame.kind.word()).into();
                self.put(from, Outgoing::event(now, EventKind::Held { number, action, text }));
                passing.fate.passed_before = Some(self.passed(from));
                self.held.insert(number, passing);
            }
        }
    }

    /// How many frames of this side have left on the other link.
    pub fn passed(&self, from: PairLeg) -> u64 {
        self.ways[from.other() as usize].passed
    }

    /// Whether nothing can leave on a link any more.
    pub fn is_down(&self, leg: PairLeg) -> bool {
        self.ways[leg as usize].ended.is_some() && !(self.context.keeps_station && leg == PairLeg::Upstream)
    }

    /// Adds a frame of the other side to what leaves on a link, and behind it what waited for it.
    pub fn put_passing(&mut self, to: PairLeg, outgoing: Outgoing<Message>) {
        self.put(to, outgoing);
        self.way(to).passed += 1;
        while let Some(at) = self.delayed.iter().position(|delayed| delayed.behind_next && delayed.to == to) {
            let DelayedPassing { outgoing, .. } = self.delayed.remove(at);
            self.put(to, outgoing);
        }
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
        (way.bytes, way.is_due) = (0, false);
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
            for (number, PassingFrame { from, frame, arrived, .. }) in std::mem::take(&mut self.held) {
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
        let inspected = self.inspected.iter().filter_map(|inspected| inspected.queue.deadline());
        self.delayed.iter().map(|delayed| delayed.due).chain(calls).chain(inspected).min()
    }

    /// The deadline has come.
    pub fn tick(&mut self, leg: PairLeg, now: Moment) {
        self.pass_inspected(now);
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

/// Wakes the actor of a link.
fn wake(way: &mut Way) {
    way.is_due = true;
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
