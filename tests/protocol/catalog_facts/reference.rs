//! Compares with reference material that is not part of the project: tables extracted from the published definitions, and frames
//! recorded in the field. Without it these tests say so and pass.

use std::collections::BTreeMap;

use ocpp_tui::ocpp::{Catalog, FieldDefinition, FieldKind, MessagePart, NumberRange, Role, Version, XmlForm, decisive};
use serde_json::Value;

use crate::support::reference::reference_text;

/// Field lines by initiator, action and direction.
type Lines = BTreeMap<String, Vec<String>>;

/// What is compared.
#[derive(Clone, Copy, PartialEq)]
enum View {
    /// The fields of XML.
    Xml,
    /// The fields of JSON, whose types have other names in the WSDL.
    Json,
    /// The fields of JSON with all that a JSON Schema says. The order of members means nothing there.
    Schema,
}

/// The rows of a table of facts, as lines that name what is compared. `both` stands for two messages.
fn facts(text: &str, view: View) -> Lines {
    let mut rows = text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let columns = rows.next().unwrap();
    let mut lines = Lines::new();
    for row in rows {
        let cell =
            |name: &str| columns.iter().position(|column| *column == name).and_then(|at| row.get(at)).map_or("", |cell| *cell);
        let initiators: &[&str] = if cell("initiator") == "both" { &["cp", "cs"] } else { &[cell("initiator")] };
        for initiator in initiators {
            let part = if cell("message") == "send" { "request" } else { cell("message") };
            let message = lines.entry(format!("{initiator} {} {part}", cell("action"))).or_default();
            if cell("path") == "$" {
                continue;
            }
            let mut values: Vec<&str> = cell("enum").split('|').filter(|value| !value.is_empty()).collect();
            values.sort_unstable();
            let digits = if cell("multipleOf") == "0.1" { "1" } else { cell("fractionDigits") };
            if view == View::Schema {
                let word = if cell("open") == "open" { "open" } else { "" };
                message.push(format!(
                    "{} {} {}..{} [{}] {} {}..{} {} {word}",
                    cell("path"),
                    cell("type"),
                    cell("minOccurs"),
                    cell("maxOccurs"),
                    values.join("|"),
                    cell("maxLength"),
                    cell("minimum"),
                    cell("maximum"),
                    cell("namedType"),
                ));
                continue;
            }
            message.push(format!(
                "{} {} {} {}..{} [{}] {} {digits} {} {}",
                cell("path"),
                cell("position"),
                cell("type"),
                cell("minOccurs"),
                cell("maxOccurs"),
                values.join("|"),
                cell("maxLength"),
                if cell("xmlKind") == "-" { "" } else { cell("namedType") },
                cell("xmlKind"),
            ));
        }
    }
    lines.values_mut().for_each(|message| message.sort());
    lines
}

fn described(catalog: &Catalog, version: Version, view: View) -> Lines {
    let mut lines = Lines::new();
    for action in catalog.actions(version) {
        for part in action.parts() {
            let direction = if *part == MessagePart::Request { "request" } else { "response" };
            let message = action.message(*part);
            let fields = if view == View::Xml { message.xml.as_ref().map(|xml| &xml.fields) } else { Some(&message.fields) };
            let Some(fields) = fields else { continue };
            let found = lines.entry(format!("{} {} {direction}", action.initiator.short(), action.name)).or_default();
            if view == View::Schema {
                describe_schema(fields, "", found);
            } else {
                describe(fields, "", view == View::Json, found);
            }
            found.sort();
        }
    }
    lines
}

fn describe(fields: &[FieldDefinition], above: &str, json: bool, lines: &mut Vec<String>) {
    let mut position = 0;
    for field in fields {
        let (name, form) = match &field.xml {
            XmlForm::Element(name) => (name, "element"),
            XmlForm::Attribute => (&field.name, "attribute"),
            XmlForm::Text => (&field.name, "simpleContent"),
        };
        let name = if json { &field.name } else { name };
        position += usize::from(field.xml != XmlForm::Text);
        let shown = if field.xml == XmlForm::Text { 0 } else { position };
        let minimum = u32::from(field.required);
        let mut path = format!("{above}{name}");
        let (kind, mut values, length, digits) = match &field.kind {
            FieldKind::Text { max_length } => ("string", Vec::new(), *max_length, None),
            FieldKind::Enumeration(values) => ("string", values.clone(), None, None),
            FieldKind::Integer(_) => ("integer", Vec::new(), None, None),
            FieldKind::Decimal { fraction_digits, .. } => ("number", Vec::new(), None, *fraction_digits),
            FieldKind::Boolean => ("boolean", Vec::new(), None, None),
            FieldKind::DateTime => ("dateTime", Vec::new(), None, None),
            FieldKind::Uri => ("anyURI", Vec::new(), None, None),
            FieldKind::Object(_) | FieldKind::Map(_) => ("object", Vec::new(), None, None),
            FieldKind::Any => ("any", Vec::new(), None, None),
        };
        values.sort_unstable();
        let number = |number: Option<u32>| number.map_or(String::new(), |number| number.to_string());
        let (type_name, form) = if json { ("", "-") } else { (&*field.type_name, form) };
        let rest = format!("[{}] {} {} {type_name} {form}", values.join("|"), number(length), number(digits));
        match field.repeated {
            None => lines.push(format!("{path} {shown} {kind} {minimum}..1 {rest}")),
            Some(least) => {
                if json {
                    lines.push(format!("{path} {shown} array {minimum}..1 []    {form}"));
                }
                path += "[]";
                let (shown, least) = if json { (1, least) } else { (shown, minimum.min(least)) };
                lines.push(format!("{path} {shown} {kind} {least}..unbounded {rest}"));
            }
        }
        describe(field.kind.fields(), &format!("{path}."), json, lines);
    }
}

fn describe_schema(fields: &[FieldDefinition], above: &str, lines: &mut Vec<String>) {
    for field in fields {
        let minimum = u32::from(field.required);
        let mut path = format!("{above}{}", field.name);
        let (kind, mut values, length, range) = match &field.kind {
            FieldKind::Text { max_length } => ("string", Vec::new(), *max_length, NumberRange::ANY),
            FieldKind::Enumeration(values) => ("string", values.clone(), None, NumberRange::ANY),
            FieldKind::Integer(range) => ("integer", Vec::new(), None, *range),
            FieldKind::Decimal { range, .. } => ("number", Vec::new(), None, *range),
            FieldKind::Boolean => ("boolean", Vec::new(), None, NumberRange::ANY),
            FieldKind::DateTime => ("dateTime", Vec::new(), None, NumberRange::ANY),
            FieldKind::Uri => ("anyURI", Vec::new(), None, NumberRange::ANY),
            FieldKind::Object(_) | FieldKind::Map(_) => ("object", Vec::new(), None, NumberRange::ANY),
            FieldKind::Any => ("any", Vec::new(), None, NumberRange::ANY),
        };
        values.sort_unstable();
        let limit = |limit: Option<f64>| limit.map_or(String::new(), |limit| limit.to_string());
        // A type with a name of its own begins with a capital letter, a word of JSON Schema does not.
        let named = if field.type_name.starts_with(char::is_uppercase) { &*field.type_name } else { "" };
        let word = if matches!(field.kind, FieldKind::Map(_)) { "open" } else { "" };
        let length = length.map_or(String::new(), |length| length.to_string());
        let range = format!("{}..{}", limit(range.minimum), limit(range.maximum));
        let rest = format!("[{}] {length} {range} {named} {word}", values.join("|"));
        match field.repeated {
            None => lines.push(format!("{path} {kind} {minimum}..1 {rest}")),
            Some(least) => {
                lines.push(format!("{path} array {minimum}..1 []  ..  "));
                path += "[]";
                let most = field.max_items.map_or("unbounded".to_owned(), |most| most.to_string());
                lines.push(format!("{path} {kind} {least}..{most} {rest}"));
            }
        }
        describe_schema(field.kind.fields(), &format!("{path}."), lines);
    }
}

/// Compares with a table of so many messages, DataTransfer counted in each direction.
fn same(file: &str, version: Version, view: View, messages: usize) {
    let Some(text) = reference_text(&format!("facts/{file}")) else { return };
    let catalog = Catalog::embedded();
    let facts = facts(&text, view);
    let found = described(&catalog, version, view);
    assert_eq!(facts.len(), messages, "{file}");
    assert_eq!(facts.keys().collect::<Vec<_>>(), found.keys().collect::<Vec<_>>());
    for (message, fields) in &facts {
        assert_eq!(fields, &found[message], "{file}: {message}");
    }
}

#[test]
fn the_catalog_has_the_fields_of_the_published_definitions() {
    same("ocpp1.2.tsv", Version::V1_2, View::Xml, 36);
    same("ocpp1.5.tsv", Version::V1_5, View::Xml, 50);
    same("ocpp1.6.xml.tsv", Version::V1_6, View::Xml, 58);
    same("ocpp1.6.tsv", Version::V1_6, View::Json, 80);
    same("ocpp2.0.1.tsv", Version::V2_0_1, View::Schema, 130);
    same("ocpp2.1.tsv", Version::V2_1, View::Schema, 183);
}

/// The payload rules that a recorded frame can break; others are about the frame around it.
const PAYLOAD_RULES: [&str; 6] = ["required", "type", "enum", "maxLength", "additionalProperties", "format"];

#[test]
fn recorded_frames_are_judged_as_in_the_field() {
    let Some(text) = reference_text("frames.jsonl") else { return };
    let catalog = Catalog::embedded();
    let (mut valid, mut refused) = (0, 0);
    for line in text.lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        let Some(version) = record["version"].as_str().and_then(Version::parse) else { continue };
        let Ok(Value::Array(frame)) = serde_json::from_str(record["raw"].as_str().unwrap_or_default()) else { continue };
        if record["transport"] != "json" {
            continue;
        }
        let from = if record["from"] == "cp" { Role::ChargePoint } else { Role::CentralSystem };
        let is_call = frame.first() == Some(&Value::from(2));
        let initiator = if is_call { from } else { from.peer() };
        let Some(action) = catalog.action(version, initiator, record["action"].as_str().unwrap_or_default()) else { continue };
        let message = if is_call { &action.request } else { &action.response };
        let Some(payload) = frame.get(if is_call { 3 } else { 2 }) else { continue };
        let findings = message.check(payload, version);
        let code = decisive(&findings).map(|finding| version.dialect().sent_error_name(finding.rule.error_code(version)));
        let expected = record["expect"].as_str().unwrap_or_default();
        let rule = record["errors"][0]["rule"].as_str().unwrap_or_default();
        match (version, expected, rule) {
            (_, "valid", _) => {
                assert_eq!(code, None, "{line}\n{findings:?}");
                valid += 1;
            }
            // Meter values in one of the forms of OCPP 1.5, on which the record has no opinion.
            (Version::V1_5, "unknown", _) => assert_eq!(code, None, "{line}\n{findings:?}"),
            // ocppjs did not look at URIs, and called a wrong value a wrong type.
            (Version::V1_5, _, "format") => assert_eq!(code, None, "{line}\n{findings:?}"),
            // A time without a zone is served with a finding.
            (_, _, "format") if findings.iter().all(|finding| finding.tolerated) && !findings.is_empty() => {}
            (Version::V1_5, _, "enum") => assert_eq!(code, Some("TypeConstraintViolation"), "{line}\n{findings:?}"),
            (_, expected, rule) if PAYLOAD_RULES.contains(&rule) => {
                assert_eq!(code, Some(expected), "{line}\n{findings:?}");
                refused += 1;
            }
            _ => {}
        }
    }
    println!("{valid} valid frames, {refused} refused ones");
    assert!(valid > 100 && refused > 5);
}
