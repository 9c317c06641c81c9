//! The line of a frame of which nothing but its text and its exchange is known: nearly every line of a session is one, so it is put
//! together from fixed parts. `line` has the form of all lines and writes every other one; the bytes are the same.

use crate::trace::{Direction, Frame, FrameKind, Stamp, StationRow};

/// Writes the line. False, with nothing written, when more is known of the frame.
pub(super) fn write_plain_frame(
    out: &mut Vec<u8>,
    stamp: Stamp,
    station: Option<&StationRow>,
    frame: &Frame,
    text: &str,
) -> bool {
    // All fields, so that a new one is not forgotten here.
    let Frame { direction, kind, action, text: _, content: _, exchange, code, findings, remark, origin } = frame;
    let (Some(row), Some(action), Some(exchange)) = (station, action, exchange) else { return false };
    let is_plain = code.is_none() && findings.is_empty() && remark.is_none() && origin.is_none();
    let kind = match kind {
        FrameKind::Call => "call",
        FrameKind::Result => "result",
        _ => return false,
    };
    if !is_plain {
        return false;
    }
    let direction = match direction {
        Direction::In => "in",
        Direction::Out => "out",
    };
    out.extend_from_slice(b"{\"t\":");
    push_number(out, stamp.wall_micros);
    out.extend_from_slice(b",\"m\":");
    push_number(out, stamp.monotonic_micros);
    out.extend_from_slice(b",\"station\":");
    push_text(out, &row.identity);
    for part in [",\"role\":\"", row.kind().name(), "\",\"frame\":{\"direction\":\"", direction, "\",\"kind\":\"", kind] {
        out.extend_from_slice(part.as_bytes());
    }
    out.extend_from_slice(b"\",\"action\":");
    push_text(out, action);
    out.extend_from_slice(b",\"exchange\":");
    push_number(out, *exchange);
    out.extend_from_slice(b"},\"text\":");
    push_text(out, text);
    out.extend_from_slice(b"}\n");
    true
}

fn push_number(out: &mut Vec<u8>, number: impl serde::Serialize) {
    // A Vec takes everything.
    let _ = serde_json::to_writer(out, &number);
}

/// Writes a text of JSON. In a message every sixth character or so is a quotation mark, so the text is copied in one pass without a branch
/// for each, and not piece by piece.
fn push_text(out: &mut Vec<u8>, text: &str) {
    if text.bytes().any(|byte| byte < b' ') {
        let _ = serde_json::to_writer(out, text);
        return;
    }
    let begins = out.len();
    out.resize(begins + 2 * text.len() + 2, b'"');
    let room = &mut out[begins + 1..];
    let mut at = 0;
    for byte in text.bytes() {
        // Overwritten at once when nothing is to be escaped.
        room[at] = b'\\';
        at += usize::from(matches!(byte, b'"' | b'\\'));
        room[at] = byte;
        at += 1;
    }
    room[at] = b'"';
    out.truncate(begins + at + 2);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_text_is_written_as_serde_writes_it(text in "\\PC*|[\"\\\\a-z]*|[\\x00-\\x7f]*") {
            let mut out = b"before".to_vec();
            push_text(&mut out, &text);
            prop_assert_eq!(String::from_utf8(out).unwrap(), format!("before{}", serde_json::to_string(&text).unwrap()));
        }
    }
}
