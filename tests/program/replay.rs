//! `ocpp-tui replay` as a person runs it: exit codes, reports and what is printed.

use serde_json::Value;

use crate::process::{LineSession, run};

const LOG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/replay/customer.jsonl");

#[test]
fn the_log_of_a_customer_is_played_against_a_central_system() {
    let mut session = LineSession::start(&["--plain", "start_cs", "0", "-p", "ocpp1.6"]);
    let line = session.hear("listening on port");
    let url = format!("ws://localhost:{}", line.rsplit(' ').next().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let junit = folder.path().join("replay.xml");
    let common = ["replay", LOG, "--as", "cp", "--to", &url, "--speed", "max"];
    let with = |more: &[&str]| run(&[&common[..], more].concat(), b"");
    let (code, output, errors) = with(&["--json", "-", "--junit", junit.to_str().unwrap()]);
    assert_eq!(code, Some(1), "{output}\n{errors}");
    let json: Value = serde_json::from_str(&output).unwrap();
    let steps = json["stations"][0]["steps"].as_array().unwrap();
    let different: Vec<&Value> = steps.iter().filter(|step| step["result"] == "different").collect();
    assert_eq!(different.len(), 1, "{output}");
    assert_eq!(different[0]["differences"][0]["field"]["path"], "/interval");
    assert!(std::fs::read_to_string(&junit).unwrap().contains("<failure message=\"/interval: 14400 in the record"));
    assert!(
        errors.contains("✓ DE-SITE-0042 → StopTransaction") && errors.contains("✗ DE-SITE-0042 → BootNotification"),
        "{errors}"
    );
    let ignored = ["--ignore", "BootNotification/interval"];
    let (code, output, _) = with(&[&ignored[..], &["--station", "DE-SITE-0042=LAB7"]].concat());
    assert!(code == Some(0) && output.starts_with("DE-SITE-0042 as LAB7: 13 of 13 steps as in the record"), "{output}");
    let (code, output, errors) = run(&[&common[..6], &["--speed", "step", "--filter", "action:Authorize"]].concat(), b"\n");
    assert!(code == Some(0) && output.contains("1 of 1 steps"), "{output}{errors}");
    let (code, output, _) = run(&[&common[..6], &["--speed", "step", "--filter", "action:Authorize"]].concat(), b"");
    assert!(code == Some(1) && output.contains("1 not reached"), "{output}");
    session.hear("LAB7");
    session.quit();
}

#[test]
fn what_cannot_be_replayed_says_why() {
    for (arguments, words) in [
        (&["replay", LOG, "--as", "cp"][..], "--as cp needs --to"),
        (&["replay", LOG, "--as", "cs"], "--as cs needs --listen"),
        (&["replay", LOG, "--as", "cp", "--to", "ws://localhost:1", "--station", "CP1"], "it has DE-SITE-0042"),
        (&["replay", LOG, "--as", "cp", "--to", "ws://localhost:1", "--filter", "action:Reset"], "has no message to replay"),
        (&["replay", LOG, "--as", "cp", "--to", "ftp://localhost:1"], "ftp://localhost:1"),
        (&["replay", LOG, "--as", "me"], "cp or cs"),
        (&["replay", "/no/such/file", "--as", "cp", "--to", "ws://localhost:1"], "/no/such/file"),
    ] {
        let (code, output, errors) = run(arguments, b"");
        assert!(code == Some(2) && output.is_empty() && errors.contains(words), "{arguments:?}: {code:?} {output}{errors}");
    }
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log.jsonl");
    std::fs::copy(LOG, &log).unwrap();
    let log = log.to_str().unwrap();
    for option in ["--json", "--junit"] {
        let (code, _, errors) = run(&["replay", log, "--as", "cp", "--to", "ws://localhost:1", option, log], b"");
        assert!(code == Some(2) && errors.contains("is both the record and a report"), "{errors}");
    }
    assert_eq!(std::fs::read(log).unwrap(), std::fs::read(LOG).unwrap());
    let nowhere = ["replay", LOG, "--as", "cp", "--to", "ws://localhost:1", "--connect-wait", "0.3"];
    let (code, output, _) = run(&nowhere, b"");
    assert!(code == Some(2) && output.contains("not reached"), "{output}");
}
