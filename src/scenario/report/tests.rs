//! Tests of the reports, with texts that need escaping.

use std::time::Duration;

use serde_json::Value;

use super::*;
use crate::scenario::outcome::{CaseStep, ScenarioGrade};

fn head() -> ReportHead {
    ReportHead { seed: 7, environment: vec![("under test".into(), "a <b>charge point</b>".into())] }
}

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
        took: Duration::from_millis(1500),
        ..ScenarioCase::default()
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
    let text = ReportFormat::JUnit.write(&files(), &head());
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
    let report: Value = serde_json::from_str(&ReportFormat::Json.write(&files(), &head())).unwrap();
    assert_eq!((report["seed"].as_u64(), report["failed"].as_u64(), report["passed"].as_u64()), (Some(7), Some(1), Some(1)));
    let scenarios = &report["files"][0]["scenarios"];
    assert_eq!(scenarios[1]["outcome"], "failed");
    assert_eq!(scenarios[1]["exchange"].as_array().unwrap().len(), 2);
    assert_eq!(scenarios[3]["reason"], "no \"reservations\"");
}

#[test]
fn tap_has_a_line_for_each_and_its_plan() {
    let text = ReportFormat::Tap.write(&files(), &head());
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

/// What a peer can put into every text of a report.
const HOSTILE: &str =
    "</pre><script>alert(1)</script>\n```\n<img src=x onerror=y>|*_[a](javascript:b)_*# ]]>--> \u{1b}[2J\u{202e}\0'\"&amp;";

/// A run in which every text is hostile, with steps.
fn hostile() -> Vec<FileReport> {
    let text = || HOSTILE.to_owned();
    let failure = CaseFailure {
        message: text(),
        place: Some(text()),
        line: Some(text()),
        step: Some(text()),
        expected: Some(text()),
        found: Some(text()),
        exchange: vec![text()],
        trace: vec![text()],
    };
    let note = |level| CaseNote { level, detail: failure.clone() };
    let outcomes = [
        CaseOutcome::Passed,
        CaseOutcome::Warned,
        CaseOutcome::Skipped(text()),
        CaseOutcome::Failed(Box::new(failure.clone())),
        CaseOutcome::Broken(Box::new(failure.clone())),
    ];
    let case = |outcome| ScenarioCase {
        name: text(),
        id: "TC_<1>".into(),
        area: text(),
        profiles: vec![text()],
        checks: text(),
        by: vec![text()],
        outcome,
        notes: vec![note(NoteLevel::Warning), note(NoteLevel::Remark)],
        steps: vec![CaseStep { name: text(), exchange: vec![text()] }],
        trace: vec![text()],
        ..ScenarioCase::default()
    };
    vec![FileReport { file: text(), cases: outcomes.map(case).into() }]
}

/// The tags of a page, in their order; a text that acts would be one.
fn tags(page: &str) -> Vec<&str> {
    page.split('<').skip(1).map(|rest| rest.split(['>', ' ', '\n']).next().unwrap()).collect()
}

#[test]
fn html_is_one_safe_page_whatever_the_peer_has_sent() {
    let (page, plain) = (ReportFormat::Html.write(&hostile(), &head()), ReportFormat::Html.write(&files(), &head()));
    let known = [
        "!DOCTYPE", "html", "head", "meta", "title", "style", "body", "header", "h1", "p", "table", "tr", "th", "td", "main",
        "h2", "h3", "h4", "div", "ol", "li", "span", "a", "article", "details", "summary", "pre", "footer",
    ];
    for tag in tags(&page).into_iter().chain(tags(&plain)) {
        assert!(known.contains(&tag.trim_start_matches('/')), "<{tag}>");
    }
    // Every element that begins ends.
    for name in ["table", "tr", "td", "article", "details", "pre", "li", "ol", "div", "span", "a", "h3", "h4"] {
        let of = |tag: &str| tags(&page).iter().filter(|found| **found == tag).count();
        assert_eq!(of(name), of(&format!("/{name}")), "{name}");
    }
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && page.contains("\\u{1b}[2J\\u{202e}"), "{page}");
    assert!(!page.chars().any(|c| c != '\n' && crate::sanitize::is_unsafe(c)));
    for outside in ["http://", "https://", "src=\"", "url(", "@import", "<link"] {
        assert!(!plain.contains(outside), "{outside}: the page needs something from outside");
    }
    assert!(plain.contains("a &lt;b&gt;charge point&lt;/b&gt;") && plain.contains("no certificate"), "{plain}");
}

#[test]
fn html_and_markdown_tell_verdict_reason_steps_and_counts() {
    let mut run = files();
    run[0].cases[1].steps = vec![CaseStep { name: "the second boot".into(), exchange: vec!["▶ [2,\"x\"]".into()] }];
    run[0].cases[1].id = "TC_010".into();
    let page = ReportFormat::Html.write(&run, &head());
    for part in [
        "1 passed, 0 warned, 1 failed, 1 broken, 1 skipped; 0 remarks",
        "<tr><td>must</td><td>1</td><td>0</td><td>1</td><td>1</td><td>1</td></tr>",
        "<a href=\"#case-2\">TC_010 bad #1 &lt;x&gt;</a><p>status of the result is not as expected</p>",
        "<p>status of the result is not as expected</p><p>expected: &quot;Accepted&quot;</p>",
        "<details open><summary>Steps and messages (1)</summary>\n<h4>the second boot</h4>\n<pre>▶ [2,&quot;x&quot;]</pre>",
        "<tr><th>reason</th><td>no &quot;reservations&quot;</td></tr>",
    ] {
        assert!(page.contains(part), "{part} is missing in {page}");
    }
    let [mend, all, grades] = ["<h2>What to look at</h2>", "<h2>Results</h2>", "<h2>By grade</h2>"].map(|part| page.find(part));
    assert!(mend < all && all < grades && mend.is_some(), "{page}");
    let page = ReportFormat::Markdown.write(&run, &head());
    for part in [
        "| grade | passed | warned | failed | broken | skipped |",
        "| must | 1 | 0 | 1 | 1 | 1 |",
        "| failed | TC\\_010 bad \\#1 \\<x\\> | must | status of the result is not as expected |",
        "\n**the second boot**\n\n```text\n▶ [2,\"x\"]\n```\n",
        "- expected: \"Accepted\"\n",
        "- reason: no \"reservations\"\n",
    ] {
        assert!(page.contains(part), "{part} is missing in {page}");
    }
}

#[test]
fn markdown_shows_hostile_text_as_text() {
    let page = ReportFormat::Markdown.write(&hostile(), &head());
    assert!(!page.chars().any(|c| c != '\n' && crate::sanitize::is_unsafe(c)));
    let mut fence: Option<&str> = None;
    for line in page.lines() {
        match fence {
            Some(open) => {
                if line == open {
                    fence = None;
                }
            }
            None if line.starts_with("```") => fence = Some(line.trim_end_matches("text")),
            // Outside of a block every sign that means something has a backslash.
            None => {
                let bare = |sign: char| line.match_indices(sign).any(|(at, _)| !line[..at].ends_with('\\'));
                assert!(!['<', '>', '[', '`'].into_iter().any(bare), "{line}");
            }
        }
    }
    assert_eq!(fence, None, "a block does not end");
}

#[test]
fn the_formats_of_machines_hold_hostile_text_and_the_steps() {
    let report: Value = serde_json::from_str(&ReportFormat::Json.write(&hostile(), &head())).unwrap();
    let case = &report["files"][0]["scenarios"][3];
    assert_eq!((case["message"].as_str(), case["steps"][0]["exchange"][0].as_str()), (Some(HOSTILE), Some(HOSTILE)));
    assert_eq!(report["grades"]["must"]["failed"], 1);
    assert_eq!(report["environment"]["under test"], "a <b>charge point</b>");
    let tap = ReportFormat::Tap.write(&hostile(), &head());
    assert_eq!(tap.lines().filter(|line| line.starts_with("ok ") || line.starts_with("not ok ")).count(), 5, "{tap}");
    assert!(
        tap.lines().all(|line| ["TAP", "1..5", "#", "ok ", "not ok ", "  "].iter().any(|head| line.starts_with(head))),
        "{tap}"
    );
    assert_eq!(tap.matches("  steps: [{").count(), 5, "{tap}");
    let xml = ReportFormat::JUnit.write(&hostile(), &head());
    let mut reader = quick_xml::Reader::from_str(&xml);
    let mut out = 0;
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Eof => break,
            quick_xml::events::Event::Start(tag) => out += usize::from(tag.name().as_ref() == "system-out"),
            _ => {}
        }
    }
    assert_eq!(out, 5, "{xml}");
    assert!(!xml.contains('\0') && !xml.contains("<script>"));
}
