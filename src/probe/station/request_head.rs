//! The head of a request as a station sent it. Pure.

/// The longest head that is read, in bytes.
pub const HEAD_LIMIT: usize = 64 << 10;

/// The head of a request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RequestHead {
    pub method: String,
    pub path: String,
    pub version: String,
    /// Names and values, in their order.
    pub headers: Vec<(String, String)>,
}

impl RequestHead {
    /// Reads the head that bytes begin with, and says where it ends. `None` while it is incomplete.
    pub fn read(bytes: &[u8]) -> Option<(RequestHead, usize)> {
        let end = bytes.windows(4).position(|end| end == b"\r\n\r\n")?;
        let text = String::from_utf8_lossy(&bytes[..end]);
        let mut lines = text.split("\r\n");
        let mut words = lines.next().unwrap_or_default().split(' ').map(str::to_owned);
        let mut word = || words.next().unwrap_or_default();
        let (method, path, version) = (word(), word(), word());
        let headers = lines.filter_map(|line| line.split_once(':'));
        let headers = headers.map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect();
        Some((RequestHead { method, path, version, headers }, end + 4))
    }

    /// The values of a header.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The first value of a header.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The entries of all lists of a header.
    pub fn list<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.values(name).flat_map(|value| value.split(',')).map(str::trim).filter(|entry| !entry.is_empty())
    }

    /// Whether a header has this token in one of its lists, in any case.
    pub fn has_token(&self, name: &str, token: &str) -> bool {
        self.list(name).any(|entry| entry.eq_ignore_ascii_case(token))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_as_it_stands() {
        let text = "GET /ocpp/CP1 HTTP/1.1\r\nSec-WebSocket-Protocol: ocpp1.6, ocpp2.0.1\r\nsec-websocket-protocol:ocpp2.1\r\n\r\nrest";
        let (head, end) = RequestHead::read(text.as_bytes()).unwrap();
        assert_eq!(
            (head.method.as_str(), head.path.as_str(), head.version.as_str(), &text[end..]),
            ("GET", "/ocpp/CP1", "HTTP/1.1", "rest")
        );
        assert_eq!(head.list("Sec-WebSocket-Protocol").collect::<Vec<_>>(), ["ocpp1.6", "ocpp2.0.1", "ocpp2.1"]);
        assert!(head.has_token("sec-websocket-protocol", "OCPP2.1"));
        assert_eq!(RequestHead::read(b"GET / HTTP/1.1\r\n"), None);
        assert_eq!(RequestHead::read(b"\r\n\r\n").unwrap().0.path, "");
    }
}
