//! Frames of a WebSocket in the bytes of one direction (RFC 6455 §5): unmasked, put together, unpacked. In a stream whose beginning is
//! missing it looks for a frame that carries a message of OCPP.

use super::deflate_reader::DeflateReader;

/// The largest frame that is read.
const LARGEST: u64 = 64 << 20;

/// What a direction says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SocketMessage {
    Text(String),
    Binary(Vec<u8>),
    Ping,
    Pong,
    Close(Option<u16>, String),
    /// Something that cannot be read: a sentence.
    Broken(&'static str),
}

/// The frames of one direction.
pub(super) struct WebSocketReader {
    bytes: Vec<u8>,
    deflate: DeflateReader,
    /// Opcode and payload of a message of several frames, and whether it is packed.
    begun: Option<(u8, bool, Vec<u8>)>,
    /// Whether the next byte is known to begin a frame.
    in_step: bool,
}

/// A frame as it stands in the bytes.
struct RawFrame {
    fin: bool,
    packed: bool,
    opcode: u8,
    masked: bool,
    payload: Vec<u8>,
    length: usize,
}

/// Why there is no frame at the beginning of the bytes.
enum NoFrame {
    /// More bytes are needed.
    Short,
    /// They are no frame.
    Wrong,
}

impl WebSocketReader {
    /// The frames behind a handshake.
    pub fn new(no_takeover: bool) -> WebSocketReader {
        WebSocketReader { bytes: Vec::new(), deflate: DeflateReader::new(no_takeover), begun: None, in_step: true }
    }

    /// The frames of a stream that was there before the capture.
    pub fn in_the_middle() -> WebSocketReader {
        WebSocketReader { in_step: false, ..WebSocketReader::new(false) }
    }

    /// Whether bytes begin a frame with a message of OCPP, for a stream whose beginning is not there. Says whether it is masked.
    pub fn begins(bytes: &[u8]) -> Option<bool> {
        let frame = read_frame(bytes).ok()?;
        let text = std::str::from_utf8(&frame.payload).ok()?.trim_start();
        let is_message = frame.opcode == 1 && !frame.packed && text.starts_with('[') && text.get(1..2).is_some_and(is_type);
        is_message.then_some(frame.masked)
    }

    /// More bytes of the stream.
    pub fn put(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Some bytes of the stream are missing here.
    pub fn lose(&mut self) {
        self.bytes.clear();
        self.begun = None;
        self.in_step = false;
    }

    /// The next message.
    pub fn take(&mut self) -> Option<SocketMessage> {
        loop {
            if !self.in_step {
                // A segment mostly begins with a frame; one that does not is skipped.
                if !starts_plausibly(&self.bytes) {
                    self.bytes.clear();
                    return None;
                }
                self.in_step = true;
            }
            let frame = match read_frame(&self.bytes) {
                Ok(frame) => frame,
                Err(NoFrame::Short) => return None,
                Err(NoFrame::Wrong) => {
                    self.lose();
                    return Some(SocketMessage::Broken("what follows is no frame of a WebSocket"));
                }
            };
            self.bytes.drain(..frame.length);
            if let Some(message) = self.frame(frame) {
                return Some(message);
            }
        }
    }

    fn frame(&mut self, frame: RawFrame) -> Option<SocketMessage> {
        let RawFrame { fin, packed, opcode, payload, .. } = frame;
        match opcode {
            8 => {
                let code = payload.get(..2).map(|code| u16::from_be_bytes([code[0], code[1]]));
                let text = String::from_utf8_lossy(payload.get(2..).unwrap_or_default()).into_owned();
                return Some(SocketMessage::Close(code, text));
            }
            9 => return Some(SocketMessage::Ping),
            10 => return Some(SocketMessage::Pong),
            0 => match &mut self.begun {
                Some((_, _, begun)) if begun.len() as u64 + payload.len() as u64 <= LARGEST => begun.extend(payload),
                _ => {
                    self.begun = None;
                    return Some(SocketMessage::Broken("a message goes on whose beginning is missing"));
                }
            },
            _ => self.begun = Some((opcode, packed, payload)),
        }
        if !fin {
            return None;
        }
        let (opcode, packed, mut payload) = self.begun.take()?;
        if packed {
            match self.deflate.unpack(&payload) {
                Some(unpacked) => payload = unpacked,
                None => return Some(SocketMessage::Broken("a message cannot be unpacked (permessage-deflate)")),
            }
        }
        match opcode {
            2 => Some(SocketMessage::Binary(payload)),
            _ => Some(match String::from_utf8(payload) {
                Ok(text) => SocketMessage::Text(text),
                Err(error) => SocketMessage::Binary(error.into_bytes()),
            }),
        }
    }
}

fn is_type(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || c == '"')
}

/// Whether a frame can begin here: known bits and opcodes, and a text that begins as one of OCPP.
fn starts_plausibly(bytes: &[u8]) -> bool {
    match bytes.first().map(|first| (first & 0x30, first & 0x0f)) {
        Some((0, 8..=10)) => bytes.get(1).is_some_and(|length| length & 0x7f < 126),
        Some((0, 1)) => match read_frame(bytes) {
            Ok(frame) => frame.packed || frame.payload.first() == Some(&b'['),
            Err(NoFrame::Short) => bytes.len() >= 2,
            Err(NoFrame::Wrong) => false,
        },
        _ => false,
    }
}

fn read_frame(bytes: &[u8]) -> Result<RawFrame, NoFrame> {
    let [first, second, rest @ ..] = bytes else { return Err(NoFrame::Short) };
    let (opcode, masked) = (first & 0x0f, second & 0x80 != 0);
    if first & 0x30 != 0 || !matches!(opcode, 0..=2 | 8..=10) {
        return Err(NoFrame::Wrong);
    }
    let (length, mut at) = match second & 0x7f {
        126 => (u64::from(u16::from_be_bytes(rest.get(..2).and_then(|n| n.try_into().ok()).ok_or(NoFrame::Short)?)), 2),
        127 => (u64::from_be_bytes(rest.get(..8).and_then(|n| n.try_into().ok()).ok_or(NoFrame::Short)?), 8),
        length => (u64::from(length), 0),
    };
    if length > LARGEST {
        return Err(NoFrame::Wrong);
    }
    let mut mask = [0; 4];
    if masked {
        mask = rest.get(at..at + 4).and_then(|mask| mask.try_into().ok()).ok_or(NoFrame::Short)?;
        at += 4;
    }
    let end = at + usize::try_from(length).map_err(|_| NoFrame::Wrong)?;
    let payload = rest.get(at..end).ok_or(NoFrame::Short)?;
    let payload = payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect();
    Ok(RawFrame { fin: first & 0x80 != 0, packed: first & 0x40 != 0, opcode, masked, payload, length: 2 + end })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A frame of a client.
    fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let mut bytes = vec![first, 0x80 | payload.len() as u8, 1, 2, 3, 4];
        bytes.extend(payload.iter().zip([1u8, 2, 3, 4].iter().cycle()).map(|(byte, mask)| byte ^ mask));
        bytes
    }

    fn all(reader: &mut WebSocketReader) -> Vec<SocketMessage> {
        std::iter::from_fn(|| reader.take()).collect()
    }

    #[test]
    fn frames_are_put_together_whatever_comes_between() {
        let mut reader = WebSocketReader::new(false);
        let bytes = [frame(0x01, b"[2,"), frame(0x89, b"x"), frame(0x80, b"1]"), frame(0x88, &[3, 232, b'k'])].concat();
        for byte in &bytes[..bytes.len() - 1] {
            reader.put(&[*byte]);
        }
        let first = SocketMessage::Text("[2,1]".into());
        assert_eq!(all(&mut reader), [SocketMessage::Ping, first]);
        reader.put(&bytes[bytes.len() - 1..]);
        assert_eq!(all(&mut reader), [SocketMessage::Close(Some(1000), "k".into())]);
        reader.put(&[0xf0, 0]);
        assert!(matches!(reader.take(), Some(SocketMessage::Broken(_))));
    }

    #[test]
    fn behind_a_gap_it_goes_on_with_the_next_message() {
        let mut reader = WebSocketReader::new(false);
        reader.put(&frame(0x81, b"[2,1]")[..5]);
        reader.lose();
        reader.put(b"rest of something");
        assert_eq!(all(&mut reader), []);
        reader.put(&frame(0x81, b"[3,2]"));
        assert_eq!(all(&mut reader), [SocketMessage::Text("[3,2]".into())]);
        assert_eq!(WebSocketReader::begins(&frame(0x81, b"[2,\"1\"]")), Some(true));
        assert_eq!(WebSocketReader::begins(b"GET / HTTP/1.1"), None);
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_odd(pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..6)) {
            for mut reader in [WebSocketReader::new(false), WebSocketReader::in_the_middle()] {
                for piece in &pieces {
                    reader.put(piece);
                    while reader.take().is_some() {}
                }
            }
        }
    }
}
