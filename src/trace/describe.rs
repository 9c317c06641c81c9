//! How an event looks in the store: what kind of record it makes, its text, its verdict and its remarks. Who appends it is the recorder.

use std::fmt::Write as _;

use super::record::{FrameVerdict, RecordKind};
use super::store::NewRecord;
use super::{Event, EventKind, Frame, FrameKind};
use crate::ocpp::{Finding, Transport};

/// How an event looks in the store; `None` when it makes no record. Sentences that are made up here go through `scratch`; `text` is
/// the text of the frame.
pub(super) fn entry<'a>(event: &'a Event, text: &'a str, scratch: &'a mut String) -> Option<NewRecord<'a>> {
    scratch.clear();
    let plain = |kind, text: &'a str| NewRecord {
        stamp: event.stamp,
        station: event.station,
        kind,
        action: None,
        code: None,
        verdict: FrameVerdict::Valid,
        transport: Transport::WebSocket,
        text,
        remarks: "",
        latency: None,
    };
    Some(match &event.kind {
        EventKind::Frame(frame) => {
            let verdict = verdict(frame);
            write_remarks(frame, scratch);
            NewRecord {
                action: frame.action.as_deref(),
                code: frame.code,
                verdict,
                remarks: scratch,
                ..plain(RecordKind::Frame(frame.direction, frame.kind), text)
            }
        }
        EventKind::Connecting { url } => plain(RecordKind::Connecting, url),
        EventKind::Connected { version, peer, handshake, .. } => {
            let _ = write!(scratch, "protocol {}, {peer}", version.subprotocol()); // a String takes everything
            add_handshake(handshake, scratch);
            plain(RecordKind::Connected, scratch)
        }
        EventKind::Disconnected { reason, .. } => plain(RecordKind::Disconnected, reason),
        EventKind::Retry { after, lost, reason } => {
            let kind = if *lost { RecordKind::Lost } else { RecordKind::Retry };
            NewRecord { latency: Some(*after), ..plain(kind, reason) }
        }
        EventKind::Listening { address, url, transports } => {
            let names: Vec<&str> = transports.iter().map(|transport| transport.name()).collect();
            let _ = write!(scratch, "{} {url} {}", address.port(), names.join(",")); // a String takes everything
            plain(RecordKind::Listening, scratch)
        }
        EventKind::Refused { reason, detail, handshake, .. } => {
            scratch.push_str(reason);
            add_handshake(handshake, scratch);
            NewRecord { verdict: FrameVerdict::Invalid, remarks: detail, ..plain(RecordKind::Refused, scratch) }
        }
        EventKind::Held { number, action, text } => {
            let _ = write!(scratch, "{number}: {text}"); // a String takes everything
            NewRecord { action: Some(action), ..plain(RecordKind::Held, scratch) }
        }
        EventKind::Timeout { action, after, .. } => {
            let _ = write!(scratch, "no answer within {} s", after.as_secs_f64());
            NewRecord { action: Some(action), verdict: FrameVerdict::Invalid, ..plain(RecordKind::Timeout, scratch) }
        }
        EventKind::Unreachable { action, reason, .. } => {
            NewRecord { action: Some(action), verdict: FrameVerdict::Invalid, ..plain(RecordKind::Unreachable, reason) }
        }
        EventKind::Ping { direction, pong, round_trip } => {
            let kind = if *pong { RecordKind::Pong(*direction) } else { RecordKind::Ping(*direction) };
            NewRecord { latency: *round_trip, ..plain(kind, "") }
        }
        EventKind::Note { failure: false, text } => plain(RecordKind::Note, text),
        EventKind::Note { failure: true, text } => {
            NewRecord { verdict: FrameVerdict::Invalid, ..plain(RecordKind::Failure, text) }
        }
        EventKind::Toast { text } => plain(RecordKind::Toast, text),
        EventKind::StationAdded { .. } | EventKind::Queue { .. } | EventKind::Callback { .. } => return None,
    })
}

/// The sentence of a line comes first, what it is based on behind a blank line: see [`Record::summary`](super::Record::summary).
fn add_handshake(handshake: &str, out: &mut String) {
    if !handshake.is_empty() {
        out.push_str("\n\n");
        out.push_str(handshake);
    }
}

fn verdict(frame: &Frame) -> FrameVerdict {
    if frame.kind == FrameKind::Malformed || frame.findings.iter().any(|finding| !finding.tolerated) {
        FrameVerdict::Invalid
    } else if frame.findings.is_empty() && frame.remark.is_none() {
        FrameVerdict::Valid
    } else {
        FrameVerdict::Tolerated
    }
}

fn write_remarks(frame: &Frame, out: &mut String) {
    for line in frame.aside.iter().chain(&frame.remark) {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(line);
    }
    for Finding { path, message, .. } in &frame.findings {
        if !out.is_empty() {
            out.push('\n');
        }
        let _ = write!(out, "{}: {message}", if path.is_empty() { "/" } else { path }); // a String takes everything
    }
}
