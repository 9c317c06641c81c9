//! The recorder: a thread that takes events from the actors, appends them to the store, keeps the table of stations and wakes the
//! readers. It waits for nobody but the actors, so a slow screen slows nothing down.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::watch;

use super::describe::entry;
use super::immediate::ImmediateSink;
use super::queue::{EventBatch, QueueSender, mailbox};
use super::store::{NewRecord, Store};
use super::{Event, EventKind, Frame, FrameKind, Sequence, Stamp, StationKey, StationTable};
use crate::clock::Moment;
use crate::ocpp::{Role, Transport};

/// How long the recorder lets events gather after a turn. Waking a thread costs a link more than telling twenty events does,
/// and the readers are woken once a turn; nobody sees two milliseconds on a screen.
const GATHER: Duration = Duration::from_millis(2);

/// What readers see: the records and the stations.
#[derive(Debug)]
pub struct Contents {
    store: Store,
    stations: StationTable,
}

impl Contents {
    /// Nothing yet; at most about `limit` bytes of records.
    pub fn new(limit: usize) -> Contents {
        Contents { store: Store::new(limit), stations: StationTable::default() }
    }

    /// The records.
    pub fn records(&self) -> &Store {
        &self.store
    }

    /// The stations.
    pub fn stations(&self) -> &StationTable {
        &self.stations
    }

    /// The key of a station, which gets a row when it has none yet.
    pub fn station(&mut self, our_role: Role, identity: &str) -> StationKey {
        self.stations.key(our_role, identity)
    }

    /// Takes an event in. `scratch` is a buffer that is reused from event to event.
    pub fn apply(&mut self, event: &Event, scratch: &mut String) {
        let text = match &event.kind {
            EventKind::Frame(frame) => frame.text.as_str(),
            _ => "",
        };
        self.apply_with(event, text, scratch);
    }

    /// The same for an event whose frame is parted from its text.
    fn apply_with(&mut self, event: &Event, text: &str, scratch: &mut String) {
        let transport = self.transport(event);
        let latency = entry(event, text, scratch).and_then(|entry| {
            let sequence = self.store.append(NewRecord { transport, ..entry });
            self.link(&event.kind, sequence)
        });
        self.stations.apply(event, latency);
    }

    /// How a frame travelled: a station has one link at a time, and frames of no station are requests whose sender is unknown.
    fn transport(&self, event: &Event) -> Transport {
        if let EventKind::Connected { transport, .. } = event.kind {
            return transport;
        }
        if matches!(event.kind, EventKind::Listening { .. }) {
            return if event.station.is_some() { Transport::Soap } else { Transport::WebSocket };
        }
        match event.station.map(|key| self.stations.get(key)) {
            Some(row) => row.and_then(|row| row.transport).unwrap_or(Transport::WebSocket),
            None if matches!(event.kind, EventKind::Frame(_)) => Transport::Soap,
            None => Transport::WebSocket,
        }
    }

    /// Links a record with the other half of its exchange; the latency, when that ends here.
    fn link(&mut self, happening: &EventKind, sequence: Sequence) -> Option<Duration> {
        match happening {
            EventKind::Frame(Frame { kind, exchange: Some(exchange), .. }) => {
                let begins = match kind {
                    FrameKind::Call => true,
                    // What cannot be read may be a call that is refused or, over SOAP, the answer to one of ours.
                    FrameKind::Malformed => !self.store.is_open(*exchange),
                    FrameKind::Result | FrameKind::Error => false,
                };
                if begins {
                    self.store.open_exchange(*exchange, sequence);
                    return None;
                }
                self.store.close_exchange(*exchange, sequence)
            }
            EventKind::Timeout { exchange, .. } | EventKind::Unreachable { exchange, .. } => {
                self.store.close_exchange(*exchange, sequence)
            }
            _ => None,
        }
    }
}

/// The trace of the session, shared by the recorder and all readers.
#[derive(Debug)]
pub struct Trace {
    contents: RwLock<Contents>,
    revision: watch::Sender<u64>,
    began: Moment,
}

impl Trace {
    /// Nothing yet; at most about `limit` bytes of records.
    pub(super) fn new(limit: usize, began: Moment) -> Trace {
        Trace { contents: RwLock::new(Contents::new(limit)), revision: watch::Sender::new(0), began }
    }

    /// Reads. Hold it for as long as it takes to copy what is visible, no longer.
    pub fn read(&self) -> RwLockReadGuard<'_, Contents> {
        self.contents.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// A signal that changes when there is something new; many events make one change.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.revision.subscribe()
    }

    /// The key of a station, which gets a row when it has none yet.
    pub fn station(&self, our_role: Role, identity: &str) -> StationKey {
        let key = self.contents.write().unwrap_or_else(PoisonError::into_inner).station(our_role, identity);
        self.revision.send_modify(|revision| *revision += 1);
        key
    }

    /// When the session began.
    pub fn began(&self) -> Moment {
        self.began
    }

    /// Microseconds of the monotonic clock since the session began.
    pub fn micros_since_start(&self, now: std::time::Instant) -> u64 {
        now.saturating_duration_since(self.began.monotonic).as_micros() as u64
    }

    /// Takes events in and wakes the readers.
    pub(super) fn apply(&self, batch: &EventBatch, scratch: &mut String) {
        let mut contents = self.contents.write().unwrap_or_else(PoisonError::into_inner);
        for (event, text) in batch.iter() {
            contents.apply_with(event, text, scratch);
        }
        drop(contents);
        self.revision.send_modify(|revision| *revision += 1);
    }
}

/// The end of the street at which actors put their events. Cheap to clone.
#[derive(Debug, Clone)]
pub struct EventSender {
    road: EventSink,
    trace: Arc<Trace>,
    numbers: NumberSource,
}

/// How events come into the trace.
#[derive(Debug, Clone)]
pub(super) enum EventSink {
    /// By the recorder's thread.
    Recorder(Arc<QueueSender>),
    /// At once.
    Direct(Arc<ImmediateSink>),
}

/// Gives out numbers that are unique in the session, for exchanges and links. Clones share the count.
#[derive(Debug, Clone, Default)]
pub struct NumberSource(Arc<AtomicU64>);

impl NumberSource {
    /// The next number.
    pub fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed) + 1
    }
}

impl EventSender {
    /// A teller whose events come to the trace on this road.
    pub(super) fn new(road: EventSink, trace: Arc<Trace>) -> EventSender {
        EventSender { road, trace, numbers: NumberSource::default() }
    }

    /// The trace that this teller's events go to.
    pub fn trace(&self) -> &Arc<Trace> {
        &self.trace
    }

    /// Where the session's numbers come from.
    pub fn numbers(&self) -> &NumberSource {
        &self.numbers
    }

    /// Tells what happened. Waits only while the recorder has thousands of events to take in; after the recorder has
    /// ended, which is after the session has, events are dropped.
    pub async fn send(&self, station: Option<StationKey>, now: Moment, happening: EventKind) {
        self.put(std::iter::once(self.event(station, now, happening))).await;
    }

    /// Tells what happened at one station, oldest first, and empties the list. Waits like [`send`](Self::send).
    pub async fn send_all(&self, station: StationKey, events: &mut Vec<(Moment, EventKind)>) {
        if !events.is_empty() {
            self.put(events.drain(..).map(|(now, happening)| self.event(Some(station), now, happening))).await;
        }
    }

    /// Tells from outside the actors, where waiting is impossible. Drops the event when thousands wait.
    pub fn try_send(&self, station: Option<StationKey>, now: Moment, happening: EventKind) {
        let event = std::iter::once(self.event(station, now, happening));
        match &self.road {
            // What does not fit is dropped.
            EventSink::Recorder(slot) => drop(slot.put(event)),
            EventSink::Direct(direct) => direct.put(event),
        }
    }

    /// Waits until everything that was told by now is in the trace.
    pub async fn caught_up(&self) {
        if let EventSink::Recorder(slot) = &self.road {
            slot.emptied().await;
        }
    }

    async fn put(&self, mut events: impl Iterator<Item = Event>) {
        let slot = match &self.road {
            EventSink::Recorder(slot) => slot,
            EventSink::Direct(direct) => return direct.put(events),
        };
        while let Err(back) = slot.put(events) {
            events = back;
            // In a box, because it is rare and every link would pay for the room.
            Box::pin(slot.taken()).await;
        }
    }

    fn event(&self, station: Option<StationKey>, now: Moment, happening: EventKind) -> Event {
        Event { station, stamp: self.stamp(now), kind: happening }
    }

    fn stamp(&self, now: Moment) -> Stamp {
        Stamp { wall_micros: now.wall.as_microsecond(), monotonic_micros: self.trace.micros_since_start(now.monotonic) }
    }
}

/// Starts the recorder with at most `limit` bytes of records. Its thread ends when the last teller is gone.
///
/// # Errors
/// When the operating system gives no thread.
pub fn start(limit: usize, began: Moment) -> std::io::Result<(EventSender, JoinHandle<()>)> {
    let (slot, takings) = mailbox();
    let trace = Arc::new(Trace::new(limit, began));
    let events = EventSender::new(EventSink::Recorder(Arc::new(slot)), trace.clone());
    let thread = std::thread::Builder::new().name("recorder".into()).spawn(move || {
        let mut batch = EventBatch::default();
        let mut scratch = String::new();
        while takings.take(&mut batch) {
            trace.apply(&batch, &mut scratch);
            std::thread::sleep(GATHER);
        }
    })?;
    Ok((events, thread))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocpp::{ErrorCode, Finding, FindingRule, Version};
    use crate::trace::{Direction, FrameText, FrameVerdict, LinkState};

    fn frame(direction: Direction, kind: FrameKind, exchange: u64) -> Frame {
        Frame {
            direction,
            kind,
            action: Some("Reset".into()),
            text: FrameText::from_static("[]"),
            exchange: Some(exchange),
            code: None,
            findings: Vec::new(),
            remark: None,
            aside: None,
        }
    }

    fn apply(contents: &mut Contents, key: StationKey, at: u64, happening: EventKind) {
        let stamp = Stamp { wall_micros: at as i64, monotonic_micros: at };
        contents.apply(&Event { station: Some(key), stamp, kind: happening }, &mut String::new());
    }

    #[tokio::test]
    async fn what_was_told_is_in_the_trace_once_the_recorder_has_caught_up() {
        let (events, _recorder) = start(1 << 20, crate::clock::now()).unwrap();
        for count in 1..=20 {
            events.try_send(None, crate::clock::now(), EventKind::Note { failure: false, text: "x".into() });
            events.caught_up().await;
            assert_eq!(events.trace().read().records().range().end, count);
        }
        events.caught_up().await;
    }

    #[test]
    fn the_table_follows_the_events() {
        let mut contents = Contents::new(1 << 20);
        let key = contents.station(Role::CentralSystem, "CP1");
        assert_eq!(contents.station(Role::CentralSystem, "CP1"), key);
        assert_ne!(contents.station(Role::ChargePoint, "CP1"), key, "a simulated station is another one");
        let peer = "127.0.0.1:5".parse().unwrap();
        let handshake = Box::default();
        let connected =
            EventKind::Connected { link: 1, version: Version::V1_6, transport: Transport::WebSocket, peer, handshake };
        apply(&mut contents, key, 1, connected);
        apply(&mut contents, key, 2, EventKind::Frame(frame(Direction::Out, FrameKind::Call, 7)));
        apply(&mut contents, key, 3, EventKind::Queue { in_flight: 1, queued: 2 });
        apply(&mut contents, key, 12, EventKind::Frame(frame(Direction::In, FrameKind::Result, 7)));
        let row = contents.stations().get(key).unwrap();
        assert_eq!((row.state, row.frames_in, row.frames_out, row.queued), (LinkState::Connected, 1, 1, 2));
        assert_eq!((row.latency, row.last_seen_micros), (Some(Duration::from_micros(10)), 12));
        assert_eq!(contents.stations().connected(), 1);
        assert_eq!(contents.records().range(), 0..3, "a queue length makes no record");
        let reason = || Box::from("");
        apply(&mut contents, key, 13, EventKind::Disconnected { link: 0, reason: reason() });
        assert_eq!(contents.stations().connected(), 1, "an older link went down, not this one");
        apply(&mut contents, key, 20, EventKind::Retry { after: Duration::from_micros(30), lost: true, reason: reason() });
        assert_eq!(contents.stations().get(key).unwrap().state, LinkState::Waiting { until_micros: 50 });
        assert_eq!(contents.stations().connected(), 0);
    }

    #[test]
    fn findings_become_remarks_and_a_verdict() {
        let mut contents = Contents::new(1 << 20);
        let key = contents.station(Role::CentralSystem, "CP1");
        let finding = |tolerated| Finding { path: "/a".into(), rule: FindingRule::Type, message: "is wrong".into(), tolerated };
        for (tolerated, verdict) in [(true, FrameVerdict::Tolerated), (false, FrameVerdict::Invalid)] {
            let mut faulty = frame(Direction::In, FrameKind::Error, 1);
            faulty.findings.push(finding(tolerated));
            faulty.code = Some(ErrorCode::GenericError);
            faulty.remark = Some("late".into());
            apply(&mut contents, key, 1, EventKind::Frame(faulty));
            let record = contents.records().get(contents.records().range().end - 1).unwrap();
            assert_eq!((record.verdict, record.remarks), (verdict, "late\n/a: is wrong"));
            assert_eq!(record.code, Some(ErrorCode::GenericError));
        }
        assert_eq!(contents.stations().get(key).unwrap().errors, 2);
    }

    #[tokio::test]
    async fn readers_are_woken_and_the_thread_ends_with_the_last_teller() {
        let began = Moment { wall: jiff::Timestamp::UNIX_EPOCH, monotonic: std::time::Instant::now() };
        let (events, thread) = start(1 << 20, began).unwrap();
        let trace = events.trace().clone();
        let mut changes = trace.subscribe();
        events.send(None, began, EventKind::Note { failure: false, text: "hello".into() }).await;
        changes.changed().await.unwrap();
        assert_eq!(trace.read().records().get(0).unwrap().text, "hello");
        drop(events);
        thread.join().unwrap();
    }
}
