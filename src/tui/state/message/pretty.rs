//! The pretty view: the frame as JSON laid out over lines, SOAP as its payload, headers and envelope, other texts as sentences, and above
//! them its faults.

use super::line::{LineTone, TextLine};
use super::soap;
use super::verdict::JudgedRecord;
use crate::ocpp::Transport;
use crate::rpc::srpc::frame_body;
use crate::trace::{Record, RecordKind};
use crate::tui::context::ReadContext;
use crate::tui::widget::{head, lay_out};

/// The lines of a record. Of a long text only the first `limit` bytes are laid out.
pub(super) fn lines(record: &Record<'_>, judged: &JudgedRecord, outside: &ReadContext<'_>, limit: usize) -> Vec<TextLine> {
    let is_frame = matches!(record.kind, RecordKind::Frame(..));
    let remark = |sign: &str, text: &str, tone| TextLine::new(format!("{sign} "), tone).and(text, tone).hanging(2);
    let mut lines: Vec<TextLine> = judged.notes(record).iter().map(|note| remark(note.sign, &note.text, note.tone)).collect();
    for finding in &judged.findings {
        let (sign, tone) = if finding.tolerated { ("~", LineTone::Warning) } else { ("✗", LineTone::Error) };
        let place = if finding.path.is_empty() { "/" } else { &finding.path };
        lines.push(remark(sign, &format!("{place}: {}", finding.message), tone));
    }
    if is_frame && record.transport == Transport::Soap {
        let soap = soap::lines(record, outside.contents, outside.catalog, limit);
        if !soap.is_empty() {
            lines.extend(soap);
            return lines;
        }
    }
    if is_frame && frame_body(record.text).starts_with(['[', '{']) {
        lines.extend(lay_out(record.text, limit).lines().map(TextLine::json));
    } else {
        lines.extend(head(&record.full_text(), limit).lines().map(|line| TextLine::new(line, LineTone::Base)));
    }
    lines
}
