//! Why a link ends, in words and as a close frame. When it ends is `websocket`'s.

use std::time::Duration;

use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

/// Why a central system closes the older of two links with one identity. A charge point that hears it stays down, or the two would
/// throw each other out for ever.
pub const REPLACED: &str = "replaced by a newer connection with the same identity";

/// How a link is said to end that a person closed.
pub const CLOSED_BY_US: &str = "closed by us";
/// How a link is said to end that a person cut without a goodbye.
pub const CUT_BY_US: &str = "cut by us";
/// How a link is said to end that was up when the program ended.
pub const SESSION_ENDS: &str = "the session ends";

/// Why a link of our charge point went down by itself.
const RESTARTS: &str = "the charge point restarts";

/// Why a link ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CloseReason {
    /// The wire broke or the peer closed.
    Lost {
        /// One sentence.
        reason: String,
        /// What we say in our own close frame, if the wire still takes one.
        code: CloseCode,
    },
    /// A person asked for it.
    Disconnected,
    /// A person wanted the connection cut.
    Cut,
    /// Our charge point restarts and is back after this time.
    Restarts(Duration),
    /// A newer link has its place.
    Replaced,
    /// The session ends.
    Shutdown,
}

impl CloseReason {
    /// Why, in words.
    pub fn reason(&self) -> String {
        match self {
            CloseReason::Lost { reason, .. } => reason.clone(),
            CloseReason::Disconnected => CLOSED_BY_US.to_owned(),
            CloseReason::Cut => CUT_BY_US.to_owned(),
            CloseReason::Restarts(_) => RESTARTS.to_owned(),
            CloseReason::Replaced => REPLACED.to_owned(),
            CloseReason::Shutdown => SESSION_ENDS.to_owned(),
        }
    }

    /// What our close frame says; `None` when none is sent.
    pub const fn goodbye(&self) -> Option<(CloseCode, &'static str)> {
        match self {
            CloseReason::Lost { code, .. } => Some((*code, "")),
            CloseReason::Disconnected => Some((CloseCode::Normal, "closed by the other side's user")),
            CloseReason::Cut => None,
            CloseReason::Restarts(_) => Some((CloseCode::Away, RESTARTS)),
            CloseReason::Replaced => Some((CloseCode::Policy, REPLACED)),
            CloseReason::Shutdown => Some((CloseCode::Away, "the other side ends")),
        }
    }
}

/// The peer closed the link.
pub(super) fn closed_by_peer(frame: Option<CloseFrame>) -> CloseReason {
    gone(match frame {
        Some(CloseFrame { code: CloseCode::Policy, reason }) if reason.as_str() == REPLACED => return CloseReason::Replaced,
        Some(CloseFrame { code, reason }) if reason.is_empty() => format!("closed by the peer with code {}", u16::from(code)),
        Some(CloseFrame { code, reason }) => format!("closed by the peer with code {}: {reason}", u16::from(code)),
        None => "closed by the peer".to_owned(),
    })
}

/// The peer takes nothing in.
pub(super) fn unread(limit: Duration) -> CloseReason {
    gone(format!("the peer read nothing for {} s", limit.as_secs()))
}

/// The link is lost, for this reason.
pub(super) fn gone(reason: String) -> CloseReason {
    CloseReason::Lost { reason, code: CloseCode::Normal }
}

/// The wire broke.
pub(super) fn broken(error: &Error) -> CloseReason {
    let code = match error {
        Error::Capacity(_) => CloseCode::Size,
        Error::Utf8(_) => CloseCode::Invalid,
        Error::Protocol(_) => CloseCode::Protocol,
        _ => CloseCode::Normal,
    };
    CloseReason::Lost { reason: lost(error), code }
}

/// A sentence for an error of the wire.
pub(super) fn lost(error: &Error) -> String {
    match error {
        Error::ConnectionClosed | Error::AlreadyClosed => "the connection is closed".to_owned(),
        Error::Io(error) => format!("the connection broke: {error}"),
        Error::Capacity(error) => format!("a message is too large: {error}"),
        Error::Utf8(_) => "a text frame is not UTF-8".to_owned(),
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => "the connection ended without a goodbye".to_owned(),
        Error::Protocol(error) => format!("the peer breaks the WebSocket protocol: {error}"),
        other => other.to_string(),
    }
}
