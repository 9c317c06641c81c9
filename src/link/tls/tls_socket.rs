//! The socket of a link that TLS secures. It reads and writes like any other; what TLS agreed on goes with it.

use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::TlsStream;

use super::names::{group_name, suite_name, version_name};
#[cfg(feature = "openssl")]
use super::openssl::{OpensslStream, agreed_facts, is_end_of_stream};
use super::tap::TappedSocket;
use crate::trace::TlsFacts;

/// A secured socket.
#[derive(Debug)]
pub(in crate::link) struct TlsSocket<S> {
    stream: SecuredStream<S>,
    facts: Arc<TlsFacts>,
}

/// What secures it.
#[derive(Debug)]
#[cfg_attr(feature = "openssl", expect(clippy::large_enum_variant, reason = "nearly every link has the large one"))]
pub(super) enum SecuredStream<S> {
    /// rustls.
    Rustls(TlsStream<TappedSocket<S>>),
    /// OpenSSL, in a box, because few links have it.
    #[cfg(feature = "openssl")]
    Openssl(Box<OpensslStream<S>>),
}

impl<S> TlsSocket<S> {
    /// The socket after its handshake, with what is known of that already.
    pub(super) fn new(stream: SecuredStream<S>, facts: TlsFacts) -> TlsSocket<S> {
        let (stream, facts) = match stream {
            SecuredStream::Rustls(mut stream) => {
                let (socket, agreed) = stream.get_mut();
                socket.observe(None);
                let facts = TlsFacts {
                    version: agreed.protocol_version().map(version_name),
                    cipher_suite: agreed.negotiated_cipher_suite().map(|suite| suite_name(suite.suite())),
                    key_exchange: agreed.negotiated_key_exchange_group().map(|group| group_name(group.name())),
                    application_protocol: agreed.alpn_protocol().map(|name| String::from_utf8_lossy(name).into()),
                    ..facts
                };
                (SecuredStream::Rustls(stream), facts)
            }
            #[cfg(feature = "openssl")]
            SecuredStream::Openssl(mut stream) => {
                stream.get_mut().observe(None);
                let facts = agreed_facts(stream.ssl(), facts);
                (SecuredStream::Openssl(stream), facts)
            }
        };
        TlsSocket { stream, facts: Arc::new(facts) }
    }

    /// What TLS agreed on.
    pub fn facts(&self) -> &Arc<TlsFacts> {
        &self.facts
    }

    /// The socket below.
    pub fn below(&self) -> &S {
        match &self.stream {
            SecuredStream::Rustls(stream) => stream.get_ref().0.socket(),
            #[cfg(feature = "openssl")]
            SecuredStream::Openssl(stream) => stream.get_ref().socket(),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for TlsSocket<S> {
    /// A peer that ends the connection without saying so in TLS (RFC 8446 §6.1) ends it all the same, as without TLS.
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().stream {
            SecuredStream::Rustls(stream) => match Pin::new(stream).poll_read(context, buffer) {
                Poll::Ready(Err(error)) if error.kind() == ErrorKind::UnexpectedEof => Poll::Ready(Ok(())),
                read => read,
            },
            #[cfg(feature = "openssl")]
            SecuredStream::Openssl(stream) => match Pin::new(&mut **stream).poll_read(context, buffer) {
                Poll::Ready(Err(error)) if is_end_of_stream(&error) => Poll::Ready(Ok(())),
                read => read,
            },
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for TlsSocket<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.get_mut().stream {
            SecuredStream::Rustls(stream) => Pin::new(stream).poll_write(context, bytes),
            #[cfg(feature = "openssl")]
            SecuredStream::Openssl(stream) => Pin::new(&mut **stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().stream {
            SecuredStream::Rustls(stream) => Pin::new(stream).poll_flush(context),
            #[cfg(feature = "openssl")]
            SecuredStream::Openssl(stream) => Pin::new(&mut **stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().stream {
            SecuredStream::Rustls(stream) => Pin::new(stream).poll_shutdown(context),
            #[cfg(feature = "openssl")]
            SecuredStream::Openssl(stream) => Pin::new(&mut **stream).poll_shutdown(context),
        }
    }

    fn poll_write_vectored(self: Pin<&mut Self>, context: &mut Context<'_>, pieces: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        match &mut self.get_mut().stream {
            SecuredStream::Rustls(stream) => Pin::new(stream).poll_write_vectored(context, pieces),
            #[cfg(feature = "openssl")]
            SecuredStream::Openssl(stream) => Pin::new(&mut **stream).poll_write_vectored(context, pieces),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match &self.stream {
            SecuredStream::Rustls(stream) => stream.is_write_vectored(),
            #[cfg(feature = "openssl")]
            SecuredStream::Openssl(stream) => stream.is_write_vectored(),
        }
    }
}
