//! The bytes of an HTTP body as text. Positions of remarks and errors are positions in this text.

use std::borrow::Cow;

use super::error::{ReadError, ReadProblem};

/// A body as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodedText<'bytes> {
    /// The text. A byte order mark is not part of it.
    pub text: Cow<'bytes, str>,
    /// The encoding, when it is not UTF-8.
    pub encoding: Option<&'static str>,
}

/// Decodes a body: UTF-8, UTF-16 with its byte order mark, and ISO 8859-1 when the XML declaration names it.
///
/// # Errors
/// When the bytes are not of their encoding, or the encoding is another one.
pub fn text(bytes: &[u8]) -> Result<DecodedText<'_>, ReadError> {
    let (encoding, decoded) = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => return utf8(rest),
        [0xff, 0xfe, rest @ ..] => ("UTF-16LE", utf16(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => ("UTF-16BE", utf16(rest, u16::from_be_bytes)),
        bytes => match utf8(bytes) {
            Err(_) if declares_latin(bytes) => ("ISO-8859-1", Some(bytes.iter().map(|byte| char::from(*byte)).collect())),
            other => return other,
        },
    };
    let decoded: Option<String> = decoded;
    let decoded = decoded.ok_or(ReadError { offset: 0, problem: ReadProblem::NotText })?;
    Ok(DecodedText { text: Cow::Owned(decoded), encoding: Some(encoding) })
}

fn utf8(bytes: &[u8]) -> Result<DecodedText<'_>, ReadError> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(DecodedText { text: Cow::Borrowed(text), encoding: None }),
        Err(error) => Err(ReadError { offset: error.valid_up_to(), problem: ReadProblem::NotText }),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let decoded: Result<String, _> = char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).collect();
    decoded.ok().filter(|_| rest.is_empty())
}

/// Whether the XML declaration names ISO 8859-1, or the encoding of Windows that is usually used under this name.
fn declares_latin(bytes: &[u8]) -> bool {
    let declaration = bytes.split(|byte| *byte == b'>').next().unwrap_or_default();
    let declaration = String::from_utf8_lossy(&declaration[..declaration.len().min(200)]).to_ascii_lowercase();
    declaration.trim_start().starts_with("<?xml")
        && ["iso-8859-1", "latin1", "windows-1252"].iter().any(|name| declaration.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encodings_of_the_field_are_read() {
        assert_eq!(text("ä".as_bytes()).unwrap(), DecodedText { text: "ä".into(), encoding: None });
        assert_eq!(text(b"\xef\xbb\xbf<a/>").unwrap().text, "<a/>");
        let latin = text(b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe4</a>").unwrap();
        assert_eq!(latin.encoding, Some("ISO-8859-1"));
        assert!(latin.text.ends_with("<a>ä</a>"));
        assert_eq!(text(b"\xff\xfe<\0a\0/\0>\0").unwrap().text, "<a/>");
        assert_eq!(text(b"\xfe\xff\0<\0a\0/\0>").unwrap().encoding, Some("UTF-16BE"));
    }

    #[test]
    fn what_is_no_text_is_refused_with_its_place() {
        assert_eq!(text(b"<a>\xe4</a>").unwrap_err().offset, 3);
        assert_eq!(text(b"\xff\xfe<").unwrap_err().problem, ReadProblem::NotText);
        assert_eq!(text(b"\xff\xfe\x00\xd8").unwrap_err().problem, ReadProblem::NotText);
    }
}
