//! Parts of a frame as spans of its text, found without reading what stands in them: for lists and filters, which look at many frames
//! and change none. The content of a frame is [`decode`](super::decode)'s matter. The spans are those of the elements that it reads: what is
//! before and behind the array, the form of the type and further elements make no difference.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::ocpp::MessageType;

/// The text of a frame without what may stand around it and is not JSON: a byte order mark, NUL bytes, blanks.
pub fn frame_body(frame: &str) -> &str {
    let frame = frame.strip_prefix('\u{feff}').unwrap_or(frame);
    frame.trim_end_matches(['\0', ' ', '\t', '\n', '\r']).trim_start_matches([' ', '\t', '\n', '\r'])
}

/// The elements of a frame that is an array; none of another text.
pub fn frame_elements(frame: &str) -> Vec<&RawValue> {
    serde_json::from_str(frame_body(frame)).unwrap_or_default()
}

/// The number of a type as it is written: `2`, `2.0`, `"2"`.
pub(super) fn type_number(element: &str) -> Option<f64> {
    match element {
        "2" => Some(2.0),
        "3" => Some(3.0),
        "4" => Some(4.0),
        "5" => Some(5.0),
        "6" => Some(6.0),
        _ if element.starts_with('"') => words(element).parse().ok(), // as ocppjs
        _ if element.starts_with(|first: char| first == '-' || first.is_ascii_digit()) => element.parse().ok(),
        _ => None,
    }
}

/// The action and the payload of a frame that is a call or a SEND, as they are written; `null` for a payload that is missing.
pub fn call_parts(frame: &str) -> Option<(String, &str)> {
    let elements = frame_elements(frame);
    let [kind, _, action, rest @ ..] = elements.as_slice() else { return None };
    let number = type_number(kind.get());
    let is_request = [MessageType::Call, MessageType::Send].map(|kind| Some(f64::from(kind.number()))).contains(&number);
    let action = serde_json::from_str(action.get()).ok().filter(|_| is_request)?;
    Some((action, rest.first().map_or("null", |payload| payload.get())))
}

/// The payload of a frame of this type: what stands behind id and action of a call or a SEND, behind the id of a result; of an error its
/// code and what follows. Empty when there is none, the whole frame when it is no array.
pub fn payload_span(frame: &str, kind: MessageType) -> &str {
    let body = frame_body(frame);
    let Some(mut rest) = body.strip_prefix('[') else { return frame };
    let skipped = match kind {
        MessageType::Call | MessageType::Send => 3,
        MessageType::Result | MessageType::Error | MessageType::ResultError => 2,
    };
    for _ in 0..skipped {
        let end = end_of_value(rest.as_bytes());
        match rest.as_bytes().get(end) {
            Some(b',') => rest = &rest[end + 1..],
            Some(b']') => return "",
            _ => return frame,
        }
    }
    let end = match kind {
        MessageType::Error | MessageType::ResultError => rest.strip_suffix(']').map(str::len),
        MessageType::Call | MessageType::Result | MessageType::Send => {
            Some(end_of_value(rest.as_bytes())).filter(|end| *end < rest.len())
        }
    };
    end.map_or(frame, |end| rest[..end].trim())
}

/// The message id as it is written in a frame, between its quotation marks when it has any; escapes are left as they are.
pub fn id_span(frame: &str) -> Option<&str> {
    let rest = frame_body(frame).strip_prefix('[')?;
    let end = end_of_value(rest.as_bytes());
    let is_type = rest[..end].trim_start().starts_with(|first: char| first == '"' || first == '-' || first.is_ascii_digit());
    if !is_type || rest.as_bytes().get(end) != Some(&b',') {
        return None;
    }
    let rest = &rest[end + 1..];
    let id = rest[..end_of_value(rest.as_bytes())].trim();
    match id.strip_prefix('"') {
        Some(text) => text.strip_suffix('"'),
        None => Some(id).filter(|id| !id.is_empty()),
    }
}

/// The offset behind the value at the beginning of a text: of the comma or the bracket that ends it, or of the end.
fn end_of_value(bytes: &[u8]) -> usize {
    let (mut at, mut depth) = (0, 0_usize);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                at = end_of_text(bytes, at).min(bytes.len());
                continue;
            }
            b'[' | b'{' => depth += 1,
            b',' | b']' | b'}' if depth == 0 => return at,
            b']' | b'}' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    at
}

/// The offset behind the JSON text that begins at `at`; behind the last byte, or beyond it, when the text has no end.
pub fn end_of_text(bytes: &[u8], mut at: usize) -> usize {
    at += 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The content of a JSON text; anything else as it is written.
pub fn words(json: &str) -> Cow<'_, str> {
    /// Lends the text where it has no escapes in it.
    #[derive(Deserialize)]
    struct Words<'a>(#[serde(borrow)] Cow<'a, str>);
    serde_json::from_str::<Words>(json).map_or(Cow::Borrowed(json), |words| words.0)
}

/// JSON on one line, without the blanks between its parts. Numbers and texts stay as they are written.
pub fn one_line(json: &str) -> Cow<'_, str> {
    let bytes = json.as_bytes();
    let mut line = String::new();
    let (mut at, mut copied) = (0, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => at = end_of_text(bytes, at).min(bytes.len()),
            b' ' | b'\t' | b'\n' | b'\r' => {
                line.push_str(&json[copied..at]);
                at += 1;
                copied = at;
            }
            _ => at += 1,
        }
    }
    if copied == 0 && line.is_empty() {
        return Cow::Borrowed(json);
    }
    line.push_str(&json[copied..]);
    Cow::Owned(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_payload_is_found_without_reading_it() {
        use MessageType::{Call, Error, Result, ResultError, Send};
        for (frame, kind, payload) in [
            (r#"[2,"7","Reset",{"type":"Soft"}]"#, Call, r#"{"type":"Soft"}"#),
            (r#"["2","7","Reset",{"type":"Soft"}]"#, Call, r#"{"type":"Soft"}"#),
            (r#"[2.0,"7","Reset",{"type":"]}"}]"#, Call, r#"{"type":"]}"}"#),
            (r#"[2,28240181849166013077,"Reset",{"type":"Soft"}, {"more":1}]"#, Call, r#"{"type":"Soft"}"#),
            ("\u{feff}[2,\"7\",\"Reset\",{\"x\": [1e3] }]\0\0\n", Call, r#"{"x": [1e3] }"#),
            (r#"[2,"7","Reset"]"#, Call, ""),
            (r#" [ 3 , "a\"b,c" , {} ] "#, Result, "{}"),
            (r#"["3",1e3,{"a":[]},5]"#, Result, r#"{"a":[]}"#),
            (r#"["4","7","GenericError","no",{}]"#, Error, r#""GenericError","no",{}"#),
            (r#"[5,"7","GenericError","no",{}]"#, ResultError, r#""GenericError","no",{}"#),
            (r#"[6,"7","NotifyPeriodicEventStream",{"id":1}]"#, Send, r#"{"id":1}"#),
            (r#"[3,"7"]"#, Result, ""),
            ("hello", Call, "hello"),
            (r#"[2,"7","Reset",{"#, Call, r#"[2,"7","Reset",{"#),
        ] {
            assert_eq!(payload_span(frame, kind), payload, "{frame}");
        }
    }

    #[test]
    fn the_id_is_found_whether_it_is_a_text_or_a_number() {
        for (frame, id) in [
            (r#"[2,"a-1","Heartbeat",{}]"#, Some("a-1")),
            (" [ 3 , \"a\\\"b\" , {}]", Some("a\\\"b")),
            ("[3, 17 ,{}]", Some("17")),
            ("[3,17]", Some("17")),
            ("[2,28240181849166013077,\"Heartbeat\",{}]", Some("28240181849166013077")),
            ("[2.0,1e3,\"Heartbeat\",{}]", Some("1e3")),
            (r#"["2","x",{}]"#, Some("x")),
            ("\u{feff}[2,\"x\"]\0", Some("x")),
            (r#"[3,"cut",{"a":["#, Some("cut")),
            (r#"[2,"open"#, None),
            ("[2,\"é", None),
            ("<a/>", None),
            ("[{},1]", None),
            ("[2", None),
            ("", None),
        ] {
            assert_eq!(id_span(frame), id, "{frame}");
        }
    }

    #[test]
    fn the_parts_of_a_call_are_those_that_a_link_reads() {
        for (frame, parts) in [
            (r#"[2,"7","Reset",{"limit": 1.10}]"#, Some(("Reset", r#"{"limit": 1.10}"#))),
            (r#"["2",7,"Reset",{"x":1e3},5]"#, Some(("Reset", r#"{"x":1e3}"#))),
            (r#"[2.0,"7","Reset"]"#, Some(("Reset", "null"))),
            (r#"[6,"7","NotifyPeriodicEventStream",{}]"#, Some(("NotifyPeriodicEventStream", "{}"))),
            (r#"[3,"7",{}]"#, None),
            (r#"[2,"7",{},{}]"#, None),
            ("hello", None),
        ] {
            let found = call_parts(frame);
            assert_eq!(found.as_ref().map(|(action, payload)| (action.as_str(), *payload)), parts, "{frame}");
        }
    }

    #[test]
    fn json_comes_on_one_line_with_its_spelling() {
        for (json, line) in [
            ("{ \"a b\" :\n 1.10, \"c\": [ 1e3,\t\"\\\" \" ] }", "{\"a b\":1.10,\"c\":[1e3,\"\\\" \"]}"),
            ("{\"a\":1}", "{\"a\":1}"),
            (" ", ""),
        ] {
            assert_eq!(one_line(json), line);
        }
    }

    #[test]
    fn text_that_is_no_frame_is_no_trouble() {
        for text in
            ["", "[", "[2,", "[2,\"", "[2,\"\\", "[2,\"\\é", "[3,\"\\é\"", "日本,語", "\\", "[é,é]", "[]", "[2]", "[,]", "]"]
        {
            for kind in
                [MessageType::Call, MessageType::Result, MessageType::Error, MessageType::ResultError, MessageType::Send]
            {
                let _ = (
                    payload_span(text, kind),
                    id_span(text),
                    end_of_text(text.as_bytes(), 0),
                    one_line(text),
                    call_parts(text),
                );
            }
        }
    }
}
