//! Every envelope that we write, against the schema of its WSDL file, by an XML Schema validator that is not ours: Python's `xmlschema`,
//! with the interpreter that OCPP_TUI_PYTHON names or `python3`. Without it the test says so and passes.

use std::path::{Path, PathBuf};
use std::process::Command;

use ocpp_tui::ocpp::{Catalog, Role, SampleContext, Version};
use ocpp_tui::rpc::soap::{RequestHeaders, ResponseHeaders, write_request, write_response};
use serde_json::{Value, json};

fn python() -> Option<String> {
    let python = std::env::var("OCPP_TUI_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let tried = Command::new(&python).args(["-c", "import xmlschema"]).output();
    let is_there = tried.is_ok_and(|output| output.status.success());
    if !is_there {
        println!("skipped: {python} has no module xmlschema; OCPP_TUI_PYTHON names an interpreter that has it");
    }
    is_there.then_some(python)
}

/// The requests and responses of a service, written to files.
fn envelopes(folder: &Path, version: Version, initiator: Role) -> Vec<PathBuf> {
    let catalog = Catalog::embedded();
    let context = SampleContext::at("2026-03-04T10:00:00Z".parse().unwrap());
    let request = RequestHeaders {
        identity: "CP <1>".into(),
        to: "http://h/".into(),
        from: Some("http://me:1/".into()),
        message_id: Some("urn:uuid:1".into()),
        reply_to: None,
    };
    let response =
        ResponseHeaders { relates_to: Some("urn:uuid:1".into()), ..ResponseHeaders::to_request(None, "urn:uuid:2".into()) };
    let mut files = Vec::new();
    for action in catalog.actions_of(version, initiator).filter(|action| action.soap.is_some()) {
        // Back to front, so that the order is the writer's merit and not the payload's.
        let (asked, answered) = (reversed(action.request.sample(&context)), reversed(action.response.sample(&context)));
        let texts = [
            write_request(&catalog, version, initiator, &action.name, &asked, &request),
            write_response(&catalog, version, initiator, &action.name, &answered, &response),
        ];
        for (text, part) in texts.into_iter().zip(["request", "response"]) {
            let file = folder.join(format!("{version}-{initiator}-{}-{part}.xml", action.name).replace(' ', "-"));
            std::fs::write(&file, text).unwrap();
            files.push(file);
        }
    }
    files
}

/// The same payload with the members of every object the other way round.
fn reversed(payload: Value) -> Value {
    match payload {
        Value::Object(members) => {
            Value::Object(members.into_iter().rev().map(|(name, value)| (name, reversed(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(reversed).collect()),
        other => other,
    }
}

fn problems(python: &str, version: Version, initiator: Role, files: &[PathBuf]) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let host = if initiator == Role::ChargePoint { "central-system" } else { "charge-point" };
    let output = Command::new(python)
        .arg(root.join("tests/data/soap/validate.py"))
        .arg(root.join(format!("wsdl/ocpp-{version}-{host}.wsdl")))
        .args(files)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_envelope_that_we_write_is_valid_by_its_schema() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    for version in Version::SOAP {
        for initiator in Role::ALL {
            let files = envelopes(folder.path(), version, initiator);
            assert!(files.len() >= 14);
            assert_eq!(problems(&python, version, initiator, &files), format!("checked {}\n", files.len()));
        }
    }
}

#[test]
fn the_validator_finds_errors() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let catalog = Catalog::embedded();
    let headers = RequestHeaders { identity: "CP1".into(), ..RequestHeaders::default() };
    let payload = json!({"connectorId": "x", "idTag": "T"});
    let text = write_request(&catalog, Version::V1_6, Role::ChargePoint, "StartTransaction", &payload, &headers);
    let file = folder.path().join("wrong.xml");
    std::fs::write(&file, text).unwrap();
    let problems = problems(&python, Version::V1_6, Role::ChargePoint, &[file]);
    assert!(problems.lines().count() > 1, "{problems}");
}
