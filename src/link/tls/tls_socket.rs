//! The socket of a link that TLS secures. It reads and writes like any other; what TLS agreed on goes with it.

use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::TlsStream;

use super::names::{group_name, suite_name, version_name};
use super::tap::TappedSocket;
use crate::trace::TlsFacts;

/// A secured socket.
#[derive(Debug)]
pub(in crate::link) struct TlsSocket<S> {
    stream: TlsStream<TappedSocket<S>>,
    facts: Arc<TlsFacts>,
}

impl<S> TlsSocket<S> {
    /// The socket after its handshake, with what is known of that already.
    pub(super) fn new(mut stream: TlsStream<TappedSocket<S>>, facts: TlsFacts) -> TlsSocket<S> {
        let (socket, agreed) = stream.get_mut();
        socket.observe(None);
        let facts = TlsFacts {
            version: agreed.protocol_version().map(version_name),
            cipher_suite: agreed.negotiated_cipher_suite().map(|suite| suite_name(suite.suite())),
            key_exchange: agreed.negotiated_key_exchange_group().map(|group| group_name(group.name())),
            application_protocol: agreed.alpn_protocol().map(|name| String::from_utf8_lossy(name).into()),
            ..facts
        };
        TlsSocket { stream, facts: Arc::new(facts) }
    }

    /// What TLS agreed on.
    pub fn facts(&self) -> &Arc<TlsFacts> {
        &self.facts
    }

    /// The socket below.
    pub fn below(&self) -> &S {
        self.stream.get_ref().0.socket()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for TlsSocket<S> {
    /// A peer that ends the connection without saying so in TLS (RFC 8446 §6.1) ends it all the same, as without TLS.
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.get_mut().stream).poll_read(context, buffer) {
            Poll::Ready(Err(error)) if error.kind() == ErrorKind::UnexpectedEof => Poll::Ready(Ok(())),
            read => read,
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for TlsSocket<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }

    fn poll_write_vectored(self: Pin<&mut Self>, context: &mut Context<'_>, pieces: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
