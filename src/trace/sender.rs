//! The sending side of the trace: actors send events here, and a station gets its key here. Applying the events is the matter of the
//! recorder.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::contents::Trace;
use super::immediate::ImmediateSink;
use super::queue::QueueSender;
use super::{Event, EventKind, PairLeg, RowKind, Stamp, StationKey};
use crate::clock::{Moment, now};
use crate::ocpp::Role;

/// Sends events into the trace. Cheap to clone.
#[derive(Debug, Clone)]
pub struct EventSender {
    sink: EventSink,
    trace: Arc<Trace>,
    numbers: NumberSource,
    link_numbers: NumberSource,
    leg: PairLeg,
}

/// How events come into the trace.
#[derive(Debug, Clone)]
pub(super) enum EventSink {
    /// By the recorder's thread.
    Recorder(Arc<QueueSender>),
    /// At once.
    Direct(Arc<ImmediateSink>),
}

/// Gives out numbers from 1 on, each once. Clones share the count.
#[derive(Debug, Clone, Default)]
pub struct NumberSource(Arc<AtomicU64>);

impl NumberSource {
    /// The next number.
    pub fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed) + 1
    }
}

impl EventSender {
    /// A sender whose events come to the trace through this sink.
    pub(super) fn new(sink: EventSink, trace: Arc<Trace>) -> EventSender {
        EventSender {
            sink,
            trace,
            numbers: NumberSource::default(),
            link_numbers: NumberSource::default(),
            leg: PairLeg::Station,
        }
    }

    /// The trace that the events go to.
    pub fn trace(&self) -> &Arc<Trace> {
        &self.trace
    }

    /// Where the numbers of exchanges come from.
    pub fn numbers(&self) -> &NumberSource {
        &self.numbers
    }

    /// Where the numbers of links come from.
    pub fn link_numbers(&self) -> &NumberSource {
        &self.link_numbers
    }

    /// The key of a station. The first time it is asked for, the event that adds the station is sent; the row follows when that event is
    /// applied. Never waits, and never drops the event.
    pub fn station(&self, our_role: Role, identity: &str) -> StationKey {
        self.trace.keys().assign(our_role, identity, |key, identity| {
            let added = EventKind::StationAdded { key, our_role, identity };
            let event = std::iter::once(self.event(Some(key), now(), added));
            match &self.sink {
                EventSink::Recorder(queue) => queue.put_always(event),
                EventSink::Direct(direct) => direct.put(event),
            }
        })
    }

    /// The key of a pair, as [`station`](Self::station) gives that of a station.
    pub fn pair(&self, identity: &str) -> StationKey {
        self.trace.keys().assign_pair(identity, |key, identity| {
            let event = std::iter::once(self.event(Some(key), now(), EventKind::PairAdded { key, identity }));
            match &self.sink {
                EventSink::Recorder(queue) => queue.put_always(event),
                EventSink::Direct(direct) => direct.put(event),
            }
        })
    }

    /// Puts a station into a group. Never waits, and never drops the event.
    pub fn put_into_group(&self, station: StationKey, group: &Arc<str>) {
        let event = std::iter::once(self.event(Some(station), now(), EventKind::Grouped { group: group.clone() }));
        match &self.sink {
            EventSink::Recorder(queue) => queue.put_always(event),
            EventSink::Direct(direct) => direct.put(event),
        }
    }

    /// The key of a row of this kind, as [`station`](Self::station) and [`pair`](Self::pair) give it.
    pub fn row(&self, kind: RowKind, identity: &str) -> StationKey {
        match kind {
            RowKind::Station(our_role) => self.station(our_role, identity),
            RowKind::Pair => self.pair(identity),
        }
    }

    /// The same sender for what happens on one link of pairs.
    #[must_use]
    pub fn of_leg(&self, leg: PairLeg) -> EventSender {
        EventSender { leg, ..self.clone() }
    }

    /// The key of a station that has one.
    pub fn known_station(&self, our_role: Role, identity: &str) -> Option<StationKey> {
        self.trace.keys().find(our_role, identity)
    }

    /// Sends an event. Waits only while the recorder has thousands of events to apply; after the recorder has
    /// ended, which is after the session has, events are dropped.
    pub async fn send(&self, station: Option<StationKey>, now: Moment, kind: EventKind) {
        self.put(std::iter::once(self.event(station, now, kind))).await;
    }

    /// Sends the events of one station, oldest first. Waits like [`send`](Self::send).
    pub async fn send_all(&self, station: StationKey, events: impl IntoIterator<Item = (Moment, EventKind)>) {
        self.put(events.into_iter().map(|(now, kind)| self.event(Some(station), now, kind))).await;
    }

    /// Sends from outside the actors, where waiting is impossible. Drops the event when thousands wait.
    pub fn try_send(&self, station: Option<StationKey>, now: Moment, kind: EventKind) {
        let event = std::iter::once(self.event(station, now, kind));
        match &self.sink {
            // What does not fit is dropped.
            EventSink::Recorder(queue) => drop(queue.put(event)),
            EventSink::Direct(direct) => direct.put(event),
        }
    }

    /// Puts an event with its own times into the trace: one of a file. For a station it must have the key that this sender gives. Blocks
    /// while thousands wait, so it must not be called by a task.
    pub fn put_now(&self, event: Event) {
        match &self.sink {
            EventSink::Recorder(queue) => queue.put_blocking(event),
            EventSink::Direct(direct) => direct.put(std::iter::once(event)),
        }
    }

    /// Waits until everything that was sent by now is in the trace.
    pub async fn caught_up(&self) {
        if let EventSink::Recorder(queue) = &self.sink {
            queue.emptied().await;
        }
    }

    async fn put(&self, mut events: impl Iterator<Item = Event>) {
        let queue = match &self.sink {
            EventSink::Recorder(queue) => queue,
            EventSink::Direct(direct) => return direct.put(events),
        };
        while let Err(back) = queue.put(events) {
            events = back;
            // In a box, because it is rare and every link would pay for the room.
            Box::pin(queue.taken()).await;
        }
    }

    fn event(&self, station: Option<StationKey>, now: Moment, kind: EventKind) -> Event {
        let is_elsewhere = self.leg == PairLeg::Station
            || matches!(
                kind,
                EventKind::Frame(_) | EventKind::StationAdded { .. } | EventKind::PairAdded { .. } | EventKind::Grouped { .. }
            );
        let kind = if is_elsewhere { kind } else { EventKind::Upstream(Box::new(kind)) };
        Event { station, stamp: self.stamp(now), kind }
    }

    fn stamp(&self, now: Moment) -> Stamp {
        Stamp { wall_micros: now.wall.as_microsecond(), monotonic_micros: self.trace.micros_since_start(now.monotonic) }
    }
}
