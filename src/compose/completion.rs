//! Completion at the cursor: missing fields, values of enumerations, values that occurred in the session. It returns candidates; the
//! caller changes the text. A text that is JSON is still JSON when a candidate was accepted, and only the key or the value at the cursor
//! is another one.

use std::ops::Range;

use serde_json::{Map, Value};

use super::fields::{FieldPlace, field_at, fields_at, type_label};
use super::known::KnownValues;
use super::position::{CursorPosition, WordEdge, position};
use super::skeleton::{element_skeleton, field_skeleton, skeleton};
use super::variables::model_values;
use super::walk::{ExpectedToken, PathStep};
use crate::ocpp::{FieldDefinition, FieldKind, MessageDefinition, field_docs, named_values};

/// One proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldCandidate {
    /// What the list shows.
    pub label: String,
    /// What is written, with the quotes, the colon and the comma that the place needs.
    pub insert: String,
    /// What is selected afterwards, in bytes of `insert`: the value to be typed over. Empty where only the cursor goes.
    pub select: Range<usize>,
    /// What is replaced, in bytes of the text.
    pub span: Range<usize>,
    /// The type, in a word or two.
    pub detail: String,
    /// Whether the definitions require it.
    pub required: bool,
    /// What it means, in a line; empty where nothing is known.
    pub doc: String,
    /// Whether it is what stands at the cursor already.
    pub present: bool,
}

impl FieldCandidate {
    /// What a list shows beside it: the type and the meaning, as far as they are known.
    pub fn note(&self) -> String {
        let parts = [self.detail.as_str(), self.doc.as_str()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ")
    }
}

/// How much of what may stand at the cursor is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProposalScope {
    /// What begins with or contains what was typed up to the cursor.
    Typed,
    /// The same for a user who asks: everything where a complete key or value stands, or where nothing fits what was typed.
    Asked,
    /// Everything, whatever was typed.
    Everything,
}

/// Proposals for a payload. In an empty object the first one is all required fields at once.
pub fn complete(
    message: &MessageDefinition,
    text: &str,
    cursor: usize,
    known: &KnownValues,
    scope: ProposalScope,
) -> Vec<FieldCandidate> {
    complete_value(message, &[], text, cursor, known, scope)
}

/// Proposals for a text that is one value inside of a payload; `base` is the path that leads to it.
pub fn complete_value(
    message: &MessageDefinition,
    base: &[PathStep],
    text: &str,
    cursor: usize,
    known: &KnownValues,
    scope: ProposalScope,
) -> Vec<FieldCandidate> {
    let search = ProposalSearch { message, base, text, known, scope };
    if scope == ProposalScope::Typed {
        return search.at(&position(text, cursor, WordEdge::Behind));
    }
    let found = search.at(&position(text, cursor, WordEdge::Part));
    // Behind a value for which nothing is known the next field is what one looks for.
    if found.is_empty() { search.at(&position(text, cursor, WordEdge::Behind)) } else { found }
}

/// What proposals are looked for with.
#[derive(Clone, Copy)]
struct ProposalSearch<'a> {
    message: &'a MessageDefinition,
    base: &'a [PathStep],
    text: &'a str,
    known: &'a KnownValues,
    scope: ProposalScope,
}

impl ProposalSearch<'_> {
    fn at(&self, position: &CursorPosition) -> Vec<FieldCandidate> {
        let fields = &self.message.fields;
        match position.expected {
            ExpectedToken::Key | ExpectedToken::Separator if position.in_object => {
                fields_at(fields, &self.under(position.container.clone()))
                    .map_or_else(Vec::new, |fields| self.keys(fields, position))
            }
            // Behind an element comes another one.
            ExpectedToken::Separator => {
                let place = field_at(fields, &self.under(position.value_path()));
                let mut candidates = place.map_or_else(Vec::new, |place| self.values(place, position));
                for candidate in &mut candidates {
                    candidate.insert.insert_str(0, ", ");
                    candidate.select = candidate.select.start + 2..candidate.select.end + 2;
                }
                candidates
            }
            ExpectedToken::Value => {
                let path = self.under(position.value_path());
                if path.is_empty() {
                    self.payload(position)
                } else {
                    field_at(fields, &path).map_or_else(Vec::new, |place| self.values(place, position))
                }
            }
            _ => Vec::new(),
        }
    }

    fn under(&self, path: Vec<PathStep>) -> Vec<PathStep> {
        self.base.iter().cloned().chain(path).collect()
    }

    fn payload(&self, position: &CursorPosition) -> Vec<FieldCandidate> {
        if !position.prefix.is_empty() {
            return Vec::new();
        }
        let insert = format!("{{{}}}", members(&self.message.fields, self.known));
        let end = insert.len() - 1;
        vec![FieldCandidate { select: end..end, insert, ..required_fields(position.span.clone()) }]
    }

    fn keys(&self, fields: &[FieldDefinition], position: &CursorPosition) -> Vec<FieldCandidate> {
        let mut candidates = Vec::new();
        if position.expected == ExpectedToken::Key && position.present.is_empty() && position.standing.is_none() {
            let insert = members(fields, self.known);
            if !insert.is_empty() {
                let end = insert.len();
                candidates.push(FieldCandidate { select: end..end, insert, ..required_fields(position.span.clone()) });
            }
        }
        let missing = || fields.iter().filter(|field| !position.present.contains(&field.name));
        let sorted = missing().filter(|field| field.required).chain(missing().filter(|field| !field.required));
        let matching = self.fitting(sorted.map(|field| (field.name.clone(), field)).collect(), position);
        let container = self.under(position.container.clone());
        candidates.extend(matching.into_iter().map(|(_, field)| {
            let mut path = names(&container);
            path.push(&field.name);
            let doc = field_docs::field(self.message.action(), &path).unwrap_or_default().to_owned();
            FieldCandidate { doc, ..key(field, position, self.known) }
        }));
        candidates
    }

    fn values(&self, place: FieldPlace<'_>, position: &CursorPosition) -> Vec<FieldCandidate> {
        let (field, known) = (place.field, self.known);
        let value_path = self.under(position.value_path());
        let path = names(&value_path);
        let mut offered: Vec<(Value, &str)> = Vec::new();
        if place.is_list() {
            offered.push((field_skeleton(field, known), "list"));
        } else {
            match &field.kind {
                FieldKind::Enumeration(values) => offered.extend(values.iter().map(|value| (Value::from(value.as_str()), ""))),
                FieldKind::Boolean => offered.extend([(Value::Bool(true), ""), (Value::Bool(false), "")]),
                FieldKind::Object(_) | FieldKind::Map(_) => offered.push((element_skeleton(field, known), "object")),
                FieldKind::DateTime => {
                    offered.extend(known.now().map(|now| (Value::from(now), "now")));
                    offered.extend(known.now().and_then(in_an_hour).map(|later| (Value::from(later), "in an hour")));
                }
                FieldKind::Text { .. }
                | FieldKind::Uri
                | FieldKind::Integer(_)
                | FieldKind::Decimal { .. }
                | FieldKind::Any => {}
            }
            if !matches!(field.kind, FieldKind::Enumeration(_) | FieldKind::Boolean) {
                offered.extend(self.new_value(field));
                offered.extend(known.used(&path).map(|value| (value.clone(), "sent last")));
                offered.extend(known.fitting(field).map(|value| (value.clone(), "seen")));
                offered.extend(model_values(self.text, &position.value_path(), known));
                let named = named_values(self.message.action(), &path).iter();
                offered.extend(named.map(|value| (Value::from(*value), "standard")));
                let mut before = Vec::new();
                offered.retain(|(value, _)| {
                    let new = !before.contains(value);
                    before.push(value.clone());
                    new
                });
            }
        }
        let offered = offered.into_iter().map(|(value, detail)| (plain(&value), (value, detail))).collect();
        let fitting = self.fitting(offered, position).into_iter();
        fitting
            .map(|(label, (value, detail))| {
                let doc =
                    field_docs::value(self.message.action(), &path, &field.type_name, &label).unwrap_or_default().to_owned();
                FieldCandidate { doc, ..value_candidate(label, &value, detail, position) }
            })
            .collect()
    }

    /// A value that was not there before, for a field that gives something its id: a transaction, a report, a start from afar. Every other
    /// message names one that there is.
    fn new_value(&self, field: &FieldDefinition) -> Option<(Value, &'static str)> {
        match (&*self.message.name, field.name.as_str()) {
            ("StartTransactionResponse", "transactionId") => {
                Some((self.known.next_number("transactionId")?.into(), "next transaction"))
            }
            ("TransactionEventRequest", "transactionId") => {
                let id = &self.known.template().uuid;
                Some((Value::from(id.as_str()), "new transaction")).filter(|_| !id.is_empty())
            }
            (message, field) => Some((self.known.next_for(message, field)?.into(), "next number")),
        }
    }

    /// Those of the offered labels that are wanted here.
    fn fitting<T>(&self, offered: Vec<(String, T)>, position: &CursorPosition) -> Vec<(String, T)> {
        let stands = |label: &String| position.standing.as_ref() == Some(label);
        let typed = position.prefix.to_lowercase();
        let all = match self.scope {
            ProposalScope::Typed => false,
            ProposalScope::Asked => {
                offered.iter().any(|(label, _)| stands(label))
                    || !offered.iter().any(|(label, _)| label.to_lowercase().contains(&typed))
            }
            ProposalScope::Everything => true,
        };
        if all { offered } else { best_first(offered, &position.prefix) }
    }
}

fn required_fields(span: Range<usize>) -> FieldCandidate {
    FieldCandidate {
        label: "required fields".to_owned(),
        insert: String::new(),
        select: 0..0,
        span,
        detail: "all of them".to_owned(),
        required: true,
        doc: "writes every required field with a placeholder".to_owned(),
        present: false,
    }
}

fn members(fields: &[FieldDefinition], known: &KnownValues) -> String {
    let members: Vec<_> = skeleton(fields, known).iter().map(|(name, value)| format!("{}: {value}", quoted(name))).collect();
    members.join(", ")
}

/// A key with its value: a placeholder that is selected, or the brackets with the cursor between them.
fn key(field: &FieldDefinition, position: &CursorPosition, known: &KnownValues) -> FieldCandidate {
    let name = quoted(&field.name);
    let (insert, select) = if position.following_mark == Some(':') {
        (name.clone(), name.len()..name.len())
    } else {
        let comma = if position.expected == ExpectedToken::Separator { ", " } else { "" };
        let value = match (&field.kind, field.repeated) {
            (_, Some(_)) => Value::Array(Vec::new()),
            (FieldKind::Object(_) | FieldKind::Map(_), None) => Value::Object(Map::new()),
            _ => element_skeleton(field, known),
        };
        let before = format!("{comma}{name}: ");
        let selected = inside_of(&value);
        let select = before.len() + selected.start..before.len() + selected.end;
        (format!("{before}{value}{}", comma_behind(position)), select)
    };
    FieldCandidate {
        label: field.name.clone(),
        insert,
        select,
        span: position.span.clone(),
        detail: type_label(field),
        required: field.required,
        doc: String::new(),
        present: position.standing.as_ref() == Some(&field.name),
    }
}

fn value_candidate(label: String, value: &Value, detail: &str, position: &CursorPosition) -> FieldCandidate {
    let written = value.to_string();
    let caret = if value.is_object() || value.is_array() { written.len() - 1 } else { written.len() };
    FieldCandidate {
        present: position.standing.as_ref() == Some(&label),
        label,
        select: caret..caret,
        insert: format!("{written}{}", comma_behind(position)),
        span: position.span.clone(),
        detail: detail.to_owned(),
        required: false,
        doc: String::new(),
    }
}

/// The names in a path, without the places in lists.
fn names(path: &[PathStep]) -> Vec<&str> {
    let mut names = Vec::with_capacity(path.len());
    for step in path {
        if let PathStep::Key(name) = step {
            names.push(name.as_str());
        }
    }
    names
}

/// The time an hour after another one.
fn in_an_hour(time: &str) -> Option<String> {
    let time: jiff::Timestamp = time.parse().ok()?;
    Some(time.checked_add(jiff::SignedDuration::from_hours(1)).ok()?.to_string())
}

/// The part of a written value that is typed over: a text without its quotes, a number, the place between two brackets.
fn inside_of(value: &Value) -> Range<usize> {
    let length = value.to_string().len();
    match value {
        Value::String(_) => 1..length - 1,
        Value::Object(_) | Value::Array(_) => 1..1,
        _ => 0..length,
    }
}

/// A comma, when the next member or element is right after the cursor.
fn comma_behind(position: &CursorPosition) -> &'static str {
    let Some(following) = &position.following else { return "" };
    match position.following_mark {
        Some('{' | '[') if !position.in_object => {}
        Some(_) => return "",
        None => {}
    }
    if following.span.start > position.span.end { "," } else { ", " }
}

/// Those whose label begins with what was typed, then those that contain it; case does not matter.
pub(crate) fn best_first<T>(offered: Vec<(String, T)>, typed: &str) -> Vec<(String, T)> {
    let typed = typed.to_lowercase();
    let (mut beginning, others): (Vec<_>, Vec<_>) =
        offered.into_iter().partition(|(label, _)| label.to_lowercase().starts_with(&typed));
    beginning.extend(others.into_iter().filter(|(label, _)| label.to_lowercase().contains(&typed)));
    beginning
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn quoted(name: &str) -> String {
    Value::from(name).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::UsedValues;
    use crate::compose::test_session::{
        authorize_response, list, message, meter_values, one_of, required, reset, start_transaction,
    };

    fn known() -> KnownValues {
        let mut known = KnownValues::default();
        known.add("idTag", "B4F62CEF");
        known.add("connectorId", 2);
        known.set_now("2024-05-01T12:00:00Z");
        known
    }

    fn at(message: &MessageDefinition, marked: &str) -> (String, Vec<FieldCandidate>) {
        let cursor = marked.find('|').unwrap();
        let text = marked.replace('|', "");
        let candidates = complete(message, &text, cursor, &known(), ProposalScope::Typed);
        (text, candidates)
    }

    /// What is offered on request: the labels, the present one in brackets.
    fn asked(message: &MessageDefinition, marked: &str, scope: ProposalScope) -> Vec<String> {
        let candidates = complete(message, &marked.replace('|', ""), marked.find('|').unwrap(), &known(), scope);
        let label =
            |candidate: FieldCandidate| if candidate.present { format!("[{}]", candidate.label) } else { candidate.label };
        candidates.into_iter().map(label).collect()
    }

    fn labels(message: &MessageDefinition, marked: &str) -> Vec<String> {
        at(message, marked).1.into_iter().map(|candidate| candidate.label).collect()
    }

    /// The text after accepting the candidate with this label, with `|` at the cursor, or at both ends of what is selected.
    fn accept(message: &MessageDefinition, marked: &str, label: &str) -> String {
        let (mut text, candidates) = at(message, marked);
        let candidate = candidates.into_iter().find(|candidate| candidate.label == label).unwrap();
        let start = candidate.span.start;
        text.replace_range(candidate.span, &candidate.insert);
        text.insert(start + candidate.select.end, '|');
        if !candidate.select.is_empty() {
            text.insert(start + candidate.select.start, '|');
        }
        text
    }

    #[test]
    fn an_empty_payload_begins_with_what_is_required() {
        let message = start_transaction();
        let filled = r#""connectorId": 2, "idTag": "B4F62CEF", "timestamp": "2024-05-01T12:00:00Z", "meterStart": 0"#;
        assert_eq!(accept(&message, "|", "required fields"), format!("{{{filled}|}}"));
        assert_eq!(accept(&message, "{|}", "required fields"), format!("{{{filled}|}}"));
        assert_eq!(at(&message, "{|}").1[0].label, "required fields");
    }

    #[test]
    fn missing_keys_are_offered_required_ones_first() {
        let message = start_transaction();
        assert_eq!(labels(&message, r#"{"idTag": "A", |"meterStart": 1}"#), ["connectorId", "timestamp", "reservationId"]);
        let candidates = at(&message, r#"{"idTag": "A", |}"#).1;
        assert_eq!(candidates.iter().map(|c| c.required).collect::<Vec<_>>(), [true, true, true, false]);
        assert_eq!(candidates[0].detail, "integer");
        assert_eq!(labels(&message, r#"{"Tag|}"#), ["idTag"]);
    }

    #[test]
    fn keys_bring_quotes_colon_and_comma() {
        let message = start_transaction();
        for (before, label, after) in [
            (r#"{"id|}"#, "idTag", r#"{"idTag": "|B4F62CEF|"}"#),
            (r#"{id|"#, "idTag", r#"{"idTag": "|B4F62CEF|""#),
            (r#"{"i|d": 1}"#, "idTag", r#"{"idTag"|: 1}"#),
            (r#"{"idTag": "A" |}"#, "meterStart", r#"{"idTag": "A" , "meterStart": |0|}"#),
            (r#"{"met|" "idTag": "A"}"#, "meterStart", r#"{"meterStart": |0|, "idTag": "A"}"#),
            (r#"{|"idTag": "A"}"#, "meterStart", r#"{"meterStart": |0|, "idTag": "A"}"#),
            (r#"{"met|", "idTag": "A"}"#, "meterStart", r#"{"meterStart": |0|, "idTag": "A"}"#),
        ] {
            assert_eq!(accept(&message, before, label), after, "{before}");
        }
        assert_eq!(accept(&meter_values(), r#"{"val|"#, "values"), r#"{"values": [|]"#);
        assert_eq!(accept(&authorize_response(), "{id|", "idTagInfo"), r#"{"idTagInfo": {|}"#);
    }

    #[test]
    fn values_come_from_the_definitions_and_from_the_session() {
        assert_eq!(labels(&reset(), r#"{"type": |}"#), ["Hard", "Soft"]);
        assert_eq!(accept(&reset(), r#"{"type": "S|"}"#, "Soft"), r#"{"type": "Soft"|}"#);
        assert_eq!(accept(&reset(), r#"{"force": t|"#, "true"), r#"{"force": true|"#);
        assert_eq!(labels(&start_transaction(), r#"{"idTag": |}"#), ["B4F62CEF"]);
        assert_eq!(accept(&start_transaction(), r#"{"connectorId": |}"#, "2"), r#"{"connectorId": 2|}"#);
        assert_eq!(labels(&start_transaction(), r#"{"timestamp": "|"}"#), ["2024-05-01T12:00:00Z", "2024-05-01T13:00:00Z"]);
        assert_eq!(labels(&reset(), r#"{"key": [|]}"#), Vec::<String>::new());
    }

    #[test]
    fn what_stands_there_is_replaced_and_all_there_is_is_offered() {
        for place in [
            r#"{"type": |"Soft"}"#,
            r#"{"type":| "Soft"}"#,
            r#"{"type": "|Soft"}"#,
            r#"{"type": "So|ft"}"#,
            r#"{"type": "Soft|"}"#,
            r#"{"type": "Soft"|}"#,
        ] {
            assert_eq!(asked(&reset(), place, ProposalScope::Asked), ["Hard", "[Soft]"], "{place}");
        }
        assert_eq!(asked(&reset(), r#"{"type": "So|"}"#, ProposalScope::Asked), ["Soft"]);
        assert_eq!(asked(&reset(), r#"{"type": "So|"}"#, ProposalScope::Everything), ["Hard", "Soft"]);
        assert_eq!(asked(&reset(), r#"{"type": "Exhausted|"}"#, ProposalScope::Asked), ["Hard", "Soft"], "nothing fits");
        assert_eq!(asked(&reset(), r#"{"force": fal|se}"#, ProposalScope::Asked), ["true", "[false]"]);
        assert_eq!(asked(&reset(), r#"{"force": null|}"#, ProposalScope::Asked), ["true", "false"]);
        assert_eq!(asked(&start_transaction(), r#"{"connectorId": |2}"#, ProposalScope::Asked), ["[2]"]);
        let keys = ["connectorId", "[idTag]", "timestamp", "meterStart", "reservationId"];
        assert_eq!(asked(&start_transaction(), r#"{"idTag|": "A"}"#, ProposalScope::Asked), keys);
        assert_eq!(asked(&reset(), r#"{"location": "x"|}"#, ProposalScope::Asked)[0], "type", "nothing is known of the value");
        assert_eq!(labels(&reset(), r#"{"type": "Soft"|}"#)[0], "force", "who types goes on");
    }

    #[test]
    fn what_was_sent_last_and_what_comes_next_are_offered_first() {
        let catalog = crate::ocpp::Catalog::embedded();
        let action = |name| {
            let (version, initiator) = (crate::ocpp::Version::V1_6, crate::ocpp::Role::ChargePoint);
            catalog.action(version, initiator, name).unwrap().clone()
        };
        let mut known = known();
        known.add("transactionId", 7);
        known.set_used(UsedValues::of(&serde_json::json!({"idTag": "LAST", "meterStart": 12})));
        let start = action("StartTransaction");
        let notes = |message: &MessageDefinition, text: &str| -> Vec<String> {
            let found = complete(message, text, text.len() - 1, &known, ProposalScope::Asked).into_iter();
            found.map(|candidate| format!("{} {}", candidate.label, candidate.note())).collect()
        };
        assert_eq!(notes(&start.request, r#"{"idTag": }"#), ["LAST sent last", "B4F62CEF seen"]);
        assert_eq!(notes(&start.request, r#"{"meterStart": }"#), ["12 sent last"]);
        assert_eq!(notes(&start.response, r#"{"transactionId": }"#), ["8 next transaction", "7 seen"]);
        assert_eq!(notes(&action("StopTransaction").request, r#"{"transactionId": }"#), ["7 seen"]);
        let key = &notes(&start.request, "{}")[2];
        assert!(key.starts_with("idTag text ≤ 20  ") && key.len() > 25, "{key}");
    }

    #[test]
    fn an_element_is_added_behind_another() {
        let message = message(vec![list(0, required("kinds", "Kind", one_of(&["A", "B"])))]);
        assert_eq!(accept(&message, r#"{"kinds": ["A" |]}"#, "B"), r#"{"kinds": ["A" , "B"|]}"#);
        assert_eq!(accept(&message, r#"{"kinds": [| "A"]}"#, "B"), r#"{"kinds": ["B"|, "A"]}"#);
        assert_eq!(accept(&message, r#"{"kinds": [|"A"]}"#, "B"), r#"{"kinds": ["B"|]}"#);
    }

    #[test]
    fn nested_objects_and_lists_are_reached() {
        assert_eq!(labels(&authorize_response(), r#"{"idTagInfo": {"status": "B|"#), ["Blocked"]);
        let place = r#"{"values": [{"timestamp": "x"}, {|}]}"#;
        assert_eq!(labels(&meter_values(), place), ["required fields", "timestamp", "value"]);
        assert_eq!(
            accept(&meter_values(), r#"{"values": |}"#, r#"[{"timestamp":"2024-05-01T12:00:00Z","value":[""]}]"#),
            r#"{"values": [{"timestamp":"2024-05-01T12:00:00Z","value":[""]}|]}"#
        );
        let base = [PathStep::Key("idTagInfo".to_owned())];
        let inner = complete_value(&authorize_response(), &base, "{\"st", 4, &known(), ProposalScope::Typed);
        assert_eq!(inner[0].label, "status");
    }

    #[test]
    fn nothing_is_offered_where_nothing_is_known() {
        for place in [r#"{"nothing": |}"#, r#"{"idTag"|}"#, "{} |", r#"[|]"#, r#"{"idTag": {|}}"#] {
            assert_eq!(labels(&start_transaction(), place), Vec::<String>::new(), "{place}");
        }
    }
}
