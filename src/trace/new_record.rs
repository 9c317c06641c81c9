//! What an event becomes in the store: the kind of its record, its texts, its detail and its verdict. No sentences are made here but the
//! list of findings; keeping the record is the store's matter.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use super::record::{
    ConnectedDetail, FrameVerdict, JudgedFrame, ListeningDetail, RecordDetail, RecordKind, RefusedDetail, ReleasedDetail,
};
use super::secrets::MaskedFrame;
use super::{
    Event, EventKind, Frame, FrameKind, FrameOrigin, HandshakeFinding, PairLegs, RecordContent, RetryCause, Stamp, StationKey,
};
use crate::ocpp::{ErrorCode, Finding, Transport, Version};

/// A record that is to be appended. Its detail is apart, so that a record of a plain frame is plain data.
#[derive(Debug, Clone, Copy)]
pub(super) struct NewRecord<'a> {
    pub stamp: Stamp,
    pub station: Option<StationKey>,
    pub kind: RecordKind,
    pub action: Option<&'a str>,
    pub code: Option<ErrorCode>,
    pub verdict: FrameVerdict,
    pub link: LinkFacts,
    pub text: &'a str,
    /// What is in the envelope that the text is.
    pub content: Option<RecordContent<'a>>,
    pub remarks: &'a str,
    /// How many lines of the remarks are no findings; they come first.
    pub remark_lines: u8,
    pub latency: Option<Duration>,
    /// The links on which it was, of a pair.
    pub legs: Option<PairLegs>,
}

/// The link that a record belongs to.
#[derive(Debug, Clone, Copy)]
pub(super) struct LinkFacts {
    pub transport: Transport,
    pub version: Option<Version>,
    /// 0 for none.
    pub number: u32,
    /// Which link of a pair it is.
    pub leg: Option<PairLegs>,
}

/// The record of an event; `None` when it makes none. `text` is the text of the frame and `content` what is in it, both already `masked` when the
/// frame has secrets; `scratch` is a buffer for the findings.
pub(super) fn new_record<'a>(
    event: &'a Event,
    link: LinkFacts,
    text: &'a str,
    content: Option<RecordContent<'a>>,
    masked: Option<&MaskedFrame>,
    scratch: &'a mut String,
) -> Option<NewRecord<'a>> {
    let plain = NewRecord {
        stamp: event.stamp,
        station: event.station,
        kind: RecordKind::Note,
        action: None,
        code: None,
        verdict: FrameVerdict::Valid,
        link,
        text: "",
        content: None,
        remarks: "",
        remark_lines: 0,
        latency: None,
        legs: link.leg,
    };
    let kind = if let EventKind::Upstream(kind) = &event.kind { &**kind } else { &event.kind };
    Some(match kind {
        EventKind::Frame(frame) => {
            scratch.clear();
            write_remarks(frame, scratch);
            if let Some(masked) = masked {
                masked.mask_remarks(scratch);
            }
            NewRecord {
                kind: RecordKind::Frame(frame.direction, frame.kind),
                action: frame.action.as_deref(),
                code: frame.code,
                verdict: verdict(frame),
                text,
                content,
                remarks: scratch,
                remark_lines: frame.remark.as_ref().map_or(0, |remark| lines_of(remark)),
                legs: frame.passage().map_or(link.leg, |passage| Some(passage.legs)),
                ..plain
            }
        }
        EventKind::Connecting { url } => NewRecord { kind: RecordKind::Connecting, text: url, ..plain },
        EventKind::Connected { handshake, .. } => {
            let connected = NewRecord { kind: RecordKind::Connected, ..plain };
            if handshake.findings.is_empty() {
                return Some(connected);
            }
            scratch.clear();
            write_lines(&handshake.findings, scratch);
            NewRecord { verdict: FrameVerdict::Tolerated, remarks: scratch, remark_lines: lines_of(scratch), ..connected }
        }
        EventKind::Disconnected { .. } => NewRecord { kind: RecordKind::Disconnected, ..plain },
        EventKind::Retry { after, cause: RetryCause::Lost(_) } => {
            NewRecord { kind: RecordKind::Lost, latency: Some(*after), ..plain }
        }
        EventKind::Retry { after, cause: RetryCause::Failed { reason, .. } } => {
            NewRecord { kind: RecordKind::Retry, text: reason, latency: Some(*after), ..plain }
        }
        EventKind::Listening { url, .. } => NewRecord { kind: RecordKind::Listening, text: url, ..plain },
        EventKind::Refused { reason, detail: remarks, .. } => NewRecord {
            kind: RecordKind::Refused,
            verdict: FrameVerdict::Invalid,
            text: reason,
            remarks,
            remark_lines: lines_of(remarks),
            ..plain
        },
        EventKind::Held { action, text, .. } => NewRecord { kind: RecordKind::Held, action: Some(action), text, ..plain },
        EventKind::Timeout { action, .. } => {
            NewRecord { kind: RecordKind::Timeout, action: Some(action), verdict: FrameVerdict::Invalid, ..plain }
        }
        EventKind::Unreachable { action, reason, .. } => NewRecord {
            kind: RecordKind::Unreachable,
            action: Some(action),
            verdict: FrameVerdict::Invalid,
            text: reason,
            ..plain
        },
        EventKind::Unanswered { action, .. } => NewRecord { kind: RecordKind::Unanswered, action: Some(action), ..plain },
        EventKind::Ping { direction, pong, round_trip } => {
            let kind = if *pong { RecordKind::Pong(*direction) } else { RecordKind::Ping(*direction) };
            NewRecord { kind, latency: *round_trip, ..plain }
        }
        EventKind::Note { failure: false, text } => NewRecord { kind: RecordKind::Note, text, ..plain },
        EventKind::Note { failure: true, text } => {
            NewRecord { kind: RecordKind::Failure, verdict: FrameVerdict::Invalid, text, ..plain }
        }
        EventKind::Released { action, text, .. } => NewRecord { kind: RecordKind::Note, action: Some(action), text, ..plain },
        EventKind::TypedNote(_) => NewRecord { kind: RecordKind::Note, ..plain },
        EventKind::Toast { text } => NewRecord { kind: RecordKind::Toast, text, ..plain },
        EventKind::StationAdded { .. }
        | EventKind::PairAdded { .. }
        | EventKind::Grouped { .. }
        | EventKind::Upstream(_)
        | EventKind::Queue { .. }
        | EventKind::LinkKnown { .. }
        | EventKind::Callback { .. } => return None,
    })
}

/// What is known of an event beyond the texts of its record; `masked` as for [`new_record`].
pub(super) fn detail(event: &EventKind, masked: Option<&MaskedFrame>) -> Option<RecordDetail> {
    Some(match event {
        EventKind::Frame(frame) => return frame_detail(frame, masked),
        EventKind::Connected { peer, handshake, .. } => {
            RecordDetail::Connected(Box::new(ConnectedDetail { peer: *peer, handshake: handshake.clone() }))
        }
        EventKind::Disconnected { reason, .. } | EventKind::Retry { cause: RetryCause::Lost(reason), .. } => {
            RecordDetail::Closed(reason.clone())
        }
        EventKind::Retry { cause: RetryCause::Failed { handshake, .. }, .. } => {
            RecordDetail::Failed { handshake: Box::new(handshake.clone()) }
        }
        EventKind::Listening { address, transports, .. } => {
            RecordDetail::Listening(Box::new(ListeningDetail { address: *address, transports: transports.clone() }))
        }
        EventKind::Refused { peer, handshake, .. } => {
            RecordDetail::Refused(Box::new(RefusedDetail { peer: *peer, handshake: handshake.clone() }))
        }
        EventKind::Unreachable { attempt, .. } => RecordDetail::Failed { handshake: attempt.clone()? },
        EventKind::Held { number, .. } => RecordDetail::Held { number: *number },
        EventKind::Timeout { after, .. } => RecordDetail::Timeout { after: *after },
        EventKind::Unanswered { by, .. } => RecordDetail::Unanswered { by: *by },
        EventKind::TypedNote(topic) => RecordDetail::Note(*topic),
        EventKind::Released { number, kind, held, edited, .. } => RecordDetail::Released(Box::new(ReleasedDetail {
            number: *number,
            kind: *kind,
            held: held.clone(),
            edited: edited.clone(),
        })),
        EventKind::Upstream(kind) => return detail(kind, masked),
        EventKind::StationAdded { .. }
        | EventKind::PairAdded { .. }
        | EventKind::Grouped { .. }
        | EventKind::Connecting { .. }
        | EventKind::Callback { .. }
        | EventKind::LinkKnown { .. }
        | EventKind::Ping { .. }
        | EventKind::Queue { .. }
        | EventKind::Note { .. }
        | EventKind::Toast { .. } => return None,
    })
}

fn frame_detail(frame: &Frame, masked: Option<&MaskedFrame>) -> Option<RecordDetail> {
    let origin = match masked {
        None => frame.origin.clone(),
        Some(masked) => {
            let origin = frame.origin.as_deref().cloned().unwrap_or_default();
            Some(Arc::new(FrameOrigin { masked: masked.captured.paths.clone(), ..origin }))
        }
    };
    if frame.findings.is_empty() {
        return origin.map(RecordDetail::Frame);
    }
    let mut findings = frame.findings.clone();
    if let Some(masked) = masked {
        findings.iter_mut().for_each(|finding| masked.mask_remarks(&mut finding.message));
    }
    Some(RecordDetail::Judged(Box::new(JudgedFrame { origin, findings })))
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

fn write_lines(findings: &[HandshakeFinding], out: &mut String) {
    for finding in findings {
        if !out.is_empty() {
            out.push('\n');
        }
        let _ = write!(out, "{finding}"); // a String takes everything
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
        // The names in a path and the values in a message are the peer's: their line ends must not make two findings of one.
        let start = out.len();
        let _ = write!(out, "{}: {message}", if path.is_empty() { "/" } else { path }); // a String takes everything
        if out[start..].contains('\n') {
            let finding = out.split_off(start);
            out.push_str(&finding.replace('\n', "\\n"));
        }
    }
}
