//! One end of a connection, whichever network it belongs to: bytes in and out.

use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::abortive_close::AbortiveClose;
use super::memory::MemorySocket;
use crate::link::misbehaviour::OddSocket;
use crate::link::tls::TlsSocket;

/// One end of a connection. The rarer kinds are in a box, so that links over TCP do not pay for their room.
#[derive(Debug)]
pub(in crate::link) enum Socket {
    Tcp(TcpStream),
    Memory(Box<MemorySocket>),
    Tls(Box<TlsSocket<Socket>>),
    /// Below a handshake of TLS that is done wrong on purpose.
    Odd(Box<OddSocket<Socket>>),
}

impl Socket {
    /// The address of the other end.
    pub fn peer(&self) -> io::Result<SocketAddr> {
        match self {
            Socket::Tcp(stream) => stream.peer_addr(),
            Socket::Memory(socket) => Ok(socket.peer),
            Socket::Tls(socket) => socket.below().peer(),
            Socket::Odd(socket) => socket.below().peer(),
        }
    }

    /// Waits for bytes and copies the first ones without taking them; none at the end of the stream. In memory there are no proxies, for
    /// which this is, and so it copies none there.
    pub async fn peek(&self, bytes: &mut [u8]) -> io::Result<usize> {
        match self {
            Socket::Tcp(stream) => stream.peek(bytes).await,
            // What a proxy says comes before TLS.
            Socket::Memory(_) | Socket::Tls(_) | Socket::Odd(_) => Ok(0),
        }
    }

    /// Lets small messages leave at once instead of waiting for an acknowledgement.
    pub fn set_nodelay(&self) {
        match self {
            // Without it messages arrive too, only later.
            Socket::Tcp(stream) => drop(stream.set_nodelay(true)),
            Socket::Memory(_) => {}
            Socket::Tls(socket) => socket.below().set_nodelay(),
            Socket::Odd(socket) => socket.below().set_nodelay(),
        }
    }
}

impl AbortiveClose for Socket {
    fn abort_when_dropped(&self) {
        match self {
            // Without it the peer gets an orderly end inside of a frame.
            Socket::Tcp(stream) => drop(stream.set_zero_linger()),
            Socket::Tls(socket) => socket.below().abort_when_dropped(),
            Socket::Odd(socket) => socket.below().abort_when_dropped(),
            Socket::Memory(_) => {}
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Socket::Tcp(stream) => Pin::new(stream).poll_read(context, buffer),
            Socket::Memory(socket) => Pin::new(&mut socket.stream).poll_read(context, buffer),
            Socket::Tls(socket) => Pin::new(&mut **socket).poll_read(context, buffer),
            Socket::Odd(socket) => Pin::new(&mut **socket).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Socket::Tcp(stream) => Pin::new(stream).poll_write(context, bytes),
            Socket::Memory(socket) => Pin::new(&mut socket.stream).poll_write(context, bytes),
            Socket::Tls(socket) => Pin::new(&mut **socket).poll_write(context, bytes),
            Socket::Odd(socket) => Pin::new(&mut **socket).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Socket::Tcp(stream) => Pin::new(stream).poll_flush(context),
            Socket::Memory(socket) => Pin::new(&mut socket.stream).poll_flush(context),
            Socket::Tls(socket) => Pin::new(&mut **socket).poll_flush(context),
            Socket::Odd(socket) => Pin::new(&mut **socket).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Socket::Tcp(stream) => Pin::new(stream).poll_shutdown(context),
            Socket::Memory(socket) => Pin::new(&mut socket.stream).poll_shutdown(context),
            Socket::Tls(socket) => Pin::new(&mut **socket).poll_shutdown(context),
            Socket::Odd(socket) => Pin::new(&mut **socket).poll_shutdown(context),
        }
    }

    fn poll_write_vectored(self: Pin<&mut Self>, context: &mut Context<'_>, pieces: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Socket::Tcp(stream) => Pin::new(stream).poll_write_vectored(context, pieces),
            Socket::Memory(socket) => Pin::new(&mut socket.stream).poll_write_vectored(context, pieces),
            Socket::Tls(socket) => Pin::new(&mut **socket).poll_write_vectored(context, pieces),
            Socket::Odd(socket) => Pin::new(&mut **socket).poll_write_vectored(context, pieces),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Socket::Tcp(stream) => stream.is_write_vectored(),
            Socket::Memory(socket) => socket.stream.is_write_vectored(),
            Socket::Tls(socket) => socket.is_write_vectored(),
            Socket::Odd(socket) => socket.is_write_vectored(),
        }
    }
}
