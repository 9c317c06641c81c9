//! A SOAP frame laid out over lines: its payload as JSON, what is odd about it and where, the findings about its
//! headers, and the envelope. This is a view of the XML itself, so the envelope of the one selected message is read
//! again here, with its places; everything else uses what its first reading found (see `trace::decode`).

use super::line::{LineTone, TextLine};
use crate::ocpp::{Catalog, Version};
use crate::rpc::soap::{
    self, Body, Envelope, HeaderDirection as Way, HeaderFinding, HeaderSeverity, HeaderState, ReadHint, lint,
};
use crate::trace::decode::id_text;
use crate::trace::{Contents, FrameKind, Record, RecordKind};
use crate::tui::widget::{lay_out, lay_out_xml};

/// The columns before the remark on a header.
const HEADER: usize = 40;

/// The lines of a frame, of which at most so many bytes are laid out.
pub(super) fn lines(record: &Record<'_>, contents: &Contents, catalog: &Catalog, limit: usize) -> Vec<TextLine> {
    let is_answer = matches!(record.kind, RecordKind::Frame(_, FrameKind::Result | FrameKind::Error));
    let answers = record.version.filter(|_| is_answer);
    let hint = ReadHint { version: record.version, answers, ..ReadHint::default() };
    let mut lines = Vec::new();
    if let Ok(envelope) = soap::read(record.text, catalog, hint) {
        payload(&envelope, limit, &mut lines);
        places(&envelope, record.text, &mut lines);
        headers(record, &envelope, contents, catalog, hint, &mut lines);
    }
    if let Some(head) = record.origin().and_then(|origin| origin.http_head.as_deref()) {
        lines.push(heading("Head of the HTTP message"));
        lines.extend(head.lines().map(|line| TextLine::new(line, LineTone::Base)));
    }
    let xml = lay_out_xml(record.text, limit);
    if !xml.is_empty() {
        lines.push(heading("Body of the HTTP message"));
        // A page of a foreign web server has line ends of its own.
        lines.extend(xml.iter().flat_map(|line| line.lines()).map(xml_line));
    }
    lines
}

fn heading(text: impl Into<String>) -> TextLine {
    TextLine::new(text, LineTone::Title)
}

/// A line of XML: tags apart from what stands between them.
pub(super) fn xml_line(mut text: &str) -> TextLine {
    let mut line = TextLine::default();
    while !text.is_empty() {
        let (end, tone) = match text.starts_with('<') {
            true => (text.find('>').map_or(text.len(), |end| end + 1), LineTone::Key),
            false => (text.find('<').unwrap_or(text.len()), LineTone::Text),
        };
        line = line.and(&text[..end], tone);
        text = &text[end..];
    }
    line
}

fn payload(envelope: &Envelope, limit: usize, lines: &mut Vec<TextLine>) {
    let (title, text) = match &envelope.body {
        Body::Request(operation) | Body::Response(operation) => ("Payload", operation.payload.to_string()),
        Body::Unknown(element) => ("Payload of an element that no definition knows", element.payload.to_string()),
        Body::Fault(fault) => {
            let code = fault.code.map_or("no code of SOAP", |code| code.name());
            let subcode = fault.subcode.as_deref().unwrap_or("no subcode");
            lines.push(heading(format!("Fault {code}, {subcode}: {}", fault.reason)));
            return;
        }
        Body::Empty => return,
    };
    lines.push(heading(title));
    lines.extend(lay_out(&text, limit).lines().map(TextLine::json));
}

/// What is odd about the envelope and its body, each with its place in the text.
fn places(envelope: &Envelope, text: &str, lines: &mut Vec<TextLine>) {
    if envelope.remarks.is_empty() {
        return;
    }
    lines.push(heading("Envelope and body, by position"));
    for remark in &envelope.remarks {
        let before = text.as_bytes().get(..remark.offset).unwrap_or_default();
        let line = 1 + memchr::memchr_iter(b'\n', before).count();
        let shown = format!("line {line}, byte {}: {}", remark.offset, remark.message);
        lines.push(marked(HeaderSeverity::Warning, shown, 2));
    }
}

/// A sentence with the mark of its severity.
fn marked(severity: HeaderSeverity, text: String, hang: usize) -> TextLine {
    let (sign, tone) = match severity {
        HeaderSeverity::Good => ("✓ ", LineTone::Good),
        HeaderSeverity::Note => ("· ", LineTone::Muted),
        HeaderSeverity::Warning => ("~ ", LineTone::Warning),
        HeaderSeverity::Error => ("✗ ", LineTone::Error),
    };
    TextLine::new(sign, tone).and(text, tone).hanging(hang)
}

/// The table of headers.
fn headers(
    record: &Record<'_>,
    envelope: &Envelope,
    contents: &Contents,
    catalog: &Catalog,
    hint: ReadHint,
    lines: &mut Vec<TextLine>,
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
    lines.push(heading(title(version)));
    lines.extend(lint(envelope, way, version, service).iter().map(|finding| marked(finding.severity, row(finding), HEADER)));
}

fn title(version: Version) -> String {
    if version.dialect().soap_headers_specified {
        return format!("Headers, by the rules of OCPP {version}");
    }
    format!("Headers, by the rules of OCPP 1.6; OCPP {version} has none of its own, so an offence is only noted (·)")
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
        places(&envelope, text, &mut lines);
        let offset = text.find("<chargePointVendor>").unwrap();
        let expected = format!("~ line 4, byte {offset}: ");
        assert!(lines[1].text().starts_with(&expected), "{lines:?}");
        assert_eq!(lines.len(), 2, "{lines:?}");
    }
}
