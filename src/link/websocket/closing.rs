//! The closing handshake of a WebSocket (RFC 6455 §7.1.2). When a link is closed, and with which code, is decided elsewhere.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Utf8Bytes};

/// How long the peer may take to answer our close frame.
pub(super) const CLOSE_GRACE: Duration = Duration::from_secs(2);
/// The longest close reason (RFC 6455 §5.5: 125 bytes with the code).
const REASON_LIMIT: usize = 123;

/// Ends the closing handshake (RFC 6455 §7.1.2): sends a close frame, or the answer to the peer's when the peer closed first. Then it
/// waits a little for the end of the connection.
pub(in crate::link) async fn close<S>(stream: &mut WebSocketStream<S>, code: CloseCode, reason: &str)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let reason = Utf8Bytes::from(&reason[..reason.floor_char_boundary(REASON_LIMIT)]);
    close_with(stream, Some(CloseFrame { code, reason })).await;
}

/// The same with this content of the frame, or none.
pub(super) async fn close_with<S>(stream: &mut WebSocketStream<S>, frame: Option<CloseFrame>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let closing = async {
        let sent = match stream.close(frame).await {
            // The peer was first. The library has the answer ready, and writes it when it is flushed.
            Err(Error::Protocol(ProtocolError::SendAfterClosing)) => stream.flush().await,
            sent => sent,
        };
        if sent.is_ok() {
            while let Some(Ok(_)) = stream.next().await {}
        }
    };
    // When the peer does not answer in time, the connection is dropped.
    let _ = timeout(CLOSE_GRACE, closing).await;
}
