//! Changes of payloads and every fault of them.

use std::io;

use serde_json::json;

use super::*;
use crate::compose::test_session::{authorize_response, meter_values, reset, start_transaction};
use crate::console::test_console::grammar;
use crate::console::{Command, parse};

/// Applies what is written behind `authorize ` to a payload; the message may be any.
fn change(message: &MessageDefinition, base: Value, line: &str) -> AppliedAssignments {
    let Some(Command::Call(call)) = parse(&format!("authorize {line}"), grammar()).unwrap() else { panic!("{line}") };
    let read_file = |name: &str| match name {
        "a.json" => Ok("{\"idTag\": \"F\"}".to_owned()),
        "twice.json" => Ok("{\"a\": 1,\n   \"a\": 2}".to_owned()),
        "list.json" => Ok("[]".to_owned()),
        _ => Err(io::Error::other("no such file")),
    };
    apply(base, &call.payload, PayloadShape { action: "Authorize", message }, read_file)
}

#[test]
fn values_are_json_and_bare_words_are_text_where_text_is_wanted() {
    for (message, line, payload) in [
        (
            start_transaction(),
            "connectorId=2 idTag=B4F62CEF meterStart=-1",
            json!({"connectorId": 2, "idTag": "B4F62CEF", "meterStart": -1}),
        ),
        (start_transaction(), r#"idTag="DBT 2""#, json!({"idTag": "DBT 2"})),
        (start_transaction(), r#"idTag="esc\"q""#, json!({"idTag": "esc\"q"})),
        (start_transaction(), "idTag=a=b", json!({"idTag": "a=b"})),
        (start_transaction(), "idTag=", json!({"idTag": ""})),
        (start_transaction(), "timestamp=2024-05-01T12:00:00Z", json!({"timestamp": "2024-05-01T12:00:00Z"})),
        (
            reset(),
            "type=Hard force=true limit=1.5 location=ftp://a/b",
            json!({"type": "Hard", "force": true, "limit": 1.5, "location": "ftp://a/b"}),
        ),
        (reset(), r#"key=["a", "b"]"#, json!({"key": ["a", "b"]})),
        (reset(), "key=a", json!({"key": ["a"]})),
        (reset(), "key=300", json!({"key": ["300"]})),
        (reset(), "key[0]=true", json!({"key": ["true"]})),
        (authorize_response(), "idTagInfo.status=Accepted", json!({"idTagInfo": {"status": "Accepted"}})),
        (
            meter_values(),
            "values[0].timestamp=now values[0].value[0]=5 values[0].value[1]=a",
            json!({"values": [{"timestamp": "now", "value": ["5", "a"]}]}),
        ),
    ] {
        let applied = change(&message, json!({}), line);
        assert_eq!(applied.payload, payload, "{line}");
        let faults: Vec<_> = applied.errors.iter().filter(|e| !matches!(e.fault, AssignFault::WrongType { .. })).collect();
        assert!(faults.is_empty(), "{line}: {faults:?}");
    }
}

#[test]
fn what_is_assigned_to_a_text_is_text_as_it_was_typed() {
    for (typed, text) in [
        ("300", "300"),
        ("12345678", "12345678"),
        ("007", "007"),
        ("1.10", "1.10"),
        ("1e400", "1e400"),
        ("true", "true"),
        ("nullable", "nullable"),
        ("{\"a\":1}", "{\"a\":1}"),
        ("[1, 2]", "[1, 2]"),
        ("\"300\"", "300"),
        ("\"null\"", "null"),
        ("\"1.10\\n\"", "1.10\n"),
    ] {
        let applied = change(&start_transaction(), json!({}), &format!("idTag={typed}"));
        assert_eq!(applied.accept(false).unwrap(), json!({ "idTag": text }), "{typed}");
    }
    let removed = change(&start_transaction(), json!({"idTag": "A"}), "idTag=null");
    assert_eq!(removed.accept(false).unwrap(), json!({}), "null removes a text too");
    let number = change(&start_transaction(), json!({}), r#"{"idTag": 12}"#);
    assert_eq!(number.accept(false).unwrap(), json!({"idTag": 12}), "a whole payload is JSON; the check refuses it later");
}

#[test]
fn what_is_json_and_cannot_be_read_is_not_called_something_else() {
    let deep = format!("{{\"a\": {}1{}}}", "[".repeat(200), "]".repeat(200));
    for (line, text) in [
        (deep.as_str(), "Error: the payload cannot be read: its lists and objects are more than 127 deep in each other."),
        ("{\"a\": 1e400}", "Error: the payload cannot be read: the number 1e400 is larger than a 64-bit float can hold."),
        (
            "meterStart=1e400",
            "Error: the value of `meterStart' cannot be read: the number 1e400 is larger than a 64-bit float can hold.",
        ),
    ] {
        let applied = change(&start_transaction(), json!({}), line);
        let [error] = applied.errors.as_slice() else { panic!("{line}: {:?}", applied.errors) };
        assert_eq!(error.to_string(), text);
        assert_eq!(error.fault.hint().unwrap(), "send and remote_send pass a payload on as it is typed.");
        assert!(applied.accept(true).is_err());
    }
}

#[test]
fn null_removes_and_the_order_of_the_rest_stays() {
    let base = json!({"connectorId": 1, "idTag": "A", "timestamp": "t"});
    let applied = change(&start_transaction(), base, "connectorId=null meterStart=null");
    assert_eq!(applied.payload.to_string(), r#"{"idTag":"A","timestamp":"t"}"#);
    assert!(applied.errors.is_empty());
    let base = json!({"values": [{"timestamp": "a"}, {"timestamp": "b"}]});
    assert_eq!(
        change(&meter_values(), base, "values[0]=null values[7].timestamp=null").payload,
        json!({"values": [{"timestamp": "b"}]})
    );
}

#[test]
fn whole_payloads_come_first_or_last_as_they_stand() {
    let base = || json!({"idTag": "A", "connectorId": 1});
    assert_eq!(
        change(&start_transaction(), base(), r#"{"idTag": "B"} meterStart=2"#).payload,
        json!({"idTag": "B", "meterStart": 2})
    );
    assert_eq!(change(&start_transaction(), base(), r#"meterStart=2 {"idTag": "B"}"#).payload, json!({"idTag": "B"}));
    assert_eq!(change(&start_transaction(), base(), "@a.json connectorId=3").payload, json!({"idTag": "F", "connectorId": 3}));
}

#[test]
fn faults_are_reported_and_the_change_is_made_where_it_can_be() {
    for (message, line, text, hint, place, payload) in [
        (
            start_transaction(),
            "foo=\"x\"",
            "Error: unknown field `foo' for procedure `Authorize'",
            None,
            "foo",
            json!({"idTagInfo": 1, "foo": "x"}),
        ),
        (
            start_transaction(),
            "idtag=x",
            "Error: unknown field `idtag' for procedure `Authorize'",
            Some("Did you mean idTag?"),
            "idtag",
            json!({"idTagInfo": 1, "idtag": "x"}),
        ),
        (
            authorize_response(),
            "idTagInfo.stats=x",
            "Error: unknown field `idTagInfo.stats' for procedure `Authorize'",
            Some("Did you mean status?"),
            "idTagInfo.stats",
            json!({"idTagInfo": {"stats": "x"}}),
        ),
        (
            start_transaction(),
            "connectorId=abc",
            "Error: invalid value for argument `connectorId': abc",
            Some("The field holds integer; text stands in double quotes."),
            "abc",
            json!({"idTagInfo": 1, "connectorId": "abc"}),
        ),
        (
            start_transaction(),
            "idTag='x'",
            "Error: invalid value for argument `idTag': 'x'",
            Some("The field holds text ≤ 20; text stands in double quotes."),
            "'x'",
            json!({"idTagInfo": 1, "idTag": "'x'"}),
        ),
        (
            reset(),
            "type=1",
            "Error: field `type' has no value `1'.",
            Some("It is one of Hard, Soft."),
            "1",
            json!({"idTagInfo": 1, "type": "1"}),
        ),
        (
            start_transaction(),
            "connectorId=1.5",
            "Error: field `connectorId' holds integer, this is a number.",
            None,
            "1.5",
            json!({"idTagInfo": 1, "connectorId": 1.5}),
        ),
        (
            reset(),
            "key=\"a\"",
            "Error: field `key' holds list of text ≤ 50, this is text.",
            None,
            "\"a\"",
            json!({"idTagInfo": 1, "key": "a"}),
        ),
        (
            reset(),
            "type=Foo",
            "Error: field `type' has no value `Foo'.",
            Some("It is one of Hard, Soft."),
            "Foo",
            json!({"idTagInfo": 1, "type": "Foo"}),
        ),
    ] {
        let applied = change(&message, json!({"idTagInfo": 1}), line);
        let line = format!("authorize {line}");
        assert_eq!(applied.payload, payload, "{line}");
        let [error] = applied.errors.as_slice() else { panic!("{line}: {:?}", applied.errors) };
        assert_eq!(error.to_string(), text);
        assert_eq!(error.fault.hint().as_deref(), hint);
        assert_eq!(&line[error.span.clone()], place);
        assert_eq!(error.column(&line), error.span.start + 1);
        assert!(applied.clone().accept(false).is_err());
        assert_eq!(applied.accept(true), Ok(payload.into()));
    }
}

#[test]
fn no_assignment_changes_the_spelling_of_a_number() {
    let sent = |line: &str| change(&start_transaction(), json!({}), line).payload.to_string();
    for (line, expected) in [
        ("meterStart=1e3 idTag=A", r#"{"meterStart":1e3,"idTag":"A"}"#),
        ("a=[1.10,2,28240181849166013077]", r#"{"a":[1.10,2,28240181849166013077]}"#),
        (r#"a={"b/c":{"d":-0.50}} a.e=2.0"#, r#"{"a":{"b/c":{"d":-0.50},"e":2.0}}"#),
        (r#"{"a":1.10,"b":1.20} a=3"#, r#"{"a":3,"b":1.20}"#),
        ("a=1.10 b=2.50 a=null", r#"{"b":2.50}"#),
        ("a=[1.10,2.20] a[0]=null", r#"{"a":[2.2]}"#),
        ("a=1.10 a=2", r#"{"a":2}"#),
    ] {
        assert_eq!(sent(line), expected, "{line}");
    }
}

#[test]
fn a_name_that_occurs_twice_in_an_assigned_value_is_refused_or_sent_as_typed() {
    let line = r#"idTag=A x={"b":1, "b":2}"#;
    let applied = change(&start_transaction(), json!({}), line);
    let doubled = applied.errors.iter().find(|error| matches!(error.fault, AssignFault::DoubledName { .. })).unwrap();
    assert_eq!(&format!("authorize {line}")[doubled.span.clone()], r#""b":2}"#);
    assert!(applied.clone().accept(false).is_err());
    assert_eq!(applied.accept(true).unwrap().to_string(), r#"{"idTag":"A","x":{"b":1,"b":2}}"#);
}

#[test]
fn a_whole_payload_stays_as_it_was_typed_until_something_is_assigned() {
    let typed = r#"{"connectorId":  1.10, "a" : 1e2}"#;
    let applied = change(&start_transaction(), json!({}), typed);
    assert_eq!(applied.accept(true).unwrap().typed_text(), Some(typed));
    let applied = change(&start_transaction(), json!({}), &format!("{typed} connectorId=2"));
    assert_eq!(applied.payload.to_string(), r#"{"connectorId":2,"a":1e2}"#);
    let applied = change(&start_transaction(), json!({}), "@a.json");
    assert_eq!(applied.accept(false).unwrap().typed_text(), Some(r#"{"idTag": "F"}"#));
}

#[test]
fn a_name_that_occurs_twice_is_refused_with_its_place_and_can_be_forced() {
    let typed = r#"{"idTag": "A", "x": {"idTag": "B"}, "idTag": "C"}"#;
    let line = format!("authorize {typed}");
    let applied = change(&start_transaction(), json!({}), typed);
    let [error] = applied.errors.as_slice() else { panic!("{:?}", applied.errors) };
    assert_eq!(error.to_string(), "Error: \"idTag\" occurs twice in its object.");
    assert_eq!((&line[error.span.clone()], error.column(&line)), ("\"idTag\"", 47));
    assert!(applied.clone().accept(false).is_err());
    assert_eq!(applied.accept(true).unwrap().typed_text(), Some(typed));
    let applied = change(&start_transaction(), json!({}), "@twice.json");
    assert_eq!(applied.errors[0].to_string(), "Error: \"a\" occurs twice in its object (line 2, column 4 of the file).");
}

#[test]
fn some_faults_cannot_be_forced() {
    for (line, text) in [
        ("a..b=1", "Error: cannot read the field `a..b': a name is missing."),
        ("values[3]=1", "Error: field `values[3]' leaves a gap: the list before it has 0 elements."),
        ("{\"a\"}", "Error: the payload is no JSON object: this name has no colon and no value."),
        ("@list.json", "Error: the payload is no JSON object: it is a list."),
        ("@none.json", "Error: cannot read none.json: no such file."),
    ] {
        let applied = change(&meter_values(), json!({"connectorId": 1}), line);
        assert_eq!(applied.payload, json!({"connectorId": 1}), "{line}");
        assert_eq!(applied.errors[0].to_string(), text);
        assert!(applied.accept(true).is_err());
    }
}

#[test]
fn every_fault_of_a_line_is_reported() {
    let applied = change(&start_transaction(), json!({}), "foo=1 connectorId=x idTag=ok");
    assert_eq!(applied.errors.len(), 2);
    assert_eq!(applied.payload, json!({"foo": 1, "connectorId": "x", "idTag": "ok"}));
}

#[test]
fn every_type_of_json_has_a_name() {
    let names = [json!(null), json!(true), json!(1), json!(""), json!([]), json!({})].map(|value| type_of(&value));
    assert_eq!(names, ["null", "true or false", "a number", "text", "a list", "an object"]);
}
