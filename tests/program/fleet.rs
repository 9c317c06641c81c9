//! Fleets from the shell: the report, its limits, and reports that are added.

use serde_json::Value;

use crate::process::{LineSession, run};

#[test]
fn a_fleet_of_two_processes_has_one_report() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let mut server = LineSession::start(&["--plain", "cs", "--port", "0"]);
    let line = server.hear("Server is listening on port");
    let url = format!("ws://localhost:{}", line.rsplit(' ').next().unwrap());
    let part = |part: &str, more: &[&str]| {
        let report = file(&format!("{}.json", &part[..1]));
        let page = file(&format!("{}.html", &part[..1]));
        let mut words =
            vec!["--log-format", "quiet", "cp", &url, "--count", "8", "--ramp", "400/s", "--shard", part, "--seed", "7"];
        words.extend(["--closed-loop", "--duration", "2s", "--report", &report, "--report", &page]);
        words.extend(more);
        run(&words, b"")
    };
    // the input ends at once, and a fleet with a duration runs on
    let (code, output, errors) = part("1/2", &["--fail-if", "errors>50%"]);
    assert_eq!(code, Some(0), "{output}\n{errors}");
    assert!(output.contains("4 stations, 4 connected at most"), "{output}");
    let (code, _, errors) = part("2/2", &["--fail-if", "rate<1000000/s"]);
    assert!(code == Some(1) && errors.contains("the limit is 1000000.0 a second"), "{errors}");
    let read = |name: &str| -> Value { serde_json::from_str(&std::fs::read_to_string(file(name)).unwrap()).unwrap() };
    let (one, other) = (read("1.json"), read("2.json"));
    assert!(one["actions"]["Heartbeat"]["calls"].as_u64().unwrap() > 4, "{one}");
    assert!(std::fs::read_to_string(file("1.html")).unwrap().contains("<svg"));
    let (code, output, errors) =
        run(&["report", "merge", &file("1.json"), &file("2.json"), "--report", &file("sum.json")], b"");
    assert!(code == Some(0) && output.contains("8 stations"), "{output} {errors}");
    let sum = read("sum.json");
    let calls = |report: &Value| report["calls"].as_u64().unwrap();
    assert_eq!(calls(&sum), calls(&one) + calls(&other));
    assert!(server.quit().contains("ChargePoint #CP00008 connected"));
}

#[test]
fn what_is_wrong_is_said_before_anything_starts() {
    for (words, part) in [
        (&["--count", "3", "--mix", "nowhere"][..], "home, depot, highway"),
        (&["--count", "3", "--report", "x.pdf"][..], ".json, .html or .txt"),
        (&["--count", "3", "--fail-if", "p99>1"][..], "is no limit"),
        (&["--count", "3", "--id-pattern", "CP"][..], "CP{:05}"),
        (&["--count", "3", "--shard", "4/3"][..], "like 2/8"),
        (&["--rate", "100"][..], "--count"),
        (&["CP1", "--count", "3"][..], "leave out CP1"),
        (&[][..], "IDENTITY"),
    ] {
        let mut all = vec!["cp", "ws://localhost:9"];
        all.extend(words);
        let (code, _, errors) = run(&all, b"");
        assert!(code == Some(2) && errors.contains(part), "{words:?}: {code:?} {errors}");
    }
}

#[test]
fn a_central_system_that_is_not_there_loses_no_report() {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("r.json").to_str().unwrap().to_owned();
    let words = ["--log-format", "quiet", "cp", "ws://localhost:1", "--count", "5", "--duration", "1s", "--report", &report];
    let (code, output, errors) = run(&words, b"");
    assert!(code == Some(0) && output.contains("5 stations, 0 connected at most"), "{output} {errors}");
    let written: Value = serde_json::from_str(&std::fs::read_to_string(&report).unwrap()).unwrap();
    assert_eq!((&written["calls"], &written["stations"]), (&0.into(), &5.into()));
    assert!(written["refusals"].as_u64().unwrap() >= 5, "{written}");
}
