//! Reads files into a trace: captures of ours and the formats of others, recognised by what is in them. Several files are merged by time.
//! What cannot be read is an event with the file and the line, and the rest is read all the same.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::foreign_frame::FrameImport;
use super::line::{CAPTURE_VERSION, CaptureLine, LineFault};
use super::open_ocpp_trace;
use crate::ocpp::{Catalog, Role};
use crate::trace::{Event, EventKind, EventSender, Stamp, StationKey};

/// The longest line that is read, in bytes. What is longer is skipped.
const LONGEST_LINE: usize = 64 << 20;
/// Exchanges and links of different files, and of different sessions in one file, are different ones.
const NUMBERS: u64 = 1 << 40;

/// Why a file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CaptureReadError {
    /// The system refuses it.
    #[error("{}: {error}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Nothing in it is known.
    #[error("{}: it is no capture of ocpp-tui and no Open OCPP Trace; its first line is {first:?}", .path.display())]
    UnknownFormat {
        /// The file.
        path: PathBuf,
        /// Its first line, shortened.
        first: String,
    },
    /// A newer program wrote it.
    #[error("{}: it has version {version} of the format, and this program reads {CAPTURE_VERSION}; open it with a newer one", .path.display())]
    TooNew {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: u64,
    },
}

/// A line that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadLine {
    /// Its number, from 1 on.
    pub number: u64,
    /// Why.
    pub fault: LineFault,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FileFormat {
    Capture,
    OpenOcppTrace,
}

/// What a file says next.
enum ReadStep {
    Event { station: Option<(Role, Arc<str>)>, stamp: Stamp, kind: EventKind },
    Station(Role, Arc<str>),
    Unread(UnreadLine),
}

/// Reads one file.
pub struct CaptureReader {
    path: PathBuf,
    lines: Box<dyn BufRead + Send>,
    format: FileFormat,
    import: FrameImport,
    number: u64,
    /// The line that told the format.
    first: Option<String>,
    waiting: std::collections::VecDeque<ReadStep>,
    /// Added to the numbers of exchanges and links.
    offset: u64,
    last_micros: i64,
}

impl CaptureReader {
    /// Opens a file; `-` is the standard input.
    ///
    /// # Errors
    /// When it cannot be read, or is of no known format.
    pub fn open(path: &Path, catalog: Arc<Catalog>) -> Result<CaptureReader, CaptureReadError> {
        let unreadable = |error| CaptureReadError::Unreadable { path: path.into(), error };
        let lines: Box<dyn BufRead + Send> = if path == Path::new("-") {
            Box::new(BufReader::new(io::stdin()))
        } else {
            Box::new(BufReader::with_capacity(1 << 18, File::open(path).map_err(unreadable)?))
        };
        let mut reader = CaptureReader {
            path: path.into(),
            lines,
            format: FileFormat::Capture,
            import: FrameImport::new(catalog),
            number: 0,
            first: None,
            waiting: std::collections::VecDeque::new(),
            offset: 0,
            last_micros: 0,
        };
        let first = loop {
            match reader.next_line().map_err(unreadable)? {
                Some(Ok(line)) if line.trim().is_empty() => {}
                Some(Ok(line)) => break line,
                Some(Err(_)) | None => break String::new(),
            }
        };
        reader.format = match CaptureLine::read(crate::text_file::without_mark(&first)) {
            Ok(CaptureLine::Header(header)) if header.version > CAPTURE_VERSION => {
                return Err(CaptureReadError::TooNew { path: path.into(), version: header.version });
            }
            Ok(CaptureLine::Header(_)) => FileFormat::Capture,
            _ if open_ocpp_trace::read_line(crate::text_file::without_mark(&first)).is_ok() => FileFormat::OpenOcppTrace,
            _ => {
                let first = first.chars().take(60).collect();
                return Err(CaptureReadError::UnknownFormat { path: path.into(), first });
            }
        };
        reader.first = Some(crate::text_file::without_mark(&first).to_owned());
        reader.number -= 1;
        Ok(reader)
    }

    /// The next line without its end; an error for one that is no text or too long.
    fn next_line(&mut self) -> io::Result<Option<Result<String, LineFault>>> {
        if let Some(first) = self.first.take() {
            self.number += 1;
            return Ok(Some(Ok(first)));
        }
        let mut bytes = Vec::new();
        let mut length = 0;
        loop {
            let piece = self.lines.fill_buf()?;
            if piece.is_empty() {
                break;
            }
            let end = memchr::memchr(b'\n', piece);
            let used = end.map_or(piece.len(), |end| end + 1);
            length += used;
            if length <= LONGEST_LINE {
                bytes.extend_from_slice(&piece[..used]);
            }
            self.lines.consume(used);
            if end.is_some() {
                break;
            }
        }
        if length == 0 {
            return Ok(None);
        }
        self.number += 1;
        if length > LONGEST_LINE {
            return Ok(Some(Err(LineFault::NoObject(format!("it has {length} bytes, and at most {LONGEST_LINE} are read")))));
        }
        while bytes.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
            bytes.pop();
        }
        let text = String::from_utf8(bytes).map_err(|_| LineFault::NoObject("it is no UTF-8".to_owned()));
        Ok(Some(text))
    }

    fn step(&mut self) -> Option<ReadStep> {
        loop {
            if let Some(step) = self.waiting.pop_front() {
                return Some(step);
            }
            let line = match self.next_line() {
                Ok(line) => line?,
                Err(error) => Err(LineFault::NoObject(format!("the rest cannot be read: {error}"))),
            };
            let number = self.number;
            let read = line.and_then(|line| if line.trim().is_empty() { Ok(()) } else { self.take(&line) });
            if let Err(fault) = read {
                let ends = matches!(&fault, LineFault::NoObject(why) if why.starts_with("the rest"));
                if ends {
                    self.lines = Box::new(io::empty());
                }
                return Some(ReadStep::Unread(UnreadLine { number, fault }));
            }
        }
    }

    fn take(&mut self, line: &str) -> Result<(), LineFault> {
        match self.format {
            FileFormat::Capture => match CaptureLine::read(line)? {
                CaptureLine::Header(_) => self.offset += NUMBERS,
                CaptureLine::Station(role, identity) => self.waiting.push_back(ReadStep::Station(role, identity)),
                CaptureLine::Event { station, stamp, mut kind } => {
                    renumber(&mut kind, self.offset);
                    self.last_micros = stamp.wall_micros;
                    self.waiting.push_back(ReadStep::Event { station, stamp, kind: *kind });
                }
            },
            FileFormat::OpenOcppTrace => {
                let (wall_micros, frame) = open_ocpp_trace::read_line(line)?;
                self.last_micros = wall_micros;
                let station = Some((Role::CentralSystem, frame.station.clone()));
                for mut kind in self.import.events(frame) {
                    renumber(&mut kind, self.offset);
                    let stamp = Stamp { wall_micros, monotonic_micros: 0 };
                    self.waiting.push_back(ReadStep::Event { station: station.clone(), stamp, kind });
                }
            }
        }
        Ok(())
    }
}

fn renumber(kind: &mut EventKind, offset: u64) {
    match kind {
        EventKind::Connected { link, .. } | EventKind::Disconnected { link, .. } => *link += offset,
        EventKind::Frame(frame) => frame.exchange = frame.exchange.map(|exchange| exchange + offset),
        EventKind::Timeout { exchange, .. }
        | EventKind::Unreachable { exchange, .. }
        | EventKind::Unanswered { exchange, .. } => *exchange += offset,
        _ => {}
    }
}

/// How a load went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LoadCount {
    /// The events that are in the trace now.
    pub events: u64,
    /// The lines that could not be read.
    pub unread: u64,
}

/// Reads the files into the trace, merged by time. It blocks; an event for each line that cannot be read says which.
pub fn load(readers: Vec<CaptureReader>, events: &EventSender) -> LoadCount {
    load_while(readers, events, |_| true)
}

/// The same, as long as the function, which is called after each step, returns true.
pub fn load_while(
    mut readers: Vec<CaptureReader>,
    events: &EventSender,
    mut goes_on: impl FnMut(&LoadCount) -> bool,
) -> LoadCount {
    let mut count = LoadCount::default();
    let mut keys: HashMap<(Role, Arc<str>), StationKey> = HashMap::new();
    let mut began = None;
    for (index, reader) in readers.iter_mut().enumerate() {
        reader.offset = (index as u64) << 48;
    }
    let mut heads: Vec<Option<ReadStep>> = readers.iter_mut().map(CaptureReader::step).collect();
    loop {
        // What has no time comes at once.
        let time = |step: &ReadStep| if let ReadStep::Event { stamp, .. } = step { stamp.wall_micros } else { i64::MIN };
        let next = heads.iter().enumerate().filter_map(|(index, step)| Some((time(step.as_ref()?), index))).min();
        let Some((_, index)) = next else { return count };
        let reader = &mut readers[index];
        let Some(step) = heads[index].take() else { continue };
        let mut key_of = |role: Role, identity: &Arc<str>| {
            *keys.entry((role, identity.clone())).or_insert_with(|| events.station(role, identity))
        };
        match step {
            ReadStep::Station(role, identity) => {
                key_of(role, &identity);
            }
            ReadStep::Event { station, stamp, kind } => {
                let began = *began.get_or_insert(stamp.wall_micros);
                let monotonic_micros = u64::try_from(stamp.wall_micros - began).unwrap_or_default();
                let station = station.map(|(role, identity)| key_of(role, &identity));
                events.put_now(Event { station, stamp: Stamp { monotonic_micros, ..stamp }, kind });
                count.events += 1;
            }
            ReadStep::Unread(UnreadLine { number, fault }) => {
                let text = format!("line {number} of {} is not read: {fault}", reader.path.display());
                let wall_micros = reader.last_micros;
                let monotonic_micros = u64::try_from(wall_micros - began.unwrap_or(wall_micros)).unwrap_or_default();
                let kind = EventKind::Note { failure: true, text: text.into() };
                events.put_now(Event { station: None, stamp: Stamp { wall_micros, monotonic_micros }, kind });
                count.unread += 1;
            }
        }
        if !goes_on(&count) {
            return count;
        }
        heads[index] = reader.step();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::now;
    use crate::trace::{self, Contents, RecordKind};

    /// What the files with these texts make of a trace.
    fn loaded(texts: &[&str]) -> (EventSender, LoadCount) {
        let folder = tempfile::tempdir().unwrap();
        let events = trace::direct(1 << 20, now());
        let reader = |(number, text): (usize, &&str)| {
            let path = folder.path().join(format!("{number}.jsonl"));
            std::fs::write(&path, text).unwrap();
            CaptureReader::open(&path, Catalog::embedded()).unwrap()
        };
        let readers = texts.iter().enumerate().map(reader).collect();
        let count = load(readers, &events);
        (events, count)
    }

    fn summaries(contents: &Contents) -> Vec<String> {
        let records = contents.records();
        records.iter(records.range()).map(|record| record.summary().into_owned()).collect()
    }

    const HEADER: &str = r#"{"capture":1,"program":"ocpp-tui 0.1.0","began":"2026-11-30T12:00:00Z"}"#;

    fn note(at: i64, text: &str) -> String {
        format!(r#"{{"t":{at},"m":0,"note":{{"failure":false,"text":"{text}"}}}}"#)
    }

    #[test]
    fn what_cannot_be_read_is_a_line_of_its_own_and_the_rest_is_there() {
        let cut = r#"{"t":3,"m":0,"note":{"fail"#;
        let text = format!("\u{feff}{HEADER}\r\n{}\r\nrubbish\n\n{}\n{cut}", note(1, "one"), note(2, "two"));
        let (events, count) = loaded(&[&text]);
        assert_eq!(count, LoadCount { events: 2, unread: 2 });
        let lines = summaries(&events.trace().read());
        assert_eq!((lines[0].as_str(), lines[2].as_str(), lines.len()), ("one", "two", 4));
        assert!(lines[1].starts_with("line 3 of ") && lines[3].starts_with("line 6 of "), "{lines:?}");
    }

    #[test]
    fn several_files_are_merged_by_time() {
        let one = format!("{HEADER}\n{}\n{}\n", note(10, "a"), note(30, "c"));
        let other = format!("{HEADER}\n{}\n{}\n", note(20, "b"), note(40, "d"));
        let (events, _) = loaded(&[&one, &other]);
        assert_eq!(summaries(&events.trace().read()), ["a", "b", "c", "d"]);
    }

    #[test]
    fn exchanges_of_different_files_are_different_ones() {
        let (events, _) = loaded(&[FOREIGN, &FOREIGN.replace("CP1", "CP2")]);
        let contents = events.trace().read();
        let records = contents.records();
        let pairs =
            records.iter(records.range()).filter_map(|record| Some((record.station, records.get(record.partner?)?.station)));
        let pairs: Vec<_> = pairs.collect();
        assert!(pairs.len() == 4 && pairs.iter().all(|(one, other)| one == other), "{pairs:?}");
    }

    #[test]
    fn other_files_are_refused_with_what_they_begin_with() {
        let folder = tempfile::tempdir().unwrap();
        let open = |text: &str| {
            let path = folder.path().join("x");
            std::fs::write(&path, text).unwrap();
            CaptureReader::open(&path, Catalog::embedded()).map(drop).unwrap_err().to_string()
        };
        assert!(open("hello\nworld\n").contains(r#"its first line is "hello""#));
        assert!(open("").contains("its first line is \"\""));
        assert!(open(&HEADER.replace(":1,", ":2,")).contains("open it with a newer one"));
        let missing = CaptureReader::open(Path::new("/no/such/file"), Catalog::embedded()).map(drop).unwrap_err();
        assert!(matches!(missing, CaptureReadError::Unreadable { .. }));
    }

    const FOREIGN: &str = concat!(
        r#"{"schemaVersion":"1.1","timestamp":"2026-01-15T10:00:00.000Z","ocppVersion":"1.6","transport":"json","chargePointId":"CP1","direction":"cp-to-csms","messageType":"CALL","messageId":"m1","action":"Heartbeat","payload":{},"more":1}"#,
        "\n",
        r#"{"schemaVersion":"1.1","timestamp":"2026-01-15T10:00:00.250Z","transport":"json","chargePointId":"CP1","direction":"csms-to-cp","messageType":"CALLRESULT","messageId":"m1","payload":{"currentTime":"2026-01-15T10:00:00Z"}}"#,
        "\n",
        r#"{"schemaVersion":"1.1","timestamp":"2026-01-15T10:00:01Z","transport":"json","chargePointId":"CP1","direction":"sideways","messageType":"CALL","messageId":"m2","action":"Reset"}"#,
        "\n",
        r#"{"schemaVersion":"1.1","timestamp":"2026-01-15T10:00:02Z","transport":"json","chargePointId":"CP1","direction":"csms-to-cp","messageType":"CALLERROR","messageId":"m9","error":{"code":"NotSupported","description":"no","details":{}}}"#,
        "\n",
    );

    #[test]
    fn records_of_other_tools_become_exchanges() {
        let (events, count) = loaded(&[FOREIGN]);
        assert_eq!(count.unread, 1);
        let contents = events.trace().read();
        let records = contents.records();
        let frames: Vec<_> =
            records.iter(records.range()).filter(|record| matches!(record.kind, RecordKind::Frame(..))).collect();
        assert_eq!(frames.len(), 3);
        assert_eq!(frames[0].partner, Some(frames[1].sequence));
        assert_eq!(frames[1].latency.map(|latency| latency.as_millis()), Some(250));
        assert_eq!((frames[2].action, frames[2].partner), (None, None));
        assert_eq!(contents.stations().rows().len(), 1);
    }

    #[test]
    fn what_is_exported_is_imported_again() {
        let (events, _) = loaded(&[FOREIGN]);
        let export = |events: &EventSender| {
            let contents = events.trace().read();
            let mut out = Vec::new();
            let records = contents.records();
            open_ocpp_trace::write_open_ocpp_trace(&mut out, &contents, records.iter(records.range())).unwrap();
            String::from_utf8(out).unwrap()
        };
        let first = export(&events);
        assert_eq!(first.lines().count(), 3);
        let (again, count) = loaded(&[&first]);
        assert_eq!((export(&again), count.unread), (first, 0));
    }

    /// The reference traces of the format, where they are beside the project: types, ids, actions and what answers what.
    #[test]
    fn the_reference_traces_are_read_as_their_authors_expect() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/open-ocpp-trace/fixtures");
        let Ok(traces) = std::fs::read_dir(&folder) else {
            return eprintln!("skipped: the reference traces of Open OCPP Trace are not here");
        };
        for trace in traces {
            let folder = trace.unwrap().path();
            let text = std::fs::read_to_string(folder.join("trace.jsonl")).unwrap();
            let expected: serde_json::Value =
                serde_json::from_str(&std::fs::read_to_string(folder.join("expected.json")).unwrap()).unwrap();
            let (events, count) = loaded(&[&text]);
            assert_eq!(count.unread, 0, "{}", folder.display());
            let contents = events.trace().read();
            let records = contents.records();
            let frames: Vec<_> =
                records.iter(records.range()).filter(|record| matches!(record.kind, RecordKind::Frame(..))).collect();
            let index = |sequence: u64| frames.iter().position(|frame| frame.sequence == sequence);
            for (record, wanted) in frames.iter().zip(expected["records"].as_array().unwrap()) {
                let RecordKind::Frame(_, kind) = record.kind else { continue };
                let place = format!("{} {}", folder.display(), wanted["index"]);
                let name = match kind {
                    trace::FrameKind::Call => "CALL",
                    trace::FrameKind::Result => "CALLRESULT",
                    _ => "CALLERROR",
                };
                assert_eq!(wanted["messageType"], name, "{place}");
                assert_eq!(wanted["action"].as_str(), record.action, "{place}");
                let answers = (kind != trace::FrameKind::Call).then_some(record.partner).flatten().and_then(index);
                assert_eq!(wanted["correlatesWith"].as_u64(), answers.map(|answers| answers as u64), "{place}");
            }
            assert_eq!(frames.len(), expected["records"].as_array().unwrap().len());
        }
    }
}
