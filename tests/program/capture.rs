//! Captures of the real program: what a session wrote before it was killed, shown and converted by another one.

use std::path::Path;

use crate::process::{LineSession, run};

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_session_that_was_killed_is_opened_and_converted() {
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("s.jsonl");
    let mut session = LineSession::start(&["--plain", "--capture", text(&capture), "start_cs", "0", "-p", "ocpp1.6"]);
    let line = session.hear("listening on port");
    let port = line.rsplit(' ').next().unwrap().to_owned();
    session.ask(&format!("start_cp ws://localhost:{port} CP1 -p ocpp1.6 --autonomous"), "Connected to Central System.");
    session.hear("BootNotification");
    session.hear("Accepted");
    session.ask("send_raw -e no-json", "no-json");
    session.ask("capture", "events, ");
    // What is younger than a tenth of a second may be missing after a kill.
    let waited = std::time::Instant::now();
    while !std::fs::read_to_string(&capture).unwrap().contains("no-json") && waited.elapsed() < crate::support::TIMEOUT {
        std::thread::yield_now();
    }
    // Dropping it kills the program.
    drop(session);

    let written = std::fs::read_to_string(&capture).unwrap();
    assert!(written.starts_with(r#"{"capture":1,"#) && written.contains(r#""text":"no-json""#), "{written}");
    let (code, output, _) = run(&["convert", text(&capture), "-", "--to", "text"], b"");
    assert!(code == Some(0) && output.contains(" no-json\n"), "{output}");

    let mut opened = LineSession::start(&["--plain", "open", text(&capture)]);
    opened.hear("events were read");
    assert!(opened.quit().contains("no-json"));

    let trace = folder.path().join("t.jsonl");
    let (code, _, errors) = run(&["convert", text(&capture), text(&trace)], b"");
    assert!(code == Some(0) && errors.contains("left out that the format cannot hold"), "{errors}");
    let (code, _, errors) = run(&["convert", text(&capture), text(&trace)], b"");
    assert!(code == Some(2) && errors.contains("--force overwrites it"), "{errors}");
    let (code, _, errors) = run(&["convert", text(&capture), text(&capture), "--force"], b"");
    assert!(code == Some(2) && errors.contains("is both the file to read and the file to write"), "{errors}");
    assert_eq!(std::fs::read_to_string(&capture).unwrap(), written);
    let (code, output, _) = run(&["convert", text(&trace), "-", "--to", "jsonl", "--filter", "action:BootNotification"], b"");
    assert!(code == Some(0) && output.lines().all(|line| line.contains("BootNotification")), "{output}");
    assert!(output.lines().count() >= 2, "{output}");
}

#[test]
fn what_is_no_capture_is_refused_before_anything_starts() {
    let folder = tempfile::tempdir().unwrap();
    let notes = folder.path().join("notes.txt");
    std::fs::write(&notes, "mine\n").unwrap();
    for arguments in [
        &["--plain", "open", text(&notes)][..],
        &["--plain", "open", "/no/such/file"],
        &["--plain", "--capture", text(&notes), "help"],
        &["--plain", "--capture", "/no/such/folder/x.jsonl", "help"],
        &["convert", text(&notes), "-"],
    ] {
        let (code, _, errors) = run(arguments, b"");
        assert!(code == Some(2) && errors.lines().count() == 1, "{arguments:?}: {code:?} {errors}");
    }
    assert_eq!(std::fs::read_to_string(&notes).unwrap(), "mine\n");
}

#[test]
fn the_statistics_of_a_file_are_those_of_the_command() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/open-ocpp-trace/trace.jsonl");
    let (code, output, errors) = run(&["stats", file], b"");
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    assert!(output.starts_with("5 calls in less than a second; 1 errors, 0 without an answer"), "{output}");
    let lines: Vec<&str> = output.lines().collect();
    // Commands of a script are about the whole file, however early they come.
    let (code, printed, _) = run(&["--plain", "open", file], b"stats\n");
    assert!(code == Some(0) && printed.contains(lines[0]) && printed.contains("events were read"), "{printed}");
    let (_, output, _) = run(&["stats", file, "--json", "--filter", "cp:A"], b"");
    let json: serde_json::Value = serde_json::from_str(&output).unwrap();
    assert_eq!((&json["all"]["calls"], json["stations"].as_array().unwrap().len()), (&3.into(), 1));
    let (_, output, _) = run(&["stats", file, "--view", "consumer", "--filter", "cp:B"], b"");
    let json: serde_json::Value = serde_json::from_str(&output).unwrap();
    assert_eq!((&json["counts"]["records"], &json["unansweredCalls"]), (&3.into(), &serde_json::json!([2])));
    let (code, _, errors) = run(&["stats", file, "--filter", "kind:cal"], b"");
    assert!(code == Some(2) && errors.contains("--filter:"), "{errors}");
}

/// How often a session is killed: the whole number by `OCPP_TUI_KILLS`, because each takes a start.
const KILLS: usize = 12;

/// What a session has shown before it is killed is in its capture but for the last 100 milliseconds, and every line of it can be read.
#[test]
fn a_session_that_is_killed_again_and_again_loses_nothing_that_was_shown() {
    let folder = tempfile::tempdir().unwrap();
    let kills = std::env::var("OCPP_TUI_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(KILLS);
    for number in 0..kills {
        let name = if number % 2 == 0 { format!("{number}.jsonl") } else { format!("{number}.jsonl.zst") };
        let capture = folder.path().join(name);
        let mut session = LineSession::start(&["--plain", "--capture", text(&capture), "start_cs", "0", "-p", "ocpp1.6"]);
        let line = session.hear("listening on port");
        let port = line.rsplit(' ').next().unwrap().to_owned();
        session.ask(&format!("start_cp ws://localhost:{port} CP1 -p ocpp1.6"), "Connected to Central System.");
        let early = std::time::Instant::now();
        session.ask("send_raw -e early", "early");
        for more in 0..number % 5 {
            session.ask(&format!("send_raw -e more{more}"), &format!("more{more}"));
        }
        // What is older than the promise must be there; no sleep makes it so, but time that has passed does.
        let promised = early.elapsed() >= std::time::Duration::from_millis(100);
        drop(session);
        let (code, output, errors) = run(&["convert", text(&capture), "-", "--to", "text"], b"");
        assert_eq!(code, Some(0), "{errors}");
        assert!(output.contains("Connected") || !promised, "{output}");
        assert!(output.contains(" early\n") || !promised, "{number}: {output}");
        let unread = errors.contains("lines not read");
        assert!(!unread || errors.contains("1 lines not read"), "at most the last line is cut: {errors}");
    }
}

#[test]
fn a_file_is_followed_and_another_one_has_its_clock_corrected() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (folder.path().join("one.jsonl"), folder.path().join("other.jsonl"));
    let header = "{\"capture\":1,\"program\":\"x\",\"began\":\"2026-11-30T12:00:00Z\"}\n";
    let note = |at: u64, word: &str| format!("{{\"t\":{at},\"m\":0,\"note\":{{\"failure\":false,\"text\":\"{word}\"}}}}\n");
    std::fs::write(&one, format!("{header}{}{}", note(10_000_000, "first"), note(30_000_000, "third"))).unwrap();
    std::fs::write(&other, format!("{header}{}", note(18_000_000, "second"))).unwrap();
    let corrected = format!("{}@+2s", text(&other));
    let mut opened = LineSession::start(&["--plain", "open", "--follow", text(&one), &corrected]);
    opened.hear("first");
    opened.hear("second");
    opened.hear("third");
    opened.hear("3 events were read");
    let mut file = std::fs::OpenOptions::new().append(true).open(&one).unwrap();
    std::io::Write::write_all(&mut file, note(40_000_000, "fourth").as_bytes()).unwrap();
    opened.hear("fourth");
    opened.quit();
    let (code, _, errors) = run(&["--plain", "open", &format!("{}@+moon", text(&other))], b"");
    assert!(code == Some(2) && errors.contains("is no time"), "{errors}");
    let (code, _, errors) = run(&["--plain", "open", &format!("{}@-2000000h", text(&other))], b"");
    assert!(code == Some(2) && errors.contains("is more than a hundred years"), "{errors}");
}

/// Who reads only the beginning, like `head`, gets no error.
#[test]
fn a_reader_that_has_enough_is_no_error() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/open-ocpp-trace/trace.jsonl");
    let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_ocpp-tui"))
        .args(["convert", file, "-", "--to", "text"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(program.stdout.take());
    let ended = program.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(ended.status.success() && !errors.contains("Broken pipe"), "{errors}");
}
