//! One direction of a TCP connection: its segments in the order of their numbers, each byte once (RFC 9293 §3.4). What the capture lacks is
//! given up when the other side has acknowledged it, or when too much waits behind it.

use std::collections::BTreeMap;

/// So many bytes may wait behind a gap.
const WAITING: usize = 4 << 20;
/// So many packets of the connection are awaited before something that was acknowledged is given up: captures may swap packets.
const PATIENCE: u32 = 3;
/// The same for what was not acknowledged.
const LONG_PATIENCE: u32 = 200;

/// What comes out of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum StreamPiece {
    /// The next bytes.
    Bytes(Vec<u8>),
    /// So many bytes are missing here.
    Lost(u64),
}

/// A direction of a connection.
#[derive(Debug, Default)]
pub(super) struct TcpStream {
    /// The number of the next byte; `None` before the first segment.
    next: Option<u32>,
    /// What is ahead, by its distance from `next` at the time it came, kept current.
    ahead: BTreeMap<u32, Vec<u8>>,
    ahead_bytes: usize,
    /// How many packets of the connection have come since there is a gap.
    waited: u32,
    /// What the other side has acknowledged.
    acknowledged: Option<u32>,
    /// The number behind the last byte, when the end was seen.
    end: Option<u32>,
}

impl TcpStream {
    /// A segment of this direction. A segment that is far from what is expected belongs to another connection of the same ports; then false.
    pub fn put(&mut self, sequence: u32, syn: bool, fin: bool, payload: &[u8]) -> bool {
        let first = if syn { sequence.wrapping_add(1) } else { sequence };
        if fin {
            self.end = Some(first.wrapping_add(payload.len() as u32));
        }
        let next = *self.next.get_or_insert(first);
        let distance = first.wrapping_sub(next) as i32;
        if distance.unsigned_abs() > 1 << 28 {
            return false;
        }
        // A keep-alive repeats the byte before (RFC 9293 §3.8.4).
        let Ok(behind) = usize::try_from(-i64::from(distance)) else {
            self.keep(distance as u32, payload);
            return true;
        };
        if let Some(fresh) = payload.get(behind..).filter(|fresh| !fresh.is_empty()) {
            self.keep(0, fresh);
        }
        true
    }

    fn keep(&mut self, at: u32, payload: &[u8]) {
        if payload.is_empty() {
            return;
        }
        // Of two segments with the same beginning the longer one has all of the other.
        let kept = self.ahead.entry(at).or_default();
        if kept.len() < payload.len() {
            self.ahead_bytes += payload.len() - kept.len();
            *kept = payload.to_vec();
        }
    }

    /// The other side has received everything before this number.
    pub fn acknowledge(&mut self, number: u32) {
        let is_newer = self.acknowledged.is_none_or(|before| (number.wrapping_sub(before) as i32) > 0);
        if is_newer {
            self.acknowledged = Some(number);
        }
    }

    /// Whether the sender has closed it and everything of it was taken.
    pub fn has_ended(&self) -> bool {
        self.end.is_some() && self.end == self.next && self.ahead.is_empty()
    }

    /// What can be taken now. At the end of a capture `all` gives up what did not come.
    pub fn take(&mut self, all: bool) -> Option<StreamPiece> {
        let (&at, _) = self.ahead.first_key_value()?;
        if at > 0 {
            self.waited += 1;
            let acknowledged = self.acknowledged.zip(self.next).is_some_and(|(number, next)| {
                // The gap as a whole.
                (number.wrapping_sub(next) as i32) >= at as i32
            });
            let patience = if acknowledged { PATIENCE } else { LONG_PATIENCE };
            if !all && self.waited < patience && self.ahead_bytes < WAITING {
                return None;
            }
            self.advance(at);
            self.waited = 0;
            return Some(StreamPiece::Lost(u64::from(at)));
        }
        self.waited = 0;
        let bytes = self.ahead.remove(&0)?;
        self.ahead_bytes -= bytes.len();
        self.advance(bytes.len() as u32);
        Some(StreamPiece::Bytes(bytes))
    }

    /// The next byte is further on; what is before it now was received twice.
    fn advance(&mut self, by: u32) {
        self.next = self.next.map(|next| next.wrapping_add(by));
        for (at, bytes) in std::mem::take(&mut self.ahead) {
            self.ahead_bytes -= bytes.len();
            match at.checked_sub(by) {
                Some(at) => self.keep(at, &bytes),
                None => {
                    if let Some(rest) = bytes.get((by - at) as usize..) {
                        self.keep(0, rest);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn drain(stream: &mut TcpStream, all: bool) -> Vec<StreamPiece> {
        std::iter::from_fn(|| stream.take(all)).collect()
    }

    fn bytes(pieces: &[StreamPiece]) -> Vec<u8> {
        let of = |piece: &StreamPiece| match piece {
            StreamPiece::Bytes(bytes) => bytes.clone(),
            StreamPiece::Lost(count) => panic!("{count} lost"),
        };
        pieces.iter().flat_map(of).collect()
    }

    #[test]
    fn segments_come_in_order_and_once() {
        let mut stream = TcpStream::default();
        stream.put(u32::MAX - 1, true, false, b"");
        stream.put(2, false, false, b"defg");
        assert_eq!(drain(&mut stream, false), []);
        stream.put(u32::MAX, false, false, b"abcde");
        stream.put(u32::MAX, false, false, b"ab");
        stream.put(6, false, true, b"h");
        assert_eq!(bytes(&drain(&mut stream, false)), b"abcdefgh");
        assert!(stream.has_ended());
    }

    #[test]
    fn what_was_acknowledged_and_did_not_come_is_given_up() {
        let mut stream = TcpStream::default();
        stream.put(100, false, false, b"ab");
        assert_eq!(bytes(&drain(&mut stream, false)), b"ab");
        stream.put(105, false, false, b"fg");
        assert_eq!(stream.take(false), None);
        stream.acknowledge(107);
        assert_eq!(stream.take(false), None, "packets may be swapped");
        assert_eq!(stream.take(false), Some(StreamPiece::Lost(3)));
        assert_eq!(stream.take(false), Some(StreamPiece::Bytes(b"fg".to_vec())));
        assert!(!stream.put(1 << 30, false, false, b"x"), "another connection");
    }

    proptest! {
        #[test]
        fn any_order_and_any_overlap_give_the_same_bytes(
            text in proptest::collection::vec(any::<u8>(), 1..200),
            cuts in proptest::collection::vec((0usize..200, 1usize..60), 0..30),
            start in any::<u32>(),
        ) {
            let mut stream = TcpStream::default();
            stream.put(start, true, false, b"");
            let first = start.wrapping_add(1);
            let mut taken = Vec::new();
            for (at, length) in cuts {
                let at = at.min(text.len());
                let end = (at + length).min(text.len());
                prop_assert!(stream.put(first.wrapping_add(at as u32), false, false, &text[at..end]));
                if let Some(StreamPiece::Bytes(piece)) = stream.take(false) {
                    taken.extend(piece);
                }
            }
            stream.put(first, false, true, &text);
            taken.extend(bytes(&drain(&mut stream, false)));
            prop_assert_eq!(taken, text);
            prop_assert!(stream.has_ended());
        }
    }
}
