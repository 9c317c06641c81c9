//! A request to a SOAP service with any faults, and what came of it. Pure; the session sends it.

use std::io::Read as _;

use flate2::read::{DeflateDecoder, GzDecoder, ZlibDecoder};

use super::envelope::ProbeEnvelope;
use crate::ocpp::Catalog;
use crate::probe::client::{ConnectionFault, HttpAnswer, shown};
use crate::rpc::soap::{self, Body, Envelope, FaultCode, ReadHint, SoapFault};

/// The longest body that is unpacked, in bytes.
const UNPACKED: u64 = 4 << 20;

/// A request to the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceRequest {
    pub method: &'static str,
    pub path: String,
    /// Names and values of the head, in their order.
    pub lines: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    /// Whether the body is sent in chunks.
    pub chunked: bool,
}

impl ServiceRequest {
    /// A POST of an envelope.
    pub fn post(path: String, authority: &str, envelope: &ProbeEnvelope) -> ServiceRequest {
        ServiceRequest {
            method: "POST",
            path,
            lines: vec![
                ("Host", authority.to_owned()),
                ("Content-Type", "application/soap+xml; charset=utf-8".to_owned()),
                ("Accept-Encoding", "identity".to_owned()),
            ],
            body: envelope.text("UTF-8").into_bytes(),
            chunked: false,
        }
    }

    /// A request without a body.
    pub fn bare(method: &'static str, path: String, authority: &str) -> ServiceRequest {
        ServiceRequest { method, path, lines: vec![("Host", authority.to_owned())], body: Vec::new(), chunked: false }
    }

    pub fn without(mut self, name: &str) -> ServiceRequest {
        self.lines.retain(|(known, _)| *known != name);
        self
    }

    /// Another value, or one line more.
    pub fn instead(self, name: &'static str, value: impl Into<String>) -> ServiceRequest {
        let mut request = self.without(name);
        request.lines.push((name, value.into()));
        request
    }

    pub fn with_body(self, body: Vec<u8>) -> ServiceRequest {
        ServiceRequest { body, ..self }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let head: String = self.lines.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let (length, body) = if self.chunked {
            let (first, second) = self.body.split_at(self.body.len() / 2);
            let chunk = |part: &[u8]| [format!("{:x}\r\n", part.len()).as_bytes(), part, b"\r\n"].concat();
            ("Transfer-Encoding: chunked\r\n".to_owned(), [chunk(first), chunk(second), b"0\r\n\r\n".to_vec()].concat())
        } else {
            (format!("Content-Length: {}\r\n", self.body.len()), self.body.clone())
        };
        [format!("{} {} HTTP/1.1\r\n{head}{length}\r\n", self.method, self.path).as_bytes(), &body].concat()
    }
}

/// What came for a request.
#[derive(Debug, Clone)]
pub struct ServiceEnd {
    pub answer: Result<HttpAnswer, ConnectionFault>,
    /// The envelope in the answer, when there is one.
    pub envelope: Option<Box<Envelope>>,
}

/// What an answer says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ServiceAnswer<'a> {
    /// The action was carried out.
    Served,
    Fault(&'a SoapFault),
    /// No envelope of a response.
    Other,
}

impl ServiceEnd {
    /// Reads the answer.
    pub fn new(answer: Result<HttpAnswer, ConnectionFault>, catalog: &Catalog) -> ServiceEnd {
        let envelope = answer.as_ref().ok().and_then(|answer| {
            let body = unpacked(&answer.body, answer.value("Content-Encoding"));
            let text = soap::text(&body, answer.value("Content-Type")).ok()?;
            soap::read(&text.text, catalog, ReadHint::default()).ok()
        });
        ServiceEnd { answer, envelope: envelope.map(Box::new) }
    }

    pub fn says(&self) -> ServiceAnswer<'_> {
        match self.envelope.as_ref().map(|envelope| &envelope.body) {
            Some(Body::Response(_)) => ServiceAnswer::Served,
            Some(Body::Fault(fault)) => ServiceAnswer::Fault(fault),
            _ => ServiceAnswer::Other,
        }
    }

    pub fn status(&self) -> Option<u16> {
        self.answer.as_ref().ok().map(|answer| answer.status)
    }

    /// Whether it was refused: by a fault or by the status.
    pub fn is_refusal(&self) -> bool {
        match self.says() {
            ServiceAnswer::Served => false,
            ServiceAnswer::Fault(_) => true,
            ServiceAnswer::Other => self.status().is_some_and(|status| (400..600).contains(&status)),
        }
    }

    /// In words.
    pub fn words(&self) -> String {
        let answer = match &self.answer {
            Err(fault) => return fault.to_string(),
            Ok(answer) => answer,
        };
        let line = shown(&answer.status_line());
        match (self.says(), self.envelope.as_ref().map(|envelope| &envelope.body)) {
            (ServiceAnswer::Served, Some(Body::Response(operation))) => {
                format!("{line}, {}Response {}", operation.action, shown(&operation.payload.to_string()))
            }
            (ServiceAnswer::Fault(fault), _) => format!("{line}, fault {}", fault_words(fault)),
            _ => match answer.value("Content-Type") {
                Some(kind) => format!("{line}, {}", shown(kind)),
                None => line,
            },
        }
    }
}

fn fault_words(fault: &SoapFault) -> String {
    let code = match fault.code {
        Some(FaultCode::Sender) => "Sender",
        Some(FaultCode::Receiver) => "Receiver",
        Some(FaultCode::MustUnderstand) => "MustUnderstand",
        Some(FaultCode::VersionMismatch) => "VersionMismatch",
        Some(FaultCode::DataEncodingUnknown) => "DataEncodingUnknown",
        None => "without a code",
    };
    let subcode = fault.subcode.as_deref().map_or_else(String::new, |subcode| format!("/{}", shown(subcode)));
    format!("{code}{subcode} ({})", shown(&fault.reason))
}

/// The body without its content coding. What cannot be unpacked stays.
fn unpacked(body: &[u8], coding: Option<&str>) -> Vec<u8> {
    let mut plain = Vec::new();
    let read = match coding.map(str::to_ascii_lowercase).as_deref() {
        Some("gzip" | "x-gzip") => GzDecoder::new(body).take(UNPACKED).read_to_end(&mut plain),
        Some("deflate") => match ZlibDecoder::new(body).take(UNPACKED).read_to_end(&mut plain) {
            Ok(length) => Ok(length),
            Err(_) => {
                plain.clear();
                DeflateDecoder::new(body).take(UNPACKED).read_to_end(&mut plain)
            }
        },
        _ => return body.to_vec(),
    };
    if read.is_ok() { plain } else { body.to_vec() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocpp::Version;

    #[test]
    fn a_request_is_bytes_with_a_length_or_in_chunks() {
        let envelope = ProbeEnvelope::authorize(Version::V1_6, "CP1", "http://h/");
        let request = ServiceRequest::post("/s".into(), "h:1", &envelope);
        let text = String::from_utf8(request.bytes()).unwrap();
        assert!(text.starts_with("POST /s HTTP/1.1\r\nHost: h:1\r\n") && text.contains("\r\nContent-Length: "), "{text}");
        let chunked = ServiceRequest { chunked: true, ..request }.without("Content-Type");
        let text = String::from_utf8(chunked.bytes()).unwrap();
        assert!(
            text.contains("Transfer-Encoding: chunked") && text.ends_with("\r\n0\r\n\r\n") && !text.contains("Content-"),
            "{text}"
        );
    }

    #[test]
    fn what_is_packed_is_unpacked() {
        use std::io::Write as _;
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(b"text").unwrap();
        assert_eq!(unpacked(&packed.finish().unwrap(), Some("gzip")), b"text");
        assert_eq!(unpacked(b"text", Some("gzip")), b"text");
        assert_eq!(unpacked(b"text", None), b"text");
    }
}
