//! Writes the events of a session to a file, on a thread of its own. The recorder never waits for the disk: what cannot be written yet
//! gathers in memory up to a limit, beyond which events are counted and not kept. A full disk, a removed file or a lost permission is an
//! event of the session, and the capture goes on when it can.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::disk_file::DiskFile;
use super::file::{CaptureFileError, CapturePlace, CaptureTarget};
use super::known_station::known_station;
use super::line::write_event;
use crate::clock::now;
use crate::trace::{Contents, Event, EventKind, EventSender, EventTap, LinkState, Stamp, StationRow, TappedFrame};

/// How much may wait for the disk, in bytes.
const WAITING: usize = 64 << 20;
/// How long to wait before the next attempt after the disk has refused something.
const RETRY: Duration = Duration::from_secs(1);
/// How long lines gather before they are written: a write for each of them would cost more than they do. It bounds what is lost when the
/// program is killed.
const GATHER: Duration = Duration::from_millis(10);

/// How a capture is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaptureState {
    /// The file that is written to.
    pub path: PathBuf,
    /// The events that were written to it.
    pub events: u64,
    /// The bytes that were written to it.
    pub bytes: u64,
    /// The events that were not kept, because the disk refused them for too long.
    pub lost: u64,
    /// What the disk refuses.
    pub problem: Option<String>,
    /// Whether it is the ring of the newest sessions, which no command asked for.
    pub in_ring: bool,
}

/// The capture of a session: off until it is started. Clones are the same capture.
#[derive(Debug, Clone)]
pub struct CaptureWriter {
    events: EventSender,
    running: Arc<Mutex<Option<RunningCapture>>>,
}

#[derive(Debug)]
struct RunningCapture {
    shared: Arc<SharedCapture>,
    thread: JoinHandle<()>,
}

#[derive(Debug)]
struct SharedCapture {
    inside: Mutex<CaptureQueue>,
    changed: Condvar,
}

#[derive(Debug)]
struct CaptureQueue {
    /// Whole lines.
    waiting: Vec<u8>,
    waiting_events: u64,
    state: CaptureState,
    rotates: bool,
    ends: bool,
}

impl SharedCapture {
    fn lock(&self) -> MutexGuard<'_, CaptureQueue> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CaptureWriter {
    /// The capture of the session with these events.
    pub fn new(events: EventSender) -> CaptureWriter {
        CaptureWriter { events, running: Arc::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Option<RunningCapture>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to write there, after ending the capture before. Returns the file.
    ///
    /// # Errors
    /// When the file cannot be opened; then the capture before goes on.
    pub fn start(&self, target: impl Into<CaptureTarget>) -> Result<PathBuf, CaptureFileError> {
        let target = target.into();
        let opened = target.open(now().wall)?;
        let (path, session) = (opened.path.clone(), fastrand::u64(1..1 << 48));
        let unwritable = |error| CaptureFileError::Unwritable { path: path.clone(), error };
        let mut file = DiskFile::new(opened, session, now().wall, &[]).map_err(unwritable)?;
        file.write().1.map_err(unwritable)?;
        self.begin(target, session, file, path.clone()).map_err(unwritable)?;
        Ok(path)
    }

    /// Ends the capture before, and writes into a file that is open.
    fn begin(&self, target: CaptureTarget, session: u64, file: DiskFile, path: PathBuf) -> io::Result<()> {
        self.stop();
        let in_ring = matches!(target.place, CapturePlace::Ring(_));
        let state = CaptureState { path: path.clone(), events: 0, bytes: 0, lost: 0, problem: None, in_ring };
        let queue = CaptureQueue { waiting: Vec::new(), waiting_events: 0, state, rotates: false, ends: false };
        let shared = Arc::new(SharedCapture { inside: Mutex::new(queue), changed: Condvar::new() });
        let (orphans, events) = (Vec::new(), self.events.clone());
        let disk = CaptureDisk { target, session, file: Some(file), path, orphans, events };
        let thread = std::thread::Builder::new().name("capture".into()).spawn({
            let shared = shared.clone();
            move || disk.run(&shared)
        })?;
        self.events.trace().set_tap_knowing(|contents| {
            Box::new(CaptureTap { shared: shared.clone(), lines: known_lines(contents), events: 0 })
        });
        *self.lock() = Some(RunningCapture { shared, thread });
        Ok(())
    }

    /// Ends the capture when what has happened is written. False when there is none.
    pub fn stop(&self) -> bool {
        let Some(running) = self.lock().take() else { return false };
        self.events.trace().set_tap(None);
        running.shared.lock().ends = true;
        running.shared.changed.notify_one();
        // A thread that has panicked has written what it could.
        let _ = running.thread.join();
        true
    }

    /// Goes on in the next file of the folder. False when there is no capture.
    pub fn rotate(&self) -> bool {
        let running = self.lock();
        let Some(running) = &*running else { return false };
        running.shared.lock().rotates = true;
        running.shared.changed.notify_one();
        true
    }

    /// How it is doing; `None` when it is off.
    pub fn state(&self) -> Option<CaptureState> {
        self.lock().as_ref().map(|running| running.shared.lock().state.clone())
    }
}

/// Makes lines of events.
struct CaptureTap {
    shared: Arc<SharedCapture>,
    lines: Vec<u8>,
    events: u64,
}

/// What a file must say before its first event, so that it can be read alone: the stations that are known, and what is spoken on their links.
fn known_lines(contents: &Contents) -> Vec<u8> {
    let mut lines = Vec::new();
    let stamp = Stamp { wall_micros: now().wall.as_microsecond(), monotonic_micros: contents.newest_micros() };
    for row in contents.stations().rows() {
        let mut put = |kind| {
            write_event(&mut lines, &Event { station: Some(row.key), stamp, kind }, Some(row), TappedFrame::default());
        };
        known_station(contents.stations(), row).into_iter().for_each(&mut put);
        let (Some(version), Some(transport)) = (row.version, row.transport) else { continue };
        let known =
            |link, peer, state| EventKind::LinkKnown { link, version, transport, peer, up: state == LinkState::Connected };
        put(known(row.link, row.peer, row.state));
        if let Some(upstream) = row.upstream.as_deref().filter(|upstream| upstream.link != 0) {
            put(EventKind::Upstream(Box::new(known(upstream.link, upstream.peer, upstream.state))));
        }
    }
    lines
}

impl EventTap for CaptureTap {
    fn take(&mut self, event: &Event, station: Option<&StationRow>, frame: TappedFrame<'_>) {
        if matches!(event.kind, EventKind::Queue { .. }) {
            return; // a number on the screen of its moment
        }
        write_event(&mut self.lines, event, station, frame);
        self.events += 1;
    }

    fn end_turn(&mut self) {
        let mut queue = self.shared.lock();
        if queue.waiting.len() + self.lines.len() > WAITING {
            queue.state.lost += self.events;
        } else {
            if queue.waiting.is_empty() {
                std::mem::swap(&mut queue.waiting, &mut self.lines);
            } else {
                queue.waiting.extend_from_slice(&self.lines);
            }
            queue.waiting_events += self.events;
        }
        drop(queue);
        self.lines.clear();
        self.events = 0;
        self.shared.changed.notify_one();
    }
}

/// The side of the disk.
struct CaptureDisk {
    target: CaptureTarget,
    /// The number of the session, which all its files have.
    session: u64,
    /// `None` while none can be opened.
    file: Option<DiskFile>,
    path: PathBuf,
    /// Lines of a file that has gone.
    orphans: Vec<u8>,
    events: EventSender,
}

impl CaptureDisk {
    fn run(mut self, shared: &SharedCapture) {
        let mut lines = Vec::new();
        // How many of the events that were taken are not on the disk.
        let (mut events, mut refused) = (0, false);
        loop {
            let mut queue = shared.lock();
            while queue.waiting.is_empty() && !refused && !queue.rotates && !queue.ends {
                queue = shared.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
            }
            if refused {
                // A wake-up before the time only tries earlier.
                queue = match shared.changed.wait_timeout_while(queue, RETRY, |queue| !queue.ends && !queue.rotates) {
                    Ok((queue, _)) => queue,
                    Err(poisoned) => poisoned.into_inner().0,
                };
            } else if !queue.ends {
                drop(queue);
                std::thread::sleep(GATHER);
                queue = shared.lock();
            }
            // While the disk refuses what is here, the rest waits there, where it is bounded.
            if !refused {
                std::mem::swap(&mut lines, &mut queue.waiting);
                events += std::mem::take(&mut queue.waiting_events);
            }
            let (rotates, ends) = (std::mem::take(&mut queue.rotates), queue.ends);
            drop(queue);
            let written = self.write(&mut lines);
            refused = written.is_err();
            let done = if refused { 0 } else { std::mem::take(&mut events) };
            self.note(shared, written, done);
            let full = self.file.as_ref().is_some_and(|file| self.target.rotation.is_due(file.filled(), file.age()));
            if (rotates || full) && !refused && !ends {
                self.rotate(shared);
            }
            if ends {
                // What waited behind a refusal had its one attempt.
                let rest = std::mem::take(&mut shared.lock().waiting);
                let last = if refused || rest.is_empty() { Ok(0) } else { self.write(&mut rest.clone()) };
                drop(last);
                if let Some(file) = self.file.take() {
                    // The session has ended: there is no line of it left that could say so.
                    let _ = file.finish();
                }
                return;
            }
        }
    }

    /// Writes the lines, and what is left of those before.
    fn write(&mut self, lines: &mut Vec<u8>) -> Result<u64, String> {
        if !self.path.exists() {
            // It was removed. What was on its way to it goes to its successor.
            if let Some(file) = self.file.take() {
                self.orphans.extend(file.into_lines());
            }
        }
        let refused = |path: &Path, error: io::Error| CaptureFileError::Unwritable { path: path.into(), error }.to_string();
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                let opened = self.target.open(now().wall).map_err(|error| error.to_string());
                let opened = opened.inspect_err(|_| self.orphans.append(lines))?;
                self.path.clone_from(&opened.path);
                let known = known_lines(&self.events.trace().read());
                let file = DiskFile::new(opened, self.session, now().wall, &known);
                let file = file.map_err(|error| refused(&self.path, error)).inspect_err(|_| self.orphans.append(lines))?;
                self.file.insert(file)
            }
        };
        for some in [&mut self.orphans, lines] {
            file.put(some).map_err(|error| refused(&self.path, error))?;
        }
        let (written, outcome) = file.write();
        outcome.map(|()| written).map_err(|error| refused(&self.path, error))
    }

    /// Goes on in the next file.
    fn rotate(&mut self, shared: &SharedCapture) {
        let opened = self.target.open_next(&self.path, now().wall).map_err(|error| error.to_string());
        let opened = opened.and_then(|opened| {
            let path = opened.path.clone();
            let known = known_lines(&self.events.trace().read());
            DiskFile::new(opened, self.session, now().wall, &known).map(|file| (file, path)).map_err(|error| error.to_string())
        });
        match opened {
            Ok((file, path)) => {
                let ended = self.file.replace(file).map(DiskFile::finish);
                if let Some(Err(error)) = ended {
                    self.tell(true, &format!("the end of {} cannot be written: {error}", self.path.display()));
                }
                self.path.clone_from(&path);
                let mut queue = shared.lock();
                queue.state = CaptureState { path, events: 0, bytes: 0, ..queue.state.clone() };
            }
            Err(error) => self.tell(true, &format!("the capture goes on in {}: {error}", self.path.display())),
        }
    }

    /// Remembers how it went, and tells the session what has changed.
    fn note(&self, shared: &SharedCapture, written: Result<u64, String>, events: u64) {
        let mut queue = shared.lock();
        let state = &mut queue.state;
        state.events += events;
        let before = state.problem.clone();
        match written {
            Ok(bytes) => {
                state.bytes += bytes;
                state.problem = None;
            }
            Err(problem) => state.problem = Some(problem),
        }
        state.path.clone_from(&self.path);
        let (after, lost) = (state.problem.clone(), state.lost);
        drop(queue);
        match (before, after) {
            (None, Some(problem)) => self.tell(true, &format!("{problem}; it is tried again every second")),
            (Some(_), None) if lost > 0 => {
                self.tell(true, &format!("the capture goes on in {}; {lost} events are missing", self.path.display()));
            }
            (Some(_), None) => self.tell(false, &format!("the capture goes on in {}", self.path.display())),
            _ => {}
        }
    }

    fn tell(&self, failure: bool, text: &str) {
        self.events.try_send(None, now(), EventKind::Note { failure, text: text.into() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::disk_file::test_disk::SmallDisk;
    use crate::capture::line::CaptureLine;
    use crate::capture::{CaptureReader, CaptureRotation, load};
    use crate::ocpp::{Catalog, Role, Transport, Version};
    use crate::trace::{self, ConnectionAttempt, Direction, Frame, FrameKind, RecordKind, RowKind};

    fn lines_of(path: &Path) -> Vec<CaptureLine> {
        let text = std::fs::read_to_string(path).unwrap();
        text.lines().filter(|line| !line.is_empty()).map(|line| CaptureLine::read(line).unwrap()).collect()
    }

    fn note(text: &str) -> EventKind {
        EventKind::Note { failure: false, text: text.into() }
    }

    fn texts(lines: &[CaptureLine]) -> Vec<String> {
        let text = |line: &CaptureLine| match line {
            CaptureLine::Event { kind, .. } => match &**kind {
                EventKind::Note { text, .. } => Some(text.to_string()),
                _ => None,
            },
            _ => None,
        };
        lines.iter().filter_map(text).collect()
    }

    #[test]
    fn a_capture_has_what_happens_between_its_start_and_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let events = trace::direct(1 << 20, now());
        let capture = CaptureWriter::new(events.clone());
        assert!(capture.state().is_none() && !capture.stop() && !capture.rotate());
        events.station(Role::CentralSystem, "CP1");
        events.try_send(None, now(), note("before"));
        let path = capture.start(CapturePlace::File(folder.path().join("a.jsonl"))).unwrap();
        events.try_send(None, now(), note("during"));
        let key = events.station(Role::CentralSystem, "CP2");
        events.try_send(Some(key), now(), note("of a station"));
        assert!(capture.stop());
        events.try_send(None, now(), note("behind"));
        let lines = lines_of(&path);
        assert!(matches!(lines[0], CaptureLine::Header(_)));
        assert!(
            matches!(&lines[1], CaptureLine::Station(RowKind::Station(Role::CentralSystem), identity) if &**identity == "CP1")
        );
        assert_eq!(texts(&lines), ["during", "of a station"]);
    }

    #[test]
    fn a_capture_of_a_folder_goes_on_in_its_next_file() {
        let folder = tempfile::tempdir().unwrap();
        let events = trace::direct(1 << 20, now());
        let capture = CaptureWriter::new(events.clone());
        let first = capture.start(CapturePlace::Folder(folder.path().into())).unwrap();
        events.try_send(None, now(), note("one"));
        assert!(capture.rotate());
        while capture.state().is_some_and(|state| state.path == first) {
            std::thread::yield_now();
        }
        events.try_send(None, now(), note("two"));
        let second = capture.state().unwrap().path;
        capture.stop();
        assert_eq!((texts(&lines_of(&first)), texts(&lines_of(&second))), (vec!["one".to_owned()], vec!["two".to_owned()]));
    }

    /// The files of a session say so, and what an answer in the second one answers is in the first.
    #[test]
    fn files_follow_each_other_and_their_exchanges_stay_whole() {
        let folder = tempfile::tempdir().unwrap();
        let events = trace::direct(1 << 20, now());
        let capture = CaptureWriter::new(events.clone());
        let rotation = CaptureRotation { bytes: Some(4096), after: None };
        let place = CapturePlace::File(folder.path().join("a.jsonl"));
        let first = capture.start(CaptureTarget { place, rotation, compressed: false }).unwrap();
        let key = events.station(Role::CentralSystem, "CP1");
        let connected = EventKind::Connected {
            link: 1,
            version: Version::V2_0_1,
            transport: Transport::WebSocket,
            peer: "10.1.2.3:5000".parse().unwrap(),
            handshake: ConnectionAttempt::default(),
        };
        events.try_send(Some(key), now(), connected);
        let frame = |kind, text: String| {
            let plain = Frame::new(Direction::In, kind, text.into());
            EventKind::Frame(Frame { action: Some("Heartbeat".into()), exchange: Some(1), ..plain })
        };
        events.try_send(Some(key), now(), frame(FrameKind::Call, format!("[2,\"1\",\"Heartbeat\",{{\"x\":\"{:5000}\"}}]", "")));
        while capture.state().is_some_and(|state| state.path == first) {
            std::thread::yield_now();
        }
        let second = capture.state().unwrap().path;
        assert!(second.ends_with("a-2.jsonl"), "{second:?}");
        events.try_send(Some(key), now(), frame(FrameKind::Result, "[3,\"1\",{}]".to_owned()));
        capture.stop();
        let again = trace::direct(1 << 20, now());
        let open = |path: &Path| CaptureReader::open(path, Catalog::embedded()).unwrap();
        load(vec![open(&first), open(&second)], &again);
        let contents = again.trace().read();
        let records = contents.records();
        let partners: Vec<_> = records.iter(records.range()).map(|record| record.partner).collect();
        assert_eq!(partners, [None, Some(2), Some(1)]);
        // The second one alone says what was spoken.
        let alone = trace::direct(1 << 20, now());
        assert_eq!(load(vec![open(&second)], &alone).events, 1);
        let contents = alone.trace().read();
        let answer = contents.records().get(0).unwrap();
        assert_eq!((answer.version, answer.link.is_some()), (Some(Version::V2_0_1), true));
        let row = contents.stations().find(Role::CentralSystem, "CP1").unwrap();
        assert_eq!((row.state, row.peer), (LinkState::Connected, Some("10.1.2.3:5000".parse().unwrap())));
    }

    #[test]
    fn a_compressed_capture_is_continued_and_read_as_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl.zst");
        for text in ["one", "two"] {
            let events = trace::direct(1 << 20, now());
            let capture = CaptureWriter::new(events.clone());
            capture.start(CapturePlace::File(path.clone())).unwrap();
            events.try_send(None, now(), note(text));
            capture.stop();
        }
        assert!(crate::capture::line_source::is_zstd(&std::fs::read(&path).unwrap()));
        let again = trace::direct(1 << 20, now());
        let count = load(vec![CaptureReader::open(&path, Catalog::embedded()).unwrap()], &again);
        assert_eq!((count.events, count.unread), (2, 0));
    }

    /// The lines of the session about the capture so far, and whether each is a failure.
    fn told(events: &EventSender) -> Vec<(bool, String)> {
        let contents = events.trace().read();
        let records = contents.records();
        let about = records.iter(records.range()).filter(|record| record.text.contains("the capture"));
        about.map(|record| (record.kind == RecordKind::Failure, record.text.to_owned())).collect()
    }

    fn wait_for(what: impl Fn() -> bool) {
        while !what() {
            std::thread::yield_now();
        }
    }

    /// A disk that refuses everything behind some byte: the session hears of it once, goes on, and nothing is missing when there is room.
    #[test]
    fn a_full_disk_is_told_once_and_the_capture_goes_on_when_there_is_room() {
        for compressed in [false, true] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("a.jsonl");
            std::fs::write(&path, "").unwrap();
            let events = trace::direct(1 << 22, now());
            let capture = CaptureWriter::new(events.clone());
            let disk = SmallDisk::default();
            disk.0.lock().unwrap().1 = 700;
            let file = DiskFile::of_writer(Box::new(disk.clone()), 0, compressed, 1, now().wall).unwrap();
            let target = CaptureTarget::from(CapturePlace::File(path.clone()));
            capture.begin(target, 1, file, path).unwrap();
            for number in 0..200 {
                events.try_send(None, now(), note(&format!("note {number} {}", fastrand::u64(..))));
            }
            wait_for(|| !told(&events).is_empty());
            let problem = capture.state().unwrap().problem.unwrap();
            let text = format!("{problem}; it is tried again every second");
            assert_eq!(told(&events), [(true, text)], "compressed: {compressed}");
            events.try_send(None, now(), note("while it is full"));
            disk.0.lock().unwrap().1 = 1 << 20;
            wait_for(|| told(&events).len() == 2);
            let (failure, text) = told(&events).remove(1);
            assert!(!failure && text.starts_with("the capture goes on in "), "{text}");
            assert_eq!(capture.state().unwrap().problem, None);
            capture.stop();
            let bytes = disk.0.lock().unwrap().0.clone();
            let bytes = if compressed { zstd::decode_all(bytes.as_slice()).unwrap() } else { bytes };
            let text = String::from_utf8(bytes).unwrap();
            let lines: Vec<CaptureLine> = text.lines().map(|line| CaptureLine::read(line).unwrap()).collect();
            let notes = texts(&lines);
            let own: Vec<&String> = notes.iter().filter(|text| text.starts_with("note ")).collect();
            assert_eq!(own.len(), 200, "compressed: {compressed}");
            assert!(notes.iter().any(|text| text == "while it is full"));
        }
    }

    /// The folder goes, and something that is none takes its name: the permission to write there is lost for everybody.
    #[test]
    fn a_folder_that_is_lost_is_told_and_the_capture_goes_on_when_it_is_back() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("captures");
        std::fs::create_dir(&inner).unwrap();
        let events = trace::direct(1 << 22, now());
        let capture = CaptureWriter::new(events.clone());
        let path = capture.start(CapturePlace::File(inner.join("a.jsonl"))).unwrap();
        events.try_send(None, now(), note("before"));
        wait_for(|| capture.state().is_some_and(|state| state.events >= 1));
        std::fs::remove_dir_all(&inner).unwrap();
        std::fs::write(&inner, "").unwrap();
        events.try_send(None, now(), note("one"));
        wait_for(|| !told(&events).is_empty());
        assert!(told(&events)[0].0 && told(&events)[0].1.contains("cannot be written"), "{:?}", told(&events));
        events.try_send(None, now(), note("two"));
        std::fs::remove_file(&inner).unwrap();
        std::fs::create_dir(&inner).unwrap();
        wait_for(|| told(&events).len() == 2);
        capture.stop();
        let notes = texts(&lines_of(&path));
        assert!(notes.iter().any(|text| text == "one") && notes.iter().any(|text| text == "two"), "{notes:?}");
    }

    /// A device that is always full, where there is one: the capture before it goes on.
    #[cfg(unix)]
    #[test]
    fn a_capture_that_cannot_begin_leaves_the_one_before_as_it_is() {
        if !Path::new("/dev/full").exists() {
            return eprintln!("skipped: there is no /dev/full");
        }
        let folder = tempfile::tempdir().unwrap();
        let events = trace::direct(1 << 20, now());
        let capture = CaptureWriter::new(events.clone());
        let path = capture.start(CapturePlace::File(folder.path().join("a.jsonl"))).unwrap();
        let error = capture.start(CapturePlace::File("/dev/full".into())).unwrap_err().to_string();
        assert!(error.contains("/dev/full: No space left"), "{error}");
        events.try_send(None, now(), note("on"));
        capture.stop();
        assert_eq!(texts(&lines_of(&path)), ["on"]);
    }

    #[test]
    fn a_file_that_is_removed_is_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let events = trace::direct(1 << 20, now());
        let capture = CaptureWriter::new(events.clone());
        let path = capture.start(CapturePlace::File(folder.path().join("a.jsonl"))).unwrap();
        events.try_send(None, now(), note("one"));
        while capture.state().is_some_and(|state| state.events < 1) {
            std::thread::yield_now();
        }
        std::fs::remove_file(&path).unwrap();
        events.try_send(None, now(), note("two"));
        capture.stop();
        assert_eq!(texts(&lines_of(&path)), ["two"]);
    }
}
