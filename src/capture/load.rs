//! Puts the events of recorded files into a trace, merged by time. What cannot be read is an event with the file and the line, and the rest
//! is read all the same.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::event_source::{ReadStep, UnreadLine};
use super::known_station::is_known_before;
use super::reader::CaptureReader;
use crate::trace::{Event, EventKind, EventSender, RowKind, Stamp, StationKey};

/// How long to wait before a file that grows is read again.
const GROWS: Duration = Duration::from_millis(50);

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
    let mut merge = EventMerge::new(&mut readers, events);
    while merge.step() {
        if !goes_on(&merge.count) {
            break;
        }
    }
    merge.count
}

/// The same for files that still grow: at their ends it waits for more. `idle` is called there, with what was read so far.
pub fn load_growing(
    mut readers: Vec<CaptureReader>,
    events: &EventSender,
    mut goes_on: impl FnMut(&LoadCount) -> bool,
    mut idle: impl FnMut(&LoadCount),
) -> LoadCount {
    let mut merge = EventMerge::new(&mut readers, events);
    while goes_on(&merge.count) {
        if !merge.step() {
            idle(&merge.count);
            std::thread::sleep(GROWS);
        }
    }
    merge.count
}

/// The files with the next step of each.
struct EventMerge<'a> {
    readers: &'a mut [CaptureReader],
    heads: Vec<Option<ReadStep>>,
    events: &'a EventSender,
    keys: HashMap<(RowKind, Arc<str>), StationKey>,
    /// The time of the first event.
    began: Option<i64>,
    count: LoadCount,
}

impl<'a> EventMerge<'a> {
    fn new(readers: &'a mut [CaptureReader], events: &'a EventSender) -> EventMerge<'a> {
        readers.iter_mut().enumerate().for_each(|(place, reader)| reader.set_place(place));
        let heads = readers.iter().map(|_| None).collect();
        EventMerge { readers, heads, events, keys: HashMap::new(), began: None, count: LoadCount::default() }
    }

    /// Takes the step that comes next. False when no file has one.
    fn step(&mut self) -> bool {
        for (head, reader) in self.heads.iter_mut().zip(self.readers.iter_mut()) {
            if head.is_none() {
                *head = reader.step();
            }
        }
        // What has no time comes at once.
        let time = |step: &ReadStep| if let ReadStep::Event { stamp, .. } = step { stamp.wall_micros } else { i64::MIN };
        let next = self.heads.iter().enumerate().filter_map(|(index, step)| Some((time(step.as_ref()?), index))).min();
        let Some((index, step)) = next.and_then(|(_, index)| Some((index, self.heads[index].take()?))) else { return false };
        match step {
            ReadStep::Station(row, identity) => {
                self.key_of(row, identity);
            }
            ReadStep::Event { station, stamp, kind } => {
                let station = station.map(|(row, identity)| self.key_of(row, identity));
                // What was there before the record is no event of it.
                self.count.events += u64::from(!is_known_before(&kind));
                self.put(station, stamp, kind);
            }
            ReadStep::Unread(UnreadLine { unit, number, fault }) => {
                let reader = &self.readers[index];
                let text = format!("{unit} {number} of {} is not read: {fault}", reader.path().display());
                let wall_micros = reader.last_micros();
                let began = self.began;
                let stamp = Stamp { wall_micros, monotonic_micros: 0 };
                self.put(None, stamp, EventKind::Note { failure: true, text: text.into() });
                self.began = began; // it may have no time
                self.count.unread += 1;
            }
        }
        true
    }

    fn key_of(&mut self, row: RowKind, identity: Arc<str>) -> StationKey {
        let events = self.events;
        *self.keys.entry((row, identity)).or_insert_with_key(|(row, identity)| events.row(*row, identity))
    }

    /// Puts an event into the trace. Its time since the first one is taken from the clock that never steps, where the file has one:
    /// latencies stay as they were although the wall clock was set.
    fn put(&mut self, station: Option<StationKey>, stamp: Stamp, kind: EventKind) {
        let steady = i64::try_from(stamp.monotonic_micros).ok().filter(|steady| *steady != 0).unwrap_or(stamp.wall_micros);
        let began = match self.began {
            None if is_known_before(&kind) => steady,
            _ => *self.began.get_or_insert(steady),
        };
        let monotonic_micros = u64::try_from(steady.saturating_sub(began)).unwrap_or_default();
        self.events.put_now(Event { station, stamp: Stamp { monotonic_micros, ..stamp }, kind });
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::capture::{CaptureReadError, open_ocpp_trace};
    use crate::clock::now;
    use crate::ocpp::Catalog;
    use crate::trace::{self, Contents, PairLegs, RecordKind};

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

    /// A file may have lost its beginning, to `tail` or to a disk.
    #[test]
    fn a_file_without_its_first_lines_is_read_and_damage_in_front_is_reported() {
        let (events, count) = loaded(&[&format!("{}\n{}\n", note(1, "one"), note(2, "two"))]);
        assert_eq!((summaries(&events.trace().read()), count.unread), (vec!["one".to_owned(), "two".to_owned()], 0));
        let folder = tempfile::tempdir().unwrap();
        for rest in [format!("{HEADER}\n{}\n", note(1, "one")), "10:00:00 CP1 -> [2,\"1\",\"Heartbeat\",{}]\n".to_owned()] {
            let path = folder.path().join("damaged");
            std::fs::write(&path, [b"\xff\xfd\x00\n\n", rest.as_bytes()].concat()).unwrap();
            let events = trace::direct(1 << 20, now());
            let count = load(vec![CaptureReader::open(&path, Catalog::embedded()).unwrap()], &events);
            assert_eq!(count.unread, 1, "{rest}");
            assert!(count.events > 0, "{rest}");
            assert!(summaries(&events.trace().read())[0].starts_with("line 1 of "), "{rest}");
        }
    }

    #[test]
    fn a_pair_is_a_pair_again_with_both_of_its_links() {
        let events = trace::direct(1 << 20, now());
        let folder = tempfile::tempdir().unwrap();
        let capture = crate::capture::CaptureWriter::new(events.clone());
        let path = capture.start(crate::capture::CapturePlace::File(folder.path().join("pair.jsonl"))).unwrap();
        let key = events.pair("CP1");
        let (peer, handshake) = ("127.0.0.1:9".parse().unwrap(), trace::ConnectionAttempt::default());
        let up = |link| EventKind::Connected {
            link,
            version: crate::ocpp::Version::V1_6,
            transport: crate::ocpp::Transport::WebSocket,
            peer,
            handshake: handshake.clone(),
        };
        let upstream = events.of_leg(trace::PairLeg::Upstream);
        upstream.try_send(Some(key), now(), EventKind::Connecting { url: "ws://provider/CP1".into() });
        upstream.try_send(Some(key), now(), up(1));
        events.try_send(Some(key), now(), up(2));
        assert!(capture.stop());
        let again = |path: &Path| {
            let events = trace::direct(1 << 20, now());
            load(vec![CaptureReader::open(path, Catalog::embedded()).unwrap()], &events);
            let contents = events.trace().read();
            let row = contents.stations().get(contents.stations().find_pair("CP1").unwrap().key).unwrap();
            let url = row.upstream.as_ref().unwrap().url.clone();
            let legs: Vec<_> = contents.records().iter(contents.records().range()).map(|record| record.legs).collect();
            (row.state, url, legs)
        };
        let (state, url, legs) = again(&path);
        assert_eq!((state, url.as_deref()), (trace::LinkState::Connected, Some("ws://provider/CP1")));
        assert_eq!(legs, [PairLegs::Upstream, PairLegs::Upstream, PairLegs::Station].map(Some));
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

    #[test]
    fn packets_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pcap");
        std::fs::write(&path, [&[0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0][..], &[0; 40]].concat()).unwrap();
        let error = CaptureReader::follow(&path, Catalog::embedded()).map(drop).unwrap_err().to_string();
        assert!(error.contains("it is a file of packets, which cannot be followed"), "{error}");
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
