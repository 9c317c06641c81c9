//! A SOAP frame laid out over lines: its payload as JSON, what is odd about it and where, the findings about its
//! headers, and the envelope. This is a view of the XML itself, so the envelope of the one selected message is read
//! again here, with its places; everything else uses what its first reading found (see `trace::decode`). The drawing is
//! the pane's.

use crate::ocpp::{Catalog, Version};
use crate::rpc::soap::{
    self, Body, Envelope, HeaderDirection as Way, HeaderFinding, HeaderSeverity, HeaderState, ReadHint, lint,
};
use crate::trace::decode::id_text;
use crate::trace::{Contents, FrameKind, Record, RecordKind};
use crate::tui::widget::{lay_out, lay_out_xml, wrap};

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SoapLine {
    /// What the lines below are.
    Title(String),
    /// A line of the payload.
    Json(String),
    /// A line of the table of headers, or of what is odd about the envelope.
    Header(HeaderSeverity, String),
    /// A line of the head of the HTTP message.
    Http(String),
    /// A line of the envelope.
    Xml(String),
}

impl SoapLine {
    /// Its text.
    pub fn text(&self) -> &str {
        match self {
            SoapLine::Title(text)
            | SoapLine::Json(text)
            | SoapLine::Header(_, text)
            | SoapLine::Http(text)
            | SoapLine::Xml(text) => text,
        }
    }
}

/// The lines of a frame, of which at most so many bytes are laid out.
pub fn soap_lines(record: &Record<'_>, contents: &Contents, catalog: &Catalog, width: usize, limit: usize) -> Vec<SoapLine> {
    let is_answer = matches!(record.kind, RecordKind::Frame(_, FrameKind::Result | FrameKind::Error));
    let answers = record.version.filter(|_| is_answer);
    let hint = ReadHint { version: record.version, answers, ..ReadHint::default() };
    let mut lines = Vec::new();
    if let Ok(envelope) = soap::read(record.text, catalog, hint) {
        payload(&envelope, limit, &mut lines);
        places(&envelope, record.text, width, &mut lines);
        headers(record, &envelope, contents, catalog, hint, width, &mut lines);
    }
    if let Some(head) = record.origin().and_then(|origin| origin.http_head.as_deref()) {
        lines.push(SoapLine::Title("Head of the HTTP message".to_owned()));
        lines.extend(head.lines().map(|line| SoapLine::Http(line.to_owned())));
    }
    let xml = lay_out_xml(record.text, limit);
    if !xml.is_empty() {
        lines.push(SoapLine::Title("Body of the HTTP message".to_owned()));
        // A page of a foreign web server has line ends of its own.
        lines.extend(xml.iter().flat_map(|line| line.lines()).map(|line| SoapLine::Xml(line.to_owned())));
    }
    lines
}

fn payload(envelope: &Envelope, limit: usize, lines: &mut Vec<SoapLine>) {
    let (title, text) = match &envelope.body {
        Body::Request(operation) | Body::Response(operation) => ("Payload", operation.payload.to_string()),
        Body::Unknown(element) => ("Payload of an element that no definition knows", element.payload.to_string()),
        Body::Fault(fault) => {
            let code = fault.code.map_or("no code of SOAP", |code| code.name());
            let subcode = fault.subcode.as_deref().unwrap_or("no subcode");
            lines.push(SoapLine::Title(format!("Fault {code}, {subcode}: {}", fault.reason)));
            return;
        }
        Body::Empty => return,
    };
    lines.push(SoapLine::Title(title.to_owned()));
    lines.extend(lay_out(&text, limit).lines().map(|line| SoapLine::Json(line.to_owned())));
}

/// What is odd about the envelope and its body, each with its place in the text.
fn places(envelope: &Envelope, text: &str, width: usize, lines: &mut Vec<SoapLine>) {
    if envelope.remarks.is_empty() {
        return;
    }
    lines.push(SoapLine::Title("Envelope and body, by position".to_owned()));
    for remark in &envelope.remarks {
        let before = text.as_bytes().get(..remark.offset).unwrap_or_default();
        let line = 1 + memchr::memchr_iter(b'\n', before).count();
        let shown = format!("line {line}, byte {}: {}", remark.offset, remark.message);
        push_wrapped(HeaderSeverity::Warning, &shown, width, lines);
    }
}

/// A sentence with the sign of its severity, over as many lines as it needs.
fn push_wrapped(severity: HeaderSeverity, text: &str, width: usize, lines: &mut Vec<SoapLine>) {
    let wrapped = wrap(text, width.saturating_sub(4));
    lines.extend(wrapped.into_iter().enumerate().map(|(index, line)| {
        let sign = if index == 0 { sign(severity) } else { " " };
        SoapLine::Header(severity, format!("{sign} {line}"))
    }));
}

/// The table of headers.
fn headers(
    record: &Record<'_>,
    envelope: &Envelope,
    contents: &Contents,
    catalog: &Catalog,
    hint: ReadHint,
    width: usize,
    lines: &mut Vec<SoapLine>,
) {
    let asked = record.partner.and_then(|partner| contents.records().get(partner));
    let way = match record.kind {
        RecordKind::Frame(_, FrameKind::Result | FrameKind::Error) => {
            Way::Response { message_id: asked.as_ref().and_then(id_text) }
        }
        _ => Way::Request,
    };
    let of = |envelope: &Envelope| match &envelope.body {
        Body::Request(operation) | Body::Response(operation) => Some((operation.version, operation.service)),
        Body::Unknown(element) => element.service,
        Body::Fault(_) | Body::Empty => None,
    };
    // A fault does not name its service; the request does.
    let hint = ReadHint { answers: None, ..hint };
    let asked = || soap::read(asked.as_ref()?.text, catalog, hint).ok();
    let Some((version, service)) = of(envelope).or_else(|| asked().as_ref().and_then(of)) else { return };
    lines.push(SoapLine::Title(title(version)));
    for finding in lint(envelope, way, version, service) {
        push_wrapped(finding.severity, &row(&finding), width, lines);
    }
}

fn title(version: Version) -> String {
    let note = if version.dialect().soap_headers_specified { "" } else { "; the rules were written down for 1.6" };
    format!("Headers, by the rules of OCPP {version}{note}")
}

fn row(finding: &HeaderFinding) -> String {
    let state = match finding.state {
        HeaderState::Present => "present",
        HeaderState::Missing => "missing",
        HeaderState::WrongNamespace => "wrong namespace",
        HeaderState::WrongName => "wrong spelling",
        HeaderState::NotMustUnderstand => "not mustUnderstand",
        HeaderState::Empty => "empty",
        HeaderState::NoAddress => "no Address",
        HeaderState::WrongValue => "wrong value",
        HeaderState::Unexpected => "unexpected",
        HeaderState::NotUnderstood => "not understood",
    };
    format!("{:<18} {state:<18} {} ({})", finding.header, finding.message, finding.rule)
}

fn sign(severity: HeaderSeverity) -> &'static str {
    match severity {
        HeaderSeverity::Good => "✓",
        HeaderSeverity::Note => "·",
        HeaderSeverity::Warning => "~",
        HeaderSeverity::Error => "✗",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_of_the_body_are_shown_with_their_places() {
        let text = "<S:Envelope xmlns:S=\"http://www.w3.org/2003/05/soap-envelope\" xmlns=\"urn://Ocpp/Cs/2012/06/\">\n<S:Body>\n\
                    <bootNotificationRequest><chargePointModel>M</chargePointModel>\n<chargePointVendor>V</chargePointVendor>\
                    </bootNotificationRequest></S:Body></S:Envelope>";
        let envelope = soap::read(text, &Catalog::embedded(), ReadHint::default()).unwrap();
        let mut lines = Vec::new();
        places(&envelope, text, 200, &mut lines);
        let offset = text.find("<chargePointVendor>").unwrap();
        let expected = format!("~ line 4, byte {offset}: ");
        assert!(lines[1].text().starts_with(&expected), "{lines:?}");
        assert_eq!(lines.len(), 2, "{lines:?}");
    }
}
