//! The socket below a handshake of TLS that is done wrong on purpose: how its bytes leave.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::paced_output::PacedOutput;
use crate::link::network::AbortiveClose;

/// A socket below a handshake that is done wrong on purpose.
#[derive(Debug)]
pub(in crate::link) struct OddSocket<S> {
    pub(super) socket: S,
    pub(super) output: OddOutput,
    /// Set once the handshake has succeeded: from then on bytes leave at once.
    pub(super) is_over: Arc<AtomicBool>,
}

/// How the bytes of a handshake leave that is done wrong on purpose.
#[derive(Debug)]
pub(super) enum OddOutput {
    /// Byte by byte, after a delay.
    Slow {
        /// The time before the first byte, until it has begun.
        delay: Duration,
        /// The time between two bytes.
        pause: Duration,
        /// What waits.
        output: PacedOutput,
    },
    /// Not at all.
    Silent,
    /// The answer to what the peer sent is cut in half, and the connection is reset.
    Reset {
        /// Whether the peer has sent something.
        has_read: bool,
    },
}

impl<S> OddSocket<S> {
    /// The socket below.
    pub fn below(&self) -> &S {
        &self.socket
    }
}

impl<S: AsyncWrite + Unpin> OddSocket<S> {
    /// Writes what waits.
    fn poll_drain(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.output {
            OddOutput::Slow { output, .. } => output.poll_drain(Pin::new(&mut self.socket), context),
            OddOutput::Silent | OddOutput::Reset { .. } => Poll::Ready(Ok(())),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for OddSocket<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        // The library does not flush again while it waits for an answer.
        let _ = this.poll_drain(context)?;
        ready!(Pin::new(&mut this.socket).poll_read(context, buffer))?;
        if let OddOutput::Reset { has_read } = &mut this.output {
            *has_read = true;
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + AbortiveClose + Unpin> AsyncWrite for OddSocket<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(this.poll_drain(context))?;
        if this.is_over.load(Ordering::Relaxed) {
            return Pin::new(&mut this.socket).poll_write(context, bytes);
        }
        match &mut this.output {
            OddOutput::Slow { delay, pause, output } => {
                output.hold(std::mem::take(delay));
                output.pace(*pause);
                output.push(bytes);
                Poll::Ready(Ok(bytes.len()))
            }
            OddOutput::Silent => Poll::Ready(Ok(bytes.len())),
            OddOutput::Reset { has_read: false } => Pin::new(&mut this.socket).poll_write(context, bytes),
            OddOutput::Reset { has_read: true } => {
                ready!(Pin::new(&mut this.socket).poll_write(context, &bytes[..bytes.len().div_ceil(2)]))?;
                this.socket.abort_when_dropped();
                Poll::Ready(Err(io::Error::new(io::ErrorKind::ConnectionReset, "reset on purpose")))
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_drain(context))?;
        Pin::new(&mut this.socket).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_drain(context))?;
        Pin::new(&mut this.socket).poll_shutdown(context)
    }
}
