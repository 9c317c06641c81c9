//! `ocpp-tui probe` as a program: its output, its reports and its exit codes.

use std::io::Read as _;
use std::net::TcpListener;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_ocpp-tui");

fn run(arguments: &[&str]) -> Output {
    Command::new(PROGRAM).args(arguments).env("NO_COLOR", "1").stdin(Stdio::null()).output().unwrap()
}

/// A central system that is a process of its own.
struct CentralSystem(Child);

impl CentralSystem {
    fn start() -> (CentralSystem, u16) {
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let mut command = Command::new(PROGRAM);
        command.args(["--plain", "cs", "--host", "127.0.0.1", "--port", &port.to_string()]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        // It says so once it listens.
        let mut said = [0];
        child.stdout.as_mut().unwrap().read_exact(&mut said).unwrap();
        (CentralSystem(child), port)
    }
}

impl Drop for CentralSystem {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_result_is_a_table_json_and_junit_and_the_exit_code_is_0() {
    let (_central_system, port) = CentralSystem::start();
    let folder = tempfile::tempdir().unwrap();
    let (json, junit) = (folder.path().join("p.json"), folder.path().join("p.xml"));
    let url = format!("ws://127.0.0.1:{port}");
    let only = ["--only", "subprotocol", "path", "--timeout", "30"];
    let files = ["--json", json.to_str().unwrap(), "--junit", junit.to_str().unwrap()];
    let output = run(&[&["probe", &url, "--identity", "CP7"][..], &only, &files].concat());
    let table = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{table}");
    assert!(table.contains("101 with ocpp2.1") && table.contains("OCPP-J 1.6 §3.1.1") && !table.contains('\x1b'), "{table}");
    assert_eq!(output.stderr, b"", "progress is for terminals");
    let report: Value = serde_json::from_str(&std::fs::read_to_string(json).unwrap()).unwrap();
    assert_eq!(report["identities"][0], "CP7");
    assert!(std::fs::read_to_string(junit).unwrap().contains("<testcase name=\"path.identity\""));

    let output = run(&[&["probe", &url, "--json", "-"][..], &only].concat());
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["counts"]["breaksRule"], 0);
}

#[test]
fn what_cannot_start_has_the_exit_code_2_and_one_sentence() {
    for (arguments, part) in [
        (&["ws://127.0.0.1:1"][..], "cannot be probed: no connection"),
        (&["ws://127.0.0.1:1", "--only", "nonsense"], "no check is called nonsense"),
        (&["ftp://127.0.0.1"], "ws:// or wss://"),
        (&["ws://127.0.0.1:1", "--json", "/no/such/folder/p.json"], "cannot be written"),
        (&["ws://127.0.0.1:1", "--jobs", "0"], "from 1 to 64"),
        (&["wss://127.0.0.1:1", "--ca", "/no/such/ca.pem"], "/no/such/ca.pem cannot be read"),
        (&["--listen", "x"], "write a port, like 9000"),
        (&["--listen", "0", "--cert", "/no/such/cert.pem"], "/no/such/cert.pem cannot be read"),
        (&["--listen", "0", "ws://127.0.0.1:1"], "cannot be used with"),
        (&[], "required"),
    ] {
        let output = run(&[&["probe"][..], arguments].concat());
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(part), "{arguments:?}: {said}");
    }
}

#[test]
fn the_checks_are_listed_with_their_clauses() {
    let output = run(&["probe", "--list", "--only", "close"]);
    let list = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(list.lines().all(|line| line.starts_with("close.")) && list.contains("(RFC 6455 §5.5.1)"), "{list}");
    for (arguments, name) in [(&["--listen", "9000"][..], "reconnect.back-off"), (&["http://localhost:9000/"], "soap.gzip")] {
        let output = run(&[&["probe", "--list"][..], arguments].concat());
        assert!(String::from_utf8(output.stdout).unwrap().contains(name), "{arguments:?}");
    }
}
