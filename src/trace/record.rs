//! An event as a reader of the trace sees it: facts. Records borrow from the store; nothing is copied for rows that are not drawn. The
//! sentences about a record are made in `describe`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{
    CloseReason, ConnectionAttempt, Direction, FrameKind, FrameOrigin, FramePassage, NoteTopic, PairLegs, RecordContent,
    Sequence, SilenceCause, StationKey, WireFault,
};
use crate::ocpp::{ErrorCode, Finding, Transport, Version};

/// What kind of line a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecordKind {
    /// A frame, received or sent.
    Frame(Direction, FrameKind),
    /// A simulated station is being connected.
    Connecting,
    /// A link came up.
    Connected,
    /// A link went down.
    Disconnected,
    /// A simulated station could not be connected and will try again; the record's latency is the wait.
    Retry,
    /// A simulated station lost its link and will try again; the record's latency is the wait.
    Lost,
    /// A central system of ours waits for stations; with a station it is a charge point of ours that waits for SOAP requests.
    Listening,
    /// A handshake was refused.
    Refused,
    /// A frame waits at the gate.
    Held,
    /// A call got no answer in time; the partner is the call.
    Timeout,
    /// A call could not be delivered; the partner is the call.
    Unreachable,
    /// A call of the peer gets no answer from us; the partner is the call.
    Unanswered,
    /// A ping.
    Ping(Direction),
    /// A pong.
    Pong(Direction),
    /// A line of the session.
    Note,
    /// A line of the session that the user should see at once.
    Toast,
    /// A line of the session about a failure.
    Failure,
}

/// How a frame was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FrameVerdict {
    /// It has no fault.
    Valid,
    /// It deviates in a way that is tolerated.
    Tolerated,
    /// It breaks the definitions or the protocol.
    Invalid,
}

/// One record of the trace.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Record<'a> {
    /// Its place in the trace.
    pub sequence: Sequence,
    /// Microseconds since 1970-01-01T00:00:00Z.
    pub wall_micros: i64,
    /// Microseconds of the monotonic clock since the session began.
    pub monotonic_micros: u64,
    /// The station, or `None` for a line of the session.
    pub station: Option<StationKey>,
    /// What kind of line it is.
    pub kind: RecordKind,
    /// The action, also of results, errors and timeouts.
    pub action: Option<&'a str>,
    /// The code of an error frame, or the one that describes what is wrong with a received result.
    pub code: Option<ErrorCode>,
    /// How the frame was judged.
    pub verdict: FrameVerdict,
    /// The frame's text as it stood on the wire. Of another line the text that came with the event, which is the URL of `Connecting` and
    /// `Listening`, the reason of `Refused`, `Retry` and `Unreachable`, the text of a note, and often nothing:
    /// [`summary`](Record::summary) makes the sentence. Hostile: pass it through [`sanitize`](crate::sanitize) before it reaches a
    /// terminal.
    pub text: &'a str,
    /// What else is known of it.
    pub detail: Option<&'a RecordDetail>,
    /// What is in the envelope that the text is, or what is signed in it; `None` for other frames of OCPP-J, for what is no envelope, and for lines that are no frames.
    pub content: Option<RecordContent<'a>>,
    /// How it travelled.
    pub transport: Transport,
    /// The version that was spoken on the station's link at that time.
    pub version: Option<Version>,
    /// The number of the station's link at that time; `None` when there was none yet.
    pub link: Option<u32>,
    /// What is wrong with the frame, a sentence a line; findings are written `<pointer>: <sentence>`. Empty when nothing is. What speaks
    /// neither for nor against it is in `detail`; [`notes`](Record::notes) has both.
    pub remarks: &'a str,
    /// How many lines of the remarks are no findings; they come first.
    pub remark_lines: u8,
    /// The record of the other half of the exchange: the answer or timeout of a call, the call of an answer. Of a result error the result.
    pub partner: Option<Sequence>,
    /// Of an answer: the time since its call. Of a received pong: the round trip. Of a retry: the wait.
    pub latency: Option<Duration>,
    /// The links on which it was, when it is of a pair.
    pub legs: Option<PairLegs>,
}

impl<'a> Record<'a> {
    /// The station whose call of this action it ends, with an answer or without, when that call is not older than `began`.
    pub fn ends_call(&self, action: &str, began: Sequence) -> Option<StationKey> {
        let is_end = matches!(
            self.kind,
            RecordKind::Frame(Direction::In, FrameKind::Result | FrameKind::Error)
                | RecordKind::Timeout
                | RecordKind::Unreachable
        );
        let is_of = self.action == Some(action) && self.partner.is_some_and(|call| call >= began && call < self.sequence);
        self.station.filter(|_| is_end && is_of)
    }

    /// A line of the session of which only the time is known, for conditions about that.
    pub fn of_time(sequence: Sequence, wall_micros: i64) -> Record<'static> {
        Record {
            sequence,
            wall_micros,
            monotonic_micros: 0,
            station: None,
            kind: RecordKind::Note,
            action: None,
            code: None,
            verdict: FrameVerdict::Valid,
            text: "",
            detail: None,
            content: None,
            transport: Transport::WebSocket,
            version: None,
            link: None,
            remarks: "",
            remark_lines: 0,
            partner: None,
            latency: None,
            legs: None,
        }
    }

    /// The number of the frame that waits, of a line about one.
    pub fn held(&self) -> Option<u64> {
        if let Some(RecordDetail::Held { number }) = self.detail { Some(*number) } else { None }
    }

    /// Why a link went down, of a line about that.
    pub fn close_reason(&self) -> Option<&'a CloseReason> {
        if let Some(RecordDetail::Closed(reason)) = self.detail { Some(reason) } else { None }
    }

    /// What is wrong with a frame by the definitions, a line each; what else is wrong with it stands before that in `remarks`.
    pub fn findings(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.remarks.lines().skip(usize::from(self.remark_lines))
    }

    /// The same with the place of each apart: a pointer into the payload, and the sentence.
    pub fn placed_findings(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        self.findings().map(|finding| finding.split_once(": ").unwrap_or(("", finding)))
    }

    /// Where a frame comes from, when that is worth knowing.
    pub fn origin(&self) -> Option<&'a FrameOrigin> {
        match self.detail? {
            RecordDetail::Frame(origin) => Some(origin),
            RecordDetail::Judged(judged) => judged.origin.as_deref(),
            _ => None,
        }
    }

    /// How a frame passed, of a pair.
    pub fn passage(&self) -> Option<&'a FramePassage> {
        self.origin()?.passage.as_ref()
    }

    /// The attempt to connect that this line is about.
    pub fn attempt(&self) -> Option<&'a ConnectionAttempt> {
        match self.detail? {
            RecordDetail::Connected(connected) => Some(&connected.handshake),
            RecordDetail::Refused(refused) => Some(&refused.handshake),
            RecordDetail::Failed { handshake } => Some(handshake),
            _ => None,
        }
    }

    /// The same when it came as far as an HTTP request.
    pub fn handshake(&self) -> Option<&'a ConnectionAttempt> {
        self.attempt().filter(|attempt| !attempt.request.is_empty())
    }
}

/// What is known of a record beyond its text. A plain frame has none.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub enum RecordDetail {
    /// Of a frame of which nothing is wrong by the definitions.
    Frame(Arc<FrameOrigin>),
    /// Of a frame with findings.
    Judged(Box<JudgedFrame>),
    /// A link came up.
    Connected(Box<ConnectedDetail>),
    /// A link went down: of `Disconnected` and `Lost`.
    Closed(CloseReason),
    /// A handshake was refused.
    Refused(Box<RefusedDetail>),
    /// An attempt of ours to connect failed: of `Retry`, and of `Unreachable` over SOAP.
    Failed {
        /// The heads of the request and the answer, as far as there were any.
        handshake: Box<ConnectionAttempt>,
    },
    /// A frame waits.
    Held {
        /// The number by which the user names it.
        number: u64,
    },
    /// A frame that waited goes on, or does not.
    Released(Box<ReleasedDetail>),
    /// We listen.
    Listening(Box<ListeningDetail>),
    /// A call got no answer.
    Timeout {
        /// How long we waited.
        after: Duration,
    },
    /// A call gets no answer from us.
    Unanswered {
        /// Who decided that.
        by: SilenceCause,
    },
    /// A line of the session with a fixed meaning.
    Note(NoteTopic),
}

/// What is known of a frame that breaks the definitions. The record has the sentences; the rules are for those who check by them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct JudgedFrame {
    /// Where it comes from, when that is worth knowing.
    pub origin: Option<Arc<FrameOrigin>>,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
}

/// What is known of a frame that waited, beyond the sentence. Secrets in its payloads are masks of their length.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct ReleasedDetail {
    /// The number by which the user named it.
    pub number: u64,
    /// What it is.
    pub kind: FrameKind,
    /// Its payload as it came.
    pub held: Box<str>,
    /// The payload with which it goes on, when the user has changed it.
    pub edited: Option<Box<str>>,
}

/// What is known of a link that came up, beyond version and number.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct ConnectedDetail {
    /// The other end.
    pub peer: SocketAddr,
    /// The heads of the request and of the answer; empty when there were none.
    pub handshake: ConnectionAttempt,
}

/// What is known of a handshake that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct RefusedDetail {
    /// The other end, when we are the server.
    pub peer: Option<SocketAddr>,
    /// The heads of the request and the answer, as far as there were any.
    pub handshake: ConnectionAttempt,
}

/// Where we listen; the URL is the record's text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct ListeningDetail {
    /// The bound address.
    pub address: SocketAddr,
    /// The transports that are spoken there.
    pub transports: Vec<Transport>,
}

impl FrameOrigin {
    /// The memory that it takes, in bytes.
    fn heap_bytes(&self) -> usize {
        let length = |text: &Option<Box<str>>| text.as_ref().map_or(0, |text| text.len());
        let done = self.passage.as_ref().and_then(|passage| passage.intervention.as_deref());
        size_of::<FrameOrigin>()
            + length(&self.http_headers)
            + length(&self.signed)
            + self.http_head.as_ref().map_or(0, |head| head.len())
            + done.map_or(0, |done| done.by.len() + length(&done.before))
            + self.masked.iter().map(|path| size_of::<String>() + path.len()).sum::<usize>()
    }
}

impl RecordDetail {
    /// The memory that it holds besides its own size, in bytes.
    pub(super) fn heap_bytes(&self) -> usize {
        match self {
            RecordDetail::Frame(origin) => origin.heap_bytes(),
            RecordDetail::Judged(judged) => {
                let texts: usize = judged.findings.iter().map(|finding| finding.path.len() + finding.message.len()).sum();
                size_of::<JudgedFrame>()
                    + judged.findings.len() * size_of::<Finding>()
                    + texts
                    + judged.origin.as_ref().map_or(0, |origin| origin.heap_bytes())
            }
            RecordDetail::Released(released) => {
                size_of::<ReleasedDetail>() + released.held.len() + released.edited.as_ref().map_or(0, |edited| edited.len())
            }
            RecordDetail::Connected(connected) => size_of::<ConnectedDetail>() + connected.handshake.heap_bytes(),
            RecordDetail::Refused(refused) => size_of::<RefusedDetail>() + refused.handshake.heap_bytes(),
            RecordDetail::Listening(listening) => {
                size_of::<ListeningDetail>() + listening.transports.len() * size_of::<Transport>()
            }
            RecordDetail::Failed { handshake } => size_of::<ConnectionAttempt>() + handshake.heap_bytes(),
            RecordDetail::Closed(CloseReason::ClosedByPeer { text, .. }) => text.len(),
            RecordDetail::Closed(CloseReason::OtherLeg(_)) => size_of::<CloseReason>(),
            RecordDetail::Closed(CloseReason::Broken(
                WireFault::Io(text) | WireFault::TooLarge(text) | WireFault::Protocol(text) | WireFault::Other(text),
            )) => text.len(),
            RecordDetail::Closed(_)
            | RecordDetail::Held { .. }
            | RecordDetail::Timeout { .. }
            | RecordDetail::Unanswered { .. }
            | RecordDetail::Note(_) => 0,
        }
    }
}

impl RecordKind {
    /// All kinds, in the order of their codes.
    const ALL: [RecordKind; 30] = {
        use Direction::{In, Out};
        use FrameKind::{Call, Error, Malformed, Result, ResultError, Send};
        [
            RecordKind::Frame(In, Call),
            RecordKind::Frame(In, Result),
            RecordKind::Frame(In, Error),
            RecordKind::Frame(In, ResultError),
            RecordKind::Frame(In, Send),
            RecordKind::Frame(In, Malformed),
            RecordKind::Frame(Out, Call),
            RecordKind::Frame(Out, Result),
            RecordKind::Frame(Out, Error),
            RecordKind::Frame(Out, ResultError),
            RecordKind::Frame(Out, Send),
            RecordKind::Frame(Out, Malformed),
            RecordKind::Ping(In),
            RecordKind::Ping(Out),
            RecordKind::Pong(In),
            RecordKind::Pong(Out),
            RecordKind::Connecting,
            RecordKind::Connected,
            RecordKind::Disconnected,
            RecordKind::Retry,
            RecordKind::Lost,
            RecordKind::Listening,
            RecordKind::Refused,
            RecordKind::Held,
            RecordKind::Timeout,
            RecordKind::Unreachable,
            RecordKind::Note,
            RecordKind::Toast,
            RecordKind::Failure,
            RecordKind::Unanswered,
        ]
    };

    /// A byte that stands for the kind in the store.
    pub(super) const fn code(self) -> u8 {
        match self {
            RecordKind::Frame(direction, kind) => 6 * direction as u8 + kind as u8,
            RecordKind::Ping(direction) => 12 + direction as u8,
            RecordKind::Pong(direction) => 14 + direction as u8,
            RecordKind::Connecting => 16,
            RecordKind::Connected => 17,
            RecordKind::Disconnected => 18,
            RecordKind::Retry => 19,
            RecordKind::Lost => 20,
            RecordKind::Listening => 21,
            RecordKind::Refused => 22,
            RecordKind::Held => 23,
            RecordKind::Timeout => 24,
            RecordKind::Unreachable => 25,
            RecordKind::Note => 26,
            RecordKind::Toast => 27,
            RecordKind::Failure => 28,
            RecordKind::Unanswered => 29,
        }
    }

    /// The kind that a byte stands for.
    pub(super) fn of_code(code: u8) -> RecordKind {
        RecordKind::ALL.get(usize::from(code)).copied().unwrap_or(RecordKind::Failure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_comes_back_from_its_code() {
        for (code, kind) in RecordKind::ALL.into_iter().enumerate() {
            assert_eq!((usize::from(kind.code()), RecordKind::of_code(kind.code())), (code, kind));
        }
    }

    #[test]
    fn a_detail_takes_little_room() {
        assert!(size_of::<RecordDetail>() <= 32, "{}", size_of::<RecordDetail>());
    }
}
