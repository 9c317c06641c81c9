//! Writes the events of a session to a file, on a thread of its own. The recorder never waits for the disk: what cannot be written yet
//! gathers in memory up to a limit, beyond which events are counted and not kept. A full disk, a removed file or a lost permission is an
//! event of the session, and the capture goes on when it can.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::file::{CaptureFileError, CapturePlace};
use super::line::write_event;
use crate::clock::now;
use crate::trace::{Event, EventKind, EventSender, EventTap, RecordContent, StationRow};

/// How much may wait for the disk, in bytes.
const WAITING: usize = 64 << 20;
/// How long to wait before the next attempt after the disk has refused something.
const RETRY: Duration = Duration::from_secs(1);

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

    /// Begins, after ending the capture before. Returns the file.
    ///
    /// # Errors
    /// When the file cannot be opened; then the capture before goes on.
    pub fn start(&self, place: CapturePlace) -> Result<PathBuf, CaptureFileError> {
        let (file, path) = place.open(now().wall)?;
        self.stop();
        let state = CaptureState { path: path.clone(), events: 0, bytes: 0, lost: 0, problem: None };
        let queue = CaptureQueue { waiting: Vec::new(), waiting_events: 0, state, rotates: false, ends: false };
        let shared = Arc::new(SharedCapture { inside: Mutex::new(queue), changed: Condvar::new() });
        let disk = CaptureDisk { place, file: Some(file), path: path.clone(), events: self.events.clone() };
        let thread = std::thread::Builder::new().name("capture".into()).spawn({
            let shared = shared.clone();
            move || disk.run(&shared)
        });
        let unwritable = |error| CaptureFileError::Unwritable { path: path.clone(), error };
        let thread = thread.map_err(unwritable)?;
        let trace = self.events.trace();
        // What is known already; the events follow without a gap, because nothing is applied while the trace is read.
        let contents = trace.read();
        let mut tap = CaptureTap { shared: shared.clone(), lines: Vec::new(), events: 0 };
        contents.stations().rows().iter().for_each(|row| tap.know(row));
        trace.set_tap(Some(Box::new(tap)));
        drop(contents);
        *self.lock() = Some(RunningCapture { shared, thread });
        Ok(path)
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

impl CaptureTap {
    /// A station that was there before the capture began.
    fn know(&mut self, row: &StationRow) {
        let added = EventKind::StationAdded { key: row.key, our_role: row.our_role, identity: (*row.identity).into() };
        let stamp = crate::trace::Stamp { wall_micros: 0, monotonic_micros: 0 };
        write_event(&mut self.lines, &Event { station: Some(row.key), stamp, kind: added }, None, "", None);
    }
}

impl EventTap for CaptureTap {
    fn take(&mut self, event: &Event, station: Option<&StationRow>, text: &str, content: Option<RecordContent<'_>>) {
        if matches!(event.kind, EventKind::Queue { .. }) {
            return; // a number on the screen of its moment
        }
        write_event(&mut self.lines, event, station, text, content);
        self.events += 1;
    }

    fn end_turn(&mut self) {
        let mut queue = self.shared.lock();
        if queue.waiting.len() + self.lines.len() > WAITING {
            queue.state.lost += self.events;
        } else {
            queue.waiting.extend_from_slice(&self.lines);
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
    place: CapturePlace,
    /// `None` while it cannot be opened.
    file: Option<File>,
    path: PathBuf,
    events: EventSender,
}

impl CaptureDisk {
    fn run(mut self, shared: &SharedCapture) {
        // Whole lines that are not on the disk yet, and how many events they are.
        let (mut lines, mut events) = (Vec::new(), 0);
        loop {
            let mut queue = shared.lock();
            while queue.waiting.is_empty() && lines.is_empty() && !queue.rotates && !queue.ends {
                queue = shared.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
            }
            lines.append(&mut queue.waiting);
            events += std::mem::take(&mut queue.waiting_events);
            let (rotates, ends) = (std::mem::take(&mut queue.rotates), queue.ends);
            drop(queue);
            let written = self.write(&mut lines);
            let refused = written.is_err();
            let done = if lines.is_empty() { std::mem::take(&mut events) } else { 0 };
            self.note(shared, written, done);
            if rotates && !refused {
                self.rotate(shared);
            }
            if ends {
                return;
            }
            if refused {
                let queue = shared.lock();
                // A wake-up before the time only tries earlier.
                let _ = shared.changed.wait_timeout_while(queue, RETRY, |queue| !queue.ends);
            }
        }
    }

    /// Writes the lines; what could not be written stays, from the beginning of its line on.
    fn write(&mut self, lines: &mut Vec<u8>) -> Result<u64, String> {
        if lines.is_empty() {
            return Ok(0);
        }
        if !self.path.exists() {
            self.file = None; // somebody has removed it
        }
        if self.file.is_none() {
            let (file, path) = self.place.open(now().wall).map_err(|error| error.to_string())?;
            (self.file, self.path) = (Some(file), path);
        }
        let Some(file) = &mut self.file else { return Ok(0) };
        let mut written = 0;
        let outcome = loop {
            match file.write(&lines[written..]) {
                Ok(0) => break Err(io::Error::from(io::ErrorKind::WriteZero)),
                Ok(more) => written += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break Err(error),
            }
            if written == lines.len() {
                break Ok(());
            }
        };
        // The rest of a line that was cut comes once more, behind the part that is there.
        let whole = lines[..written].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let kept = if outcome.is_ok() { written } else { whole };
        if outcome.is_err() && whole < written {
            self.file = None; // it begins a new line when it is opened again
        }
        lines.drain(..kept);
        outcome
            .map(|()| kept as u64)
            .map_err(|error| format!("the capture cannot be written to {}: {error}", self.path.display()))
    }

    fn rotate(&mut self, shared: &SharedCapture) {
        match self.place.open(now().wall) {
            Ok((file, path)) => {
                (self.file, self.path) = (Some(file), path.clone());
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
    use crate::capture::line::CaptureLine;
    use crate::ocpp::Role;
    use crate::trace;

    fn lines_of(path: &std::path::Path) -> Vec<CaptureLine> {
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
        assert!(matches!(&lines[1], CaptureLine::Station(Role::CentralSystem, identity) if &**identity == "CP1"));
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
