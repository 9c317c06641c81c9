//! An event as a reader of the trace sees it. Records borrow from the store; nothing is copied for rows that are not drawn.

use std::time::Duration;

use super::{Direction, FrameKind, RecordContent, Sequence, StationKey};
use crate::ocpp::{ErrorCode, Transport};

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
    /// A central system of ours waits for stations; the text is `<port> <url> <transport,…>`; with a station it is a charge
    /// point of ours that waits for SOAP requests.
    Listening,
    /// A handshake was refused.
    Refused,
    /// A frame waits at the gate; the text begins with its number.
    Held,
    /// A call got no answer in time; the partner is the call.
    Timeout,
    /// A call could not be delivered; the partner is the call.
    Unreachable,
    /// A ping.
    Ping(Direction),
    /// A pong.
    Pong(Direction),
    /// A line of the session.
    Note,
    /// A line of the session that a person should see at once.
    Toast,
    /// A line of the session about a failure.
    Failure,
}

/// How a frame was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FrameVerdict {
    /// Nothing to say against it.
    Valid,
    /// It deviates in a way that is tolerated.
    Tolerated,
    /// It breaks the definitions or the protocol.
    Invalid,
}

/// One record of the trace.
#[derive(Debug, Clone, Copy)]
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
    /// The frame's text as it stood on the wire, or the sentence of a line that is no frame, with the heads of the handshake behind
    /// a blank line. Hostile: pass it through
    /// [`visible`](crate::sanitize) before it reaches a terminal.
    pub text: &'a str,
    /// What is in the envelope that the text is; `None` for frames of OCPP-J, for what is no envelope, and for lines that are no frames.
    pub content: Option<RecordContent<'a>>,
    /// How it travelled.
    pub transport: Transport,
    /// What is wrong with the frame or worth knowing of it, a sentence a line; findings are written `<pointer>: <sentence>`. Empty when nothing is.
    pub remarks: &'a str,
    /// The record of the other half of the exchange: the answer or timeout of a call, the call of an answer.
    pub partner: Option<Sequence>,
    /// Of an answer: the time since its call. Of a received pong: the round trip. Of a retry: the wait.
    pub latency: Option<Duration>,
}

impl<'a> Record<'a> {
    /// The number of the frame that waits, of a line that tells of one.
    pub fn held(&self) -> Option<u64> {
        (self.kind == RecordKind::Held).then(|| self.text.split(':').next()?.parse().ok()).flatten()
    }

    /// The text for one line: without the handshake that follows the sentence of a link that came up or was refused.
    pub fn summary(&self) -> &'a str {
        match self.handshake() {
            Some(_) => self.text.split_once("\n\n").map_or(self.text, |(sentence, _)| sentence),
            None => self.text,
        }
    }

    /// The heads of the handshake that this line tells of: the request, and the answer behind a blank line.
    pub fn handshake(&self) -> Option<&'a str> {
        let tells = matches!(self.kind, RecordKind::Connected | RecordKind::Refused | RecordKind::Retry);
        if tells { self.text.split_once("\n\n").map(|(_, heads)| heads) } else { None }
    }
}
