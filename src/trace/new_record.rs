//! What an event becomes in the store: the kind of its record, its texts, its detail and its verdict. No sentences are made here but the
//! list of findings; keeping the record is the store's matter.

use std::fmt::Write as _;
use std::time::Duration;

use super::record::{ConnectedDetail, FrameVerdict, ListeningDetail, RecordDetail, RecordKind, RefusedDetail};
use super::{Event, EventKind, Frame, FrameKind, RecordContent, RetryCause, Stamp, StationKey};
use crate::ocpp::{ErrorCode, Finding, Transport, Version};

/// A record that is to be appended.
#[derive(Debug)]
pub(super) struct NewRecord<'a> {
    pub stamp: Stamp,
    pub station: Option<StationKey>,
    pub kind: RecordKind,
    pub action: Option<&'a str>,
    pub code: Option<ErrorCode>,
    pub verdict: FrameVerdict,
    pub transport: Transport,
    pub version: Option<Version>,
    /// 0 for none.
    pub link: u32,
    pub text: &'a str,
    /// What is in the envelope that the text is.
    pub content: Option<RecordContent<'a>>,
    pub remarks: &'a str,
    /// How many lines of the remarks are no findings; they come first.
    pub remark_lines: u8,
    pub latency: Option<Duration>,
    pub detail: Option<RecordDetail>,
}

/// The record of an event; `None` when it makes none. `text` is the text of the frame, `scratch` a buffer for the findings. Transport,
/// version and link are those of an unknown station.
pub(super) fn new_record<'a>(event: &'a Event, text: &'a str, scratch: &'a mut String) -> Option<NewRecord<'a>> {
    let plain = |kind, text: &'a str| NewRecord {
        stamp: event.stamp,
        station: event.station,
        kind,
        action: None,
        code: None,
        verdict: FrameVerdict::Valid,
        transport: Transport::WebSocket,
        version: None,
        link: 0,
        text,
        content: None,
        remarks: "",
        remark_lines: 0,
        latency: None,
        detail: None,
    };
    let detailed = |kind, text: &'a str, detail| NewRecord { detail: Some(detail), ..plain(kind, text) };
    Some(match &event.kind {
        EventKind::Frame(frame) => {
            let verdict = verdict(frame);
            scratch.clear();
            write_remarks(frame, scratch);
            NewRecord {
                action: frame.action.as_deref(),
                code: frame.code,
                verdict,
                remarks: scratch,
                remark_lines: frame.remark.as_ref().map_or(0, |remark| lines_of(remark)),
                detail: frame.origin.clone().map(RecordDetail::Frame),
                ..plain(RecordKind::Frame(frame.direction, frame.kind), text)
            }
        }
        EventKind::Connecting { url } => plain(RecordKind::Connecting, url),
        EventKind::Connected { peer, handshake: heads, .. } => {
            let detail = ConnectedDetail { peer: *peer, handshake: heads.clone() };
            detailed(RecordKind::Connected, "", RecordDetail::Connected(Box::new(detail)))
        }
        EventKind::Disconnected { reason, .. } => detailed(RecordKind::Disconnected, "", RecordDetail::Closed(reason.clone())),
        EventKind::Retry { after, cause: RetryCause::Lost(reason) } => {
            NewRecord { latency: Some(*after), ..detailed(RecordKind::Lost, "", RecordDetail::Closed(reason.clone())) }
        }
        EventKind::Retry { after, cause: RetryCause::Failed { reason, handshake: heads } } => NewRecord {
            latency: Some(*after),
            ..detailed(RecordKind::Retry, reason, RecordDetail::Failed { handshake: Box::new(heads.clone()) })
        },
        EventKind::Listening { address, url, transports } => {
            let detail = ListeningDetail { address: *address, transports: transports.clone() };
            detailed(RecordKind::Listening, url, RecordDetail::Listening(Box::new(detail)))
        }
        EventKind::Refused { peer, reason, detail: remarks, handshake: heads } => {
            let detail = RefusedDetail { peer: *peer, handshake: heads.clone() };
            let record = detailed(RecordKind::Refused, reason, RecordDetail::Refused(Box::new(detail)));
            NewRecord { verdict: FrameVerdict::Invalid, remarks, remark_lines: lines_of(remarks), ..record }
        }
        EventKind::Held { number, action, text } => {
            let record = detailed(RecordKind::Held, text, RecordDetail::Held { number: *number });
            NewRecord { action: Some(action), ..record }
        }
        EventKind::Timeout { action, after, .. } => {
            let record = detailed(RecordKind::Timeout, "", RecordDetail::Timeout { after: *after });
            NewRecord { action: Some(action), verdict: FrameVerdict::Invalid, ..record }
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
        EventKind::TypedNote(topic) => detailed(RecordKind::Note, "", RecordDetail::Note(*topic)),
        EventKind::Toast { text } => plain(RecordKind::Toast, text),
        EventKind::StationAdded { .. } | EventKind::Queue { .. } | EventKind::Callback { .. } => return None,
    })
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

fn lines_of(remark: &str) -> u8 {
    u8::try_from(remark.lines().count()).unwrap_or(u8::MAX)
}

fn write_remarks(frame: &Frame, out: &mut String) {
    if let Some(remark) = &frame.remark {
        out.push_str(remark);
    }
    for Finding { path, message, .. } in &frame.findings {
        if !out.is_empty() {
            out.push('\n');
        }
        let _ = write!(out, "{}: {message}", if path.is_empty() { "/" } else { path }); // a String takes everything
    }
}
