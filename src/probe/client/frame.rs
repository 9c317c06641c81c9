//! Frames of a WebSocket as bytes (RFC 6455 §5.2), right and wrong ones. Ours, because the library neither writes nor shows wrong ones.

/// The codes of frames.
pub mod opcode {
    pub const CONTINUATION: u8 = 0x0;
    pub const TEXT: u8 = 0x1;
    pub const BINARY: u8 = 0x2;
    pub const CLOSE: u8 = 0x8;
    pub const PING: u8 = 0x9;
    pub const PONG: u8 = 0xA;
}

/// One frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WireFrame {
    /// Whether it ends its message.
    pub is_final: bool,
    /// The three reserved bits, RSV1 the highest.
    pub reserved: u8,
    pub opcode: u8,
    pub is_masked: bool,
    /// The payload, without its mask.
    pub payload: Vec<u8>,
}

impl WireFrame {
    /// A right frame of a client.
    pub fn new(opcode: u8, payload: impl Into<Vec<u8>>) -> WireFrame {
        WireFrame { is_final: true, reserved: 0, opcode, is_masked: true, payload: payload.into() }
    }

    pub fn text(text: &str) -> WireFrame {
        WireFrame::new(opcode::TEXT, text)
    }

    /// A close frame with this code, or without any.
    pub fn close(code: Option<u16>, reason: &str) -> WireFrame {
        let code = code.map(u16::to_be_bytes);
        let payload = code.iter().flatten().copied().chain(reason.bytes()).collect::<Vec<u8>>();
        WireFrame::new(opcode::CLOSE, payload)
    }

    pub fn unfinished(self) -> WireFrame {
        WireFrame { is_final: false, ..self }
    }

    pub fn unmasked(self) -> WireFrame {
        WireFrame { is_masked: false, ..self }
    }

    /// The frame on the wire; the mask is random.
    pub fn bytes(&self) -> Vec<u8> {
        let length = self.payload.len();
        let mut bytes = Vec::with_capacity(length + 14);
        bytes.push(u8::from(self.is_final) << 7 | (self.reserved & 7) << 4 | self.opcode & 0xF);
        let masked = u8::from(self.is_masked) << 7;
        match (u8::try_from(length), u16::try_from(length)) {
            (Ok(length @ ..126), _) => bytes.push(masked | length),
            (_, Ok(length)) => {
                bytes.push(masked | 0x7E);
                bytes.extend(length.to_be_bytes());
            }
            _ => {
                bytes.push(masked | 0x7F);
                bytes.extend((length as u64).to_be_bytes());
            }
        }
        if self.is_masked {
            let mask = fastrand::u32(1..).to_be_bytes();
            bytes.extend(mask);
            bytes.extend(self.payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        } else {
            bytes.extend(&self.payload);
        }
        bytes
    }
}

/// What the bytes of a connection begin with.
#[derive(Debug, PartialEq, Eq)]
pub enum FrameRead {
    /// A frame, and how many bytes it took.
    Frame(WireFrame, usize),
    /// Not a whole frame yet.
    Incomplete,
    /// A frame that announces more bytes than are read.
    TooLong(u64),
}

/// Reads the frame that bytes begin with. One with a longer payload than `limit` is not waited for.
pub fn read_frame(bytes: &[u8], limit: usize) -> FrameRead {
    let [first, second, ..] = *bytes else { return FrameRead::Incomplete };
    let number = |length: usize| -> Option<u64> {
        let part = bytes.get(2..2 + length)?;
        Some(part.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    };
    let (length, mut at) = match second & 0x7F {
        126 => (number(2), 4),
        127 => (number(8), 10),
        short => (Some(u64::from(short)), 2),
    };
    let Some(length) = length else { return FrameRead::Incomplete };
    let Some(fitting) = usize::try_from(length).ok().filter(|length| *length <= limit) else {
        return FrameRead::TooLong(length);
    };
    let is_masked = second & 0x80 != 0;
    let mut mask = [0; 4];
    if is_masked {
        let Some(part) = bytes.get(at..at + 4) else { return FrameRead::Incomplete };
        mask.copy_from_slice(part);
        at += 4;
    }
    let Some(payload) = bytes.get(at..at + fitting) else { return FrameRead::Incomplete };
    let payload = payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect();
    let frame = WireFrame { is_final: first & 0x80 != 0, reserved: first >> 4 & 7, opcode: first & 0xF, is_masked, payload };
    FrameRead::Frame(frame, at + fitting)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_every_length_are_read_as_they_were_written() {
        for length in [0, 1, 125, 126, 127, 65_535, 65_536, 70_000] {
            for masked in [true, false] {
                let frame = WireFrame { is_masked: masked, ..WireFrame::new(opcode::TEXT, vec![b'x'; length]) };
                let bytes = frame.bytes();
                assert_eq!(read_frame(&bytes, 1 << 20), FrameRead::Frame(frame, bytes.len()));
                for part in [0, 1, 2, bytes.len() - 1] {
                    let part = &bytes[..part.min(bytes.len() - 1)];
                    assert_eq!(read_frame(part, 1 << 20), FrameRead::Incomplete, "{length} {}", part.len());
                }
            }
        }
    }

    #[test]
    fn what_is_wrong_with_a_frame_stays() {
        let odd = WireFrame { reserved: 5, ..WireFrame::new(3, "a").unfinished() };
        assert!(matches!(read_frame(&odd.bytes(), 10), FrameRead::Frame(frame, 7) if frame == odd));
        assert_eq!(WireFrame::new(opcode::PING, "").unmasked().bytes(), [0x89, 0]);
        assert_eq!(WireFrame::close(Some(1000), "x").payload, [3, 0xE8, b'x']);
        assert_eq!(WireFrame::close(None, "").payload, [0; 0]);
    }

    #[test]
    fn a_frame_beyond_the_limit_is_not_waited_for() {
        assert_eq!(read_frame(&[0x81, 127, 0, 0, 1, 0, 0, 0, 0, 0], 1 << 20), FrameRead::TooLong(1 << 40));
    }
}
