//! The request of a WebSocket handshake with any faults, and what came of it. Pure; the session sends it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::connection_fault::ConnectionFault;
use super::heard::{Heard, shown};
use super::http_answer::HttpAnswer;

/// A request that asks for a WebSocket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpgradeRequest {
    pub method: &'static str,
    pub path: String,
    pub http: &'static str,
    /// Names and values of the head, in their order.
    pub lines: Vec<(&'static str, String)>,
}

impl UpgradeRequest {
    /// A right one, as RFC 6455 §4.1 has it.
    pub fn new(path: String, authority: &str, protocols: &str) -> UpgradeRequest {
        let key = STANDARD.encode(fastrand::u128(..).to_be_bytes());
        let mut lines = vec![
            ("Host", authority.to_owned()),
            ("Upgrade", "websocket".to_owned()),
            ("Connection", "Upgrade".to_owned()),
            ("Sec-WebSocket-Key", key),
            ("Sec-WebSocket-Version", "13".to_owned()),
        ];
        if !protocols.is_empty() {
            lines.push(("Sec-WebSocket-Protocol", protocols.to_owned()));
        }
        UpgradeRequest { method: "GET", path, http: "HTTP/1.1", lines }
    }

    pub fn without(mut self, name: &str) -> UpgradeRequest {
        self.lines.retain(|(known, _)| *known != name);
        self
    }

    /// One line more.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> UpgradeRequest {
        self.lines.push((name, value.into()));
        self
    }

    /// Another value instead of the one that is there.
    pub fn instead(self, name: &'static str, value: impl Into<String>) -> UpgradeRequest {
        self.without(name).with(name, value)
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.lines.iter().filter(move |(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// The subprotocols that it offers.
    pub fn offered(&self) -> Vec<&str> {
        self.values("Sec-WebSocket-Protocol").flat_map(|list| list.split(',')).map(str::trim).collect()
    }

    pub fn bytes(&self) -> Vec<u8> {
        let head: String = self.lines.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        format!("{} {} {}\r\n{head}\r\n", self.method, self.path, self.http).into_bytes()
    }
}

/// What came of a handshake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandshakeEnd {
    pub request: UpgradeRequest,
    pub answer: Result<HttpAnswer, ConnectionFault>,
    /// What came behind a 101, where that was waited for.
    pub after: Heard,
}

impl HandshakeEnd {
    /// Whether there is a WebSocket.
    pub fn is_link(&self) -> bool {
        self.status() == Some(101)
    }

    pub fn status(&self) -> Option<u16> {
        self.answer.as_ref().ok().map(|answer| answer.status)
    }

    /// The subprotocol of the answer.
    pub fn subprotocol(&self) -> Option<&str> {
        self.answer.as_ref().ok().and_then(|answer| answer.value("Sec-WebSocket-Protocol"))
    }

    /// Whether it was refused: with a status, or by ending the connection.
    pub fn is_refusal(&self) -> bool {
        match &self.answer {
            Ok(answer) => (300..600).contains(&answer.status),
            Err(fault) => fault.is_end(),
        }
    }

    /// What breaks RFC 6455 §4.2.2 in a 101, with the remedy.
    pub fn fault_of_upgrade(&self) -> Option<(String, &'static str)> {
        let answer = self.answer.as_ref().ok().filter(|answer| answer.status == 101)?;
        if !answer.has_token("Upgrade", "websocket") || !answer.has_token("Connection", "Upgrade") {
            let what = "the 101 lacks \"Upgrade: websocket\" or \"Connection: Upgrade\"";
            return Some((what.to_owned(), "answer with both headers; every client fails otherwise (RFC 6455 §4.1)"));
        }
        if let Some(key) = self.request.values("Sec-WebSocket-Key").next() {
            let wanted = derive_accept_key(key.as_bytes());
            match answer.value("Sec-WebSocket-Accept") {
                Some(accept) if accept == wanted => {}
                Some(_) => {
                    let what = "the 101 has a Sec-WebSocket-Accept that does not fit the key";
                    return Some((what.to_owned(), "compute it from the key of this request (RFC 6455 §4.2.2)"));
                }
                None => {
                    let what = "the 101 has no Sec-WebSocket-Accept";
                    return Some((what.to_owned(), "compute it from the key of the request (RFC 6455 §4.2.2)"));
                }
            }
        }
        if let Some(chosen) = answer.value("Sec-WebSocket-Protocol")
            && !self.request.offered().contains(&chosen)
        {
            let what = format!("101 with the subprotocol {}, which was not offered", shown(chosen));
            return Some((what, "repeat one of the offered subprotocols as it stands, or none (RFC 6455 §4.2.2)"));
        }
        if let Some(extension) = answer.value("Sec-WebSocket-Extensions") {
            let name = extension.split(';').next().unwrap_or_default().trim();
            let offers = self.request.values("Sec-WebSocket-Extensions").flat_map(|list| list.split(','));
            if !offers.map(|offer| offer.split(';').next().unwrap_or_default().trim()).any(|offer| offer == name) {
                let what = format!("101 with the extension {}, which was not offered", shown(name));
                return Some((what, "agree only to extensions that the client offers (RFC 6455 §9.1)"));
            }
        }
        None
    }

    /// In words.
    pub fn words(&self) -> String {
        let answer = match &self.answer {
            Err(fault) => return fault.to_string(),
            Ok(answer) => answer,
        };
        let mut words = match (answer.status, self.subprotocol()) {
            (101, Some(name)) => format!("101 with {}", shown(name)),
            (101, None) => "101 without a subprotocol".to_owned(),
            _ => shown(&answer.status_line()),
        };
        if self.after.is_over() {
            words = format!("{words}, then {}", self.after.ending());
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(request: UpgradeRequest, head: &str) -> HandshakeEnd {
        let (answer, _) = HttpAnswer::read_head(head.as_bytes()).unwrap().unwrap();
        HandshakeEnd { request, answer: Ok(answer), after: Heard::default() }
    }

    fn request() -> UpgradeRequest {
        let request = UpgradeRequest::new("/CP1".into(), "host:1", "ocpp1.6, ocpp2.0.1");
        request.instead("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
    }

    /// The example of RFC 6455 §1.3.
    const ACCEPT: &str = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";
    const REST: &str = "Upgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n";

    #[test]
    fn a_request_is_built_line_by_line() {
        let request = request().without("Host").with("Sec-WebSocket-Protocol", "x");
        let text = String::from_utf8(request.bytes()).unwrap();
        assert!(text.starts_with("GET /CP1 HTTP/1.1\r\nUpgrade: websocket\r\n") && text.ends_with("\r\n\r\n"), "{text}");
        assert_eq!(request.offered(), ["ocpp1.6", "ocpp2.0.1", "x"]);
    }

    #[test]
    fn each_fault_of_an_upgrade_is_found() {
        for (head, part) in [
            (format!("{REST}{ACCEPT}Sec-WebSocket-Protocol: ocpp1.6\r\n"), None),
            (format!("{REST}{ACCEPT}"), None),
            (ACCEPT.to_owned(), Some("lacks")),
            (REST.to_owned(), Some("no Sec-WebSocket-Accept")),
            (format!("{REST}Sec-WebSocket-Accept: AAAA\r\n"), Some("does not fit")),
            (format!("{REST}{ACCEPT}Sec-WebSocket-Protocol: OCPP1.6\r\n"), Some("not offered")),
            (
                format!("{REST}{ACCEPT}Sec-WebSocket-Extensions: permessage-deflate; a\r\n"),
                Some("extension permessage-deflate,"),
            ),
        ] {
            let end = end(request(), &format!("HTTP/1.1 101 x\r\n{head}\r\n"));
            let fault = end.fault_of_upgrade().map(|(what, _)| what);
            match part {
                None => assert_eq!(fault, None, "{head}"),
                Some(part) => assert!(fault.as_ref().is_some_and(|fault| fault.contains(part)), "{head}: {fault:?}"),
            }
        }
        let refused = end(request(), "HTTP/1.1 404 Not Found\r\n\r\n");
        assert!(refused.is_refusal() && refused.fault_of_upgrade().is_none());
        assert_eq!(refused.words(), "404 Not Found");
    }
}
