//! What happens on a SOAP link as the lines that ocppjs would have printed: a frame is the action behind a slash and
//! the payload as JSON, or the envelope itself. Everything about a WebSocket, and what reads the same on both, is
//! `event_line`'s.

use serde_json::Value;

use super::event_line::{LineEnd, LineNames, notes};
use super::stamped_lines::StampedLines;
use crate::hub::Hub;
use crate::ocpp::{Role, Transport};
use crate::trace::{
    Contents, Direction, FrameKind, FrameOrigin, ListeningDetail, Record, RecordDetail, RecordKind, StationRow,
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
    pub fn write(&self, record: &Record<'_>, contents: &Contents, out: &mut StampedLines<'_>) -> bool {
        let row = record.station.and_then(|key| contents.stations().get(key));
        if let Some(RecordDetail::Listening(detail)) = record.detail {
            listening(record, detail, out);
            return true;
        }
        if record.transport != Transport::Soap {
            return false;
        }
        let names = LineNames::new(row);
        match record.kind {
            RecordKind::Frame(direction, kind) => out.add(self.frame(record, direction, kind, row)),
            RecordKind::Connected => {
                if let Some(row) = row.filter(|row| row.our_role == Role::CentralSystem) {
                    out.add(connected(row));
                }
            }
            RecordKind::Timeout => out.add(format_args!("{}: <<{} Error: {}", names.ours, names.theirs, record.summary())),
            _ => return false,
        }
        notes(record, &names, out);
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
            (FrameKind::Malformed, _) | (FrameKind::Error | FrameKind::ResultError, Direction::In) => {
                format!("{start} {}", unreadable(record.text))
            }
            (FrameKind::Error | FrameKind::ResultError, Direction::Out) => format!("{start} {}", record.text),
            (FrameKind::Call | FrameKind::Send, Direction::Out) if print_xml => format!("{start} {}", record.text),
            (FrameKind::Call | FrameKind::Send | FrameKind::Result, _) => {
                let suffix = if (kind, direction) == (FrameKind::Result, Direction::Out) { "Response" } else { "" };
                let content = if print_xml { record.text } else { payload(record, kind, direction) };
                format!("{start} /{action}{suffix} {content}")
            }
        }
    }
}

/// The ends and the arrow. As in ocppjs, a charge point that serves a call is printed as `cs`, with its own name as the
/// other end.
fn start(direction: Direction, kind: FrameKind, row: Option<&StationRow>) -> String {
    let LineNames { ours, theirs } = LineNames::new(row);
    let arrow = if direction == Direction::In { "<<" } else { ">>" };
    let serves = (kind == FrameKind::Call) == (direction == Direction::In);
    if serves && ours != LineEnd::CentralSystem { format!("cs: {arrow}{ours}") } else { format!("{ours}: {arrow}{theirs}") }
}

/// The two status lines of ocppjs, whose order differs between the transports.
fn listening(record: &Record<'_>, detail: &ListeningDetail, out: &mut StampedLines<'_>) {
    let port = detail.address.port();
    let speaks = |transport| detail.transports.contains(&transport);
    if speaks(Transport::Soap) {
        out.add(format_args!("cs: SOAP Server listening on port {port}"));
    }
    if record.station.is_none() {
        out.add("CentralSystem started.");
    }
    if speaks(Transport::WebSocket) {
        out.add(format_args!("cs: Server is listening on port {port}"));
    }
}

fn connected(row: &StationRow) -> String {
    format!("cs: ChargePoint #{} connected.", row.identity)
}

/// A frame without an action.
fn nameless(start: &str, direction: Direction, record: &Record<'_>) -> String {
    match direction {
        Direction::In => format!("{start} Error, message not well-formed: {}", record.text),
        Direction::Out => format!("{start} {}", record.text),
    }
}

/// An envelope that the user typed, or the answer to it.
fn typed(start: &str, record: &Record<'_>, origin: &FrameOrigin) -> String {
    let headers = origin.headers_line().map_or_else(String::new, |headers| format!("{headers} "));
    format!("{start}: {headers}{}", record.text)
}

/// The words of ocppjs for an answer that is none, and for a fault, which it could not read either.
fn unreadable(text: &str) -> String {
    format!("Error: cannot parse response, raw content: {}", Value::from(text))
}

/// The payload as JSON. ocppjs prints an empty element as `""`, but for its own calls, whose arguments it has as an
/// object.
fn payload<'a>(record: &Record<'a>, kind: FrameKind, direction: Direction) -> &'a str {
    let Some(content) = record.content.filter(|content| !content.is_fault && !content.payload.is_empty()) else {
        return record.text;
    };
    let asks = (kind, direction) == (FrameKind::Call, Direction::Out);
    if content.payload == "{}" && !asks { "\"\"" } else { content.payload }
}
