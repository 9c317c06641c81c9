//! A SOAP frame as the line that ocppjs would have printed: the action behind a slash and the payload as JSON, or the envelope itself. Lines
//! of a WebSocket are `event_line`'s.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::ocpp::{Catalog, Role};
use crate::rpc::soap::{self, Body, Hint};
use crate::trace::{AS_TYPED, Direction, FrameKind, HTTP_HEADERS, Record, StationRow};
use crate::visible;

/// How the two ends of a link are named, and what is printed of its messages.
pub(super) struct Ends<'a> {
    /// Our end: `cs`, or `cp#` with the identity.
    pub ours: &'a str,
    /// The other end.
    pub theirs: &'a str,
    /// Whether the envelope is printed in place of its payload.
    pub print_xml: bool,
}

/// What stands behind the stamp of a SOAP frame. More than one line for an envelope that a person typed.
pub(super) fn line(
    record: &Record<'_>,
    kind: FrameKind,
    direction: Direction,
    row: Option<&StationRow>,
    ends: &Ends<'_>,
    catalog: &Catalog,
) -> String {
    let simulated = row.is_some_and(|row| row.our_role == Role::ChargePoint);
    // The answer to a call of ours comes in; what we say to a call of the peer goes out.
    let ours = (kind == FrameKind::Call) == (direction == Direction::Out);
    // As in ocppjs, a charge point says `cs` of itself when it serves a call, and names itself as the other end.
    let (own, other) = match simulated && !ours {
        true => ("cs", ends.ours),
        false => (ends.ours, ends.theirs),
    };
    let arrow = if direction == Direction::In { "<<" } else { ">>" };
    let start = format!("{own}: {arrow}{other}");
    if is_typed(record) {
        return typed(&start, record);
    }
    let Some(row) = row else {
        return format!("{start} Error, message not well-formed:\n{}", lines(record.text));
    };
    let action = record.action.unwrap_or_default();
    match kind {
        FrameKind::Malformed if action.is_empty() => {
            format!("{start} Error, message not well-formed:\n{}", lines(record.text))
        }
        FrameKind::Malformed => format!("{start} {}", unreadable(record.text)),
        FrameKind::Error if direction == Direction::In => format!("{start} {}", unreadable(record.text)),
        FrameKind::Error => format!("{start} \n{}", lines(record.text)),
        FrameKind::Call if ends.print_xml && direction == Direction::Out => format!("{start} {}", lines(record.text)),
        FrameKind::Call | FrameKind::Result => {
            let suffix = if kind == FrameKind::Result && direction == Direction::Out { "Response" } else { "" };
            let said = if ends.print_xml { lines(record.text).into() } else { payload(record, kind, direction, row, catalog) };
            format!("{start} /{}{suffix} {said}", visible(action))
        }
    }
}

/// A text with its own lines; everything else in it that acts on a terminal is made visible.
fn lines(text: &str) -> String {
    text.lines().map(visible).collect::<Vec<_>>().join("\n")
}

fn is_typed(record: &Record<'_>) -> bool {
    record.remarks.lines().next() == Some(AS_TYPED)
}

/// The lines of an envelope that a person typed, and of the answer to it.
fn typed(start: &str, record: &Record<'_>) -> String {
    let headers = record.remarks.lines().nth(1).filter(|line| line.starts_with(HTTP_HEADERS));
    let headers = headers.map_or_else(String::new, |headers| format!("{}\n", visible(headers)));
    format!("{start}:\n{headers}{}", lines(record.text))
}

/// The words of ocppjs for an answer that is none, and for a fault, which it could not read either.
fn unreadable(text: &str) -> String {
    format!("Error: cannot parse response, raw content: {}", visible(&Value::from(text).to_string()))
}

/// The payload as JSON. ocppjs prints an empty element as `""`, but for its own calls, whose arguments it has as an object.
fn payload<'a>(
    record: &Record<'a>,
    kind: FrameKind,
    direction: Direction,
    row: &StationRow,
    catalog: &Catalog,
) -> Cow<'a, str> {
    let Some(payload) = read_payload(record.text, row, catalog) else { return visible(record.text) };
    let ours = kind == FrameKind::Call && direction == Direction::Out;
    let empty = payload.as_object().is_some_and(Map::is_empty);
    let text = if empty && !ours { "\"\"".to_owned() } else { payload.to_string() };
    visible(&text).into_owned().into()
}

/// The payload of a SOAP frame.
pub(super) fn read_payload(text: &str, row: &StationRow, catalog: &Catalog) -> Option<Value> {
    let hint = Hint { version: row.version, ..Hint::default() };
    match soap::read(text, catalog, hint).ok()?.body {
        Body::Request(operation) | Body::Response(operation) => Some(operation.payload),
        Body::Unknown(element) => Some(element.payload),
        Body::Fault(_) | Body::Empty => None,
    }
}
