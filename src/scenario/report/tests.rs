//! Tests of the reports, with texts that need escaping.

use std::time::Duration;

use serde_json::Value;

use super::*;
use crate::scenario::outcome::ScenarioGrade;

fn files() -> Vec<FileReport> {
    let failure = CaseFailure {
        message: "status of the result is not as expected".into(),
        place: Some("boot.js:3:9".into()),
        step: Some("call BootNotification".into()),
        expected: Some("\"Accepted\"".into()),
        found: Some("\"<]]>&\u{1b}\"".into()),
        exchange: vec!["▶ [2]".into(), "◀ [3]".into()],
        trace: vec!["one # two".into()],
        ..CaseFailure::default()
    };
    let case = |name: &str, outcome| ScenarioCase {
        name: name.into(),
        checks: "That it boots.".into(),
        by: vec!["OCPP 1.6 §4.2".into()],
        grade: ScenarioGrade::Must,
        outcome,
        notes: Vec::new(),
        took: Duration::from_millis(1500),
        trace: Vec::new(),
    };
    let cases = vec![
        case("good", CaseOutcome::Passed),
        case("bad #1 <x>", CaseOutcome::Failed(Box::new(failure.clone()))),
        case("wrong", CaseOutcome::Broken(Box::new(failure))),
        case("not now", CaseOutcome::Skipped("no \"reservations\"".into())),
    ];
    vec![FileReport { file: "a/boot.js".into(), cases }]
}

#[test]
fn junit_is_xml_with_all_outcomes() {
    let text = ReportFormat::JUnit.write(&files(), 7);
    let mut reader = quick_xml::Reader::from_str(&text);
    let mut names = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag) => {
                names.push(tag.name().as_ref().to_owned());
                tag.attributes().for_each(|attribute| drop(attribute.unwrap()));
            }
            quick_xml::events::Event::Eof => break,
            _ => {}
        }
    }
    let wanted = [
        "testsuites",
        "testsuite",
        "properties",
        "property",
        "testcase",
        "testcase",
        "failure",
        "testcase",
        "error",
        "testcase",
        "skipped",
    ];
    assert_eq!(names, wanted);
    assert!(text.contains("tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"1\" time=\"6.000\""), "{text}");
    assert!(!text.contains('\u{1b}'), "XML cannot hold it");
}

#[test]
fn json_has_everything() {
    let report: Value = serde_json::from_str(&ReportFormat::Json.write(&files(), 7)).unwrap();
    assert_eq!((report["seed"].as_u64(), report["failed"].as_u64(), report["passed"].as_u64()), (Some(7), Some(1), Some(1)));
    let scenarios = &report["files"][0]["scenarios"];
    assert_eq!(scenarios[1]["outcome"], "failed");
    assert_eq!(scenarios[1]["exchange"].as_array().unwrap().len(), 2);
    assert_eq!(scenarios[3]["reason"], "no \"reservations\"");
}

#[test]
fn tap_has_a_line_for_each_and_its_plan() {
    let text = ReportFormat::Tap.write(&files(), 7);
    let lines: Vec<&str> = text.lines().filter(|line| line.contains("ok ") || line.starts_with("1..")).collect();
    assert_eq!(
        lines,
        [
            "1..4",
            "ok 1 - a/boot.js › good",
            "not ok 2 - a/boot.js › bad \\#1 <x>",
            "not ok 3 - a/boot.js › wrong",
            "ok 4 - a/boot.js › not now # SKIP no \"reservations\"",
        ]
    );
    assert!(text.contains("  message: \"status of the result is not as expected\"\n"), "{text}");
    assert!(text.contains("  severity: \"error\"\n"));
}

#[test]
fn the_text_has_the_step_the_difference_and_the_trace() {
    let text = explain("a/boot.js", &files()[0].cases[1]);
    for part in ["bad #1 <x> failed after 1.500 s", "at         boot.js:3:9", "expected   \"Accepted\"", "◀ [3]", "one # two"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(explain("a/boot.js", &files()[0].cases[0]), "");
}

/// A failure contains text of the peer, which must not act on the terminal or look like another line.
#[test]
fn texts_of_the_peer_cannot_act_on_the_terminal() {
    let hostile = "a\u{1b}]0;x\u{7}b\u{9b}2J\rc\u{202e}";
    let failure = CaseFailure { found: Some(hostile.into()), ..*CaseFailure::plain(hostile, Some(hostile.into())) };
    for outcome in [CaseOutcome::Failed(Box::new(failure.clone())), CaseOutcome::Broken(Box::new(failure))] {
        let [FileReport { file, cases }] = &files()[..] else { panic!("one file") };
        let case = ScenarioCase { name: hostile.into(), outcome, ..cases[0].clone() };
        let text = explain(&format!("{file}{hostile}"), &case);
        assert!(text.ends_with('\n') && text.contains("\\u{9b}2J\\rc"), "{text:?}");
        assert!(!text.lines().any(|line| line.chars().any(crate::sanitize::is_unsafe)), "{text:?}");
    }
}
