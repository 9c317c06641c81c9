//! The message id of a frame, read off its first bytes without parsing the rest.

/// The id as it is written in a JSON frame, between its quotation marks; escapes are left as they are.
pub(super) fn message_id(frame: &str) -> Option<&str> {
    let elements = frame.trim_start().strip_prefix('[')?;
    // The first element is a number or a short text, neither with a comma in it.
    let (_, rest) = elements.split_once(',')?;
    let rest = rest.trim_start();
    let Some(quoted) = rest.strip_prefix('"') else {
        return rest.split([',', ']']).next().map(str::trim_end);
    };
    let mut escaped = false;
    let end = quoted.bytes().position(|byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    })?;
    Some(&quoted[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_is_read_from_texts_and_numbers() {
        for (frame, id) in [
            (r#"[2,"a-1","Heartbeat",{}]"#, Some("a-1")),
            (" [ 3 , \"a\\\"b\" , {}]", Some("a\\\"b")),
            ("[3, 17 ,{}]", Some("17")),
            ("[3,17]", Some("17")),
            (r#"["2","x",{}]"#, Some("x")),
            (r#"[2,"open"#, None),
            ("<a/>", None),
            ("[2", None),
            ("", None),
        ] {
            assert_eq!(message_id(frame), id, "{frame}");
        }
    }
}
