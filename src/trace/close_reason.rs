//! Why a link ended, as a fact. The sentence is made in `describe`; what our close frame carries is in `link::close_reason`.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::ocpp::Version;

/// Why a link ended, or why a charge point of ours is down.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum CloseReason {
    /// The user closed it.
    Disconnected,
    /// The user cut it without a close frame.
    Cut,
    /// A newer link of the same identity has its place.
    Replaced,
    /// The session ends.
    Shutdown,
    /// Our charge point restarts and connects again after this time.
    Restarts(Duration),
    /// The peer sent a close frame.
    ClosedByPeer {
        /// Its code, when it had one.
        code: Option<u16>,
        /// Its text.
        text: Box<str>,
    },
    /// The peer closed the connection without a close frame.
    PeerGone,
    /// The peer read nothing for this time.
    PeerBlocked(Duration),
    /// The wire broke.
    Broken(WireFault),
    /// A station that speaks SOAP speaks this version from now on; the link goes on in it.
    VersionChanged(Version),
    /// The other link of the pair ended, for this reason.
    OtherLeg(Box<CloseReason>),
    /// The station says of itself what does not fit its certificate.
    OtherStation,
    /// The user broke an attempt to connect off; the charge point stays down.
    StaysDown,
    /// The task of the link panicked.
    TaskFailed,
}

impl CloseReason {
    /// A word for programs.
    pub const fn name(&self) -> &'static str {
        match self {
            CloseReason::Disconnected => "disconnected",
            CloseReason::Cut => "cut",
            CloseReason::Replaced => "replaced",
            CloseReason::Shutdown => "shutdown",
            CloseReason::Restarts(_) => "restarts",
            CloseReason::ClosedByPeer { .. } => "closedByPeer",
            CloseReason::PeerGone => "peerGone",
            CloseReason::PeerBlocked(_) => "peerBlocked",
            CloseReason::Broken(_) => "broken",
            CloseReason::VersionChanged(_) => "versionChanged",
            CloseReason::OtherLeg(_) => "otherLeg",
            CloseReason::OtherStation => "otherStation",
            CloseReason::StaysDown => "staysDown",
            CloseReason::TaskFailed => "taskFailed",
        }
    }
}

/// Whether a close frame may have this code (RFC 6455 §7.4.1 and §7.4.2, and the codes that were registered since).
pub const fn may_stand_in_frame(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}

/// Why a connection broke.
#[derive(Debug, Clone, PartialEq, Eq, Error, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum WireFault {
    /// It was closed before.
    #[error("the connection is closed")]
    Closed,
    /// The operating system reports an error.
    #[error("the connection broke: {0}")]
    Io(Box<str>),
    /// A message is longer than our limit.
    #[error("a message is too large: {0}")]
    TooLarge(Box<str>),
    /// A text frame is not UTF-8.
    #[error("a text frame is not UTF-8")]
    NotUtf8,
    /// The connection ended without a close frame.
    #[error("the connection ended without a goodbye")]
    NoCloseFrame,
    /// The peer breaks RFC 6455.
    #[error("the peer breaks the WebSocket protocol: {0}")]
    Protocol(Box<str>),
    /// A frame has reserved bits set.
    #[error(
        "the peer breaks the WebSocket protocol: a frame has reserved bits set; it is probably compressed, and no compression was \
         agreed on (RFC 6455 §5.2)"
    )]
    ReservedBits,
    /// A close frame has a code that it may not have, and it is not known which.
    #[error("the peer closed with a code that may not stand in a frame (RFC 6455 §7.4.1)")]
    CloseCode,
    /// Something else.
    #[error("{0}")]
    Other(Box<str>),
}
