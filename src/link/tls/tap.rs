//! The socket below TLS. Bytes that were read to recognise TLS are read once more, and what comes during the handshake is kept: the offer
//! of a client, and the bytes of a peer that speaks no TLS.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_tungstenite::tungstenite::Bytes;

use crate::link::network::Socket;

/// How much is kept; a ClientHello with keys for every group fits.
const KEPT: usize = 16 * 1024;

/// What came during a handshake. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct HandshakeTap(Arc<Mutex<Vec<u8>>>);

impl HandshakeTap {
    /// The bytes so far.
    pub fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, bytes: &[u8]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = KEPT.saturating_sub(kept.len());
        kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }
}

/// A socket below TLS.
#[derive(Debug)]
pub(super) struct TappedSocket {
    socket: Socket,
    first: Bytes,
    tap: Option<HandshakeTap>,
}

impl TappedSocket {
    /// The socket of which these bytes were read already.
    pub fn new(first: Bytes, socket: Socket, tap: HandshakeTap) -> TappedSocket {
        TappedSocket { socket, first, tap: Some(tap) }
    }

    /// The handshake is over, and nothing is kept any more.
    pub fn close_tap(&mut self) {
        self.tap = None;
    }

    /// The socket.
    pub fn socket(&self) -> &Socket {
        &self.socket
    }
}

impl AsyncRead for TappedSocket {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let read = if this.first.is_empty() {
            Pin::new(&mut this.socket).poll_read(context, buffer)
        } else {
            let length = this.first.len().min(buffer.remaining());
            buffer.put_slice(&this.first.split_to(length));
            if this.first.is_empty() {
                this.first = Bytes::new(); // the memory is not needed any more
            }
            Poll::Ready(Ok(()))
        };
        if let Some(tap) = &this.tap {
            tap.keep(&buffer.filled()[before..]);
        }
        read
    }
}

impl AsyncWrite for TappedSocket {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().socket).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_shutdown(context)
    }

    fn poll_write_vectored(self: Pin<&mut Self>, context: &mut Context<'_>, pieces: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().socket).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }
}
