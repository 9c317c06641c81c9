//! Only for tests: the rules of Open OCPP Trace 1.x for one line, and its own schema where that is beside the project.

use std::path::Path;

use serde_json::{Map, Value};

/// What is wrong with a line; nothing for one that fits.
pub(in crate::capture) fn trace_faults(line: &str) -> Vec<String> {
    let object = match serde_json::from_str::<Map<String, Value>>(line) {
        Ok(object) => object,
        Err(error) => return vec![error.to_string()],
    };
    let text = |name: &str| object.get(name).and_then(Value::as_str);
    let mut faults = Vec::new();
    let mut must = |holds: bool, what: &str| {
        if !holds {
            faults.push(what.to_owned());
        }
    };
    for name in ["ocppVersion", "chargePointId", "messageId", "action", "raw"] {
        must(object.get(name).is_none_or(Value::is_string), name);
    }
    must(text("schemaVersion").is_some_and(|version| version.starts_with("1.")), "schemaVersion");
    must(text("timestamp").is_some_and(|time| time.parse::<jiff::Timestamp>().is_ok()), "timestamp");
    must(matches!(text("transport"), Some("json" | "soap")), "transport");
    must(matches!(text("direction"), Some("cp-to-csms" | "csms-to-cp")), "direction");
    must(matches!(text("messageType"), Some("CALL" | "CALLRESULT" | "CALLERROR")), "messageType");
    must(object.get("meta").is_none_or(Value::is_object), "meta");
    must(text("messageType") != Some("CALL") || text("action").is_some(), "a call without an action");
    let is_error = text("messageType") == Some("CALLERROR");
    must(object.contains_key("error") == is_error, "an error without its member, or the member without one");
    let error =
        object.get("error").map(|error| ["code", "description"].map(|name| error.get(name).is_none_or(Value::is_string)));
    must(error.is_none_or(|parts| parts == [true, true]), "the parts of an error");
    faults
}

/// The schema of the format.
pub(in crate::capture) fn trace_schema() -> Option<jsonschema::Validator> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/open-ocpp-trace/trace-v1.schema.json");
    let schema = serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()?;
    jsonschema::validator_for(&schema).ok()
}

/// Both, for all lines of an export.
pub(in crate::capture) fn assert_fits(export: &str, schema: Option<&jsonschema::Validator>) {
    for line in export.lines() {
        assert_eq!(trace_faults(line), [""; 0], "{line}");
        if let Some(schema) = schema {
            let object: Value = serde_json::from_str(line).unwrap();
            assert!(schema.is_valid(&object), "{line}");
        }
    }
}

#[test]
fn every_rule_finds_what_breaks_it() {
    let good = r#"{"schemaVersion":"1.1","timestamp":"2026-01-15T10:00:00Z","transport":"json","direction":"cp-to-csms","messageType":"CALL","action":"X"}"#;
    assert_eq!(trace_faults(good), [""; 0]);
    let schema = trace_schema();
    if schema.is_none() {
        eprintln!("skipped: the schema of Open OCPP Trace is not here; only our own rules are checked");
    }
    for (from, to) in [
        ("\"1.1\"", "1"),
        ("json", "tcp"),
        ("cp-to-csms", "up"),
        ("CALL", "SEND"),
        ("CALL", "CALLERROR"),
        (",\"action\":\"X\"", ""),
        ("\"X\"", "7"),
        ("}", ",\"meta\":[]}"),
        ("}", ",\"error\":{}}"),
    ] {
        let bad = good.replacen(from, to, 1);
        assert!(!trace_faults(&bad).is_empty(), "{bad}");
        let object: Value = serde_json::from_str(&bad).unwrap();
        assert!(schema.as_ref().is_none_or(|schema| !schema.is_valid(&object)), "{bad}");
    }
}
