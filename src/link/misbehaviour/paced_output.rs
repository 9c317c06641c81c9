//! Bytes that were accepted from a writer and leave later: at once, or one by one with pauses.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::AsyncWrite;
use tokio::time::{Instant, Sleep, sleep_until};

/// What waits to be written to a socket.
#[derive(Debug, Default)]
pub(in crate::link) struct PacedOutput {
    bytes: Vec<u8>,
    written: usize,
    /// The time between two bytes.
    pause: Option<Duration>,
    /// Until when nothing leaves.
    sleep: Option<Pin<Box<Sleep>>>,
    /// The connection ends behind what waits.
    ends: bool,
}

impl PacedOutput {
    /// Adds what leaves behind the rest.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Nothing leaves for this time.
    pub fn hold(&mut self, delay: Duration) {
        if !delay.is_zero() {
            self.sleep = Some(Box::pin(sleep_until(Instant::now() + delay)));
        }
    }

    /// What waits leaves byte by byte with this time between them; what is added once it has left does not.
    pub fn pace(&mut self, pause: Duration) {
        self.pause = Some(pause);
    }

    /// The connection ends behind what was added so far.
    pub fn end(&mut self) {
        self.ends = true;
    }

    /// Whether everything was written.
    pub fn is_empty(&self) -> bool {
        self.written == self.bytes.len()
    }

    /// Writes what waits.
    pub fn poll_drain<S: AsyncWrite + Unpin>(
        &mut self,
        mut socket: Pin<&mut S>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        while !self.is_empty() {
            if let Some(sleep) = &mut self.sleep {
                ready!(sleep.as_mut().poll(context));
                self.sleep = None;
            }
            let end = if self.pause.is_some() { self.written + 1 } else { self.bytes.len() };
            let written = ready!(socket.as_mut().poll_write(context, &self.bytes[self.written..end]))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.written += written;
            if let Some(pause) = self.pause {
                // A byte that stays in a buffer would not be one that comes alone.
                let _ = socket.as_mut().poll_flush(context)?;
                self.hold(pause);
            }
        }
        if self.written > 0 {
            self.bytes.clear();
            (self.written, self.pause) = (0, None);
        }
        if self.ends {
            ready!(socket.as_mut().poll_shutdown(context))?;
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::BrokenPipe, "ended on purpose")));
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::io::{AsyncReadExt, duplex};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn bytes_leave_one_by_one_with_pauses() {
        let (mut ours, mut theirs) = duplex(64);
        let began = Instant::now();
        let mut output = PacedOutput::default();
        output.hold(Duration::from_secs(2));
        output.pace(Duration::from_millis(100));
        output.push(b"abc");
        let writing = tokio::spawn(async move {
            poll_fn(|context| output.poll_drain(Pin::new(&mut ours), context)).await.unwrap();
            assert!(output.is_empty());
            output.push(b"def");
            poll_fn(|context| output.poll_drain(Pin::new(&mut ours), context)).await.unwrap();
        });
        let mut arrived = Vec::new();
        let mut buffer = [0; 8];
        while let Ok(count @ 1..) = theirs.read(&mut buffer).await {
            arrived.push((began.elapsed().as_millis(), buffer[..count].to_vec()));
        }
        writing.await.unwrap();
        let arrived: Vec<_> = arrived.iter().map(|(when, bytes)| (*when, &bytes[..])).collect();
        assert_eq!(arrived[..2], [(2000, &b"a"[..]), (2100, b"b")]);
        assert_eq!(arrived[2..].iter().flat_map(|(_, bytes)| bytes.to_vec()).collect::<Vec<_>>(), b"cdef");
    }
}
