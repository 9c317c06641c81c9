//! Frames of a WebSocket as bytes (RFC 6455 §5.2): taken apart where our library has written right ones, and put together as no library
//! would. Pure.

use std::io::Cursor;

use tokio_tungstenite::tungstenite::protocol::frame::FrameHeader;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Control, Data, OpCode};

/// A frame with its payload unmasked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WebSocketFrame {
    pub opcode: OpCode,
    pub is_final: bool,
    pub payload: Vec<u8>,
}

/// How frames are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct WebSocketFrameForm {
    pub masked: bool,
    pub reserved_bit: bool,
}

impl WebSocketFrame {
    pub fn new(opcode: OpCode, payload: impl Into<Vec<u8>>) -> WebSocketFrame {
        WebSocketFrame { opcode, is_final: true, payload: payload.into() }
    }

    /// A close frame with any code.
    pub fn close(code: u16, reason: &str) -> WebSocketFrame {
        WebSocketFrame::new(OpCode::Control(Control::Close), [&code.to_be_bytes(), reason.as_bytes()].concat())
    }

    pub fn ping() -> WebSocketFrame {
        WebSocketFrame::new(OpCode::Control(Control::Ping), [])
    }

    pub fn pong() -> WebSocketFrame {
        WebSocketFrame::new(OpCode::Control(Control::Pong), [])
    }

    pub fn text(payload: impl Into<Vec<u8>>) -> WebSocketFrame {
        WebSocketFrame::new(OpCode::Data(Data::Text), payload)
    }

    /// Whether it carries a message and not the state of the connection.
    pub fn is_data(&self) -> bool {
        matches!(self.opcode, OpCode::Data(_))
    }

    pub fn is_close(&self) -> bool {
        self.opcode == OpCode::Control(Control::Close)
    }

    pub fn is_pong(&self) -> bool {
        self.opcode == OpCode::Control(Control::Pong)
    }

    /// Takes the first frame off the bytes; `None` when it is not whole yet, or is none.
    pub fn take(bytes: &mut Vec<u8>) -> Option<WebSocketFrame> {
        let mut cursor = Cursor::new(&bytes[..]);
        let (header, length) = FrameHeader::parse(&mut cursor).ok()??;
        let start = cursor.position() as usize;
        let end = start.checked_add(usize::try_from(length).ok()?)?;
        let mut payload = bytes.get(start..end)?.to_vec();
        if let Some(mask) = header.mask {
            apply(mask, &mut payload);
        }
        bytes.drain(..end);
        Some(WebSocketFrame { opcode: header.opcode, is_final: header.is_final, payload })
    }

    /// The same message in frames of so many bytes. A control frame cannot be split (RFC 6455 §5.4).
    pub fn fragments(self, size: usize) -> Vec<WebSocketFrame> {
        if !self.is_data() || self.payload.len() <= size.max(1) {
            return vec![self];
        }
        let count = self.payload.len().div_ceil(size.max(1));
        let pieces = self.payload.chunks(size.max(1)).enumerate();
        let of_piece = |(place, piece): (usize, &[u8])| WebSocketFrame {
            opcode: if place == 0 { self.opcode } else { OpCode::Data(Data::Continue) },
            is_final: self.is_final && place + 1 == count,
            payload: piece.to_vec(),
        };
        pieces.map(of_piece).collect()
    }

    /// Adds its bytes in this form.
    pub fn write(&self, form: WebSocketFrameForm, output: &mut Vec<u8>) {
        let mask = form.masked.then(|| fastrand::u32(..).to_be_bytes());
        let header = FrameHeader {
            is_final: self.is_final,
            rsv1: form.reserved_bit,
            opcode: self.opcode,
            mask,
            ..FrameHeader::default()
        };
        // A Vec takes everything.
        let _ = header.format(self.payload.len() as u64, output);
        let start = output.len();
        output.extend_from_slice(&self.payload);
        if let Some(mask) = mask {
            apply(mask, &mut output[start..]);
        }
    }
}

/// Masks, or unmasks (RFC 6455 §5.3).
fn apply(mask: [u8; 4], payload: &mut [u8]) {
    payload.iter_mut().zip(mask.iter().cycle()).for_each(|(byte, mask)| *byte ^= mask);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(frame: &WebSocketFrame, form: WebSocketFrameForm) -> Vec<u8> {
        let mut bytes = Vec::new();
        frame.write(form, &mut bytes);
        bytes
    }

    #[test]
    fn frames_are_written_as_no_library_would() {
        let plain = WebSocketFrameForm::default();
        assert_eq!(written(&WebSocketFrame::close(1005, "x"), plain), [0x88, 3, 0x03, 0xED, b'x']);
        assert_eq!(written(&WebSocketFrame::close(65_535, ""), plain), [0x88, 2, 0xFF, 0xFF]);
        assert_eq!(written(&WebSocketFrame::text([0xC3, 0x28]), plain), [0x81, 2, 0xC3, 0x28]);
        assert_eq!(written(&WebSocketFrame::text(*b"a"), WebSocketFrameForm { reserved_bit: true, ..plain }), [0xC1, 1, b'a']);
        let masked = written(&WebSocketFrame::ping(), WebSocketFrameForm { masked: true, ..plain });
        assert_eq!((masked.len(), &masked[..2]), (6, &[0x89, 0x80][..]));
        assert_eq!(written(&WebSocketFrame::pong(), plain), [0x8A, 0]);
    }

    #[test]
    fn a_message_is_split_and_a_control_frame_is_not() {
        let bytes: Vec<u8> = WebSocketFrame::text(*b"abc")
            .fragments(1)
            .iter()
            .flat_map(|frame| written(frame, WebSocketFrameForm::default()))
            .collect();
        assert_eq!(bytes, [0x01, 1, b'a', 0x00, 1, b'b', 0x80, 1, b'c']);
        let ping = WebSocketFrame::new(OpCode::Control(Control::Ping), *b"abc");
        assert_eq!(ping.clone().fragments(1), [ping]);
    }

    #[test]
    fn a_frame_that_is_not_whole_stays() {
        let mut bytes = written(&WebSocketFrame::text(*b"abc"), WebSocketFrameForm::default());
        let last = bytes.pop().unwrap();
        let before = bytes.clone();
        assert_eq!(WebSocketFrame::take(&mut bytes), None);
        assert_eq!(bytes, before);
        bytes.push(last);
        assert_eq!(WebSocketFrame::take(&mut bytes), Some(WebSocketFrame::text(*b"abc")));
        assert!(bytes.is_empty());
    }

    proptest! {
        #[test]
        fn what_was_written_is_taken_apart_again(
            payload in proptest::collection::vec(any::<u8>(), 0..70_000),
            masked in any::<bool>(),
            size in 1_usize..70_000,
        ) {
            let frame = WebSocketFrame::text(payload);
            let mut bytes = Vec::new();
            let fragments = frame.clone().fragments(size.max(frame.payload.len() / 100));
            fragments.iter().for_each(|piece| piece.write(WebSocketFrameForm { masked, reserved_bit: false }, &mut bytes));
            let mut joined = Vec::new();
            while let Some(piece) = WebSocketFrame::take(&mut bytes) {
                joined.extend(piece.payload);
            }
            prop_assert_eq!(joined, frame.payload);
            prop_assert!(bytes.is_empty());
        }
    }
}
