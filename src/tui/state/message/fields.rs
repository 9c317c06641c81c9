//! A payload as fields below each other: nested objects indented, lists numbered, numbers as they were written. What is wrong with a value
//! stands below it, and a required field that is missing has a line of its own.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::line::{LineTone, TextLine};
use super::shape::FrameShape;
use super::spelling::NumberSpelling;
use crate::compose::{self, PathStep};
use crate::ocpp::{FieldDefinition, FieldKind, Finding, FindingRule, suggest};
use crate::sanitize::escape_control;
use crate::tui::widget::width_of;

/// The most lines of a payload.
const MOST: usize = 5_000;
/// Deeper values are written as JSON.
const DEEPEST: usize = 32;
/// The widest column of names.
const NAMES: usize = 28;
/// The columns for the mark of a line.
const MARK: usize = 2;

/// What the lines are made of.
pub(super) struct FieldsOf<'a> {
    pub payload: &'a Value,
    /// The text of the payload.
    pub text: &'a str,
    pub shape: Option<&'a FrameShape>,
    pub findings: &'a [Finding],
}

/// The lines of a payload.
pub(super) fn lines(of: &FieldsOf<'_>) -> Vec<TextLine> {
    let spelling = NumberSpelling::of(of.payload, of.text);
    let mut fields = FieldLines { of, spelling, listed: HashSet::new(), lines: Vec::new() };
    let is_empty = matches!(of.payload, Value::Object(members) if members.is_empty());
    fields.list_at("", 0);
    match of.payload {
        Value::Object(members) => {
            fields.object(members, &mut Vec::new(), "", 0);
            if is_empty && fields.lines.is_empty() {
                fields.lines.push(TextLine::new("  no fields", LineTone::Muted));
            }
        }
        Value::Array(elements) => fields.elements(elements, &mut Vec::new(), "", 0),
        scalar => {
            let (text, tone) = fields.scalar(scalar, "");
            fields.lines.push(TextLine::new("  ", LineTone::Mark).and(text, tone));
        }
    }
    fields.rest();
    fields.lines
}

struct FieldLines<'a> {
    of: &'a FieldsOf<'a>,
    spelling: NumberSpelling<'a>,
    /// The findings that are listed already, by their index.
    listed: HashSet<usize>,
    lines: Vec<TextLine>,
}

impl FieldLines<'_> {
    fn is_full(&mut self) -> bool {
        let full = self.lines.len() >= MOST;
        if self.lines.len() == MOST {
            self.lines.push(TextLine::new("  … the rest is in the other views", LineTone::Muted));
        }
        full
    }

    fn object(&mut self, members: &Map<String, Value>, path: &mut Vec<PathStep>, pointer: &str, indent: usize) {
        let known = self.of.shape.and_then(|shape| compose::fields_at(&shape.message().fields, path));
        let missing = self.missing(known, members, pointer);
        let names = members.keys().map(String::as_str).chain(missing.iter().map(|field| field.name.as_str()));
        let names = names.map(|name| width_of(&escape_control(name))).max().unwrap_or(0).min(NAMES);
        for (name, value) in members {
            if self.is_full() {
                return;
            }
            let inner = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
            path.push(PathStep::Key(name.clone()));
            self.value((name, names, LineTone::Key), value, path, &inner, indent);
            path.pop();
        }
        for field in missing {
            let line = self.named("✗ ", LineTone::Error, (&field.name, names, LineTone::Error), indent);
            let line = line.and("missing", LineTone::Error).and(format!("  {}", compose::describe(field)), LineTone::Muted);
            self.lines.push(TextLine { place: Some(pointer.to_owned()), ..line });
        }
    }

    /// The required fields that an object lacks, where that is a finding.
    fn missing<'f>(
        &mut self,
        known: Option<&'f [FieldDefinition]>,
        members: &Map<String, Value>,
        pointer: &str,
    ) -> Vec<&'f FieldDefinition> {
        let is_missing = |finding: &Finding| finding.rule == FindingRule::Required && finding.path == pointer;
        let found: Vec<usize> = (0..self.of.findings.len()).filter(|index| is_missing(&self.of.findings[*index])).collect();
        if found.is_empty() {
            return Vec::new();
        }
        let lacks = |field: &&FieldDefinition| field.required && !members.contains_key(&field.name);
        let missing: Vec<_> = known.unwrap_or_default().iter().filter(lacks).collect();
        if missing.len() >= found.len() {
            self.listed.extend(found);
            return missing;
        }
        Vec::new()
    }

    /// A line with a name, still without its value.
    fn named(&self, sign: &str, tone: LineTone, (name, names, key): (&str, usize, LineTone), indent: usize) -> TextLine {
        let pad = names.saturating_sub(width_of(&escape_control(name))) + 2;
        TextLine::new(sign, tone)
            .and(" ".repeat(indent), LineTone::Mark)
            .and(name, key)
            .and(" ".repeat(pad), LineTone::Mark)
            .hanging(MARK + indent + names + 2)
    }

    fn value(
        &mut self,
        (name, names, key): (&str, usize, LineTone),
        value: &Value,
        path: &mut Vec<PathStep>,
        pointer: &str,
        indent: usize,
    ) {
        let (sign, tone) = self.sign(pointer);
        let line = self.named(sign, tone, (name, names, key), indent);
        let deep = path.len() >= DEEPEST;
        let line = match value {
            Value::Object(members) if members.is_empty() => line.and("no fields", LineTone::Muted),
            Value::Array(elements) if elements.is_empty() => line.and("empty", LineTone::Muted),
            Value::Object(_) if !deep => line,
            Value::Array(elements) if !deep => {
                let count = elements.len();
                line.and(if count == 1 { "1 element".to_owned() } else { format!("{count} elements") }, LineTone::Muted)
            }
            scalar => {
                let (text, tone) = self.scalar(scalar, pointer);
                line.and(text, tone)
            }
        };
        self.lines.push(TextLine { place: Some(pointer.to_owned()), ..line });
        self.list_at(pointer, MARK + indent + names + 2);
        match value {
            Value::Object(members) if !deep => self.object(members, path, pointer, indent + 2),
            Value::Array(elements) if !deep => self.elements(elements, path, pointer, indent + 2),
            _ => {}
        }
    }

    /// The elements of a list, each behind its number, which counts from 0 as paths do.
    fn elements(&mut self, elements: &[Value], path: &mut Vec<PathStep>, pointer: &str, indent: usize) {
        let width = elements.len().saturating_sub(1).to_string().len();
        for (index, value) in elements.iter().enumerate() {
            if self.is_full() {
                return;
            }
            let inner = format!("{pointer}/{index}");
            let number = format!("{index:>width$}");
            path.push(PathStep::Index(index));
            match value {
                Value::Object(members) if !members.is_empty() && path.len() < DEEPEST && self.sign(&inner).0 == "  " => {
                    let first = self.lines.len();
                    self.object(members, path, &inner, indent + width + 2);
                    // The number stands before the first field of the object.
                    if let Some((blanks, tone)) = self.lines.get_mut(first).and_then(|line| line.pieces.get_mut(1)) {
                        *blanks = format!("{}{number}  ", " ".repeat(indent));
                        *tone = LineTone::Muted;
                    }
                }
                _ => self.value((&number, width, LineTone::Muted), value, path, &inner, indent),
            }
            path.pop();
        }
    }

    fn scalar(&self, value: &Value, pointer: &str) -> (String, LineTone) {
        match value {
            Value::String(_) => (value.to_string(), LineTone::Text),
            Value::Number(number) => (self.spelling.of_number(pointer, number), LineTone::Number),
            Value::Bool(_) | Value::Null => (value.to_string(), LineTone::Word),
            Value::Object(_) | Value::Array(_) => (value.to_string(), LineTone::Base),
        }
    }

    /// The mark of a value: the worst of what is found there.
    fn sign(&self, pointer: &str) -> (&'static str, LineTone) {
        let mut here =
            self.of.findings.iter().filter(|finding| finding.path == pointer && finding.rule != FindingRule::Required);
        match (here.clone().next(), here.any(|finding| !finding.tolerated)) {
            (None, _) => ("  ", LineTone::Mark),
            (Some(_), true) => ("✗ ", LineTone::Error),
            (Some(_), false) => ("~ ", LineTone::Warning),
        }
    }

    /// Lists what is found at a place, below the column of its value.
    fn list_at(&mut self, pointer: &str, column: usize) {
        let of = self.of;
        for (index, finding) in of.findings.iter().enumerate() {
            if finding.path == pointer && finding.rule != FindingRule::Required && self.listed.insert(index) {
                let tone = if finding.tolerated { LineTone::Warning } else { LineTone::Error };
                let line = TextLine::new(" ".repeat(column), LineTone::Mark).and("╰─ ", tone).and(self.words(finding), tone);
                self.lines.push(TextLine { place: Some(pointer.to_owned()), ..line.hanging(column + 3) });
            }
        }
    }

    /// What is found, for a reader who sees name and value above it.
    fn words(&self, finding: &Finding) -> String {
        let choices = self.choices(&finding.path);
        let value = self.of.payload.pointer(&finding.path).and_then(Value::as_str);
        match (finding.rule, choices, value) {
            (FindingRule::Enumeration, Some(choices), Some(value)) => {
                let meant = suggest(value, choices.iter().map(String::as_str));
                let meant = meant.map_or_else(String::new, |meant| format!("; did you mean {meant}?"));
                format!("not one of {}{meant}", choices.join(" "))
            }
            _ => finding.message.clone(),
        }
    }

    /// The values of the enumeration at a place.
    fn choices(&self, pointer: &str) -> Option<&[String]> {
        let mut value = self.of.payload;
        let mut path = Vec::new();
        for step in pointer.split('/').skip(1) {
            let name = step.replace("~1", "/").replace("~0", "~");
            (path, value) = match value {
                Value::Array(elements) => {
                    let index = name.parse().ok()?;
                    path.push(PathStep::Index(index));
                    (path, elements.get(index)?)
                }
                _ => {
                    let inside = value.get(&name)?;
                    path.push(PathStep::Key(name));
                    (path, inside)
                }
            };
        }
        let place = compose::field_at(&self.of.shape?.message().fields, &path)?;
        if let FieldKind::Enumeration(choices) = &place.field.kind { Some(choices) } else { None }
    }

    /// What has no value to stand below.
    fn rest(&mut self) {
        for (index, finding) in self.of.findings.iter().enumerate() {
            if !self.listed.contains(&index) {
                let (sign, tone) = if finding.tolerated { ("~ ", LineTone::Warning) } else { ("✗ ", LineTone::Error) };
                let line = TextLine::new(sign, tone).and(finding.message.clone(), tone).hanging(MARK);
                self.lines.push(TextLine { place: Some(finding.path.clone()), ..line });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocpp::{Catalog, Role, Version};

    fn shown(action: &str, is_result: bool, initiator: Role, text: &str) -> Vec<String> {
        let definition = Catalog::embedded().action(Version::V1_6, initiator, action).unwrap().clone();
        let shape = FrameShape { definition, version: Version::V1_6, is_result, initiator };
        let payload: Value = serde_json::from_str(text).unwrap();
        let findings = shape.message().check(&payload, Version::V1_6);
        let of = FieldsOf { payload: &payload, text, shape: Some(&shape), findings: &findings };
        lines(&of).iter().map(|line| line.text().trim_end().to_owned()).collect()
    }

    #[test]
    fn what_is_wrong_stands_below_the_value_and_what_is_missing_has_a_line() {
        let text = r#"{"connectorId":1,"status":"Exhausted","vendorId":"x"}"#;
        let lines = shown("StatusNotification", false, Role::ChargePoint, text);
        let expected = [
            "  connectorId  1",
            "✗ status       \"Exhausted\"",
            "               ╰─ not one of Available Preparing Charging SuspendedEV SuspendedEVSE Finishing Reserved Faulted Unavailable",
            "  vendorId     \"x\"",
        ];
        assert_eq!(lines[..4], expected);
        assert!(lines[4].starts_with("✗ errorCode    missing  required, ChargePointErrorCode: "), "{lines:#?}");
        assert_eq!(lines.len(), 5);
    }

    #[test]
    fn lists_are_numbered_and_numbers_keep_their_spelling() {
        let text = r#"{"connectorId":1.0,"meterValue":[{"timestamp":"2026-03-04T10:00:00Z","sampledValue":[{"value":"1"},{"value":"2","unit":"Wh"}]},
                      {"timestamp":"2026-03-04T10:00:01Z","sampledValue":[]}]}"#;
        let expected = [
            "  connectorId  1.0",
            "  meterValue   2 elements",
            "    0  timestamp     \"2026-03-04T10:00:00Z\"",
            "       sampledValue  2 elements",
            "         0  value  \"1\"",
            "         1  value  \"2\"",
            "            unit   \"Wh\"",
            "    1  timestamp     \"2026-03-04T10:00:01Z\"",
        ];
        let lines = shown("MeterValues", false, Role::ChargePoint, text);
        assert_eq!(lines[..expected.len()], expected);
        assert_eq!(lines[expected.len()..], ["       sampledValue  empty"]);
        assert_eq!(shown("Heartbeat", false, Role::ChargePoint, "{}"), ["  no fields"]);
        let keys = shown("GetConfiguration", false, Role::CentralSystem, r#"{"key":["A","B"]}"#);
        assert_eq!(keys, ["  key  2 elements", "    0  \"A\"", "    1  \"B\""]);
    }

    #[test]
    fn unknown_fields_wrong_types_and_what_is_no_object_are_listed() {
        let lines = shown("Reset", false, Role::CentralSystem, r#"{"type":7,"tpye":"Soft"}"#);
        assert!(lines[0].starts_with("✗ type  7") && lines[1].trim_start().starts_with("╰─ type is 7"), "{lines:#?}");
        assert!(lines[2].starts_with("✗ tpye  \"Soft\"") && lines[3].contains("is not a field"), "{lines:#?}");
        let lines = shown("Reset", false, Role::CentralSystem, "[1]");
        assert!(lines[0].starts_with("╰─ the payload is a list"), "{lines:#?}");
        let many = format!("{{\"key\":[{}]}}", vec!["1"; 2 * MOST].join(","));
        assert!(shown("GetConfiguration", false, Role::CentralSystem, &many).len() < 3 * MOST);
    }
}
