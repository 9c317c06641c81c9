//! JSON for reading: laid out over lines, and coloured line by line. It also accepts text that is not JSON, because a frame may contain
//! anything. The meaning of a payload is in `compose`.

use std::ops::Range;

use super::line_writer::head;
use crate::rpc::srpc::end_of_text;

/// What a piece of a line is, for its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextInk {
    /// The name of a property.
    Key,
    /// A text.
    Text,
    /// A number.
    Number,
    /// `true`, `false`, `null`, or anything else that begins with a letter.
    Word,
    /// Braces, brackets, colons, commas.
    Mark,
}

/// Cuts a line into coloured pieces, as byte ranges. A text that does not end in the line is coloured to its end.
pub fn colour_line(line: &str) -> Vec<(Range<usize>, TextInk)> {
    let bytes = line.as_bytes();
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let ink = match bytes[at] {
            b' ' | b'\t' | b'\r' => {
                at += 1;
                continue;
            }
            b'"' => {
                at = end_of_text(bytes, at);
                let rest = line[at..].trim_start();
                if rest.starts_with(':') { TextInk::Key } else { TextInk::Text }
            }
            b'{' | b'}' | b'[' | b']' | b':' | b',' => {
                at += 1;
                TextInk::Mark
            }
            first => {
                while at < bytes.len() && !matches!(bytes[at], b' ' | b'\t' | b'"' | b'{' | b'}' | b'[' | b']' | b':' | b',') {
                    at += 1;
                }
                if first == b'-' || first.is_ascii_digit() { TextInk::Number } else { TextInk::Word }
            }
        };
        pieces.push((start..at, ink));
    }
    pieces
}

/// Lays a frame out over lines: the outer array stays on one line with its scalars, objects and lists below it are opened. At most
/// `limit` bytes of the frame are read; the text that comes back ends there.
pub fn lay_out(text: &str, limit: usize) -> String {
    let bytes = head(text, limit).as_bytes();
    let outer_is_list = text.trim_start().starts_with('[');
    let mut out = String::with_capacity(bytes.len() + bytes.len() / 2);
    let mut depth = 0_usize;
    let mut at = 0;
    let indent = |out: &mut String, depth: usize| {
        out.push('\n');
        // Nesting beyond what a screen shows is not indented any further, so that hostile depth costs nothing.
        out.extend(std::iter::repeat_n("  ", depth.saturating_sub(usize::from(outer_is_list)).min(40)));
    };
    while at < bytes.len() {
        let byte = bytes[at];
        match byte {
            b'"' => {
                let end = end_of_text(bytes, at).min(bytes.len());
                // Both ends lie on ASCII characters or at the end of the text, hence on borders of characters.
                out.push_str(text.get(at..end).unwrap_or_default());
                at = end;
                continue;
            }
            b'{' | b'[' => {
                out.push(byte as char);
                let next = bytes[at + 1..].iter().position(|byte| !byte.is_ascii_whitespace()).map(|index| at + 1 + index);
                if let Some(close) = next.filter(|index| matches!(bytes[*index], b'}' | b']')) {
                    out.push(bytes[close] as char);
                    at = close + 1;
                    continue;
                }
                depth += 1;
                if !(outer_is_list && depth == 1) {
                    indent(&mut out, depth);
                }
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if !(outer_is_list && depth == 0) {
                    indent(&mut out, depth);
                }
                out.push(byte as char);
            }
            b',' => {
                out.push(',');
                if outer_is_list && depth == 1 { out.push(' ') } else { indent(&mut out, depth) }
            }
            b':' => out.push_str(": "),
            _ if byte.is_ascii_whitespace() => {}
            _ => {
                let end = bytes[at..]
                    .iter()
                    .position(|byte| {
                        matches!(byte, b'"' | b'{' | b'}' | b'[' | b']' | b':' | b',') || byte.is_ascii_whitespace()
                    })
                    .map_or(bytes.len(), |length| at + length);
                out.push_str(text.get(at..end).unwrap_or_default());
                at = end;
                continue;
            }
        }
        at += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_laid_out_with_its_head_on_one_line() {
        let frame = r#"[2,"7","Reset",{"type":"Soft","list":[1,{"a":null}],"empty":{}, "none":[ ]}]"#;
        let expected = "[2, \"7\", \"Reset\", {\n  \"type\": \"Soft\",\n  \"list\": [\n    1,\n    {\n      \"a\": null\n    }\n  ],\n  \"empty\": {},\n  \"none\": []\n}]";
        assert_eq!(lay_out(frame, usize::MAX), expected);
        assert_eq!(lay_out(r#"{"a":1}"#, usize::MAX), "{\n  \"a\": 1\n}");
    }

    #[test]
    fn text_that_is_no_json_survives() {
        for text in ["", "hello", "[[[[", "]]]]", "\"open", "{\"a\":\"\\", "日本,語", "[2,\"é", "\\"] {
            for limit in 0..=text.len() {
                let _ = lay_out(text, limit);
            }
            let _ = colour_line(text);
        }
        assert_eq!(lay_out("hello", 99), "hello");
    }

    #[test]
    fn a_line_is_coloured_by_what_stands_in_it() {
        let line = r#"  "a": [-1.5, true, "x:y"]"#;
        let pieces: Vec<_> = colour_line(line).into_iter().map(|(range, ink)| (&line[range], ink)).collect();
        assert_eq!(pieces[..2], [("\"a\"", TextInk::Key), (":", TextInk::Mark)]);
        assert!(pieces.contains(&("-1.5", TextInk::Number)) && pieces.contains(&("true", TextInk::Word)));
        assert!(pieces.contains(&("\"x:y\"", TextInk::Text)));
    }
}
