//! Parts of a frame as spans of its text, found without reading what stands in them: for lists and filters, which look at many frames
//! and change none. The content of a frame is [`decode`](super::decode)'s matter.

/// The payload of a frame: what stands behind id and action of a call, behind the id of a result or an error. The whole frame when it is
/// none of them.
pub fn payload_span(frame: &str) -> &str {
    let trimmed = frame.trim();
    let Some(body) = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else { return frame };
    let Some((kind, rest)) = body.split_once(',') else { return frame };
    let texts = match kind.trim() {
        "2" => 2,
        "3" | "4" => 1,
        _ => return frame,
    };
    let mut rest = rest.trim_start();
    for _ in 0..texts {
        if !rest.starts_with('"') {
            return frame;
        }
        rest = rest[end_of_text(rest.as_bytes(), 0).min(rest.len())..].trim_start();
        rest = match rest.strip_prefix(',') {
            Some(rest) => rest.trim_start(),
            None if rest.is_empty() => return "",
            None => return frame,
        };
    }
    rest.trim_end()
}

/// The message id as it is written in a frame, between its quotation marks when it has any; escapes are left as they are.
pub fn id_span(frame: &str) -> Option<&str> {
    let (kind, rest) = frame.trim_start().strip_prefix('[')?.split_once(',')?;
    if !matches!(kind.trim().trim_matches('"'), "2" | "3" | "4") {
        return None;
    }
    let rest = rest.trim_start();
    if !rest.starts_with('"') {
        return rest.split([',', ']']).next().map(str::trim_end).filter(|id| !id.is_empty());
    }
    let end = end_of_text(rest.as_bytes(), 0).min(rest.len());
    rest.get(1..end)?.strip_suffix('"')
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_payload_is_found_without_reading_it() {
        for (frame, payload) in [
            (r#"[2,"7","Reset",{"type":"Soft"}]"#, r#"{"type":"Soft"}"#),
            (r#" [ 3 , "a\"b,c" , {} ] "#, "{}"),
            (r#"[4,"7","GenericError","no",{}]"#, r#""GenericError","no",{}"#),
            (r#"[3,"7"]"#, ""),
            ("hello", "hello"),
            ("[9,1]", "[9,1]"),
        ] {
            assert_eq!(payload_span(frame), payload, "{frame}");
        }
    }

    #[test]
    fn the_id_is_found_whether_it_is_a_text_or_a_number() {
        for (frame, id) in [
            (r#"[2,"a-1","Heartbeat",{}]"#, Some("a-1")),
            (" [ 3 , \"a\\\"b\" , {}]", Some("a\\\"b")),
            ("[3, 17 ,{}]", Some("17")),
            ("[3,17]", Some("17")),
            (r#"["2","x",{}]"#, Some("x")),
            (r#"[5,"x",{}]"#, None),
            (r#"[2,"open"#, None),
            ("[2,\"é", None),
            ("<a/>", None),
            ("[2", None),
            ("", None),
        ] {
            assert_eq!(id_span(frame), id, "{frame}");
        }
    }

    #[test]
    fn text_that_is_no_frame_is_no_trouble() {
        for text in ["", "[", "[2,", "[2,\"", "[2,\"\\", "[2,\"\\é", "[3,\"\\é\"", "日本,語", "\\"] {
            let _ = (payload_span(text), id_span(text), end_of_text(text.as_bytes(), 0));
        }
    }
}
