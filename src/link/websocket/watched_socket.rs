//! The socket below a WebSocket, which keeps the end of what was read last. Where a close frame has a code that may not stand in a frame,
//! the library hands out its own answer in its place; what the peer sent is read from these bytes. While misbehaviours are on, what the
//! library writes passes through them.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::link::misbehaviour::odd_writer::OddWriter;
use crate::link::network::AbortiveClose;

/// The longest close frame (RFC 6455 §5.5): two bytes, the mask, 125 bytes.
const LONGEST: usize = 2 + MASK + 125;
/// The length of a mask.
const MASK: usize = 4;

/// A socket that knows the end of its last read.
#[derive(Debug)]
pub(in crate::link) struct WatchedSocket<S> {
    socket: S,
    last: [u8; LONGEST],
    length: u8,
    /// On links that misbehave on purpose.
    odd: Option<Box<OddWriter>>,
}

impl<S> WatchedSocket<S> {
    /// A socket of which nothing was read.
    pub fn new(socket: S) -> WatchedSocket<S> {
        WatchedSocket { socket, last: [0; LONGEST], length: 0, odd: None }
    }

    /// What misbehaves on this link; `None` when it never did.
    pub fn odd(&mut self) -> &mut Option<Box<OddWriter>> {
        &mut self.odd
    }

    /// Code and reason of the close frame with which the last read ended; `None` when it did not end with one.
    pub fn last_close(&self) -> Option<(u16, String)> {
        let read = &self.last[..usize::from(self.length)];
        (0..read.len()).find_map(|start| close_frame(&read[start..]))
    }

    /// A few bytes are copied for each read of the socket, which costs far less than the read.
    fn keep(&mut self, read: &[u8]) {
        if read.is_empty() {
            return; // the end of the connection, or no room to read into
        }
        let end = &read[read.len().saturating_sub(LONGEST)..];
        self.last[..end.len()].copy_from_slice(end);
        self.length = end.len() as u8; // at most `LONGEST`
    }
}

/// Code and reason of a close frame, when the bytes are just one.
fn close_frame(bytes: &[u8]) -> Option<(u16, String)> {
    const FINAL_CLOSE: u8 = 0x88;
    let (&[FINAL_CLOSE, length], rest) = bytes.split_first_chunk()? else { return None };
    let (mask, payload) = if length & 0x80 == 0 { (&[0; MASK], rest) } else { rest.split_first_chunk::<MASK>()? };
    if payload.len() != usize::from(length & 0x7f) {
        return None;
    }
    let plain: Vec<u8> = payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect();
    let (code, reason) = plain.split_first_chunk()?;
    Some((u16::from_be_bytes(*code), String::from_utf8(reason.to_vec()).ok()?))
}

impl<S: AsyncRead + Unpin> AsyncRead for WatchedSocket<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.odd.as_ref().is_some_and(|odd| odd.is_deaf()) {
            return Poll::Pending; // the order that ends it wakes the link
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.socket).poll_read(context, buffer);
        if matches!(read, Poll::Ready(Ok(()))) {
            this.keep(&buffer.filled()[before..]);
        }
        read
    }
}

impl<S: AsyncWrite + AbortiveClose + Unpin> AsyncWrite for WatchedSocket<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if let Some(odd) = &mut this.odd {
            ready!(odd.poll_drain(Pin::new(&mut this.socket), context))?;
            odd.push(bytes);
            return Poll::Ready(Ok(bytes.len()));
        }
        Pin::new(&mut this.socket).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if let Some(odd) = &mut this.odd {
            ready!(odd.poll_drain(Pin::new(&mut this.socket), context))?;
        }
        Pin::new(&mut this.socket).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if let Some(odd) = &mut this.odd {
            ready!(odd.poll_drain(Pin::new(&mut this.socket), context))?;
        }
        Pin::new(&mut this.socket).poll_shutdown(context)
    }

    fn poll_write_vectored(self: Pin<&mut Self>, context: &mut Context<'_>, pieces: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.odd.is_some() {
            let first = pieces.iter().find(|piece| !piece.is_empty()).map_or(&[][..], |piece| piece);
            return Pin::new(this).poll_write(context, first);
        }
        Pin::new(&mut this.socket).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.odd.is_none() && self.socket.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last_close(read: &[u8]) -> Option<(u16, String)> {
        let mut socket = WatchedSocket::new(());
        socket.keep(read);
        socket.last_close()
    }

    #[test]
    fn a_close_frame_is_found_at_the_end_of_a_read() {
        let closed = |code, reason: &str| Some((code, reason.to_owned()));
        assert_eq!(last_close(&[0x88, 2, 0x03, 0xED]), closed(1005, ""));
        assert_eq!(last_close(&[0x88, 0x84, 1, 2, 3, 4, 0x03 ^ 1, 0xED ^ 2, b'n' ^ 3, b'o' ^ 4]), closed(1005, "no"));
        let behind_a_text = [&[0x81, 2, b'h', b'i'][..], &[0x88, 3, 0, 0, b'x']].concat();
        assert_eq!(last_close(&behind_a_text), closed(0, "x"));
        let behind_much = [&vec![b'y'; 5000][..], &[0x88, 2, 0x13, 0x88]].concat();
        assert_eq!(last_close(&behind_much), closed(5000, ""));
        let longest = [&[b'z'; 9][..], &[0x88, 0xFD, 0, 0, 0, 0, 0x03, 0xEE], &[b'r'; 123]].concat();
        assert_eq!(last_close(&longest), closed(1006, &"r".repeat(123)));
    }

    #[test]
    fn what_is_no_close_frame_is_none() {
        for read in
            [&[][..], &[0x88], &[0x88, 0], &[0x88, 1, 3], &[0x88, 3, 3, 0xED], &[0x89, 2, 3, 0xED], &[0x88, 3, 3, 0xED, 0xFF]]
        {
            assert_eq!(last_close(read), None, "{read:02x?}");
        }
    }

    #[test]
    fn the_end_of_the_connection_forgets_nothing() {
        let mut socket = WatchedSocket::new(());
        socket.keep(&[0x88, 2, 0x03, 0xED]);
        socket.keep(&[]);
        assert_eq!(socket.last_close(), Some((1005, String::new())));
    }
}
