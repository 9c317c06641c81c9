//! The checks view: what is wrong with a message, by which rule of the definitions, and the error code for it.

use super::line::{LineTone, TextLine};
use super::shape::{self, FrameShape};
use crate::ocpp::{FindingRule, decisive};
use crate::trace::decode::doubled_members;
use crate::trace::{FrameVerdict, Record, RecordKind};
use crate::tui::context::ReadContext;
use crate::tui::widget::wrap;

/// The lines of a record, of at most this width.
pub(super) fn lines(record: &Record<'_>, outside: &ReadContext<'_>, width: usize) -> Vec<TextLine> {
    let mut lines = Vec::new();
    let add = |lines: &mut Vec<TextLine>, sign: &str, text: &str, tone: LineTone, place: Option<&str>| {
        for (index, part) in wrap(text, width.saturating_sub(3).max(10)).into_iter().enumerate() {
            let sign = if index == 0 { sign } else { " " };
            lines.push(TextLine { place: place.map(str::to_owned), ..TextLine::new(format!("{sign} {part}"), tone) });
        }
    };
    let shape = FrameShape::of(record, outside);
    let payload = shape.as_ref().and_then(|_| shape::payload(record));
    let mut findings = match (&shape, &payload) {
        (Some(shape), Some(payload)) => shape.message().check(payload, shape.version),
        _ => Vec::new(),
    };
    findings.extend(doubled_members(record));
    if record.verdict == FrameVerdict::Invalid && findings.iter().all(|finding| finding.tolerated) {
        // A strict link has refused it.
        findings.iter_mut().for_each(|finding| finding.tolerated = false);
    }
    for finding in &findings {
        let (sign, tone) = if finding.tolerated { ("~", LineTone::Warning) } else { ("✗", LineTone::Error) };
        let place = if finding.path.is_empty() { "/" } else { &finding.path };
        let version = shape.as_ref().map(|shape| shape.version);
        let code = version
            .filter(|_| !finding.tolerated)
            .map_or_else(|| "tolerated".to_owned(), |version| finding.rule.error_code(version).to_string());
        add(&mut lines, sign, &format!("{place}: {}", finding.message), tone, Some(&finding.path));
        add(&mut lines, " ", &format!("{} · {code}", rule(finding.rule)), LineTone::Muted, Some(&finding.path));
    }
    let notes = record.notes();
    // Findings that stand above already are the last lines of the notes.
    let known = if findings.is_empty() { 0 } else { record.findings().count() };
    for remark in notes.lines().take(notes.lines().count().saturating_sub(known)) {
        let (sign, tone) =
            if record.verdict == FrameVerdict::Invalid { ("✗", LineTone::Error) } else { ("~", LineTone::Warning) };
        add(&mut lines, sign, remark, tone, None);
    }
    if let Some(code) = record.code {
        add(&mut lines, "E", &format!("{code}: {}", code.description()), LineTone::Error, None);
    }
    if let (Some(shape), Some(finding)) = (&shape, decisive(&findings)) {
        lines.push(TextLine::default());
        let code = finding.rule.error_code(shape.version);
        let text = if shape.is_result {
            "A result cannot be refused: there is no answer to an answer.".to_owned()
        } else {
            format!("Who receives this in OCPP {} should answer with {code}.", shape.version.number())
        };
        add(&mut lines, " ", &text, LineTone::Base, None);
    }
    if lines.is_empty() {
        let (sign, text) = match (&shape, record.kind) {
            (Some(shape), _) => {
                let what = if shape.is_result { "result" } else { "call" };
                let (name, version) = (&shape.definition.name, shape.version.number());
                ("✓", format!("Valid as the {what} of {name} in OCPP {version}, a call of the {}.", shape.initiator))
            }
            (None, RecordKind::Frame(..)) => {
                ("·", "The definitions do not know this message, so there is nothing to hold it against.".to_owned())
            }
            _ => ("·", "This line is no message.".to_owned()),
        };
        add(&mut lines, sign, &text, if shape.is_some() { LineTone::Good } else { LineTone::Muted }, None);
    }
    lines
}

/// The rule in words.
const fn rule(rule: FindingRule) -> &'static str {
    match rule {
        FindingRule::Required => "a required field is missing",
        FindingRule::TooFew => "a list is too short",
        FindingRule::TooMany => "a list is too long",
        FindingRule::UnknownField => "a field that the message does not have",
        FindingRule::Type => "the wrong JSON type",
        FindingRule::Enumeration => "not in the enumeration",
        FindingRule::Length => "longer than its limit",
        FindingRule::Range => "outside its range",
        FindingRule::Format => "not in its format",
        FindingRule::DoubledName => "a name occurs twice in one object",
    }
}
