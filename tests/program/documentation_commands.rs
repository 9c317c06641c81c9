//! The commands that print or write documentation, run as a person runs them: what they say, and their exit codes.

use std::fs;

use serde_json::Value;

use crate::process;

/// Runs the program; its exit code, output and errors.
fn run(arguments: &[&str]) -> (i32, String, String) {
    let (code, output, errors) = process::run(arguments, b"");
    (code.unwrap(), output, errors)
}

#[test]
fn a_folder_is_written_once_and_again_only_with_force() {
    let outside = tempfile::tempdir().unwrap();
    let folder = outside.path().join("site");
    let folder = folder.to_str().unwrap();
    for (format, file) in [("html", "ocpp-1.6/Reset.html"), ("markdown", "ocpp-1.6.md"), ("json", "index.json")] {
        let (code, said, error) = run(&["docs", "--out", folder, "--format", format, "--force"]);
        assert_eq!((code, error.as_str()), (0, ""), "{format}");
        assert!(said.contains("files written"), "{said}");
        assert!(fs::exists(format!("{folder}/{file}")).unwrap(), "{file}");
    }
    let (code, said, error) = run(&["docs", "--out", folder]);
    assert_eq!((code, said.as_str()), (2, ""));
    assert!(error.contains("is not empty") && error.contains("--force") && error.lines().count() == 1, "{error}");
    let file = format!("{folder}/index.html");
    let (code, _, error) = run(&["docs", "--out", &file]);
    assert_eq!(code, 2);
    assert!(error.contains("not a folder") && error.lines().count() == 1, "{error}");
    let (code, _, error) = run(&["docs", "--out", &format!("{file}/below")]);
    assert_eq!(code, 2);
    assert!(error.contains("cannot write") && error.lines().count() == 1, "{error}");
    assert_eq!(run(&["docs"]).0, 2, "--out is required");
}

#[test]
fn one_message_is_printed_so_that_programs_can_read_it() {
    let json = |arguments: &[&str]| -> Value {
        let (code, said, error) = run(arguments);
        assert_eq!((code, error.as_str()), (0, ""), "{arguments:?}");
        serde_json::from_str(&said).unwrap()
    };
    let schema = json(&["schema", "bootnotification", "--protocol", "1.5", "--response"]);
    assert!(schema["properties"]["heartbeatInterval"].is_object());
    let example = json(&["example", "BootNotification", "--protocol", "ocpp1.5", "--response"]);
    assert!(jsonschema::is_valid(&schema, &example), "{example}");
    assert_eq!(json(&["example", "remote_reset"])["type"], "Soft");
    let (code, said, _) = run(&["example", "DataTransfer", "--soap", "--from", "cs"]);
    assert_eq!(code, 0);
    assert!(said.starts_with("<?xml") && said.contains("urn://Ocpp/Cp/2015/10/"), "{said}");
}

#[test]
fn missing_files_are_named_with_a_remedy() {
    for (arguments, words) in [
        (&["schema", "bootnotificaton"][..], "did you mean BootNotification?"),
        (&["example", "reservenow", "--protocol", "ocpp1.2"], "--protocol ocpp1.6"),
        (&["example", "Reset", "--from", "cp"], "--from cs"),
        (&["example", "SignCertificate", "--soap"], "JSON only"),
        (&["schema", "Reset", "--protocol", "ocpp9"], "ocpp1.6"),
        (&["schema", "Reset", "--from", "me"], "cp or cs"),
    ] {
        let (code, said, error) = run(arguments);
        assert_eq!((code, said.as_str()), (2, ""), "{arguments:?}");
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn the_declarations_for_editors_are_printed() {
    let (code, said, error) = run(&["test", "--types"]);
    assert_eq!((code, error.as_str()), (0, ""));
    assert_eq!(said, ocpp_tui::scenario_writer::TYPES);
    let (code, said, error) = run(&["test"]);
    assert_eq!((code, said.as_str()), (2, ""));
    assert!(error.contains("<FILE>"), "{error}");
}

#[test]
fn a_schema_of_a_folder_is_printed_and_a_broken_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let schemas = folder.path().to_str().unwrap();
    let own =
        r##"{ "$id": "urn:OCPP:Cp:2:2020:3:ResetRequest", "type": "object", "properties": { "when": { "type": "string" } } }"##;
    fs::write(folder.path().join("ResetRequest.json"), own).unwrap();
    let (code, said, error) = run(&["--schema-dir", schemas, "schema", "reset", "--protocol", "ocpp2.0.1"]);
    assert_eq!((code, error.as_str()), (0, ""));
    let printed: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(printed["properties"]["when"]["type"], "string");
    fs::write(folder.path().join("ResetRequest.json"), own.replace("string", "strin")).unwrap();
    let (code, said, error) = run(&["--schema-dir", schemas, "schema", "reset", "--protocol", "ocpp2.0.1"]);
    assert!(code == 0 && said.contains("OnIdle"), "{said}");
    assert!(error.starts_with("ocpp-tui: ResetRequest.json, line 1, column ") && error.contains("strin"), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
}
