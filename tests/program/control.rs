//! A session that is driven from outside: by `ctl`, and by an agent over the Model Context Protocol.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::process::{LineSession, run};

/// A file with a token, readable by its owner only.
fn token_file(folder: &Path) -> String {
    let path = folder.join("token");
    std::fs::write(&path, "a-token-of-the-tests\n").unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A session with a central system, a charge point of ours, and a control server; and its address.
fn session(token: &str) -> (LineSession, String) {
    let words = ["--plain", "--control", "127.0.0.1:0", "--control-token", token, "start_cs", "0", "-p", "ocpp1.6"];
    let mut session = LineSession::start(&words);
    let address = session.hear("drivers are served at").rsplit(' ').next().unwrap().to_owned();
    let line = session.hear("listening on port");
    let port = line.rsplit(' ').next().unwrap().to_owned();
    session.ask(&format!("start_cp ws://localhost:{port} CP1 -p ocpp1.6"), "Connected to Central System.");
    (session, address)
}

#[test]
fn a_shell_drives_a_session() {
    let folder = tempfile::tempdir().unwrap();
    let token = token_file(folder.path());
    let (session, address) = session(&token);
    let ctl = |words: &[&str]| {
        let mut all = vec!["--control", &address, "--control-token", &token, "ctl"];
        all.extend(words);
        run(&all, b"")
    };
    let (code, output, errors) = ctl(&["run", "--wait", "30", "remote_reset", "type=Soft", "--id", "CP1"]);
    assert_eq!(code, Some(0), "{errors}");
    assert!(output.contains(r#""payload":{"status":"Accepted"}"#), "{output}");
    let (code, output, _) = ctl(&["wait", "action:Reset dir:out kind:call", "--from", "0", "--timeout", "30"]);
    assert!(code == Some(0) && output.contains(r#""action":"Reset""#), "{output}");
    let (code, output, errors) = ctl(&["wait", "action:Reset", "--timeout", "0.1"]);
    assert!(code == Some(1) && output.is_empty() && errors.contains("Nothing passed the filter"), "{output} {errors}");
    let (code, _, errors) = ctl(&["run", "remote_resett"]);
    assert!(code == Some(1) && errors.contains("remote_resett"), "{errors}");
    let (code, output, _) = ctl(&["stations"]);
    let stations: Value = serde_json::from_str(&output).unwrap();
    assert!(code == Some(0) && stations.as_array().unwrap().iter().any(|row| row["station"] == "CP1"), "{output}");
    let (code, output, _) = ctl(&["events", "action:Reset", "--limit", "1"]);
    assert!(code == Some(0) && output.lines().count() == 1, "{output}");
    assert!(session.quit().contains("control by ocpp-tui-ctl: remote_reset type=Soft --id CP1"));
}

#[test]
fn what_cannot_be_reached_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let token = token_file(folder.path());
    let (code, _, errors) = run(&["--control", "127.0.0.1:1", "--control-token", &token, "ctl", "stations"], b"");
    assert!(code == Some(2) && errors.contains("No session listens on http://127.0.0.1:1"), "{errors}");
    let (code, _, errors) = run(&["--control", "0.0.0.0:1", "ctl", "stations"], b"");
    assert!(code == Some(2) && errors.contains("other machines"), "{errors}");
    std::fs::write(folder.path().join("token"), "short").unwrap();
    let (code, _, errors) = run(&["--plain", "--control", "127.0.0.1:0", "--control-token", &token, "cs", "--port", "0"], b"");
    assert!(code == Some(2) && errors.contains("16 printable"), "{errors}");
}

/// The answers of `ocpp-tui mcp` to requests, by their ids.
fn agent(arguments: &[&str], requests: &[(&str, Value)]) -> Vec<Value> {
    let mut input = Vec::new();
    let mut say = |message: Value| writeln!(input, "{message}").unwrap();
    let info = json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } });
    say(json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": info }));
    say(json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
    let mut child = Command::new(env!("CARGO_BIN_EXE_ocpp-tui"))
        .args(arguments)
        .env("XDG_STATE_HOME", concat!(env!("CARGO_TARGET_TMPDIR"), "/no-session"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&input).unwrap();
    let mut output = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    let mut next = || -> Value { serde_json::from_str(&output.next().unwrap().unwrap()).unwrap() };
    let mut answers = vec![next()];
    // one after the other: each needs what the one before has done
    for (id, (method, params)) in (1..).zip(requests) {
        writeln!(stdin, "{}", json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })).unwrap();
        let answer = next();
        assert_eq!(answer["id"], id, "{answer}");
        answers.push(answer);
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
    answers
}

#[test]
fn an_agent_has_a_session_of_its_own() {
    let call = |name: &str, arguments: Value| ("tools/call", json!({ "name": name, "arguments": arguments }));
    let answers = agent(
        &["mcp"],
        &[
            ("tools/list", json!({})),
            call("run_command", json!({ "line": "start_cs 0 -p ocpp1.6" })),
            call("wait_for_event", json!({ "filter": "control", "from": 0 })),
            call("run_command", json!({ "line": "no_such_command" })),
            call("list_stations", json!({ "colour": 1 })),
            call("list_events", json!({ "limit": 1 })),
        ],
    );
    assert_eq!(answers[0]["result"]["serverInfo"]["name"], "ocpp-tui");
    let tools: Vec<&str> =
        answers[1]["result"]["tools"].as_array().unwrap().iter().filter_map(|tool| tool["name"].as_str()).collect();
    assert!(tools.contains(&"run_command") && tools.contains(&"list_faults"), "{tools:?}");
    let content = |answer: &Value| (answer["result"]["isError"] == true, answer["result"]["structuredContent"].clone());
    let (failed, started) = content(&answers[2]);
    assert!(!failed && started["ok"] == true, "{started}");
    let (failed, heard) = content(&answers[3]);
    assert!(!failed && heard["event"]["text"].as_str().unwrap().contains("start_cs 0"), "{heard}");
    let (failed, wrong) = content(&answers[4]);
    assert!(failed && wrong["error"].as_str().unwrap().contains("no_such_command"), "{wrong}");
    let (failed, wrong) = content(&answers[5]);
    assert!(failed && wrong["error"].as_str().unwrap().contains("it has filter"), "{wrong}");
    let (_, events) = content(&answers[6]);
    assert_eq!(events["events"].as_array().unwrap().len(), 1, "{events}");
}

/// The client of the package `mcp`, which is foreign.
#[test]
fn a_foreign_agent_reads_the_session() {
    let python = std::env::var("OCPP_TUI_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/program/peers/mcp_client.py");
    let output = Command::new(&python)
        .args([script, env!("CARGO_BIN_EXE_ocpp-tui")])
        .env("XDG_STATE_HOME", concat!(env!("CARGO_TARGET_TMPDIR"), "/no-session"))
        .output();
    let Ok(output) = output else {
        println!("skipped: {python} cannot be started");
        return;
    };
    let text = String::from_utf8_lossy(&output.stdout);
    if text.contains("missing") {
        println!("skipped: {python} has no package mcp; OCPP_TUI_PYTHON names an interpreter that has it");
        return;
    }
    assert!(
        text.contains("run_command") && text.contains("start_cs 0 -p ocpp1.6"),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The validator of the package openapi-spec-validator, which is foreign.
#[test]
fn a_foreign_validator_takes_the_description() {
    let folder = tempfile::tempdir().unwrap();
    let token = token_file(folder.path());
    let (session, address) = session(&token);
    let (code, document, errors) = run(&["--control", &address, "--control-token", &token, "ctl", "openapi"], b"");
    assert_eq!(code, Some(0), "{errors}");
    session.quit();
    let python = std::env::var("OCPP_TUI_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/program/peers/openapi_check.py");
    let child = Command::new(&python).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut child) = child else {
        println!("skipped: {python} cannot be started");
        return;
    };
    // one without the package does not read
    let _ = child.stdin.take().unwrap().write_all(document.as_bytes());
    let text = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    if text.contains("missing") {
        println!("skipped: {python} has no package openapi-spec-validator; OCPP_TUI_PYTHON names an interpreter that has it");
        return;
    }
    assert!(text.starts_with("faults: 0"), "{text}");
}
