//! What happened, as the actors send it upwards: facts, no sentences. How it is kept is in `store`, how a reader sees it in `record`, the
//! sentences are made in `describe`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{CloseReason, ConnectionAttempt, FrameContent, FramePassage};
use crate::ocpp::{ErrorCode, Finding, Role, Transport, Version};

/// A station's number in this session; its identity is in the [`StationTable`](super::StationTable).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StationKey(pub u32);

/// The place of an event in the trace. The first event has number 0; numbers are never reused.
pub type Sequence = u64;

/// The way a frame went, seen from us. Of a pair it is seen as from a central system: `In` is what the station says, on either link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Direction {
    /// The peer sent it.
    In,
    /// We sent it.
    Out,
}

/// What a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum FrameKind {
    /// A call.
    Call,
    /// A result.
    Result,
    /// An error.
    Error,
    /// An error about a result, from the caller that cannot process it.
    ResultError,
    /// A message that nothing answers.
    Send,
    /// Something that is none of them: not JSON, a wrong shape, an unknown type, a binary frame.
    Malformed,
}

impl FrameKind {
    /// All kinds.
    pub const ALL: [FrameKind; 6] =
        [FrameKind::Call, FrameKind::Result, FrameKind::Error, FrameKind::ResultError, FrameKind::Send, FrameKind::Malformed];

    /// The name in filters and exports.
    pub const fn name(self) -> &'static str {
        match self {
            FrameKind::Call => "call",
            FrameKind::Result => "result",
            FrameKind::Error => "error",
            FrameKind::ResultError => "resulterror",
            FrameKind::Send => "send",
            FrameKind::Malformed => "malformed",
        }
    }

    /// What it is, for a reader.
    pub const fn word(self) -> &'static str {
        match self {
            FrameKind::ResultError => "result error",
            FrameKind::Malformed => "unreadable",
            kind => kind.name(),
        }
    }

    /// Whether it names an action and has a payload of its own: a call, or a message that nothing answers.
    pub const fn is_request(self) -> bool {
        matches!(self, FrameKind::Call | FrameKind::Send)
    }

    /// Whether it has a code and a description.
    pub const fn is_error(self) -> bool {
        matches!(self, FrameKind::Error | FrameKind::ResultError)
    }
}

/// When something happened, by both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Microseconds since 1970-01-01T00:00:00Z.
    pub wall_micros: i64,
    /// Microseconds of the monotonic clock since the session began.
    pub monotonic_micros: u64,
}

/// An event.
#[derive(Debug, Clone)]
pub struct Event {
    /// The station it is about; `None` for the session as a whole.
    pub station: Option<StationKey>,
    /// When.
    pub stamp: Stamp,
    /// What.
    pub kind: EventKind,
}

/// The kinds of events.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum EventKind {
    /// A station is known from now on. The only way in which a row of stations comes into being; makes no record.
    #[serde(skip)]
    StationAdded {
        /// Its key. Keys are given out in the order of these events, without gaps.
        key: StationKey,
        /// The role that we play towards it.
        our_role: Role,
        /// Its identity.
        identity: Arc<str>,
    },
    /// A pair is known from now on: a station whose link we pass on to its central system. Like `StationAdded`, for a row of its own.
    #[serde(skip)]
    PairAdded {
        /// Its key.
        key: StationKey,
        /// The identity of the station.
        identity: Arc<str>,
    },
    /// A station belongs to a group from now on. Changes the station's row and makes no record.
    Grouped {
        /// The name of the group.
        group: Arc<str>,
    },
    /// Something happened on the link of a pair to its central system; without this it was on the one to the station. Frames say
    /// themselves where they were.
    Upstream(Box<EventKind>),
    /// A frame was received or sent.
    Frame(Frame),
    /// We are trying to connect a simulated station.
    Connecting {
        /// The URL.
        url: Box<str>,
    },
    /// A link came up.
    Connected {
        /// The link's number, unique in the session.
        link: u64,
        /// The agreed version.
        version: Version,
        /// How its messages travel.
        transport: Transport,
        /// The other end.
        peer: SocketAddr,
        /// The heads of the request and of our or the peer's answer.
        handshake: ConnectionAttempt,
    },
    /// A link that came up before the record began. Changes the station's row and makes no record.
    LinkKnown {
        /// Its number.
        link: u64,
        /// The agreed version.
        version: Version,
        /// How its messages travel.
        transport: Transport,
        /// The other end, where it is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        peer: Option<SocketAddr>,
        /// Whether it is still up.
        up: bool,
    },
    /// The address at which we call the peer of a SOAP link. Changes the station's row and makes no record.
    Callback {
        /// The URL; `None` when it is not known any more.
        url: Option<Box<str>>,
    },
    /// A link went down.
    Disconnected {
        /// The number of the link that went down; the station may have a newer one by now.
        link: u64,
        /// Why.
        reason: CloseReason,
    },
    /// A simulated station will try again.
    Retry {
        /// After this time.
        after: Duration,
        /// Why it has no link.
        cause: RetryCause,
    },
    /// A handshake was refused, by us or by the peer.
    Refused {
        /// The other end, when we are the server.
        peer: Option<SocketAddr>,
        /// One sentence, in the words of ocppjs.
        reason: Box<str>,
        /// What would have been accepted, a sentence or nothing.
        detail: Box<str>,
        /// The heads of the request and the answer, as far as there were any.
        handshake: ConnectionAttempt,
    },
    /// A frame waits at the gate until the user releases it.
    Held {
        /// The number by which the user names it.
        number: u64,
        /// Its action.
        action: Arc<str>,
        /// One sentence.
        text: Box<str>,
    },
    /// A frame that waited goes on, or does not.
    Released {
        /// The number by which the user named it.
        number: u64,
        /// What it is.
        kind: FrameKind,
        /// Its action.
        action: Arc<str>,
        /// One sentence.
        text: Box<str>,
        /// Its payload as it came.
        held: Box<str>,
        /// The payload with which it goes on, when the user has changed it.
        edited: Option<Box<str>>,
    },
    /// A call got no answer in time.
    Timeout {
        /// The exchange of the call.
        exchange: u64,
        /// The action of the call.
        action: Arc<str>,
        /// How long we waited.
        after: Duration,
    },
    /// A call could not be delivered, so no answer will come.
    Unreachable {
        /// The exchange of the call.
        exchange: u64,
        /// The action of the call.
        action: Arc<str>,
        /// One sentence.
        reason: Box<str>,
        /// The attempt to connect that failed; `None` where there was none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attempt: Option<Box<ConnectionAttempt>>,
    },
    /// A call of the peer gets no answer from us.
    Unanswered {
        /// The exchange of the call.
        exchange: u64,
        /// The action of the call.
        action: Arc<str>,
        /// Who decided that.
        by: SilenceCause,
    },
    /// A WebSocket ping or pong.
    Ping {
        /// Which way it went.
        direction: Direction,
        /// True for a pong.
        pong: bool,
        /// For a received pong: the time since our ping.
        round_trip: Option<Duration>,
    },
    /// Calls that wait behind the one in flight. Changes the station's row and makes no record.
    Queue {
        /// How many of our calls wait for an answer.
        in_flight: u32,
        /// How many wait to be sent.
        queued: u32,
    },
    /// A central system of ours waits for stations, or a charge point of ours for SOAP requests.
    Listening {
        /// The bound address.
        address: SocketAddr,
        /// The URL for others, with a place for the identity where they have to name one.
        url: Box<str>,
        /// The transports that are spoken there.
        transports: Vec<Transport>,
    },
    /// Something worth a line: a failure of ours, a definition that could not be read.
    Note {
        /// Whether it is a failure.
        failure: bool,
        /// One sentence.
        text: Box<str>,
    },
    /// A line of the session whose meaning is fixed.
    TypedNote(NoteTopic),
    /// A message that the user should see at once, as a plugin sent it.
    Toast {
        /// One sentence.
        text: Box<str>,
    },
}

/// A frame as it stood on the wire, with what was understood of it.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Frame {
    /// Which way it went.
    pub direction: Direction,
    /// What it is.
    pub kind: FrameKind,
    /// The action; for results and errors that of the call they answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Arc<str>>,
    /// The text, byte for byte (of a binary frame: its bytes as hexadecimal digits).
    #[serde(skip)]
    pub text: FrameText,
    /// What reading the envelope found, or the payload of a message that is signed; `None` for another frame of OCPP-J, and for a text
    /// that is no envelope.
    #[serde(skip)]
    pub content: Option<Box<FrameContent>>,
    /// Links a call with its answer, and that with an error about it: unique per call in the session. `None` when there is nothing to link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange: Option<u64>,
    /// The code of an error frame, when it is one that we know; of a received result that breaks the definitions, the code that a call
    /// would be refused with for the same fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<ErrorCode>,
    /// What is wrong with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// A sentence about the frame as a whole: why it could not be read, that it came late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<Box<str>>,
    /// The origin of the frame, when it is not the default one; not a fault. Shared, because the record keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Arc<FrameOrigin>>,
}

impl Frame {
    /// How it passed, for a frame of a pair.
    pub fn passage(&self) -> Option<&FramePassage> {
        self.origin.as_ref()?.passage.as_ref()
    }

    /// It left so long after it came. Without effect on a frame of no pair.
    pub fn left_after(&mut self, held: Duration) {
        if let Some(passage) = self.origin.as_mut().and_then(Arc::get_mut).and_then(|origin| origin.passage.as_mut()) {
            passage.held_micros = u32::try_from(held.as_micros()).unwrap_or(u32::MAX);
        }
    }

    /// A frame of which nothing else is known.
    pub fn new(direction: Direction, kind: FrameKind, text: FrameText) -> Frame {
        Frame {
            direction,
            kind,
            action: None,
            text,
            content: None,
            exchange: None,
            code: None,
            findings: Vec::new(),
            remark: None,
            origin: None,
        }
    }
}

/// Who decided that a call of the peer gets no answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum SilenceCause {
    /// What stands behind the link: the simulator.
    #[default]
    Behaviour,
    /// An answer rule, or a scenario.
    Rule,
    /// A plugin.
    Plugin,
    /// The user, who dropped the frame while it waited.
    User,
}

impl SilenceCause {
    /// Its name in exports.
    pub const fn name(self) -> &'static str {
        match self {
            SilenceCause::Behaviour => "behaviour",
            SilenceCause::Rule => "rule",
            SilenceCause::Plugin => "plugin",
            SilenceCause::User => "user",
        }
    }
}

/// Where a frame comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FrameOrigin {
    /// It is a binary frame; its text are the bytes as hexadecimal digits.
    pub binary: bool,
    /// It left as the user typed it, or is the answer to such a frame.
    pub typed_by_user: bool,
    /// It is signed: the protected header of the signature as JSON. Nothing was verified.
    pub signed: Option<Box<str>>,
    /// Its HTTP headers as a JSON object, where they are to be shown.
    pub http_headers: Option<Box<str>>,
    /// The head of the HTTP message that brought it: the start line and the fields, a line each. Of a frame of ours it is not kept.
    pub http_head: Option<Arc<str>>,
    /// How it passed, for a frame of a pair.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passage: Option<FramePassage>,
    /// Where secrets were replaced in it: JSON pointers into the payload of an envelope, else into the text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub masked: Vec<String>,
}

/// Why a simulated station has no link and will try again.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum RetryCause {
    /// Its link went down.
    Lost(CloseReason),
    /// It could not be connected.
    Failed {
        /// The error in words.
        reason: Box<str>,
        /// The heads of the request and the answer, as far as there were any.
        handshake: ConnectionAttempt,
    },
}

/// Lines of the session with a fixed meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum NoteTopic {
    /// A charge point of ours begins to send pings by itself.
    PingsEnabled,
}

/// The text of a frame; a received one shares the buffer it was read into until it is recorded.
pub type FrameText = tokio_tungstenite::tungstenite::Utf8Bytes;
