//! Frames of a WebSocket as bytes (RFC 6455 §5.2): taken apart where our library has written right ones, and put together as no library
//! would. Pure.

use std::io::Cursor;

use tokio_tungstenite::tungstenite::protocol::frame::FrameHeader;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Control, Data, OpCode};

/// A frame with its payload unmasked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PlainFrame {
    pub opcode: OpCode,
    pub is_final: bool,
    pub payload: Vec<u8>,
}

/// How frames are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct FrameForm {
    pub masked: bool,
    pub reserved_bit: bool,
}

impl PlainFrame {
    pub fn new(opcode: OpCode, payload: impl Into<Vec<u8>>) -> PlainFrame {
        PlainFrame { opcode, is_final: true, payload: payload.into() }
    }

    /// A close frame with any code.
    pub fn close(code: u16, reason: &str) -> PlainFrame {
        PlainFrame::new(OpCode::Control(Control::Close), [&code.to_be_bytes(), reason.as_bytes()].concat())
    }

    pub fn ping() -> PlainFrame {
        PlainFrame::new(OpCode::Control(Control::Ping), [])
    }

    pub fn pong() -> PlainFrame {
        PlainFrame::new(OpCode::Control(Control::Pong), [])
    }

    pub fn text(payload: impl Into<Vec<u8>>) -> PlainFrame {
        PlainFrame::new(OpCode::Data(Data::Text), payload)
    }

    /// Whether it carries a message and not the state of the connection.
    pub fn is_data(&self) -> bool {
        matches!(self.opcode, OpCode::Data(_))
    }

    pub fn is_pong(&self) -> bool {
        self.opcode == OpCode::Control(Control::Pong)
    }

    /// Takes the first frame off the bytes; `None` when it is not whole yet, or is none.
    pub fn take(bytes: &mut Vec<u8>) -> Option<PlainFrame> {
        let mut cursor = Cursor::new(&bytes[..]);
        let (header, length) = FrameHeader::parse(&mut cursor).ok()??;
        let start = cursor.position() as usize;
        let end = start.checked_add(usize::try_from(length).ok()?)?;
        let mut payload = bytes.get(start..end)?.to_vec();
        if let Some(mask) = header.mask {
            apply(mask, &mut payload);
        }
        bytes.drain(..end);
        Some(PlainFrame { opcode: header.opcode, is_final: header.is_final, payload })
    }

    /// The same message in frames of so many bytes. A control frame cannot be split (RFC 6455 §5.4).
    pub fn fragments(self, size: usize) -> Vec<PlainFrame> {
        if !self.is_data() || self.payload.len() <= size.max(1) {
            return vec![self];
        }
        let count = self.payload.len().div_ceil(size.max(1));
        let pieces = self.payload.chunks(size.max(1)).enumerate();
        let of_piece = |(place, piece): (usize, &[u8])| PlainFrame {
            opcode: if place == 0 { self.opcode } else { OpCode::Data(Data::Continue) },
            is_final: self.is_final && place + 1 == count,
            payload: piece.to_vec(),
        };
        pieces.map(of_piece).collect()
    }

    /// Adds its bytes in this form.
    pub fn write(&self, form: FrameForm, output: &mut Vec<u8>) {
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

    fn written(frame: &PlainFrame, form: FrameForm) -> Vec<u8> {
        let mut bytes = Vec::new();
        frame.write(form, &mut bytes);
        bytes
    }

    #[test]
    fn frames_are_written_as_no_library_would() {
        let plain = FrameForm::default();
        assert_eq!(written(&PlainFrame::close(1005, "x"), plain), [0x88, 3, 0x03, 0xED, b'x']);
        assert_eq!(written(&PlainFrame::close(65_535, ""), plain), [0x88, 2, 0xFF, 0xFF]);
        assert_eq!(written(&PlainFrame::text([0xC3, 0x28]), plain), [0x81, 2, 0xC3, 0x28]);
        assert_eq!(written(&PlainFrame::text(*b"a"), FrameForm { reserved_bit: true, ..plain }), [0xC1, 1, b'a']);
        let masked = written(&PlainFrame::ping(), FrameForm { masked: true, ..plain });
        assert_eq!((masked.len(), &masked[..2]), (6, &[0x89, 0x80][..]));
        assert_eq!(written(&PlainFrame::pong(), plain), [0x8A, 0]);
    }

    #[test]
    fn a_message_is_split_and_a_control_frame_is_not() {
        let bytes: Vec<u8> =
            PlainFrame::text(*b"abc").fragments(1).iter().flat_map(|frame| written(frame, FrameForm::default())).collect();
        assert_eq!(bytes, [0x01, 1, b'a', 0x00, 1, b'b', 0x80, 1, b'c']);
        let ping = PlainFrame::new(OpCode::Control(Control::Ping), *b"abc");
        assert_eq!(ping.clone().fragments(1), [ping]);
    }

    #[test]
    fn a_frame_that_is_not_whole_stays() {
        let mut bytes = written(&PlainFrame::text(*b"abc"), FrameForm::default());
        let last = bytes.pop().unwrap();
        let before = bytes.clone();
        assert_eq!(PlainFrame::take(&mut bytes), None);
        assert_eq!(bytes, before);
        bytes.push(last);
        assert_eq!(PlainFrame::take(&mut bytes), Some(PlainFrame::text(*b"abc")));
        assert!(bytes.is_empty());
    }

    proptest! {
        #[test]
        fn what_was_written_is_taken_apart_again(
            payload in proptest::collection::vec(any::<u8>(), 0..70_000),
            masked in any::<bool>(),
            size in 1_usize..70_000,
        ) {
            let frame = PlainFrame::text(payload);
            let mut bytes = Vec::new();
            let fragments = frame.clone().fragments(size.max(frame.payload.len() / 100));
            fragments.iter().for_each(|piece| piece.write(FrameForm { masked, reserved_bit: false }, &mut bytes));
            let mut joined = Vec::new();
            while let Some(piece) = PlainFrame::take(&mut bytes) {
                joined.extend(piece.payload);
            }
            prop_assert_eq!(joined, frame.payload);
            prop_assert!(bytes.is_empty());
        }
    }
}
