//! The pretty view: JSON laid out over lines, SOAP as its payload, headers and envelope, other texts as sentences, and above them the
//! faults.

use crate::ocpp::Transport;
use crate::rpc::srpc::frame_body;
use crate::trace::{Record, RecordKind};
use crate::tui::context::ReadContext;
use crate::tui::state::soap::{SoapLine, soap_lines};
use crate::tui::widget::{head, lay_out, wrap};

/// One line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrettyLine<'a> {
    /// What is wrong with the frame; true on the first line of each.
    Remark(bool, &'a str),
    /// A line of its JSON.
    Json(&'a str),
    /// A line of a sentence.
    Plain(&'a str),
    /// A line of a SOAP frame.
    Soap(&'a SoapLine),
}

/// A record, laid out.
#[derive(Debug, Default)]
pub(super) struct PrettyText {
    text: String,
    starts: Vec<usize>,
    /// Whether a remark starts on this line, and the line.
    remarks: Vec<(bool, String)>,
    /// Whether the lines are JSON, to colour them.
    json: bool,
    /// The lines of a SOAP frame, in place of the text.
    soap: Vec<SoapLine>,
}

impl PrettyText {
    /// Lays a record out in lines of at most this width; only JSON keeps its own lines. Of a long text only the first `limit` bytes are laid
    /// out.
    pub fn new(record: &Record<'_>, outside: &ReadContext<'_>, width: usize, limit: usize) -> PrettyText {
        let is_frame = matches!(record.kind, RecordKind::Frame(..));
        let soap = if is_frame && record.transport == Transport::Soap {
            soap_lines(record, outside.contents, outside.catalog, width, limit)
        } else {
            Vec::new()
        };
        let json = is_frame && frame_body(record.text).starts_with(['[', '{']);
        let sentence = |line| wrap(line, width.saturating_sub(2));
        let text = if !soap.is_empty() {
            String::new()
        } else if json {
            lay_out(record.text, limit)
        } else {
            head(&record.full_text(), limit).lines().flat_map(sentence).collect::<Vec<_>>().join("\n")
        };
        let wrapped = |remark: &str| wrap(remark, width.saturating_sub(4));
        let notes = record.notes();
        let lines = notes.lines().flat_map(|remark| wrapped(remark).into_iter().enumerate());
        let remarks = lines.map(|(index, line)| (index == 0, line)).collect();
        let mut starts = Vec::new();
        if !text.is_empty() {
            starts.push(0);
            starts.extend(text.match_indices('\n').map(|(index, _)| index + 1));
        }
        PrettyText { text, starts, remarks, json, soap }
    }

    /// How many lines there are.
    pub fn count(&self) -> usize {
        self.remarks.len() + self.soap.len() + self.starts.len()
    }

    /// One line.
    pub fn line(&self, index: usize) -> Option<PrettyLine<'_>> {
        if let Some((first, remark)) = self.remarks.get(index) {
            return Some(PrettyLine::Remark(*first, remark));
        }
        let index = index - self.remarks.len();
        if let Some(line) = self.soap.get(index) {
            return Some(PrettyLine::Soap(line));
        }
        let index = index - self.soap.len();
        let start = self.starts.get(index)?;
        let end = self.starts.get(index + 1).map_or(self.text.len(), |next| next - 1);
        let line = &self.text[*start..end];
        Some(if self.json { PrettyLine::Json(line) } else { PrettyLine::Plain(line) })
    }
}
