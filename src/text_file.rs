//! Text that a user wrote with any editor or shell, from a file or a pipe: its encoding is the same matter everywhere. What is in the text,
//! and how large it may be, is for its readers.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

/// What Windows programs put before a text in UTF-8: it belongs to the encoding, not to the text.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// The text without a byte order mark at its very beginning.
pub fn without_mark(text: &str) -> &str {
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
}

/// The text of bytes in UTF-8, with or without a byte order mark.
///
/// # Errors
/// When they are in another encoding.
pub fn decode(bytes: Vec<u8>) -> io::Result<String> {
    let wrong = |reason| Err(io::Error::new(ErrorKind::InvalidData, reason));
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return wrong("it is UTF-16; save it as UTF-8");
    }
    match String::from_utf8(bytes) {
        Ok(text) if text.starts_with(BYTE_ORDER_MARK) => Ok(without_mark(&text).to_owned()),
        Ok(text) => Ok(text),
        Err(_) => wrong("it is not UTF-8 text"),
    }
}

/// The text of a file.
///
/// # Errors
/// When it cannot be read or is not UTF-8.
pub fn read(file: impl AsRef<Path>) -> io::Result<String> {
    decode(fs::read(file)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_mark_at_the_very_beginning_is_skipped() {
        assert_eq!(decode(b"\xef\xbb\xbfa".to_vec()).unwrap(), "a");
        assert_eq!(decode("a\u{feff}".into()).unwrap(), "a\u{feff}");
        assert_eq!(decode("\u{feff}\u{feff}".into()).unwrap(), "\u{feff}");
        assert_eq!((without_mark(""), without_mark("ä")), ("", "ä"));
    }

    #[test]
    fn another_encoding_is_named() {
        let refusal = |bytes: &[u8]| decode(bytes.to_vec()).unwrap_err().to_string();
        assert_eq!(refusal(b"\xff\xfea\0"), "it is UTF-16; save it as UTF-8");
        assert_eq!(refusal(b"\xfe\xff\0a"), "it is UTF-16; save it as UTF-8");
        assert_eq!(refusal(b"\xe4"), "it is not UTF-8 text");
    }
}
