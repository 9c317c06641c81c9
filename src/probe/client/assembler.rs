//! From frames of the peer to messages, with a note of each rule of RFC 6455 that a frame breaks. Pure.

use super::frame::{WireFrame, opcode};

/// Something whole that the peer sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeerEvent {
    Text(String),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Close(CloseSeen),
}

/// A close frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloseSeen {
    pub code: Option<u16>,
    pub reason: String,
}

/// Puts fragments together.
#[derive(Debug)]
pub struct MessageAssembler {
    /// Whether frames must have a mask: those of a client.
    wants_masks: bool,
    /// The message that has begun.
    begun: Option<(u8, Vec<u8>)>,
}

impl MessageAssembler {
    pub fn of_server() -> MessageAssembler {
        MessageAssembler { wants_masks: false, begun: None }
    }

    pub fn of_client() -> MessageAssembler {
        MessageAssembler { wants_masks: true, begun: None }
    }

    /// Takes a frame: the message that it ends, and the rules that it breaks.
    pub fn take(&mut self, frame: WireFrame) -> (Option<PeerEvent>, Vec<&'static str>) {
        let mut faults = Vec::new();
        match (frame.is_masked, self.wants_masks) {
            (true, false) => faults.push("a frame with a mask from a server (RFC 6455 §5.1)"),
            (false, true) => faults.push("a frame without a mask from a client (RFC 6455 §5.1)"),
            _ => {}
        }
        if frame.reserved != 0 {
            faults.push("a reserved bit without an extension (RFC 6455 §5.2)");
        }
        if frame.opcode & 8 != 0 {
            if !frame.is_final {
                faults.push("a fragment of a control frame (RFC 6455 §5.5)");
            }
            if frame.payload.len() > 125 {
                faults.push("a control frame of more than 125 bytes (RFC 6455 §5.5)");
            }
        }
        let event = match frame.opcode {
            opcode::PING => Some(PeerEvent::Ping(frame.payload)),
            opcode::PONG => Some(PeerEvent::Pong(frame.payload)),
            opcode::CLOSE => Some(PeerEvent::Close(close(&frame.payload, &mut faults))),
            opcode::CONTINUATION => match self.begun.take() {
                None => {
                    faults.push("a continuation of nothing (RFC 6455 §5.4)");
                    None
                }
                Some((kind, mut bytes)) => {
                    bytes.extend(frame.payload);
                    self.go_on(kind, bytes, frame.is_final, &mut faults)
                }
            },
            kind @ (opcode::TEXT | opcode::BINARY) => {
                if self.begun.is_some() {
                    faults.push("a message within another one (RFC 6455 §5.4)");
                }
                self.go_on(kind, frame.payload, frame.is_final, &mut faults)
            }
            _ => {
                faults.push("an opcode that is reserved (RFC 6455 §5.2)");
                None
            }
        };
        (event, faults)
    }

    fn go_on(&mut self, kind: u8, bytes: Vec<u8>, is_final: bool, faults: &mut Vec<&'static str>) -> Option<PeerEvent> {
        if !is_final {
            self.begun = Some((kind, bytes));
            return None;
        }
        self.begun = None;
        if kind == opcode::BINARY {
            return Some(PeerEvent::Binary(bytes));
        }
        let text = String::from_utf8(bytes).unwrap_or_else(|error| {
            faults.push("a text that is not UTF-8 (RFC 6455 §5.6)");
            String::from_utf8_lossy(error.as_bytes()).into_owned()
        });
        Some(PeerEvent::Text(text))
    }
}

/// Reads the payload of a close frame.
fn close(payload: &[u8], faults: &mut Vec<&'static str>) -> CloseSeen {
    let (code, reason) = match payload {
        [] => (None, &[][..]),
        [high, low, reason @ ..] => (Some(u16::from_be_bytes([*high, *low])), reason),
        [_] => {
            faults.push("a close frame of one byte (RFC 6455 §5.5.1)");
            (None, &[][..])
        }
    };
    if code.is_some_and(|code| code < 1000 || matches!(code, 1004 | 1005 | 1006 | 1015) || code > 4999) {
        faults.push("a close code that must not be sent (RFC 6455 §7.4)");
    }
    if std::str::from_utf8(reason).is_err() {
        faults.push("a close reason that is not UTF-8 (RFC 6455 §5.5.1)");
    }
    CloseSeen { code, reason: String::from_utf8_lossy(reason).into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(frame: WireFrame) -> (Option<PeerEvent>, Vec<&'static str>) {
        MessageAssembler::of_server().take(frame.unmasked())
    }

    #[test]
    fn fragments_become_a_message_around_a_ping() {
        let mut assembler = MessageAssembler::of_server();
        let mut take = |frame: WireFrame| assembler.take(frame.unmasked());
        assert_eq!(take(WireFrame::text("a").unfinished()), (None, vec![]));
        assert_eq!(take(WireFrame::new(opcode::PING, "p")).0, Some(PeerEvent::Ping(b"p".into())));
        assert_eq!(take(WireFrame::new(opcode::CONTINUATION, "b").unfinished()), (None, vec![]));
        assert_eq!(take(WireFrame::new(opcode::CONTINUATION, "c")), (Some(PeerEvent::Text("abc".into())), vec![]));
        assert_eq!(take(WireFrame::new(opcode::BINARY, "d")), (Some(PeerEvent::Binary(b"d".into())), vec![]));
    }

    #[test]
    fn each_rule_that_a_frame_breaks_is_noted() {
        let long = WireFrame::new(opcode::PING, vec![0; 126]);
        let reserved = WireFrame { reserved: 4, ..WireFrame::text("a") };
        for (frame, part) in [
            (long, "125 bytes"),
            (reserved, "reserved bit"),
            (WireFrame::new(opcode::PONG, "").unfinished(), "fragment of a control frame"),
            (WireFrame::new(opcode::CONTINUATION, ""), "continuation of nothing"),
            (WireFrame::new(3, ""), "opcode"),
            (WireFrame::new(opcode::TEXT, vec![0xFF]), "not UTF-8"),
            (WireFrame::new(opcode::CLOSE, vec![3]), "one byte"),
            (WireFrame::close(Some(1005), ""), "must not be sent"),
            (WireFrame::close(Some(999), ""), "must not be sent"),
            (WireFrame::new(opcode::CLOSE, vec![3, 0xE8, 0xFF]), "reason that is not UTF-8"),
        ] {
            let (_, faults) = server(frame.clone());
            assert!(faults.len() == 1 && faults[0].contains(part), "{frame:?}: {faults:?}");
        }
        assert_eq!(MessageAssembler::of_server().take(WireFrame::text("a")).1.len(), 1);
        assert_eq!(MessageAssembler::of_client().take(WireFrame::text("a").unmasked()).1.len(), 1);
        assert_eq!(MessageAssembler::of_client().take(WireFrame::text("a")).1, [""; 0]);
    }
}
