//! What happens on a SOAP link as the lines that ocppjs would have printed: a frame is the action behind a slash and
//! the payload as JSON, or the envelope itself. Everything about a WebSocket, and what reads the same on both, is
//! `event_line`'s.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde_json::Value;

use crate::hub::Hub;
use crate::ocpp::{Role, Transport};
use crate::sanitize::escape_control;
use crate::trace::{
    Contents, Direction, FrameKind, FrameOrigin, FrameVerdict, ListeningDetail, Record, RecordDetail, RecordKind, StationRow,
};

/// Writes events of SOAP links as lines.
pub(super) struct SoapLines {
    hub: Hub,
}

impl SoapLines {
    /// For the links of a session.
    pub fn new(hub: Hub) -> SoapLines {
        SoapLines { hub }
    }

    /// Appends the lines of a record. False when it reads like one of a WebSocket.
    pub fn write(&self, record: &Record<'_>, contents: &Contents, stamp: &str, out: &mut String) -> bool {
        let row = record.station.and_then(|key| contents.stations().get(key));
        if let Some(RecordDetail::Listening(detail)) = record.detail {
            let _ = writeln!(out, "{stamp} {}", listening(record, detail, stamp)); // a String takes everything
            return true;
        }
        let text = match record.kind {
            _ if record.transport != Transport::Soap => return false,
            RecordKind::Frame(direction, kind) => Some(self.frame(record, direction, kind, row)),
            RecordKind::Connected => row.filter(|row| row.our_role == Role::CentralSystem).map(connected),
            RecordKind::Timeout => {
                let ends = Ends::new(row);
                Some(format!("{}: <<{} Error: {}", ends.ours, ends.theirs, escape_control(&record.summary())))
            }
            _ => return false,
        };
        if let Some(text) = text {
            let _ = writeln!(out, "{stamp} {text}"); // a String takes everything
        }
        notes(record, &Ends::new(row), stamp, out);
        true
    }

    fn frame(&self, record: &Record<'_>, direction: Direction, kind: FrameKind, row: Option<&StationRow>) -> String {
        let start = start(direction, kind, row);
        if let Some(origin) = record.origin().filter(|origin| origin.typed_by_user) {
            return typed(&start, record, origin);
        }
        let action = record.action.filter(|action| !action.is_empty());
        let (Some(row), Some(action)) = (row, action) else { return nameless(&start, direction, record) };
        let print_xml = self.hub.print_xml(row.our_role);
        match (kind, direction) {
            (FrameKind::Malformed, _) | (FrameKind::Error, Direction::In) => format!("{start} {}", unreadable(record.text)),
            (FrameKind::Error, Direction::Out) => format!("{start} \n{}", lines(record.text)),
            (FrameKind::Call, Direction::Out) if print_xml => format!("{start} {}", lines(record.text)),
            (FrameKind::Call | FrameKind::Result, _) => {
                let suffix = if (kind, direction) == (FrameKind::Result, Direction::Out) { "Response" } else { "" };
                let content = if print_xml { lines(record.text) } else { payload(record, kind, direction) };
                format!("{start} /{}{suffix} {content}", escape_control(action))
            }
        }
    }
}

/// The printed names of the two ends of a link.
struct Ends<'a> {
    ours: Cow<'a, str>,
    theirs: Cow<'a, str>,
}

impl Ends<'_> {
    fn new(row: Option<&StationRow>) -> Ends<'_> {
        let identity = row.map_or(Cow::Borrowed("?"), |row| escape_control(&row.identity));
        let charge_point = Cow::Owned(format!("cp#{identity}"));
        match row.map(|row| row.our_role) {
            Some(Role::ChargePoint) => Ends { ours: charge_point, theirs: "cs".into() },
            _ => Ends { ours: "cs".into(), theirs: charge_point },
        }
    }
}

/// The ends and the arrow. As in ocppjs, a charge point that serves a call is printed as `cs`, with its own name as the
/// other end.
fn start(direction: Direction, kind: FrameKind, row: Option<&StationRow>) -> String {
    let Ends { ours, theirs } = Ends::new(row);
    let arrow = if direction == Direction::In { "<<" } else { ">>" };
    let serves = (kind == FrameKind::Call) == (direction == Direction::In);
    if serves && ours != "cs" { format!("cs: {arrow}{ours}") } else { format!("{ours}: {arrow}{theirs}") }
}

/// The two status lines of ocppjs, whose order differs between the transports.
fn listening(record: &Record<'_>, detail: &ListeningDetail, stamp: &str) -> String {
    let port = detail.address.port();
    let speaks = |transport| detail.transports.contains(&transport);
    let mut lines = Vec::new();
    if speaks(Transport::Soap) {
        lines.push(format!("cs: SOAP Server listening on port {port}"));
    }
    if record.station.is_none() {
        lines.push("CentralSystem started.".to_owned());
    }
    if speaks(Transport::WebSocket) {
        lines.push(format!("cs: Server is listening on port {port}"));
    }
    lines.join(&format!("\n{stamp} "))
}

fn connected(row: &StationRow) -> String {
    format!("cs: ChargePoint #{} connected.", escape_control(&row.identity))
}

/// The findings of a frame, in words. Other remarks are in the lines of the frame itself.
fn notes(record: &Record<'_>, ends: &Ends<'_>, stamp: &str, out: &mut String) {
    let is_printed = match record.kind {
        RecordKind::Frame(Direction::Out, _) => record.verdict == FrameVerdict::Invalid,
        _ => record.verdict != FrameVerdict::Valid,
    };
    for remark in record.remarks.lines().filter(|_| is_printed) {
        let _ = writeln!(out, "{stamp} {}: note on {}: {}", ends.ours, ends.theirs, escape_control(remark));
    }
}

/// A frame without an action.
fn nameless(start: &str, direction: Direction, record: &Record<'_>) -> String {
    match direction {
        Direction::In => format!("{start} Error, message not well-formed:\n{}", lines(record.text)),
        Direction::Out => format!("{start} \n{}", lines(record.text)),
    }
}

/// The lines of an envelope that the user typed, and of the answer to it.
fn typed(start: &str, record: &Record<'_>, origin: &FrameOrigin) -> String {
    let headers = origin.headers_line().map_or_else(String::new, |headers| format!("{}\n", escape_control(&headers)));
    format!("{start}:\n{headers}{}", lines(record.text))
}

/// The words of ocppjs for an answer that is none, and for a fault, which it could not read either.
fn unreadable(text: &str) -> String {
    format!("Error: cannot parse response, raw content: {}", escape_control(&Value::from(text).to_string()))
}

/// The payload as JSON. ocppjs prints an empty element as `""`, but for its own calls, whose arguments it has as an
/// object.
fn payload(record: &Record<'_>, kind: FrameKind, direction: Direction) -> String {
    let Some(content) = record.content.filter(|content| !content.is_fault && !content.payload.is_empty()) else {
        return lines(record.text);
    };
    let asks = (kind, direction) == (FrameKind::Call, Direction::Out);
    if content.payload == "{}" && !asks { "\"\"".to_owned() } else { escape_control(content.payload).into_owned() }
}

/// A text with its own lines; everything else in it that acts on a terminal is made visible.
fn lines(text: &str) -> String {
    text.lines().map(escape_control).collect::<Vec<_>>().join("\n")
}
