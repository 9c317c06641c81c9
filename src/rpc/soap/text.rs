//! The bytes of an HTTP body as text. Positions of remarks and errors are positions in this text. What the text is, is not decided here.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, mem};

use super::document::quote;
use super::error::{ReadError, ReadProblem};

/// How much of a body is looked at for its XML declaration, in bytes.
const DECLARATION: usize = 200;

/// A body as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodedText<'bytes> {
    /// The text. A byte order mark is not part of it.
    pub text: Cow<'bytes, str>,
    /// What is odd about its encoding, one sentence.
    pub remark: Option<String>,
}

/// Decodes a body that came with this content type. Its encoding is named by the byte order mark, by the parameter `charset` and by the XML
/// declaration, in this order (RFC 7303 §3.2); the first counts by which the bytes are a text. Where nothing names it, it is UTF-8.
///
/// # Errors
/// When the bytes are a text in none of the encodings that are named, or the encoding is not known here.
pub fn text<'bytes>(bytes: &'bytes [u8], content_type: Option<&str>) -> Result<DecodedText<'bytes>, ReadError> {
    // Not marked as what it is, because its first half is the mark of UTF-16.
    if let [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] = bytes {
        return Err(ReadError { offset: 0, problem: ReadProblem::UnknownEncoding("UTF-32".to_owned()) });
    }
    let marked = Encoding::for_bom(bytes);
    let body = marked.map_or(bytes, |(_, length)| &bytes[length..]);
    let marked = marked.map(|(encoding, _)| BodyEncoding::Known(encoding));
    let charset = content_type.and_then(charset).map(|label| BodyEncoding::named(label, body));
    let declared = || declared(body).map(|label| BodyEncoding::named(&label, body));
    let (mut unknown, mut first) = (None, None);
    for named in [marked, charset].into_iter().chain(std::iter::once_with(declared)).flatten() {
        match named {
            BodyEncoding::Unknown(name) => unknown = unknown.or(Some(name)),
            encoding => match encoding.decode(body) {
                Ok(text) => return Ok(DecodedText { remark: encoding.remark(body), text }),
                Err(error) => first = first.or(Some(error)),
            },
        }
    }
    if let Some(name) = unknown {
        // Nearly every encoding writes the characters of ASCII like ASCII.
        let is_ascii = body.iter().all(|byte| byte.is_ascii() && *byte != 0);
        let remark = Some(format!("the encoding {name} is not known here; it was read as UTF-8"));
        return match std::str::from_utf8(body).ok().filter(|_| is_ascii) {
            Some(text) => Ok(DecodedText { text: text.into(), remark }),
            None => Err(ReadError { offset: 0, problem: ReadProblem::UnknownEncoding(name) }),
        };
    }
    let encoding = BodyEncoding::Known(guessed(body));
    match first {
        Some(error) => Err(error),
        None => Ok(DecodedText { text: encoding.decode(body)?, remark: encoding.remark(body) }),
    }
}

/// An encoding as something about a body names it.
enum BodyEncoding {
    /// The standard of the web takes ISO 8859-1 for windows-1252. They differ in control characters that no message has, but a message in
    /// one of them is not to be blamed for the other.
    Latin1,
    Known(&'static Encoding),
    /// Its name.
    Unknown(String),
}

impl BodyEncoding {
    fn named(label: &str, body: &[u8]) -> BodyEncoding {
        let Some(encoding) = Encoding::for_label_no_replacement(label.as_bytes()) else {
            return BodyEncoding::Unknown(quote(label));
        };
        if encoding == WINDOWS_1252 && !label.contains("1252") {
            return BodyEncoding::Latin1;
        }
        // Without a byte order mark `utf-16` leaves the order open, and a body that begins like ASCII is in none of both.
        let is_guessed = label.eq_ignore_ascii_case("utf-16") || matches!(body, [b'<', 1..=255, ..]);
        BodyEncoding::Known(if is_guessed && !encoding.is_ascii_compatible() { guessed(body) } else { encoding })
    }

    /// The text, or the byte at which it is none.
    fn decode<'bytes>(&self, body: &'bytes [u8]) -> Result<Cow<'bytes, str>, ReadError> {
        let not_text = |offset| ReadError { offset, problem: ReadProblem::NotText(self.name().to_owned()) };
        match self {
            BodyEncoding::Latin1 => Ok(mem::decode_latin1(body)),
            BodyEncoding::Known(encoding) if *encoding == UTF_8 => {
                std::str::from_utf8(body).map(Cow::Borrowed).map_err(|error| not_text(error.valid_up_to()))
            }
            BodyEncoding::Known(encoding) => {
                encoding.decode_without_bom_handling_and_without_replacement(body).ok_or_else(|| not_text(0))
            }
            BodyEncoding::Unknown(_) => Err(not_text(0)),
        }
    }

    /// The remark on a body that was decoded so. What is the same in UTF-8 needs none.
    fn remark(&self, body: &[u8]) -> Option<String> {
        let is_utf_8 = matches!(self, BodyEncoding::Known(encoding) if *encoding == UTF_8);
        let is_wide = matches!(self, BodyEncoding::Known(encoding) if !encoding.is_ascii_compatible());
        let needs_none = is_utf_8 || (body.is_ascii() && !is_wide);
        (!needs_none).then(|| format!("it is written in {} instead of UTF-8", self.name()))
    }

    fn name(&self) -> &str {
        match self {
            BodyEncoding::Latin1 => "ISO-8859-1",
            BodyEncoding::Known(encoding) => encoding.name(),
            BodyEncoding::Unknown(name) => name,
        }
    }
}

/// The encoding of a body that nothing names: XML begins with `<` (XML 1.0 appendix F).
fn guessed(body: &[u8]) -> &'static Encoding {
    match body {
        [b'<', 0, ..] => UTF_16LE,
        [0, b'<', ..] => UTF_16BE,
        _ => UTF_8,
    }
}

/// The parameter `charset` of a content type.
fn charset(content_type: &str) -> Option<&str> {
    let parameters = content_type.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let (_, value) = parameters.into_iter().find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))?;
    Some(value.trim().trim_matches(['"', '\''])).filter(|value| !value.is_empty())
}

/// The encoding in an XML declaration that is written like ASCII. A wide encoding cannot be named so.
fn declared(body: &[u8]) -> Option<String> {
    let start = body.split(|byte| *byte == b'>').next().unwrap_or_default();
    let start = String::from_utf8_lossy(&start[..start.len().min(DECLARATION)]);
    let inside = start.trim_start().strip_prefix("<?xml")?;
    let (_, value) = inside.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let name = value[1..].split(quote).next().filter(|name| !name.is_empty())?;
    // Its own letters are read, so it is not what it says.
    let is_wide = name.to_ascii_lowercase().starts_with("utf-16");
    (!is_wide).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const XML: Option<&str> = Some("application/soap+xml");

    /// The text, and the name in the remark.
    fn read<'bytes>(bytes: &'bytes [u8], content_type: Option<&str>) -> (Cow<'bytes, str>, Option<String>) {
        let DecodedText { text, remark } = text(bytes, content_type).unwrap_or_else(|error| panic!("{error}: {bytes:?}"));
        let name =
            |remark: String| remark.trim_start_matches("it is written in ").trim_end_matches(" instead of UTF-8").to_owned();
        (text, remark.map(name))
    }

    fn wide(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn the_mark_comes_before_the_charset_and_the_charset_before_the_declaration() {
        let latin = Some("application/soap+xml; charset=ISO-8859-1");
        let some = |name: &str| Some(name.to_owned());
        assert_eq!(read("ä".as_bytes(), XML), ("ä".into(), None));
        assert_eq!(read("ä".as_bytes(), None), ("ä".into(), None));
        assert_eq!(read(b"<a>\xe4</a>", latin), ("<a>ä</a>".into(), some("ISO-8859-1")));
        assert_eq!(read("\u{feff}<a>ä</a>".as_bytes(), latin), ("<a>ä</a>".into(), None), "a mark is surer");
        let declared = b"<?xml version='1.0' encoding='ISO-8859-15'?><a>\xa4</a>";
        assert!(read(declared, XML).0.ends_with("<a>€</a>"));
        assert_eq!(read(declared, XML).1, some("ISO-8859-15"));
        assert!(read(declared, latin).0.ends_with("<a>¤</a>"), "the charset is surer");
        let utf_8 = Some("text/xml; charset=\"utf-8\"");
        assert!(read(declared, utf_8).0.ends_with("<a>€</a>"), "the bytes are no UTF-8, so the charset is wrong");
    }

    #[test]
    fn the_encodings_of_the_field_are_read() {
        for (content_type, bytes, text, name) in [
            ("a/b;charset=latin1", &b"<a>\xe4\xa4</a>"[..], "<a>ä¤</a>", Some("ISO-8859-1")),
            ("a/b; Charset = 'iso-8859-15'", b"<a>\xe4\xa4</a>", "<a>ä€</a>", Some("ISO-8859-15")),
            ("a/b; action=\"x\"; charset=\"Windows-1252\"", b"<a>\x80\xe4</a>", "<a>€ä</a>", Some("windows-1252")),
            ("a/b; charset=us-ascii", b"<a>a</a>", "<a>a</a>", None),
            ("a/b; charset=ISO-8859-1", b"<a>a</a>", "<a>a</a>", None),
            ("a/b; charset=gb18030", b"<a>\xc4\xe3</a>", "<a>你</a>", Some("gb18030")),
            ("a/b; charset=utf8", "<a>ä</a>".as_bytes(), "<a>ä</a>", None),
            ("a/b; charset=", "<a>ä</a>".as_bytes(), "<a>ä</a>", None),
        ] {
            assert_eq!(read(bytes, Some(content_type)), (text.into(), name.map(str::to_owned)), "{content_type}");
        }
        let (little, big) = (wide("<a>ä</a>", u16::to_le_bytes), wide("<a>ä</a>", u16::to_be_bytes));
        for (bytes, label, name) in [
            (&little, "utf-16le", "UTF-16LE"),
            (&big, "utf-16be", "UTF-16BE"),
            (&little, "utf-16", "UTF-16LE"),
            (&big, "utf-16", "UTF-16BE"),
            (&little, "", "UTF-16LE"),
            (&big, "", "UTF-16BE"),
        ] {
            let found = read(bytes, Some(&format!("a/b; charset={label}")));
            assert_eq!(found, ("<a>ä</a>".into(), Some(name.to_owned())), "{label}");
        }
        assert_eq!(read(b"<a/>", Some("a/b; charset=utf-16le")), ("<a/>".into(), None), "it is not what it says");
        assert_eq!(read(b"\xff\xfe<\0a\0/\0>\0", XML), ("<a/>".into(), Some("UTF-16LE".to_owned())));
        assert_eq!(read(b"\xfe\xff\0<\0a\0/\0>", XML), ("<a/>".into(), Some("UTF-16BE".to_owned())));
        assert_eq!(read(b"<?xml version='1.0' encoding='utf-16'?><a/>", XML).1, None, "a text that was converted");
    }

    #[test]
    fn what_is_no_text_is_refused_with_its_place_and_encoding() {
        let problem = |bytes: &[u8], content_type| text(bytes, content_type).unwrap_err();
        let not_text = |offset, name: &str| ReadError { offset, problem: ReadProblem::NotText(name.to_owned()) };
        assert_eq!(problem(b"<a>\xe4</a>", XML), not_text(3, "UTF-8"));
        assert_eq!(problem(b"\xff\xfe<", XML).problem, ReadProblem::NotText("UTF-16LE".to_owned()));
        assert_eq!(problem(b"\xff\xfe\x00\xd8", XML).problem, ReadProblem::NotText("UTF-16LE".to_owned()));
    }

    #[test]
    fn an_encoding_that_is_not_known_is_named() {
        let named = |label: &str| Some(format!("a/b; charset={label}"));
        let unknown = |bytes: &[u8], label: &str| text(bytes, named(label).as_deref()).unwrap_err().to_string();
        assert_eq!(unknown(b"\x4c\x81\x61\x6e", "IBM037"), "the encoding IBM037 is not known here; send UTF-8 (at byte 0)");
        assert!(unknown(b"<\0\0\0", "utf-32").contains("utf-32"));
        assert!(unknown(b"\xff\xfe\0\0<\0\0\0", "utf-8").contains("UTF-32"));
        assert!(unknown(b"<a>\xe4</a>", "x\u{1b}y").contains("x\\u{1b}y"), "the name comes from outside");
        let read = text(b"<a/>", named("x-own").as_deref()).unwrap();
        assert_eq!(
            (&*read.text, read.remark.as_deref()),
            ("<a/>", Some("the encoding x-own is not known here; it was read as UTF-8"))
        );
    }
}
