//! What is wrong or odd with a record, judged once for all views: its findings, its notes with their marks, the verdict in a word, and the
//! code with which a call should have been refused.

use serde_json::Value;

use super::line::LineTone;
use super::shape::{self, FrameShape};
use crate::ocpp::{ActionLookup, ErrorCode, Finding, Transport, Version, decisive};
use crate::trace::decode::doubled_members;
use crate::trace::{Direction, FrameKind, FrameVerdict, Record, RecordKind};
use crate::tui::context::ReadContext;

/// A record's message, judged by its definition.
#[derive(Debug)]
pub(super) struct JudgedRecord {
    /// Which message it is; `None` for what the definitions do not know.
    pub shape: Option<FrameShape>,
    /// Its payload, also of what the definitions do not know.
    pub payload: Option<Value>,
    /// What is wrong with the payload.
    pub findings: Vec<Finding>,
}

/// A sentence about a record that is no finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RecordNote {
    /// Its mark.
    pub sign: &'static str,
    /// How it is shown.
    pub tone: LineTone,
    /// The sentence.
    pub text: String,
}

impl JudgedRecord {
    /// Judges a record.
    pub fn of(record: &Record<'_>, outside: &ReadContext<'_>) -> JudgedRecord {
        let shape = FrameShape::of(record, outside);
        let is_frame = matches!(record.kind, RecordKind::Frame(..));
        let payload = if is_frame { shape::payload(record) } else { None };
        let mut findings = match (&shape, &payload) {
            (Some(shape), Some(payload)) => shape.message().check(payload, shape.version),
            _ => Vec::new(),
        };
        findings.extend(doubled_members(record));
        if record.verdict == FrameVerdict::Invalid && findings.iter().all(|finding| finding.tolerated) {
            // A strict link has refused it.
            findings.iter_mut().for_each(|finding| finding.tolerated = false);
        }
        JudgedRecord { shape, payload, findings }
    }

    /// What else is known of the record: first where it comes from, then what was odd about it. Findings that are listed as such are left out.
    pub fn notes(&self, record: &Record<'_>) -> Vec<RecordNote> {
        let notes = record.notes();
        let origin = notes.lines().count().saturating_sub(record.remarks.lines().count());
        let listed = if self.findings.is_empty() { 0 } else { record.findings().count() };
        let count = notes.lines().count().saturating_sub(listed);
        let is_broken = matches!(record.kind, RecordKind::Frame(_, FrameKind::Malformed));
        // The table of headers has the marks of its rows; a second mark here could only contradict it.
        let (sign, tone) = match record.verdict {
            _ if record.transport == Transport::Soap && record.content.is_some() => ("·", LineTone::Warning),
            FrameVerdict::Invalid if is_broken || !record.remarks.is_empty() && record.remark_lines == 0 => {
                ("✗", LineTone::Error)
            }
            _ => ("~", LineTone::Warning),
        };
        let note = |(index, text): (usize, &str)| {
            let (sign, tone) = if index < origin { ("·", LineTone::Muted) } else { (sign, tone) };
            RecordNote { sign, tone, text: text.to_owned() }
        };
        notes.lines().take(count).enumerate().map(note).collect()
    }

    /// The verdict in a word with its mark: never "valid" for an error, nor for what the definitions do not know.
    pub fn words(&self, record: &Record<'_>) -> (&'static str, LineTone) {
        let RecordKind::Frame(_, kind) = record.kind else { return ("", LineTone::Muted) };
        let worst = |bad: bool| self.findings.iter().any(|finding| finding.tolerated != bad);
        match (kind, record.verdict) {
            (FrameKind::Malformed, _) => ("✗ unreadable", LineTone::Error),
            (_, FrameVerdict::Invalid) => ("✗ invalid", LineTone::Error),
            _ if worst(true) => ("✗ invalid", LineTone::Error),
            (FrameKind::Error | FrameKind::ResultError, _) => ("✗ error", LineTone::Error),
            (_, FrameVerdict::Tolerated) => ("~ tolerated", LineTone::Warning),
            _ if worst(false) => ("~ tolerated", LineTone::Warning),
            _ if self.shape.is_none() => ("· not in the definitions", LineTone::Warning),
            (_, FrameVerdict::Valid) => ("✓ valid", LineTone::Good),
        }
    }

    /// The code with which the receiver of this call should answer; `None` for what should be served, and for what is no call that can be
    /// judged.
    pub fn refusal(&self, record: &Record<'_>, outside: &ReadContext<'_>) -> Option<(ErrorCode, Version)> {
        let RecordKind::Frame(direction, FrameKind::Call) = record.kind else { return None };
        if record.transport == Transport::Soap {
            return None;
        }
        let row = outside.contents.stations().get(record.station?)?;
        let version = record.version.or(row.version)?;
        if self.shape.is_some() {
            return decisive(&self.findings).map(|finding| (finding.rule.error_code(version), version));
        }
        let initiator = if direction == Direction::Out { row.our_role } else { row.our_role.peer() };
        match outside.catalog.lookup(version, initiator, record.action?) {
            ActionLookup::Unknown => Some((ErrorCode::NotImplemented, version)),
            ActionLookup::Elsewhere => Some((ErrorCode::NotSupported, version)),
            ActionLookup::Known(_) | ActionLookup::NoDefinitions => None,
        }
    }
}
