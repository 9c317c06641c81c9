//! The answer to an HTTP request as it came. Ours, because a library refuses or mends what is to be shown. Pure.

use thiserror::Error;

/// The longest head that is read, in bytes.
pub const HEAD_LIMIT: usize = 64 << 10;

/// What came is no HTTP.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("no HTTP: {line}")]
pub struct NoHttpError {
    /// Its first line, with escapes.
    pub line: String,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpAnswer {
    /// `HTTP/1.1`.
    pub version: String,
    pub status: u16,
    pub reason: String,
    /// Names and values, in their order.
    pub headers: Vec<(String, String)>,
    /// As it came, still coded.
    pub body: Vec<u8>,
}

impl HttpAnswer {
    /// Reads the head that bytes begin with, and says where it ends. `None` while it is incomplete.
    ///
    /// # Errors
    /// When it is no HTTP.
    pub fn read_head(bytes: &[u8]) -> Option<Result<(HttpAnswer, usize), NoHttpError>> {
        let is_http = bytes.iter().zip(b"HTTP/").all(|(byte, wanted)| byte == wanted);
        if !is_http {
            let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
            return Some(Err(NoHttpError { line: line[..line.len().min(80)].escape_ascii().to_string() }));
        }
        let end = bytes.windows(4).position(|end| end == b"\r\n\r\n")?;
        let text = String::from_utf8_lossy(&bytes[..end]);
        let mut lines = text.split("\r\n");
        let first = lines.next().unwrap_or_default();
        let mut words = first.splitn(3, ' ');
        let version = words.next().unwrap_or_default().to_owned();
        let Some(status) = words.next().and_then(|status| status.parse().ok()) else {
            return Some(Err(NoHttpError { line: first.to_owned() }));
        };
        let reason = words.next().unwrap_or_default().to_owned();
        let headers = lines.filter_map(|line| line.split_once(':'));
        let headers = headers.map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect();
        Some(Ok((HttpAnswer { version, status, reason, headers, body: Vec::new() }, end + 4)))
    }

    /// The values of a header.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The first value of a header.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Whether a header has this token in one of its lists, in any case.
    pub fn has_token(&self, name: &str, token: &str) -> bool {
        self.values(name).flat_map(|value| value.split(',')).any(|value| value.trim().eq_ignore_ascii_case(token))
    }

    /// How long its body is, when that is said.
    pub fn body_length(&self) -> BodyLength {
        if self.has_token("Transfer-Encoding", "chunked") {
            return BodyLength::Chunked;
        }
        if self.status < 200 || self.status == 204 || self.status == 304 {
            return BodyLength::Known(0);
        }
        match self.value("Content-Length").and_then(|length| length.parse().ok()) {
            Some(length) => BodyLength::Known(length),
            None => BodyLength::UntilEnd,
        }
    }

    /// `404 Not Found`.
    pub fn status_line(&self) -> String {
        format!("{} {}", self.status, self.reason).trim_end().to_owned()
    }
}

/// Where a body ends (RFC 9112 §6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyLength {
    Known(usize),
    Chunked,
    UntilEnd,
}

/// Takes the chunks of a body apart (RFC 9112 §7.1). `None` while it is incomplete; the second part is where it ends.
pub fn unchunked(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let (mut body, mut at) = (Vec::new(), 0);
    loop {
        let line = bytes[at..].windows(2).position(|end| end == b"\r\n")?;
        let size = String::from_utf8_lossy(&bytes[at..at + line]);
        let size = usize::from_str_radix(size.split(';').next().unwrap_or_default().trim(), 16).ok()?;
        at += line + 2;
        if size == 0 {
            return Some((body, bytes.len()));
        }
        let end = at.checked_add(size)?;
        body.extend(bytes.get(at..end)?);
        at = bytes.get(end..end + 2).map(|_| end + 2)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Option<Result<(HttpAnswer, usize), NoHttpError>> {
        HttpAnswer::read_head(text.as_bytes())
    }

    #[test]
    fn a_head_is_read_as_it_stands() {
        let text = "HTTP/1.1 426 Upgrade Required\r\nsec-websocket-version: 13\r\nX: a, Upgrade\r\n\r\nrest";
        let (answer, end) = head(text).unwrap().unwrap();
        assert_eq!((answer.status, &*answer.reason, &text[end..]), (426, "Upgrade Required", "rest"));
        assert_eq!(answer.value("Sec-WebSocket-Version"), Some("13"));
        assert!(answer.has_token("x", "upgrade") && !answer.has_token("x", "up"));
        assert_eq!(answer.status_line(), "426 Upgrade Required");
        assert_eq!(answer.body_length(), BodyLength::UntilEnd);
        assert_eq!(head("HTTP/1.1 200 OK\r\n"), None);
        assert_eq!(head("HTT"), None);
    }

    #[test]
    fn what_is_no_http_is_shown() {
        let no_http = |line: &str| Some(Err(NoHttpError { line: line.to_owned() }));
        assert_eq!(head("SSH-2.0-x\r\n"), no_http("SSH-2.0-x\\r"));
        assert!(matches!(head("HTTP/1.1 abc\r\n\r\n"), Some(Err(_))));
        assert_eq!(HttpAnswer::read_head(&[0x15, 3, 1, 0, 2]), no_http("\\x15\\x03\\x01\\x00\\x02"));
    }

    #[test]
    fn chunks_become_a_body() {
        assert_eq!(unchunked(b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n").unwrap().0, b"abcde");
        assert_eq!(unchunked(b"3\r\nab"), None);
        assert_eq!(unchunked(b"zz\r\n"), None);
        assert_eq!(unchunked(b"ffffffffffffffff\r\nab"), None);
    }
}
