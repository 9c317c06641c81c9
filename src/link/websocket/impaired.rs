//! A link whose network is bad on purpose: the two directions of it, as the actor of the link uses them. What happens to which frame is
//! decided in `impairment`; here it is carried out and recorded.

use std::sync::Arc;
use std::time::Instant;

use tokio_tungstenite::tungstenite::{Bytes, Message};

use crate::clock::Moment;
use crate::link::context::LinkContext;
use crate::link::impairment::{ActiveNetworkFault, ImpairedLane};
use crate::link::outgoing::Outgoing;
use crate::ocpp::Role;
use crate::trace::{
    CloseReason, Direction, EventKind, Frame, FrameText, Intervention, InterventionKind, PairLegs, StationKey, WireFault,
    mask_text,
};

/// Longer texts are not repeated whole in a line about them.
const SHOWN: usize = 300;
/// Who decided it, where a frame of a pair is marked.
const NETWORK: &str = "a network fault";

/// What is written: a message with its event.
type Leaving = Outgoing<Message>;

/// A link with a bad network.
pub(super) struct ImpairedLink {
    our_role: Role,
    incoming: ImpairedLane<Message>,
    outgoing: ImpairedLane<Leaving>,
    /// How many frames have passed since the faults were switched on.
    passed: u32,
    /// Whether it was recorded that nothing gets through.
    is_dead: bool,
}

impl ImpairedLink {
    /// Brings a link up to date with the plan.
    pub fn switch(
        link: &mut Option<Box<ImpairedLink>>,
        context: &LinkContext,
        (our_role, station): (Role, StationKey),
        now: Moment,
    ) {
        let of = |direction| context.network_faults.of(our_role, station, direction);
        let wanted = [of(Direction::In), of(Direction::Out)];
        if link.is_none() && wanted.iter().all(Option::is_none) {
            return;
        }
        let salt = salt(context, our_role, station);
        let link = link.get_or_insert_with(|| {
            let (incoming, outgoing) = (ImpairedLane::new(None, 0, now.monotonic), ImpairedLane::new(None, 0, now.monotonic));
            Box::new(ImpairedLink { our_role, incoming, outgoing, passed: 0, is_dead: false })
        });
        let [incoming, outgoing] = wanted;
        let incoming_changed = link.incoming.switch(incoming, salt ^ 1, now.monotonic);
        if link.outgoing.switch(outgoing, salt ^ 2, now.monotonic) || incoming_changed {
            (link.passed, link.is_dead) = (0, false);
        }
    }

    /// Whether the network is good again, and everything has arrived.
    pub fn is_good(&self) -> bool {
        let is_good = |active: Option<&Arc<ActiveNetworkFault>>, is_empty: bool| active.is_none() && is_empty;
        is_good(self.incoming.active(), self.incoming.is_empty()) && is_good(self.outgoing.active(), self.outgoing.is_empty())
    }

    /// Whether messages of the peer are read.
    pub fn has_room(&self) -> bool {
        !self.is_dead && self.incoming.has_room()
    }

    /// Whether nothing gets through, and neither side hears of it.
    pub fn is_half_open(&self, now: Moment) -> bool {
        self.incoming.is_half_open(now.monotonic) || self.outgoing.is_half_open(now.monotonic)
    }

    /// When something arrives or changes next. What arrives counts only when the session takes it.
    pub fn deadline(&self, session_has_room: bool, now: Moment) -> Option<Instant> {
        let arrival = if session_has_room { self.incoming.next_arrival() } else { None };
        let change = [self.incoming.next_change(now.monotonic), self.outgoing.next_change(now.monotonic)];
        change.into_iter().chain([arrival, self.outgoing.next_arrival()]).flatten().min()
    }

    /// A message of the peer is on its way.
    pub fn receive(&mut self, message: Message, now: Moment, record: &mut dyn FnMut(EventKind)) {
        let note = |what: &str, message: &Message, record: &mut dyn FnMut(EventKind)| {
            record(note(&format!("network fault: {what}: {}", shown(message))));
        };
        let chances = self.incoming.chances(now.monotonic);
        if chances.lost {
            return note("a frame of the peer was lost", &message, record);
        }
        self.passed = self.passed.saturating_add(1);
        let message = match chances.truncated {
            true => {
                note("the second half of a frame of the peer was lost", &message, record);
                first_half(message)
            }
            false => message,
        };
        let copy = chances.doubled.then(|| message.clone());
        if copy.is_some() {
            note("a frame of the peer arrives twice", &message, record);
        }
        if chances.overtaken {
            note("a frame of the peer is overtaken by the next one", &message, record);
        }
        if self.incoming.put(message.clone(), message.len(), chances, now.monotonic) {
            record(stalled(&self.incoming));
        }
        if let Some(copy) = copy {
            let length = copy.len();
            self.incoming.put(copy, length, chances.alone(), now.monotonic);
        }
    }

    /// The next message of the peer that has arrived.
    pub fn arrived(&mut self, now: Moment) -> Option<Message> {
        self.incoming.arrived(now.monotonic)
    }

    /// Something leaves: what has no message at once, a message when the network lets it.
    pub fn send(&mut self, outgoing: Leaving, now: Moment, leaving: &mut Vec<Leaving>) {
        let Outgoing { message: Some(message), event, commit } = outgoing else { return leaving.push(outgoing) };
        let keep = |event, mark: &str| match event {
            Some((when, EventKind::Frame(frame))) => Some((when, EventKind::Frame(remarked(frame, mark)))),
            other => other,
        };
        let chances = self.outgoing.chances(now.monotonic);
        if chances.lost || self.is_half_open(now) {
            let event = match event {
                Some((when, EventKind::Frame(frame))) => Some((when, EventKind::Frame(self.lost(frame)))),
                other => other,
            };
            return leaving.push(Outgoing { message: None, event, commit });
        }
        self.passed = self.passed.saturating_add(1);
        let (message, event) = match chances.truncated {
            true => (first_half(message), keep(event, "network fault: only its first half arrives")),
            false => (message, event),
        };
        let event = if chances.doubled { keep(event, "network fault: it arrives twice") } else { event };
        let event = if chances.overtaken { keep(event, "network fault: the next one overtakes it") } else { event };
        let copy = chances.doubled.then(|| Outgoing { message: Some(message.clone()), event: None, commit: None });
        let length = message.len();
        if self.outgoing.put(Outgoing { message: Some(message), event, commit }, length, chances, now.monotonic) {
            leaving.push(Outgoing::event(now, stalled(&self.outgoing)));
        }
        if let Some(copy) = copy {
            self.outgoing.put(copy, length, chances.alone(), now.monotonic);
        }
    }

    /// Adds what has got through to what leaves.
    pub fn left(&mut self, now: Moment, leaving: &mut Vec<Leaving>) {
        while let Some(outgoing) = self.outgoing.arrived(now.monotonic) {
            leaving.push(outgoing);
        }
    }

    /// Whether the connection breaks now, and what begins or ends.
    pub fn broken(&mut self, now: Moment, record: &mut dyn FnMut(EventKind)) -> Result<(), CloseReason> {
        let is_dead = self.is_half_open(now);
        if is_dead != self.is_dead {
            self.is_dead = is_dead;
            record(note(match is_dead {
                true => "network fault: nothing gets through any more, and neither side hears of it",
                false => "network fault: the connection carries frames again",
            }));
        }
        let limits = [self.incoming.active(), self.outgoing.active()].map(|active| active.and_then(|one| one.fault.cut_after));
        let Some(limit) = limits.into_iter().flatten().min().filter(|limit| self.passed >= *limit) else { return Ok(()) };
        let is_done = self.incoming.is_empty() && self.outgoing.is_empty();
        if !is_done && self.passed == limit {
            return Ok(()); // the last of them still arrives
        }
        let text = format!("cut by a network fault after {limit} frames");
        Err(CloseReason::Broken(WireFault::Io(text.into())))
    }

    /// The link has ended. The events are those of frames that never left.
    pub fn end(&mut self) -> Vec<(Moment, EventKind)> {
        let waiting: Vec<Leaving> = self.outgoing.drain().collect();
        let events = waiting.into_iter().filter_map(|outgoing| outgoing.event);
        events
            .map(|(when, kind)| match kind {
                EventKind::Frame(frame) => (when, EventKind::Frame(self.lost(frame))),
                kind => (when, kind),
            })
            .collect()
    }

    /// A frame of ours that the peer never gets. Of a pair it is on the other link only.
    fn lost(&self, frame: Frame) -> Frame {
        let mut frame = remarked(frame, "network fault: it was lost on its way");
        let mut origin = frame.origin.as_deref().cloned().unwrap_or_default();
        if let Some(passage) = &mut origin.passage {
            if passage.legs == PairLegs::Both {
                passage.legs = if self.our_role == Role::CentralSystem { PairLegs::Upstream } else { PairLegs::Station };
            }
            let before = passage.intervention.take().and_then(|done| done.before);
            passage.intervention = Some(Box::new(Intervention { kind: InterventionKind::Dropped, by: NETWORK.into(), before }));
            frame.origin = Some(Arc::new(origin));
        }
        frame
    }
}

/// Tells the links of one command apart, the same way in every session with the same identities.
fn salt(context: &LinkContext, our_role: Role, station: StationKey) -> u64 {
    let contents = context.events.trace().read();
    let identity = contents.stations().get(station).map_or_else(|| station.0.to_string(), |row| row.identity.to_string());
    // FNV-1a.
    let hash = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let seed = identity.bytes().fold(0xcbf2_9ce4_8422_2325, hash);
    hash(seed, our_role as u8) << 2
}

fn note(text: &str) -> EventKind {
    EventKind::Note { failure: false, text: text.into() }
}

fn stalled<T>(lane: &ImpairedLane<T>) -> EventKind {
    let stall = lane.active().and_then(|one: &Arc<ActiveNetworkFault>| one.fault.stall).unwrap_or_default();
    note(&format!("network fault: nothing gets through for {} s", stall.as_secs_f64()))
}

fn remarked(frame: Frame, remark: &str) -> Frame {
    let remark = match &frame.remark {
        Some(before) => format!("{before}\n{remark}").into(),
        None => remark.into(),
    };
    Frame { remark: Some(remark), ..frame }
}

/// The beginning of a message for a line about it, without its secrets.
fn shown(message: &Message) -> String {
    match message {
        Message::Text(text) => {
            let masked = mask_text(text);
            let text = masked.as_deref().unwrap_or(text);
            text[..text.floor_char_boundary(SHOWN)].to_owned()
        }
        message => format!("{} bytes", message.len()),
    }
}

fn first_half(message: Message) -> Message {
    match message {
        Message::Text(text) => Message::Text(FrameText::from(&text[..text.floor_char_boundary(text.len() / 2)])),
        Message::Binary(bytes) => Message::Binary(Bytes::copy_from_slice(&bytes[..bytes.len() / 2])),
        message => message,
    }
}
