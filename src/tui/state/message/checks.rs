//! The checks view: what is wrong with a message, by which rule of the definitions, and the error code for it.

use super::line::{LineTone, TextLine};
use super::verdict::JudgedRecord;
use crate::ocpp::{FindingRule, decisive};
use crate::trace::{Record, RecordKind};
use crate::tui::context::ReadContext;

/// The lines of a record.
pub(super) fn lines(record: &Record<'_>, judged: &JudgedRecord, outside: &ReadContext<'_>) -> Vec<TextLine> {
    let mut lines = Vec::new();
    let add = |lines: &mut Vec<TextLine>, sign: &str, text: &str, tone: LineTone, place: Option<&str>| {
        let line = TextLine::new(format!("{sign} {text}"), tone).hanging(2);
        lines.push(TextLine { place: place.map(str::to_owned), ..line });
    };
    let JudgedRecord { shape, findings, .. } = judged;
    for finding in findings {
        let (sign, tone) = if finding.tolerated { ("~", LineTone::Warning) } else { ("✗", LineTone::Error) };
        let place = if finding.path.is_empty() { "/" } else { &finding.path };
        let version = shape.as_ref().map(|shape| shape.version);
        let code = version
            .filter(|_| !finding.tolerated)
            .map_or_else(|| "tolerated".to_owned(), |version| finding.rule.error_code(version).to_string());
        add(&mut lines, sign, &format!("{place}: {}", finding.message), tone, Some(&finding.path));
        add(&mut lines, " ", &format!("{} · {code}", rule(finding.rule)), LineTone::Muted, Some(&finding.path));
    }
    for note in judged.notes(record) {
        add(&mut lines, note.sign, &note.text, note.tone, None);
    }
    let partner = record.partner.and_then(|partner| outside.contents.records().get(partner));
    if let Some(code) = record.code {
        let meaning = record.version.map_or(code.description(), |version| code.meaning(version));
        add(&mut lines, "E", &format!("{code}: {meaning}"), LineTone::Error, None);
        // The answer to why is in the call.
        if let Some(call) = partner.filter(|call| call.sequence < record.sequence) {
            let asked = JudgedRecord::of(&call, outside);
            for finding in &asked.findings {
                let place = if finding.path.is_empty() { "/" } else { &finding.path };
                add(&mut lines, " ", &format!("in the call, {place}: {}", finding.message), LineTone::Base, None);
            }
            if let Some((expected, _)) = asked.refusal(&call, outside) {
                let (sign, tone) = if expected == code { ("✓", LineTone::Good) } else { ("~", LineTone::Warning) };
                add(&mut lines, sign, &format!("The call asks for {expected}."), tone, None);
            }
        }
    }
    if let (Some(shape), Some(finding)) = (shape, decisive(findings)) {
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
        let (sign, text) = match (shape, record.kind) {
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
        FindingRule::Action => "not an action that is sent this way",
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
