//! Reads one recorded file: a capture of ours or a format of others, recognised by what is in it. Loading the events is for `load`.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead as _, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::event_source::{EventSource, ReadStep, UnreadLine};
use super::formats::{ForeignLines, FormatContext, PacketFile};
use super::known_station::is_known_before;
use super::line::{CAPTURE_VERSION, CaptureLine, LineFault};
use super::line_source::{LineSource, open_bytes, unfollowable};
use crate::ocpp::Catalog;
use crate::text_file::without_mark;
use crate::trace::{EventKind, Stamp};

/// Exchanges and links of different files, and of different sessions in one file, are different ones.
const NUMBERS: u64 = 1 << 40;
/// So many bytes tell a file of packets.
const START: u64 = 64;
/// So many lines that cannot be read may stand before the first one that can.
const MOST_DAMAGED: usize = 1_000;
/// In numbers of sessions that have one of their own, which are the same in all files.
const UNIQUE: u64 = 1 << 63;

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
    #[error(
        "{}: it is no capture of ocpp-tui, and no message of OCPP is found in it; its first line is {first:?}", .path.display()
    )]
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

/// Reads one file.
pub struct CaptureReader {
    path: PathBuf,
    source: Box<dyn EventSource>,
    /// Added to the numbers of exchanges and links.
    offset: u64,
    /// Added to its times, in microseconds.
    clock_offset: i64,
    last_micros: i64,
}

impl CaptureReader {
    /// Opens a file; `-` is the standard input.
    ///
    /// # Errors
    /// When it cannot be read, or is of no known format.
    pub fn open(path: &Path, catalog: Arc<Catalog>) -> Result<CaptureReader, CaptureReadError> {
        let unreadable = |error| CaptureReadError::Unreadable { path: path.into(), error };
        let mut bytes = open_bytes(path).map_err(unreadable)?;
        let start = bytes.fill_buf().map_err(unreadable)?;
        if start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) {
            return Err(unreadable(io::Error::new(io::ErrorKind::InvalidData, "it is UTF-16; save it as UTF-8")));
        }
        if PacketFile::begins(start) {
            let packets = PacketFile::open(bytes, FormatContext::new(path, catalog));
            let damaged = || unreadable(io::Error::new(io::ErrorKind::InvalidData, "its first block cannot be read"));
            return Ok(CaptureReader::new(path, Box::new(packets.ok_or_else(damaged)?)));
        }
        CaptureReader::of_lines(path, LineSource::new(bytes), catalog)
    }

    /// Opens a file that may still grow; its last line is read when it is complete. The standard input is read until it ends.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn follow(path: &Path, catalog: Arc<Catalog>) -> Result<CaptureReader, CaptureReadError> {
        if path == Path::new("-") {
            return CaptureReader::open(path, catalog);
        }
        let unreadable = |error| CaptureReadError::Unreadable { path: path.into(), error };
        let mut start = Vec::new();
        File::open(path).and_then(|file| file.take(START).read_to_end(&mut start)).map_err(unreadable)?;
        if PacketFile::begins(&start) {
            return Err(unreadable(unfollowable("a file of packets")));
        }
        CaptureReader::of_lines(path, LineSource::of_growing_file(path).map_err(unreadable)?, catalog)
    }

    fn of_lines(path: &Path, mut lines: LineSource, catalog: Arc<Catalog>) -> Result<CaptureReader, CaptureReadError> {
        // What cannot be read at the beginning of a file says nothing about its format, and is reported with its number.
        let mut begun = VecDeque::new();
        let mut first = None;
        while first.is_none() && begun.len() < MOST_DAMAGED {
            let Some(line) = lines.next() else { break };
            let line = line.map(|line| if begun.is_empty() { without_mark(&line).to_owned() } else { line });
            first = line.as_ref().ok().filter(|line| !line.trim().is_empty()).cloned();
            begun.push_back((lines.number, line));
        }
        let first = first.unwrap_or_default();
        let source: Box<dyn EventSource> = match CaptureLine::read(&first) {
            Ok(CaptureLine::Header(header)) if header.version > CAPTURE_VERSION => {
                return Err(CaptureReadError::TooNew { path: path.into(), version: header.version });
            }
            // The beginning of a long file may have been cut off.
            Ok(_) => Box::new(CaptureLines { lines, begun, waiting: VecDeque::new(), sessions: 0, session: None, began: None }),
            Err(_) => {
                let context = FormatContext::new(path, catalog);
                let foreign = ForeignLines::recognise(begun, lines, path == Path::new("-"), &context);
                let unknown = || CaptureReadError::UnknownFormat { path: path.into(), first: first.chars().take(60).collect() };
                Box::new(foreign.ok_or_else(unknown)?)
            }
        };
        Ok(CaptureReader::new(path, source))
    }

    fn new(path: &Path, source: Box<dyn EventSource>) -> CaptureReader {
        CaptureReader { path: path.into(), source, offset: 0, clock_offset: 0, last_micros: 0 }
    }

    /// The same file whose clock was behind by this many microseconds.
    #[must_use]
    pub fn with_clock_offset(self, micros: i64) -> CaptureReader {
        CaptureReader { clock_offset: micros, ..self }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The time of the newest event that was read, in microseconds since 1970.
    pub(super) fn last_micros(&self) -> i64 {
        self.last_micros
    }

    /// Makes its exchanges and links others than those of the files before it.
    pub(super) fn set_place(&mut self, place: usize) {
        self.offset = (place as u64) << 48;
    }

    /// What the file says next. `None` at its end; of a file that grows there may be more later.
    pub(super) fn step(&mut self) -> Option<ReadStep> {
        let mut step = self.source.step()?;
        if let ReadStep::Event { stamp, kind, .. } = &mut step {
            renumber(kind, self.offset);
            stamp.wall_micros = stamp.wall_micros.saturating_add(self.clock_offset);
            if stamp.monotonic_micros != 0 {
                stamp.monotonic_micros = stamp.monotonic_micros.saturating_add_signed(self.clock_offset);
            }
            self.last_micros = stamp.wall_micros;
        }
        Some(step)
    }
}

/// A capture.
struct CaptureLines {
    lines: LineSource,
    /// The lines that showed the format, with their numbers.
    begun: VecDeque<(u64, Result<String, LineFault>)>,
    waiting: VecDeque<ReadStep>,
    /// The sessions that were seen in a capture.
    sessions: u64,
    /// The number of the one that is read.
    session: Option<u64>,
    /// When its monotonic clock was 0, in microseconds since 1970.
    began: Option<i64>,
}

impl EventSource for CaptureLines {
    fn step(&mut self) -> Option<ReadStep> {
        loop {
            if let Some(step) = self.waiting.pop_front() {
                return Some(step);
            }
            let (number, line) = match self.begun.pop_front() {
                Some(begun) => begun,
                None => self.lines.next().map(|line| (self.lines.number, line))?,
            };
            let read = line.and_then(|line| if line.trim().is_empty() { Ok(()) } else { self.take(&line) });
            if let Err(fault) = read {
                return Some(ReadStep::Unread(UnreadLine { unit: "line", number, fault }));
            }
        }
    }
}

impl CaptureLines {
    fn take(&mut self, line: &str) -> Result<(), LineFault> {
        match CaptureLine::read(line)? {
            CaptureLine::Header(header) => {
                self.sessions += 1;
                (self.session, self.began) = (header.session, None);
            }
            CaptureLine::Station(role, identity) => self.waiting.push_back(ReadStep::Station(role, identity)),
            CaptureLine::Event { station, mut stamp, mut kind } => {
                stamp.monotonic_micros = self.steady_micros(stamp, &kind);
                // Of a session that goes on in another file the numbers mean the same there.
                let own = |session: u64| UNIQUE | ((session % (UNIQUE / NUMBERS)) * NUMBERS);
                let offset = self.session.map_or(self.sessions * NUMBERS, own);
                renumber(&mut kind, offset);
                self.waiting.push_back(ReadStep::Event { station, stamp, kind: *kind });
            }
        }
        Ok(())
    }
}

impl CaptureLines {
    /// The time of an event by the clock of its session that never steps, put beside the wall clock where the session begins in the file.
    fn steady_micros(&mut self, stamp: Stamp, kind: &EventKind) -> u64 {
        if is_known_before(kind) {
            return 0;
        }
        let monotonic = i64::try_from(stamp.monotonic_micros).unwrap_or(i64::MAX);
        let began = *self.began.get_or_insert(stamp.wall_micros.saturating_sub(monotonic));
        u64::try_from(began.saturating_add(monotonic)).unwrap_or_default()
    }
}

fn renumber(kind: &mut EventKind, offset: u64) {
    // What is unique in itself stays.
    let add = |number: &mut u64| *number = if *number & UNIQUE == 0 { number.wrapping_add(offset) } else { *number };
    match kind {
        EventKind::Upstream(kind) => renumber(kind, offset),
        EventKind::Connected { link, .. } | EventKind::LinkKnown { link, .. } | EventKind::Disconnected { link, .. } => {
            add(link);
        }
        EventKind::Frame(frame) => frame.exchange.iter_mut().for_each(add),
        EventKind::Timeout { exchange, .. }
        | EventKind::Unreachable { exchange, .. }
        | EventKind::Unanswered { exchange, .. } => add(exchange),
        _ => {}
    }
}
