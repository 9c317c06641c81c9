//! A socket whose input is observed: the handshake of TLS is kept, and the bytes of an answer are counted. Bytes that were read
//! already are read once more.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_tungstenite::tungstenite::Bytes;

/// Sees the bytes that come.
pub(in crate::link) trait ReadObserver {
    /// These have come.
    fn came(&self, bytes: &[u8]);
}

/// The socket.
#[derive(Debug)]
pub(in crate::link) struct ObservedSocket<S, O> {
    socket: S,
    first: Bytes,
    observer: O,
}

impl<S, O> ObservedSocket<S, O> {
    /// The socket of which these bytes were read already.
    pub fn new(first: Bytes, socket: S, observer: O) -> ObservedSocket<S, O> {
        ObservedSocket { socket, first, observer }
    }

    /// What is below.
    pub fn socket(&self) -> &S {
        &self.socket
    }

    /// What was read already, and not read once more yet.
    #[cfg(feature = "openssl")]
    pub fn unread(&self) -> &[u8] {
        &self.first
    }

    /// Who sees the bytes from now on.
    pub fn observe(&mut self, observer: O) {
        self.observer = observer;
    }
}

impl<S: AsyncRead + Unpin, O: ReadObserver + Unpin> AsyncRead for ObservedSocket<S, O> {
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
        this.observer.came(&buffer.filled()[before..]);
        read
    }
}

impl<S: AsyncWrite + Unpin, O: Unpin> AsyncWrite for ObservedSocket<S, O> {
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
