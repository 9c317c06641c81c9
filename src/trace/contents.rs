//! What readers see, the records and the stations, and how an event changes them. How events come here is in `sender` and `recorder`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use tokio::sync::watch;

use super::decode::id_text;
use super::event_tap::{EventTap, TapSlot, TappedFrame};
use super::new_record::{LinkFacts, detail, new_record};
use super::page_queue::PageQueue;
use super::queue::EventBatch;
use super::secrets::{self, CapturedMask, MaskedFrame};
use super::station_keys::StationKeys;
use super::store::Store;
use super::{
    Direction, Event, EventKind, Frame, FrameContent, FrameKind, PairLegs, Record, RecordContent, RecordKind, Sequence, Stamp,
    StationKey, StationRow, StationTable,
};
use crate::clock::Moment;
use crate::ocpp::{Role, Transport};

/// How many bytes may wait to be put aside while a file is read.
const WAITING: usize = 16 << 20;
/// How many records a file may be ahead of its readers.
const AHEAD: u64 = 40_000;
/// How far behind a result error its result is looked for, in records.
const DISPUTED: u64 = 4096;

/// The records and the stations. Everything in it comes from events: the same events make the same contents.
#[derive(Debug)]
pub struct Contents {
    store: Store,
    stations: StationTable,
    /// The latest time of a record by each clock.
    newest: Stamp,
    /// Whether records have the secrets of messages.
    show_secrets: bool,
}

impl Contents {
    /// Empty contents that keep at most about `limit` bytes of records.
    pub fn new(limit: usize) -> Contents {
        Contents {
            store: Store::new(limit),
            stations: StationTable::default(),
            newest: Stamp { wall_micros: i64::MIN, monotonic_micros: 0 },
            show_secrets: false,
        }
    }

    /// The records.
    pub fn records(&self) -> &Store {
        &self.store
    }

    /// The stations.
    pub fn stations(&self) -> &StationTable {
        &self.stations
    }

    /// The monotonic clock of the newest record, in microseconds.
    pub fn newest_micros(&self) -> u64 {
        self.newest.monotonic_micros
    }

    /// Whether records have the secrets of messages.
    pub fn shows_secrets(&self) -> bool {
        self.show_secrets
    }

    /// Applies the event that adds a station, unless it is known, and returns its key. For contents that have no
    /// [`EventSender`](super::EventSender), which gives out the keys of a session.
    pub fn station(&mut self, our_role: Role, identity: &str) -> StationKey {
        if let Some(row) = self.stations.find(our_role, identity) {
            return row.key;
        }
        let key = StationKey(self.stations.rows().len() as u32);
        let kind = EventKind::StationAdded { key, our_role, identity: identity.into() };
        let stamp = Stamp { wall_micros: 0, monotonic_micros: 0 };
        self.apply(&Event { station: Some(key), stamp, kind }, &mut String::new());
        key
    }

    /// Applies an event. `scratch` is a buffer that is reused from event to event.
    pub fn apply(&mut self, event: &Event, scratch: &mut String) {
        let (text, content) = match &event.kind {
            EventKind::Frame(frame) => (frame.text.as_str(), frame.content.as_deref()),
            _ => ("", None),
        };
        self.apply_with(event, text, content.map(FrameContent::as_record), scratch);
    }

    /// The texts of a frame without its secrets; `None` when it has none, or when they are to be shown.
    pub(super) fn masked(&self, event: &Event, text: &str, content: Option<RecordContent<'_>>) -> Option<MaskedFrame> {
        match &event.kind {
            EventKind::Frame(frame) if !self.show_secrets => {
                let masked = secrets::masked(frame.kind, frame.action.as_deref(), text, content);
                // Of a file whose secrets are masks already the masks stay as they are.
                let known: &[String] = frame.origin.as_deref().map_or(&[][..], |origin| &origin.masked[..]);
                masked.filter(|masked| !masked.captured.paths.iter().all(|path| known.contains(path)))
            }
            _ => None,
        }
    }

    /// Hands an event that was applied to a tap, without its secrets.
    fn tell(&self, tap: &mut dyn EventTap, event: &Event, text: &str, content: Option<RecordContent<'_>>) {
        let station = event.station.and_then(|key| self.stations.get(key));
        if let Some(event) = self.released_without_secrets(event) {
            return tap.take(&event, station, TappedFrame::default());
        }
        match self.masked(event, text, content) {
            None => tap.take(event, station, TappedFrame { text, content, masked: &[] }),
            Some(masked) => {
                let CapturedMask { text, payload, paths } = &masked.captured;
                let payload = payload.as_deref().unwrap_or_default();
                let content = content.map(|content| RecordContent { payload, ..content });
                tap.take(&without_secrets(event, &masked), station, TappedFrame { text, content, masked: paths });
            }
        }
    }

    /// The event about a frame that waited, when its payloads have secrets that are not to be shown.
    fn released_without_secrets(&self, event: &Event) -> Option<Event> {
        let EventKind::Released { kind, action, held, edited, .. } = &event.kind else { return None };
        if self.show_secrets {
            return None;
        }
        let masked = |payload: &str| {
            secrets::masked(*kind, Some(&**action), payload, None).map(|masked| masked.captured.text.into_boxed_str())
        };
        let (masked_held, masked_edited) = (masked(held), edited.as_deref().and_then(masked));
        if masked_held.is_none() && masked_edited.is_none() {
            return None;
        }
        let mut event = event.clone();
        if let EventKind::Released { held, edited, .. } = &mut event.kind {
            *held = masked_held.unwrap_or_else(|| std::mem::take(held));
            *edited = masked_edited.or_else(|| edited.take());
        }
        Some(event)
    }

    /// The same for an event whose frame is parted from its text.
    fn apply_with(&mut self, event: &Event, text: &str, content: Option<RecordContent<'_>>, scratch: &mut String) {
        let masked = self.masked(event, text, content);
        let (text, content) = match &masked {
            None => (text, content),
            Some(masked) => {
                let payload = masked.payload.as_deref();
                (masked.text.as_str(), content.map(|content| RecordContent { payload: payload.unwrap_or_default(), ..content }))
            }
        };
        let released = self.released_without_secrets(event);
        let event = released.as_ref().unwrap_or(event);
        let latency = new_record(event, self.link_of(event), text, content, masked.as_ref(), scratch).and_then(|mut record| {
            record.stamp = in_order(record.stamp, &mut self.newest);
            let sequence = self.store.append(&record, detail(&event.kind, masked.as_ref()));
            self.pair(&event.kind, sequence)
        });
        self.stations.apply(event, latency);
    }

    /// The link that an event belongs to. Actors name the station: it is the newest link of the station, unless the event itself names
    /// another. Frames of no station are requests whose sender is unknown.
    fn link_of(&self, event: &Event) -> LinkFacts {
        let number = |link: u64| link as u32; // a session does not have four billion links
        let row = event.station.and_then(|key| self.stations.get(key));
        let (kind, upstream) = match (&event.kind, row.and_then(|row| row.upstream.as_deref())) {
            (EventKind::Upstream(kind), upstream) => (&**kind, upstream),
            (kind, _) => (kind, None),
        };
        let leg = match (&event.kind, row) {
            (EventKind::Upstream(_), _) => Some(PairLegs::Upstream),
            (_, Some(row)) if row.is_pair() => Some(PairLegs::Station),
            _ => None,
        };
        if let EventKind::Connected { link, version, transport, .. } = *kind {
            return LinkFacts { transport, version: Some(version), number: number(link), leg };
        }
        let Some(row) = row else {
            let is_request = event.station.is_none() && matches!(event.kind, EventKind::Frame(_));
            let transport = if is_request { Transport::Soap } else { Transport::WebSocket };
            return LinkFacts { transport, version: None, number: 0, leg };
        };
        let transport = row.transport.unwrap_or(Transport::WebSocket);
        let link = upstream.map_or(row.link, |upstream| upstream.link);
        let now = LinkFacts { transport, version: row.version, number: number(link), leg };
        match *kind {
            EventKind::Disconnected { link, .. } => LinkFacts { number: number(link), ..now },
            // A charge point of ours that waits for requests.
            EventKind::Listening { .. } => LinkFacts { transport: Transport::Soap, version: None, number: 0, leg },
            _ => now,
        }
    }

    /// Links a record with the other half of its exchange; the latency, when that ends here.
    fn pair(&mut self, event: &EventKind, sequence: Sequence) -> Option<Duration> {
        match event {
            // The exchange that it is about has ended, and a file may not say which one it was.
            EventKind::Frame(Frame { kind: FrameKind::ResultError, .. }) => {
                if let Some(result) = self.disputed(sequence) {
                    self.store.refer(sequence, result);
                }
                None
            }
            EventKind::Frame(Frame { kind, exchange: Some(exchange), .. }) => {
                let begins = match kind {
                    FrameKind::Call => true,
                    // What cannot be read may be a call that is refused or, over SOAP, the answer to one of ours.
                    FrameKind::Malformed => !self.store.is_open(*exchange),
                    FrameKind::Result | FrameKind::Error => false,
                    FrameKind::ResultError | FrameKind::Send => return None,
                };
                if begins {
                    self.store.open_exchange(*exchange, sequence);
                    return None;
                }
                self.store.close_exchange(*exchange, sequence)
            }
            EventKind::Timeout { exchange, .. }
            | EventKind::Unreachable { exchange, .. }
            | EventKind::Unanswered { exchange, .. } => self.store.close_exchange(*exchange, sequence),
            _ => None,
        }
    }

    /// The result that a result error is about. Its exchange has ended, so it is looked for: such errors are rare.
    fn disputed(&self, sequence: Sequence) -> Option<Sequence> {
        let error = self.store.get(sequence)?;
        let RecordKind::Frame(direction, _) = error.kind else { return None };
        let id = id_text(&error)?;
        let other = if direction == Direction::In { Direction::Out } else { Direction::In };
        let is_it = |record: &Record<'_>| {
            record.kind == RecordKind::Frame(other, FrameKind::Result)
                && record.station == error.station
                && id_text(record) == Some(id)
        };
        let mut before = self.store.iter(sequence.saturating_sub(DISPUTED)..sequence).rev();
        before.find(is_it).map(|result| result.sequence)
    }
}

/// The event without what is said of a secret in it.
fn without_secrets(event: &Event, masked: &MaskedFrame) -> Event {
    let mut event = event.clone();
    if let EventKind::Frame(frame) = &mut event.kind {
        frame.findings.iter_mut().for_each(|finding| masked.mask_remarks(&mut finding.message));
        frame.remark = frame.remark.take().map(|remark| {
            let mut remark = remark.into_string();
            masked.mask_remarks(&mut remark);
            remark.into()
        });
    }
    event
}

/// The time at which a record is shown. Events of many links are stamped where they happen and arrive a little later, not always in the
/// order of their stamps; records keep the order in which they arrive, and their times do not step back because of that. A wall clock
/// that is later than all others is right, whatever the monotonic clock says: in a file that is read the two go apart. The monotonic
/// clock, from which latencies are measured, stays as it was.
fn in_order(stamp: Stamp, newest: &mut Stamp) -> Stamp {
    let behind = newest.monotonic_micros.saturating_sub(stamp.monotonic_micros);
    let latest = newest.wall_micros.max(stamp.wall_micros);
    *newest = Stamp { wall_micros: latest, monotonic_micros: stamp.monotonic_micros.max(newest.monotonic_micros) };
    Stamp { wall_micros: stamp.wall_micros.saturating_add_unsigned(behind).min(latest), ..stamp }
}

/// The trace of the session, shared by the recorder and all readers.
#[derive(Debug)]
pub struct Trace {
    contents: RwLock<Contents>,
    keys: StationKeys,
    tap: TapSlot,
    revision: watch::Sender<u64>,
    began: Moment,
    /// Who puts records aside and reads them, when that is done.
    pages: OnceLock<Arc<PageQueue>>,
    /// The record that the slowest reader who must not miss any has come to.
    awaited: AtomicU64,
}

impl Trace {
    /// An empty trace that keeps at most about `limit` bytes of records.
    pub(super) fn new(limit: usize, began: Moment) -> Trace {
        let contents = RwLock::new(Contents::new(limit));
        Trace {
            contents,
            keys: StationKeys::default(),
            tap: TapSlot::default(),
            revision: watch::Sender::new(0),
            began,
            pages: OnceLock::new(),
            awaited: AtomicU64::new(u64::MAX),
        }
    }

    /// Remembers who reads and writes what is put aside. False when there is a reader already.
    pub(super) fn set_page_queue(&self, queue: Arc<PageQueue>) -> bool {
        self.pages.set(queue).is_ok()
    }

    /// Asks for records that were put aside. They are in memory some time after that, and the readers are woken.
    pub fn want(&self, records: &[Sequence]) {
        if let Some(pages) = self.pages.get() {
            pages.want(records);
        }
    }

    /// Changes the records without an event.
    pub(super) fn change_records(&self, change: impl FnOnce(&mut Store)) {
        change(&mut self.contents.write().unwrap_or_else(PoisonError::into_inner).store);
    }

    /// Wakes the readers.
    pub(super) fn wake(&self) {
        self.revision.send_modify(|revision| *revision += 1);
    }

    /// Applies one event from inside and wakes the readers.
    pub(super) fn add(&self, event: &Event) {
        self.contents.write().unwrap_or_else(PoisonError::into_inner).apply(event, &mut String::new());
        self.wake();
    }

    /// A reader who must not miss any record has come to this one.
    pub fn read_up_to(&self, sequence: Sequence) {
        self.awaited.store(sequence, Ordering::Relaxed);
    }

    /// Whether someone who reads a file into the trace has to wait, because readers or the disk do not keep up.
    pub fn is_ahead(&self) -> bool {
        let contents = self.read();
        let next = contents.store.range().end;
        let awaited = self.awaited.load(Ordering::Relaxed);
        contents.store.waiting_bytes() > WAITING || next.saturating_sub(awaited) > AHEAD
    }

    /// From now on records have the secrets of messages, which are masked otherwise.
    pub fn show_secrets(&self) {
        self.contents.write().unwrap_or_else(PoisonError::into_inner).show_secrets = true;
    }

    /// Reads. Hold it for as long as it takes to copy what is visible, no longer.
    pub fn read(&self) -> RwLockReadGuard<'_, Contents> {
        self.contents.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// A signal that changes when there is something new; many events make one change.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.revision.subscribe()
    }

    /// The keys that were given out.
    pub(super) fn keys(&self) -> &StationKeys {
        &self.keys
    }

    /// The key of a station. A key is known before the station has a row.
    pub fn find_station(&self, our_role: Role, identity: &str) -> Option<StationKey> {
        self.keys.find(our_role, identity)
    }

    /// Rows of the stations that have a key and no row in these contents yet, because their event is on its way.
    pub fn newcomers(&self, contents: &Contents) -> Vec<StationRow> {
        self.keys.from(contents.stations().rows().len())
    }

    /// Lets the events from now on be taken, in place of the one that took them before.
    pub fn set_tap(&self, tap: Option<Box<dyn EventTap>>) {
        self.tap.set(tap);
    }

    /// The same for a tap that begins with what is known by now; the events follow without a gap.
    pub fn set_tap_knowing(&self, make: impl FnOnce(&Contents) -> Box<dyn EventTap>) {
        // In the order in which the recorder takes the two locks.
        self.tap.set_made(|| make(&self.read()));
    }

    /// When the session began.
    pub fn began(&self) -> Moment {
        self.began
    }

    /// Microseconds of the monotonic clock since the session began.
    pub fn micros_since_start(&self, now: std::time::Instant) -> u64 {
        now.saturating_duration_since(self.began.monotonic).as_micros() as u64
    }

    /// Applies events and wakes the readers.
    pub(super) fn apply(&self, batch: &EventBatch, scratch: &mut String) {
        let mut contents = self.contents.write().unwrap_or_else(PoisonError::into_inner);
        for (event, text, content) in batch.iter() {
            contents.apply_with(event, text, content, scratch);
        }
        drop(contents);
        self.tap.with(|tap| {
            let contents = self.read();
            batch.iter().for_each(|(event, text, content)| contents.tell(tap, event, text, content));
            tap.end_turn();
        });
        self.wake();
    }
}

impl Drop for Trace {
    fn drop(&mut self) {
        if let Some(pages) = self.pages.get() {
            pages.end();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocpp::{ErrorCode, Finding, FindingRule, Version};
    use crate::trace::{CloseReason, ConnectionAttempt, FrameText, FrameVerdict, LinkState, RetryCause};

    #[test]
    fn times_never_step_back_and_latencies_stay_exact() {
        let mut contents = Contents::new(1 << 20);
        let station = contents.station(Role::CentralSystem, "CP1");
        let mut apply = |micros: u64, kind| {
            let stamp = Stamp { wall_micros: 1_000_000 + micros as i64, monotonic_micros: micros };
            contents.apply(&Event { station: Some(station), stamp, kind }, &mut String::new());
        };
        let note = || EventKind::Note { failure: false, text: "x".into() };
        apply(5_000, note());
        apply(2_000, EventKind::Frame(frame(Direction::Out, FrameKind::Call, 1)));
        apply(9_000, EventKind::Frame(frame(Direction::In, FrameKind::Result, 1)));
        apply(8_000, note());
        let records = contents.records();
        let times: Vec<i64> = records.iter(records.range()).map(|record| record.wall_micros - 1_000_000).collect();
        assert_eq!(times, [5_000, 5_000, 9_000, 9_000]);
        assert_eq!(records.get(2).unwrap().latency, Some(Duration::from_millis(7)));
    }

    #[test]
    fn a_note_of_now_behind_a_file_of_yesterday_has_the_time_of_now() {
        let mut contents = Contents::new(1 << 20);
        let mut apply = |wall_micros, monotonic_micros| {
            let kind = EventKind::Note { failure: false, text: "x".into() };
            contents.apply(&Event { station: None, stamp: Stamp { wall_micros, monotonic_micros }, kind }, &mut String::new());
        };
        apply(1_000, 0);
        apply(901_000, 900_000);
        apply(5_000_000, 10);
        // The wall clock was set back; the monotonic one goes on.
        apply(3_000_000, 1_000_000);
        let records = contents.records();
        let times: Vec<i64> = records.iter(records.range()).map(|record| record.wall_micros).collect();
        assert_eq!(times, [1_000, 901_000, 5_000_000, 3_000_000]);
    }

    fn frame(direction: Direction, kind: FrameKind, exchange: u64) -> Frame {
        Frame {
            direction,
            kind,
            action: Some("Reset".into()),
            text: FrameText::from_static("[]"),
            content: None,
            exchange: Some(exchange),
            code: None,
            findings: Vec::new(),
            remark: None,
            origin: None,
        }
    }

    fn apply(contents: &mut Contents, key: StationKey, at: u64, kind: EventKind) {
        let stamp = Stamp { wall_micros: at as i64, monotonic_micros: at };
        contents.apply(&Event { station: Some(key), stamp, kind }, &mut String::new());
    }

    #[test]
    fn a_result_error_points_to_its_result_and_ends_nothing() {
        let mut contents = Contents::new(1 << 20);
        let key = contents.station(Role::ChargePoint, "CP1");
        let mut add = |at, direction, kind, text, exchange| {
            let text = FrameText::from_static(text);
            apply(&mut contents, key, at, EventKind::Frame(Frame { text, exchange, ..frame(direction, kind, 1) }));
        };
        add(1, Direction::Out, FrameKind::Call, r#"[2,"a","Reset",{}]"#, Some(1));
        add(2, Direction::In, FrameKind::Result, r#"[3,"a",{}]"#, Some(1));
        add(3, Direction::Out, FrameKind::Send, r#"[6,"b","NotifyPeriodicEventStream",{}]"#, None);
        add(4, Direction::Out, FrameKind::ResultError, r#"[5,"a","FormatViolation","",{}]"#, Some(1));
        let partners: Vec<_> = contents.records().iter(0..4).map(|record| (record.partner, record.latency)).collect();
        let latency = Some(Duration::from_micros(1));
        assert_eq!(partners, [(Some(1), None), (Some(0), latency), (None, None), (Some(1), None)]);
    }

    #[test]
    fn the_table_follows_the_events() {
        let mut contents = Contents::new(1 << 20);
        let key = contents.station(Role::CentralSystem, "CP1");
        assert_eq!(contents.station(Role::CentralSystem, "CP1"), key);
        assert_ne!(contents.station(Role::ChargePoint, "CP1"), key, "a simulated station is another one");
        let peer = "127.0.0.1:5".parse().unwrap();
        let handshake = ConnectionAttempt::default();
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
        let records = contents.records().iter(0..3);
        assert!(records.into_iter().all(|record| (record.version, record.link) == (Some(Version::V1_6), Some(1))));
        let reason = || CloseReason::PeerGone;
        apply(&mut contents, key, 13, EventKind::Disconnected { link: 0, reason: reason() });
        assert_eq!(contents.stations().connected(), 1, "an older link went down, not this one");
        apply(&mut contents, key, 20, EventKind::Retry { after: Duration::from_micros(30), cause: RetryCause::Lost(reason()) });
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
            assert_eq!(record.findings().collect::<Vec<_>>(), ["/a: is wrong"]);
            assert_eq!(record.code, Some(ErrorCode::GenericError));
        }
        assert_eq!(contents.stations().get(key).unwrap().errors, 2);
    }
}
