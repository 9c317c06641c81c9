//! The way in which a recording writes bytes: a Python literal, or a text that was cut for the reader.

/// The bytes of `'…'` or `b'…'`.
pub fn bytes(literal: &str) -> Vec<u8> {
    let inner = literal.trim_start_matches('b');
    let quote = inner.chars().next().unwrap_or('\'');
    let inner = inner.trim_start_matches(quote);
    let inner = inner.strip_suffix(quote).unwrap_or(inner);
    let mut bytes = Vec::new();
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            bytes.extend(character.to_string().into_bytes());
            continue;
        }
        match characters.next() {
            Some('r') => bytes.push(b'\r'),
            Some('n') => bytes.push(b'\n'),
            Some('t') => bytes.push(b'\t'),
            Some('x') => {
                let digits: String = characters.by_ref().take(2).collect();
                bytes.push(u8::from_str_radix(&digits, 16).expect("two hexadecimal digits"));
            }
            other => bytes.extend(other.map(|other| other.to_string()).unwrap_or_default().into_bytes()),
        }
    }
    bytes
}

/// A text that may end in `...(70051 chars)`: the last character that is shown goes on, and then the JSON ends.
pub fn shortened(text: &str) -> String {
    let Some((shown, length)) = text.rsplit_once("...(").and_then(|(shown, rest)| Some((shown, rest.strip_suffix(" chars)")?)))
    else {
        return text.to_owned();
    };
    let length: usize = length.parse().expect("a number of characters");
    let filler = shown.chars().next_back().expect("something is shown").to_string();
    let end = "\"}]";
    format!("{shown}{}{end}", filler.repeat(length - shown.chars().count() - end.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_read_and_cut_texts_completed() {
        assert_eq!(bytes(r"b'\x03\xe8bye'"), b"\x03\xe8bye");
        assert_eq!(bytes(r"'GET / HTTP/1.1\r\n\r\n'"), b"GET / HTTP/1.1\r\n\r\n");
        assert_eq!(shortened(r#"[{"data":"aaa...(20 chars)"#), r#"[{"data":"aaaaaaa"}]"#);
        assert_eq!(shortened("[2]"), "[2]");
    }
}
