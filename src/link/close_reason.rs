//! How the end of a link appears on the wire: close frames of the peer and ours, errors of the socket. The reason
//! itself is [`CloseReason`]. When a link ends is decided in `websocket`.

use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::trace::{CloseReason, WireFault};

/// The text of our close frame when a newer link has the same identity. A charge point of ours that receives it, with
/// its code, from another session stays down. If it reconnected, the two would replace each other without end. The text
/// is part of the wire format.
const REPLACED_ON_THE_WIRE: &str = "replaced by a newer connection with the same identity";

/// How we end a link.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum LinkFarewell<'a> {
    /// Without a close frame.
    Cut,
    /// With a close frame that has no code.
    Bare,
    /// With a close frame.
    Close(CloseCode, &'a str),
}

/// How we end a link for this reason.
pub(super) fn farewell(reason: &CloseReason) -> LinkFarewell<'_> {
    let (code, text) = match reason {
        // What is broken carries no close frame any more.
        CloseReason::Cut | CloseReason::Broken(WireFault::Io(_)) => return LinkFarewell::Cut,
        CloseReason::OtherLeg(other) => return passed_on(other),
        CloseReason::Disconnected => (CloseCode::Normal, "closed by the other side's user"),
        CloseReason::Restarts(_) => (CloseCode::Away, "the charge point restarts"),
        CloseReason::Replaced => (CloseCode::Policy, REPLACED_ON_THE_WIRE),
        CloseReason::OtherStation => (CloseCode::Policy, "the certificate is that of another station"),
        CloseReason::Shutdown => (CloseCode::Away, "the other side ends"),
        CloseReason::Broken(WireFault::TooLarge(_)) => (CloseCode::Size, ""),
        CloseReason::Broken(WireFault::NotUtf8) => (CloseCode::Invalid, ""),
        CloseReason::Broken(
            WireFault::Protocol(_) | WireFault::NoCloseFrame | WireFault::ReservedBits | WireFault::CloseCode,
        ) => (CloseCode::Protocol, ""),
        CloseReason::Broken(_)
        | CloseReason::ClosedByPeer { .. }
        | CloseReason::PeerGone
        | CloseReason::PeerBlocked(_)
        | CloseReason::VersionChanged(_)
        | CloseReason::StaysDown
        | CloseReason::TaskFailed => (CloseCode::Normal, ""),
    };
    LinkFarewell::Close(code, text)
}

/// What a peer did on the other link of a pair is done on this one. What broke there without a close frame is cut here.
fn passed_on(reason: &CloseReason) -> LinkFarewell<'_> {
    match reason {
        CloseReason::ClosedByPeer { code: None, .. } => LinkFarewell::Bare,
        CloseReason::ClosedByPeer { code: Some(code), text } => LinkFarewell::Close(CloseCode::from(*code), text),
        CloseReason::Disconnected | CloseReason::Replaced | CloseReason::Shutdown => farewell(reason),
        _ => LinkFarewell::Cut,
    }
}

/// The peer closed the link. `sent` gives code and reason of its frame from the bytes that came.
pub(super) fn closed_by_peer(frame: Option<CloseFrame>, sent: impl FnOnce() -> Option<(u16, String)>) -> CloseReason {
    match frame {
        Some(frame) if is_substitute(&frame) => match sent() {
            Some((code, text)) => CloseReason::ClosedByPeer { code: Some(code), text: text.into() },
            None => CloseReason::Broken(WireFault::CloseCode),
        },
        Some(CloseFrame { code: CloseCode::Policy, reason }) if reason.as_str() == REPLACED_ON_THE_WIRE => {
            CloseReason::Replaced
        }
        Some(CloseFrame { code, reason }) => {
            CloseReason::ClosedByPeer { code: Some(u16::from(code)), text: reason.as_str().into() }
        }
        None => CloseReason::ClosedByPeer { code: None, text: Box::default() },
    }
}

/// Whether a frame may be the one that the library puts in place of a close frame with a code that it does not allow.
fn is_substitute(frame: &CloseFrame) -> bool {
    frame.code == CloseCode::Protocol && frame.reason.as_str() == "Protocol violation"
}

/// The wire broke.
pub(super) fn broken(error: &Error) -> CloseReason {
    CloseReason::Broken(wire_fault(error))
}

/// What an error of the socket means.
pub(super) fn wire_fault(error: &Error) -> WireFault {
    match error {
        Error::ConnectionClosed | Error::AlreadyClosed => WireFault::Closed,
        Error::Io(error) => WireFault::Io(error.to_string().into()),
        Error::Capacity(error) => WireFault::TooLarge(error.to_string().into()),
        Error::Utf8(_) => WireFault::NotUtf8,
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => WireFault::NoCloseFrame,
        Error::Protocol(ProtocolError::NonZeroReservedBits) => WireFault::ReservedBits,
        Error::Protocol(error) => WireFault::Protocol(error.to_string().into()),
        other => WireFault::Other(other.to_string().into()),
    }
}
