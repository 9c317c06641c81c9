//! One event as a line of JSON, and back. A line names its station, so that each can be read alone; the text of a frame stands in it byte
//! for byte. The first line of a file says what it is.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::de::{Deserializer, IgnoredAny, IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::frame_line::write_plain_frame;
use crate::ocpp::Role;
use crate::trace::{Event, EventKind, Frame, FrameContent, FrameOrigin, FrameText, RowKind, Stamp, StationRow, TappedFrame};

/// The version of the format. Readers refuse a newer one.
pub const CAPTURE_VERSION: u64 = 1;

/// What stands in the first line of a file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct CaptureHeader {
    /// The version of the format.
    #[serde(rename = "capture")]
    pub version: u64,
    /// The program that wrote it.
    pub program: String,
    /// When the file was begun.
    pub began: Timestamp,
    /// The number of the session, which all its files have; `None` in files of older versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<u64>,
}

/// What is around an event.
#[derive(Debug, Serialize)]
struct LineFrame<'a> {
    /// Microseconds since 1970, by the wall clock.
    #[serde(rename = "t")]
    wall_micros: i64,
    /// Microseconds since the session began, by the monotonic clock.
    #[serde(rename = "m")]
    monotonic_micros: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    station: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
}

/// Why a line is no event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineFault {
    /// It is no JSON object.
    #[error("it is no JSON object: {0}")]
    NoObject(String),
    /// It has no event that this version knows.
    #[error("it has no event: {0}")]
    NoEvent(String),
    /// It has no message where its format has one.
    #[error("it has no message: {0}")]
    NoMessage(String),
    /// It names a key and no identity.
    #[error("it names a station without its role")]
    NoRole,
}

/// A line that was read.
#[derive(Debug, Clone)]
pub enum CaptureLine {
    /// The first line of a file.
    Header(CaptureHeader),
    /// A station is known from now on.
    Station(RowKind, Arc<str>),
    /// An event; of a station it has no key yet.
    Event {
        /// What its row stands for, and the identity.
        station: Option<(RowKind, Arc<str>)>,
        /// When.
        stamp: Stamp,
        /// What.
        kind: Box<EventKind>,
    },
}

/// Writes the first line of a file.
pub(super) fn write_header(out: &mut Vec<u8>, began: Timestamp, session: Option<u64>) {
    let program = concat!("ocpp-tui ", env!("CARGO_PKG_VERSION")).to_owned();
    // A Vec takes everything, and a header can always be written.
    let _ = serde_json::to_writer(&mut *out, &CaptureHeader { version: CAPTURE_VERSION, program, began, session });
    out.push(b'\n');
}

/// Writes the line of an event whose frame is parted from its text.
pub(super) fn write_event(out: &mut Vec<u8>, event: &Event, station: Option<&StationRow>, tapped: TappedFrame<'_>) {
    if let EventKind::Frame(frame) = &event.kind
        && tapped.content.is_none()
        && tapped.masked.is_empty()
        && write_plain_frame(out, event.stamp, station, frame, tapped.text)
    {
        return;
    }
    write_any_event(out, event, station, tapped);
}

/// The same for every event, whatever is known of it.
fn write_any_event(out: &mut Vec<u8>, event: &Event, station: Option<&StationRow>, tapped: TappedFrame<'_>) {
    let begins = out.len();
    let Stamp { wall_micros, monotonic_micros } = event.stamp;
    let (identity, role) = (station.map(|row| &*row.identity), station.map(|row| row.kind().name()));
    let frame = LineFrame { wall_micros, monotonic_micros, station: identity, role };
    // A Vec takes everything, and the parts of an event can always be written: their keys are texts.
    let _ = serde_json::to_writer(&mut *out, &frame);
    out.pop(); // the brace that ends it
    let added = match &event.kind {
        EventKind::StationAdded { our_role, identity, .. } => Some((RowKind::Station(*our_role), identity)),
        EventKind::PairAdded { identity, .. } => Some((RowKind::Pair, identity)),
        _ => None,
    };
    if let Some((kind, identity)) = added {
        out.truncate(begins);
        let added = Value::from(&**identity);
        out.extend_from_slice(format!(r#"{{"stationAdded":{added},"role":"{}"}}"#, kind.name()).as_bytes());
        return out.push(b'\n');
    }
    out.push(b',');
    let at = out.len();
    // Where secrets were replaced stands beside the event, also of a frame that came from a capture.
    let (mut masked, mut plain) = (tapped.masked, None);
    if let EventKind::Frame(frame) = &event.kind
        && let Some(origin) = frame.origin.as_deref().filter(|origin| !origin.masked.is_empty())
    {
        masked = if masked.is_empty() { &origin.masked[..] } else { masked };
        let origin = Some(FrameOrigin { masked: Vec::new(), ..origin.clone() });
        let origin = origin.filter(|origin| *origin != FrameOrigin::default()).map(Arc::new);
        plain = Some(EventKind::Frame(Frame { origin, ..frame.clone() }));
    }
    let _ = serde_json::to_writer(&mut *out, plain.as_ref().unwrap_or(&event.kind));
    if out.get(at) == Some(&b'{') {
        out.remove(at);
        out.pop();
    } else {
        // A kind without facts is a bare name.
        out.extend_from_slice(b":{}");
    }
    if matches!(event.kind, EventKind::Frame(_)) {
        out.extend_from_slice(b",\"text\":");
        let _ = serde_json::to_writer(&mut *out, tapped.text);
        if !masked.is_empty() {
            out.extend_from_slice(b",\"masked\":");
            let _ = serde_json::to_writer(&mut *out, masked);
        }
        if let Some(content) = tapped.content {
            let content =
                FrameContent { id: content.id.into(), payload: content.payload.to_owned(), is_fault: content.is_fault };
            out.extend_from_slice(b",\"content\":");
            let _ = serde_json::to_writer(&mut *out, &content);
        }
    }
    out.extend_from_slice(b"}\n");
}

impl CaptureLine {
    /// Reads a line.
    ///
    /// # Errors
    /// When it is none of this format.
    pub fn read(text: &str) -> Result<CaptureLine, LineFault> {
        if !text.trim_ascii_start().starts_with('{') {
            return Err(LineFault::NoObject("it does not begin with a brace".to_owned()));
        }
        let members: LineMembers<'_> = serde_json::from_str(text).map_err(|error| match error.classify() {
            Category::Data => LineFault::NoEvent(error.to_string()),
            _ => LineFault::NoObject(error.to_string()),
        })?;
        members.line()
    }
}

/// The members of a line. It is read in one go, without a value in between: large files have millions of lines.
#[derive(Default)]
struct LineMembers<'a> {
    wall_micros: Option<i64>,
    monotonic_micros: Option<u64>,
    station: Option<Arc<str>>,
    role: Option<RowKind>,
    added: Option<Arc<str>>,
    text: Option<String>,
    masked: Vec<String>,
    content: Option<Box<FrameContent>>,
    kind: Option<Box<EventKind>>,
    /// The members of a first line.
    header: (Option<u64>, Option<String>, Option<Timestamp>),
    session: Option<u64>,
    /// A member beside the event that is not known.
    unknown: Option<Cow<'a, str>>,
}

impl LineMembers<'_> {
    fn line(self) -> Result<CaptureLine, LineFault> {
        let missing = |what: &str| LineFault::NoEvent(format!("{what} missing"));
        if let (Some(version), program, began) = self.header {
            let (program, began) = (program.unwrap_or_default(), began.unwrap_or(Timestamp::UNIX_EPOCH));
            return Ok(CaptureLine::Header(CaptureHeader { version, program, began, session: self.session }));
        }
        if let Some(identity) = self.added {
            return Ok(CaptureLine::Station(self.role.ok_or(LineFault::NoRole)?, identity));
        }
        let (Some(wall_micros), Some(monotonic_micros)) = (self.wall_micros, self.monotonic_micros) else {
            return Err(missing("its times t and m are"));
        };
        let station = match self.station {
            Some(identity) => Some((self.role.ok_or(LineFault::NoRole)?, identity)),
            None => None,
        };
        if let Some(unknown) = self.unknown {
            return Err(LineFault::NoEvent(format!("unknown variant {unknown:?}, or two members that could be the event")));
        }
        let mut kind = self.kind.ok_or_else(|| missing("the member that is the event is"))?;
        if let EventKind::Frame(frame) = &mut *kind {
            frame.text = FrameText::from(self.text.ok_or_else(|| missing("the text of its frame is"))?);
            frame.content = self.content;
            if !self.masked.is_empty() {
                let origin = frame.origin.as_deref().cloned().unwrap_or_default();
                frame.origin = Some(Arc::new(FrameOrigin { masked: self.masked, ..origin }));
            }
        }
        Ok(CaptureLine::Event { station, stamp: Stamp { wall_micros, monotonic_micros }, kind })
    }
}

impl<'de> Deserialize<'de> for LineMembers<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<LineMembers<'de>, D::Error> {
        deserializer.deserialize_map(LineVisitor)
    }
}

/// The role of a line, which says what its row stands for.
struct LineRole(RowKind);

impl<'de> Deserialize<'de> for LineRole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<LineRole, D::Error> {
        let name = Cow::<str>::deserialize(deserializer)?;
        if name == RowKind::Pair.name() {
            return Ok(LineRole(RowKind::Pair));
        }
        let role = Role::deserialize(IntoDeserializer::<D::Error>::into_deserializer(&*name));
        role.map(|role| LineRole(RowKind::Station(role)))
    }
}

struct LineVisitor;

impl<'de> Visitor<'de> for LineVisitor {
    type Value = LineMembers<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a line of a capture")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<LineMembers<'de>, A::Error> {
        let mut members = LineMembers::default();
        while let Some(LineKey(name)) = map.next_key()? {
            match &*name {
                "t" => members.wall_micros = Some(map.next_value()?),
                "m" => members.monotonic_micros = Some(map.next_value()?),
                "station" => members.station = map.next_value()?,
                "role" => members.role = map.next_value::<Option<LineRole>>()?.map(|LineRole(role)| role),
                "stationAdded" => members.added = Some(map.next_value()?),
                "text" => members.text = map.next_value()?,
                "content" => members.content = map.next_value()?,
                "masked" => members.masked = map.next_value()?,
                "capture" => members.header.0 = Some(map.next_value()?),
                "program" => members.header.1 = Some(map.next_value()?),
                "session" => members.session = map.next_value()?,
                "began" => members.header.2 = Some(map.next_value()?),
                "frame" if members.kind.is_none() => members.kind = Some(Box::new(EventKind::Frame(map.next_value()?))),
                _ if members.kind.is_none() => members.kind = Some(Box::new(other_kind(&name, map.next_value()?)?)),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    members.unknown = Some(name);
                }
            }
        }
        Ok(members)
    }
}

/// An event that is no frame, and rare: it is read as the variant of its enum.
fn other_kind<E: serde::de::Error>(name: &str, value: &RawValue) -> Result<EventKind, E> {
    let name = Value::from(name);
    serde_json::from_str(&format!("{{{name}:{value}}}")).map_err(E::custom)
}

/// The name of a member, borrowed when nothing in it is escaped.
#[derive(Deserialize)]
struct LineKey<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::capture::sample_events::{sample_events, sample_frame};
    use crate::trace::{Direction, FrameKind, RecordContent, StationTable};

    const STAMP: Stamp = Stamp { wall_micros: 1_764_525_000_123_456, monotonic_micros: 77 };

    /// What an event is after its line was read.
    fn again(kind: &EventKind) -> EventKind {
        let mut contents = crate::trace::Contents::new(1 << 16);
        let key = contents.station(Role::CentralSystem, "CP 1");
        let (text, content) = match kind {
            EventKind::Frame(frame) => (frame.text.to_string(), frame.content.clone()),
            _ => (String::new(), None),
        };
        let event = Event { station: Some(key), stamp: STAMP, kind: kind.clone() };
        let content = content.as_deref().map(|it| RecordContent { id: &it.id, payload: &it.payload, is_fault: it.is_fault });
        let mut line = Vec::new();
        let stations: &StationTable = contents.stations();
        write_event(&mut line, &event, stations.get(key), TappedFrame { text: &text, content, masked: &[] });
        let line = String::from_utf8(line).unwrap();
        assert!(line.ends_with("}\n") && line.matches('\n').count() == 1, "{line}");
        match CaptureLine::read(&line).unwrap_or_else(|error| panic!("{error}: {line}")) {
            CaptureLine::Event { station, stamp, kind } => {
                assert_eq!((station, stamp), (Some((RowKind::Station(Role::CentralSystem), "CP 1".into())), STAMP));
                *kind
            }
            other => panic!("{other:?}"),
        }
    }

    fn frame(text: &str) -> Frame {
        sample_frame(Direction::In, FrameKind::Call, Some(7), text)
    }

    #[test]
    fn every_kind_of_event_comes_back_as_it_was() {
        for kind in sample_events() {
            assert_eq!(format!("{:?}", again(&kind)), format!("{kind:?}"));
        }
    }

    #[test]
    fn the_short_way_writes_what_the_long_way_writes() {
        let mut contents = crate::trace::Contents::new(1 << 16);
        let keys = ["CP 1", "C\"P\\\u{7f}ä"].map(|identity| Some(contents.station(Role::CentralSystem, identity)));
        let mut short = 0;
        for (station, action) in [keys[0], keys[1], None].into_iter().zip([Some("Heartbeat"), Some("\"A\tb"), None]) {
            for (kind, direction, exchange) in FrameKind::ALL.into_iter().flat_map(|kind| {
                [(kind, Direction::In, Some(7)), (kind, Direction::Out, Some(u64::MAX)), (kind, Direction::In, None)]
            }) {
                let frame = Frame { kind, direction, exchange, action: action.map(Arc::from), ..frame("") };
                let event = Event { station, stamp: STAMP, kind: EventKind::Frame(frame.clone()) };
                let tapped = TappedFrame { text: "[2,\"1\",\"é\\n\",{}]\r\n", ..TappedFrame::default() };
                let row = station.and_then(|key| contents.stations().get(key));
                let (mut written, mut expected) = (Vec::new(), Vec::new());
                short += usize::from(write_plain_frame(&mut Vec::new(), STAMP, row, &frame, tapped.text));
                write_event(&mut written, &event, row, tapped);
                write_any_event(&mut expected, &event, row, tapped);
                assert_eq!(String::from_utf8(written).unwrap(), String::from_utf8(expected).unwrap());
            }
        }
        assert_eq!(short, 8, "calls and results of a station that have an exchange");
    }

    #[test]
    fn a_line_that_is_no_event_says_why() {
        for (line, why) in [
            ("", "no JSON object"),
            ("[1]", "no JSON object"),
            ("{}", "its times t and m are missing"),
            (r#"{"t":1,"m":1,"moon":{}}"#, "unknown variant"),
            (r#"{"t":1,"m":1,"frame":{"direction":"in","kind":"call"}}"#, "the text of its frame is missing"),
            (r#"{"t":1,"m":1,"station":"CP1","note":{"failure":false,"text":""}}"#, "without its role"),
        ] {
            let fault = CaptureLine::read(line).unwrap_err().to_string();
            assert!(fault.contains(why), "{line}: {fault}");
        }
        let known = r#"{"t":1,"m":1,"note":{"failure":false,"text":"x","later":1},"more":2}"#;
        assert!(CaptureLine::read(known).is_err(), "two members could be the event");
    }

    proptest! {
        #[test]
        fn the_text_of_a_frame_is_kept_byte_for_byte(text in "\\PC*|[\\x00-\\x1f\"\\\\]*") {
            let EventKind::Frame(read) = again(&EventKind::Frame(frame(&text))) else { panic!() };
            prop_assert_eq!(read.text.as_str(), text);
        }

        #[test]
        fn no_line_is_too_odd(line in "\\PC*") {
            let _ = CaptureLine::read(&line);
        }
    }
}
