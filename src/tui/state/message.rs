//! The message pane's state: the selected record laid out over lines. It is laid out once per record and only so far as a person
//! may ever scroll.

use super::soap::{SoapLine, soap_lines};
use crate::ocpp::{Catalog, Transport};
use crate::trace::{Contents, RecordKind, Sequence};
use crate::tui::widget::{head, lay_out, wrap};

/// How much of a frame is laid out, in bytes. The whole is copied with `y`.
const SHOWN: usize = 512 * 1024;

/// The state.
#[derive(Debug, Default)]
pub struct MessageView {
    sequence: Option<Sequence>,
    text: String,
    starts: Vec<usize>,
    /// Whether a remark begins on this line, and the line.
    remarks: Vec<(bool, String)>,
    width: usize,
    /// Whether the lines are JSON, to colour them.
    json: bool,
    /// The lines of a SOAP frame, in place of the text.
    soap: Vec<SoapLine>,
    hidden: usize,
    top: usize,
    left: usize,
}

/// One line of the pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageLine<'a> {
    /// What is wrong with the frame; true on the first line of each.
    Remark(bool, &'a str),
    /// A line of its JSON.
    Json(&'a str),
    /// A line of a sentence.
    Plain(&'a str),
    /// A line of a SOAP frame.
    Soap(&'a SoapLine),
    /// So many bytes are not shown.
    Hidden(usize),
}

impl MessageView {
    /// Shows a record in lines of at most this width; only JSON keeps its own lines. The place in it is kept while it stays the same
    /// record.
    pub fn refresh(&mut self, selected: Option<Sequence>, width: usize, contents: &Contents, catalog: &Catalog) {
        if selected == self.sequence && width == self.width {
            return;
        }
        *self = MessageView { sequence: selected, width, ..MessageView::default() };
        let Some(record) = selected.and_then(|sequence| contents.records().get(sequence)) else { return };
        self.json = matches!(record.kind, RecordKind::Frame(..)) && record.text.trim_start().starts_with(['[', '{']);
        if matches!(record.kind, RecordKind::Frame(..)) && record.transport == Transport::Soap {
            self.soap = soap_lines(&record, contents, catalog, width, SHOWN);
        }
        let sentence = |line| wrap(line, width.saturating_sub(2));
        self.text = if !self.soap.is_empty() {
            String::new()
        } else if self.json {
            lay_out(record.text, SHOWN)
        } else {
            head(record.text, SHOWN).lines().flat_map(sentence).collect::<Vec<_>>().join("\n")
        };
        self.hidden = record.text.len().saturating_sub(SHOWN);
        let wrapped = |remark: &str| wrap(remark, width.saturating_sub(4));
        let lines = record.remarks.lines().flat_map(|remark| wrapped(remark).into_iter().enumerate());
        self.remarks = lines.map(|(index, line)| (index == 0, line)).collect();
        if !self.text.is_empty() {
            self.starts.push(0);
            self.starts.extend(self.text.match_indices('\n').map(|(index, _)| index + 1));
        }
    }

    /// The record.
    pub fn sequence(&self) -> Option<Sequence> {
        self.sequence
    }

    /// How many lines there are.
    pub fn count(&self) -> usize {
        self.remarks.len() + self.soap.len() + self.starts.len() + usize::from(self.hidden > 0)
    }

    /// One line.
    pub fn line(&self, index: usize) -> Option<MessageLine<'_>> {
        if let Some((first, remark)) = self.remarks.get(index) {
            return Some(MessageLine::Remark(*first, remark));
        }
        let index = index - self.remarks.len();
        if let Some(line) = self.soap.get(index) {
            return Some(MessageLine::Soap(line));
        }
        let index = index - self.soap.len();
        let Some(start) = self.starts.get(index) else {
            return (index == self.starts.len() && self.hidden > 0).then_some(MessageLine::Hidden(self.hidden));
        };
        let end = self.starts.get(index + 1).map_or(self.text.len(), |next| next - 1);
        let line = &self.text[*start..end];
        Some(if self.json { MessageLine::Json(line) } else { MessageLine::Plain(line) })
    }

    /// The first line on the screen.
    pub fn top(&self, height: usize) -> usize {
        self.top.min(self.count().saturating_sub(height))
    }

    /// The first column on the screen.
    pub fn left(&self) -> usize {
        self.left
    }

    /// Scrolls by some lines.
    pub fn scroll(&mut self, lines: isize, height: usize) {
        self.top = self.top(height).saturating_add_signed(lines).min(self.count().saturating_sub(height));
    }

    /// Scrolls sideways.
    pub fn scroll_sideways(&mut self, columns: isize) {
        self.left = self.left.saturating_add_signed(columns).min(100_000);
    }
}
