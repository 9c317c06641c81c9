//! Passwords never leave the program: both roles are used with marked ones, and everything that they print, and the list of processes, is
//! searched for the marks.

use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::process::{LineSession, run};
use crate::support::free_port;

/// The password of the charge point at first, and the bytes of its second one.
const FIRST: &str = "MarkedPassword-1";
const SECOND: &str = "MarkedPassword-2";
/// One that is set by hand.
const THIRD: &str = "MarkedPassword-3";

fn digits(text: &str) -> String {
    text.bytes().fold(String::new(), |digits, byte| format!("{digits}{byte:02x}"))
}

/// Those of the test of errors, whose programs end before they hide their arguments: the other test reads the list of processes
/// meanwhile.
const OF_ERRORS: [&str; 3] = ["FaultyPassword-1", "FaultyPassword-2", "FaultyPassword-3"];

/// All spellings in which a password could come out.
fn spellings(text: &str) -> [String; 6] {
    let basic = |user: &str| STANDARD.encode(format!("{user}:{text}"));
    [text.to_owned(), digits(text), digits(text).to_uppercase(), STANDARD.encode(text), basic("CP1"), basic("CP2")]
}

fn assert_clean_of(passwords: [&str; 3], what: &str, text: &str) {
    for spelling in passwords.into_iter().flat_map(spellings) {
        assert!(!text.contains(&spelling), "{spelling} is in {what}:\n{text}");
    }
}

fn assert_clean(what: &str, text: &str) {
    assert_clean_of([FIRST, SECOND, THIRD], what, text);
}

#[cfg(unix)]
#[test]
fn no_output_and_no_list_of_processes_has_a_password() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stations");
    std::fs::write(&file, format!("CP1:{FIRST}\n")).unwrap();
    for format in ["text", "jsonl", "story"] {
        let port = free_port().to_string();
        let file = file.to_str().unwrap();
        let host = ["--host", "127.0.0.1", "--port", port.as_str()];
        let mut central_system = LineSession::start(
            &[&["--plain", "--log-format", format, "cs", "--auth", file, "--known-only"][..], &host].concat(),
        );
        // The console reads lines when it listens.
        central_system.ask("auth list", "CP1: a text of 16 bytes");
        let url = format!("ws://127.0.0.1:{port}");
        let mut charge_point = LineSession::start(&["--plain", "--log-format", format, "cp", &url, "CP1", "--password", FIRST]);
        central_system.hear("BootNotification");
        let processes = Command::new("ps").args(["axww", "-o", "pid,args"]).output();
        match processes {
            Ok(found) => {
                let found = String::from_utf8_lossy(&found.stdout).into_owned();
                assert!(found.contains("--password-file"), "the charge point is in the list:\n{found}");
                assert_clean("the list of processes", &found);
            }
            Err(error) => println!("skipped: the list of processes: {error}"),
        }
        central_system.ask(
            &format!("remote_changeconfiguration key=AuthorizationKey value={} --remote-id CP1", digits(SECOND)),
            "its new password is remembered",
        );
        let default = format!("default remote_changeconfiguration key=AuthorizationKey value={}", digits(THIRD));
        central_system.type_line(&default);
        central_system.type_line("default remote_changeconfiguration reset");
        central_system.type_line(&format!("auth set CP2 {THIRD}"));
        central_system.type_line(&format!("auth set CP2 {THIRD} and more"));
        central_system.type_line(&format!("auth set CP2 hex:{THIRD}"));
        central_system.ask("auth list", "CP2: a text of 16 bytes");
        charge_point.hear("AuthorizationKey");
        let output = central_system.quit();
        assert!(output.contains("(hidden, 32 characters)"), "{output}");
        assert_clean("the output of the central system", &output);
        assert_clean("the output of the charge point", &charge_point.quit());
    }
}

#[test]
fn errors_have_no_password() {
    let [first, second, third] = OF_ERRORS;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stations");
    std::fs::write(&file, format!("{first}\nCP1:hex:{second}\nCP2:${third}\n")).unwrap();
    let file = file.to_str().unwrap();
    let (code, output, errors) = run(&["--plain", "cs", "--port", "0", "--auth", file], b"");
    assert_eq!(code, Some(2), "{errors}");
    assert!(errors.contains("line 1: ") && errors.contains("line 3: ") && errors.lines().count() == 1, "{errors}");
    assert_clean_of(OF_ERRORS, "the errors", &(output + &errors));
    let word = format!("hex:{first}");
    let (code, output, errors) = run(&["--plain", "cp", "ws://127.0.0.1:1", "CP1", "--password", &word], b"quit\n");
    assert_eq!(code, Some(2), "{errors}");
    assert_clean_of(OF_ERRORS, "the errors", &(output + &errors));
    let url = format!("ws://CP1:{first}@127.0.0.1:1");
    let (code, output, errors) = run(&["--plain", "cp", &url, "CP1"], b"quit\n");
    assert_eq!(code, Some(2), "{errors}");
    assert_clean_of(OF_ERRORS, "the errors", &(output + &errors));
}

#[cfg(unix)]
#[test]
fn secrets_are_shown_on_request() {
    let port = free_port().to_string();
    let mut central_system =
        LineSession::start(&["--plain", "--show-secrets", "cs", "--host", "127.0.0.1", "--port", port.as_str()]);
    central_system.ask("auth list", "No station has a password");
    let url = format!("ws://127.0.0.1:{port}");
    let charge_point = LineSession::start(&["--plain", "cp", &url, "CP1"]);
    central_system.hear("BootNotification");
    let line = format!("remote_changeconfiguration key=AuthorizationKey value={} --remote-id CP1", digits(SECOND));
    central_system.ask(&line, &digits(SECOND));
    central_system.quit();
    assert_clean("the output of the charge point", &charge_point.quit());
}

/// Whoever may read along is named at the start, whichever role it is.
#[test]
fn a_charge_point_says_that_the_secrets_of_tls_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys.txt");
    let mut program = Command::new(env!("CARGO_BIN_EXE_ocpp-tui"))
        .args(["--plain", "cp", "wss://127.0.0.1:1", "CP1"])
        .env("SSLKEYLOGFILE", &keys)
        .env("XDG_DATA_HOME", folder.path())
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut program.stdin.take().unwrap(), b"quit\n").unwrap();
    let output = String::from_utf8_lossy(&program.wait_with_output().unwrap().stdout).into_owned();
    assert!(output.contains("the secrets of TLS are written to") && output.contains("keys.txt"), "{output}");
}
