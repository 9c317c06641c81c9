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

/// Two stations in one log, over TLS with the test CA, with calls that the central system refuses as it did.
#[test]
fn several_stations_are_played_over_tls() {
    let lab = tempfile::tempdir().unwrap();
    let ca = |arguments: &[&str]| {
        let run = std::process::Command::new(env!("CARGO_BIN_EXE_ocpp-tui"))
            .arg("ca")
            .args(arguments)
            .current_dir(lab.path())
            .env("XDG_DATA_HOME", lab.path())
            .output()
            .unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    };
    ca(&["init"]);
    ca(&["issue", "--server", "--name", "localhost"]);
    let file = |name: &str| lab.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(
        file("two.log"),
        "\
10:00:00 A -> [2,\"a1\",\"BootNotification\",{\"chargePointVendor\":\"V\",\"chargePointModel\":\"M\"}]
10:00:00 A <- [3,\"a1\",{\"status\":\"Accepted\",\"currentTime\":\"2026-01-15T10:00:00Z\",\"interval\":300}]
10:00:01 B -> [2,\"b1\",\"BootNotification\",{\"chargePointVendor\":\"V\",\"chargePointModel\":\"M\"}]
10:00:01 B <- [3,\"b1\",{\"status\":\"Accepted\",\"currentTime\":\"2026-01-15T10:00:00Z\",\"interval\":300}]
10:00:02 A -> [2,\"a2\",\"StatusNotification\",{\"connectorId\":\"1\",\"errorCode\":\"NoError\",\"status\":\"Available\"}]
10:00:02 A <- [4,\"a2\",\"TypeConstraintViolation\",\"connectorId\",{}]
10:00:03 B -> [2,\"b2\",\"Teleport\",{}]
10:00:03 B <- [4,\"b2\",\"NotImplemented\",\"\",{}]
",
    )
    .unwrap();
    let (cert, key) = (file("localhost.pem"), file("localhost-key.pem"));
    let mut session = LineSession::start(&["--plain", "cs", "--port", "0", "--tls-port", "0", "--cert", &cert, "--key", &key]);
    // The port without TLS comes first.
    session.hear("Server is listening on port");
    let line = session.hear("Server is listening on port");
    let url = format!("wss://localhost:{}", line.rsplit(' ').next().unwrap());
    let log = file("two.log");
    let common = ["replay", &log, "--as", "cp", "--to", &url, "--speed", "max", "--ignore", "BootNotification/interval"];
    let (code, output, errors) = run(&[&common[..], &["--ca", &file("ocpp-tui/ca/ca.pem")]].concat(), b"");
    assert!(code == Some(0) && output.contains("A: 2 of 2 steps as in the record"), "{output}{errors}");
    assert!(output.contains("B: 2 of 2 steps as in the record"), "{output}{errors}");
    // Without its root the certificate of the central system is not trusted, and nothing is sent.
    let (code, output, _) = run(&[&common[..], &["--connect-wait", "0.5"]].concat(), b"");
    assert!(code == Some(2) && output.contains("2 not reached"), "{output}");
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
    let (code, output, errors) = run(&nowhere, b"");
    assert!(code == Some(2) && output.contains("not reached"), "{output}");
    assert!(errors.starts_with("Playing DE-SITE-0042 towards ws://localhost:1.\n"), "{errors}");
    assert!(errors.contains("DE-SITE-0042 has no link yet, and tries again: connect ECONNREFUSED"), "{errors}");
    let (code, output, errors) = run(&["replay", LOG, "--as", "cs", "--listen", "0", "--connect-wait", "0.3"], b"");
    assert!(code == Some(2) && output.contains("has not connected"), "{output}");
    assert!(errors.contains("Waiting 0.3 s on port 0 for DE-SITE-0042 to connect"), "{errors}");
}
