//! The reports of a run, as CI systems read them.

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;

use crate::stage::Stage;

/// Two files with one scenario of each outcome, and one more that passes.
fn stage() -> Stage {
    let stage = Stage::new();
    stage.file(
        "a.js",
        "scenario('good', { checks: 'That it boots.', by: ['OCPP 1.6 §4.2'] }, async () => {
           await (await centralSystemUnderTest()).call('BootNotification');
         });
         scenario('bad <&\"#1', { by: 'here' }, async () => {
           await (await centralSystemUnderTest()).call('Heartbeat', {}, { currentTime: 'never' });
         });
         scenario('later', { skip: 'not # now' }, () => {});",
    );
    stage.file("b.js", "scenario('broken', () => { nope(); }); scenario('fine', async () => { await sleep(2000); });");
    stage
}

const RUN: &[&str] = &["a.js", "b.js", "--virtual-time", "--seed", "7"];

#[test]
fn junit() {
    let stage = stage();
    stage.play(&[RUN, &["--report", "junit", "r.xml"]].concat()).ends(2, &["2 passed, 1 failed, 1 broken, 1 skipped"]);
    let text = stage.read("r.xml");
    let mut reader = Reader::from_str(&text);
    let (mut tags, mut failure) = (Vec::new(), String::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => break,
            Event::Start(tag) | Event::Empty(tag) => {
                let attribute = |name: &str| {
                    let found = tag.attributes().map(Result::unwrap).find(|attribute| attribute.key.as_ref() == name);
                    found.map(|found| quick_xml::escape::unescape(&found.value).unwrap().into_owned())
                };
                let name = tag.name().as_ref().to_owned();
                if name == "failure" {
                    failure = attribute("message").unwrap();
                }
                let counts = ["name", "tests", "failures", "errors", "skipped", "value"].map(attribute);
                tags.push(format!("{name} {}", counts.into_iter().flatten().collect::<Vec<_>>().join(" ")));
            }
            _ => {}
        }
    }
    let wanted = [
        "testsuites ocpp-tui 5 1 1 1",
        "testsuite a.js 3 1 0 1",
        "properties ",
        "property seed 7",
        "testcase good",
        "testcase bad <&\"#1",
        "failure ",
        "testcase later",
        "skipped ",
        "testsuite b.js 2 0 1 0",
        "properties ",
        "property seed 7",
        "testcase broken",
        "error ",
        "testcase fine",
    ];
    assert_eq!(tags, wanted, "{text}");
    assert_eq!(failure, "currentTime of the result of Heartbeat is not as expected");
    assert!(text.contains("a.js:5:") && text.contains("step       call Heartbeat"), "{text}");
}

#[test]
fn json() {
    let stage = stage();
    assert_eq!(stage.play(&[RUN, &["--report", "json", "r.json"]].concat()).code, Some(2));
    let report: Value = serde_json::from_str(&stage.read("r.json")).unwrap();
    let count = |name: &str| report[name].as_u64().unwrap();
    assert_eq!(["seed", "passed", "failed", "broken", "skipped"].map(count), [7, 2, 1, 1, 1], "{report}");
    let of = |file: usize, scenario: usize| &report["files"][file]["scenarios"][scenario];
    let ends: Vec<_> =
        [of(0, 0), of(0, 1), of(0, 2), of(1, 0), of(1, 1)].iter().map(|it| it["outcome"].as_str().unwrap()).collect();
    assert_eq!(ends, ["passed", "failed", "skipped", "broken", "passed"]);
    let failed = of(0, 1);
    assert_eq!((&failed["expected"], &failed["step"]), (&"\"never\"".into(), &"call Heartbeat".into()), "{failed}");
    assert!(failed["found"].as_str().unwrap().starts_with("\"2030-01-01T"), "{failed}");
    assert_eq!(failed["exchange"].as_array().unwrap().len(), 2, "{failed}");
    assert!(failed["trace"].as_array().unwrap().len() > 4, "{failed}");
    assert!(failed.to_string().contains("a.js:5:"), "{failed}");
    assert_eq!(of(0, 2)["reason"], "not # now");
}

#[test]
fn tap() {
    let stage = stage();
    assert_eq!(stage.play(&[RUN, &["--report", "tap", "r.tap"]].concat()).code, Some(2));
    let text = stage.read("r.tap");
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with(' ')).collect();
    let wanted = [
        "TAP version 13",
        "1..5",
        "# seed 7",
        "ok 1 - a.js › good",
        "not ok 2 - a.js › bad <&\"\\#1",
        "ok 3 - a.js › later # SKIP not \\# now",
        "not ok 4 - b.js › broken",
        "ok 5 - b.js › fine",
    ];
    assert_eq!(lines, wanted, "{text}");
    assert!(text.contains("\n  ---\n  message: \"currentTime of the result of Heartbeat is not as expected\"\n"), "{text}");
    assert_eq!((text.matches("\n  ---\n").count(), text.matches("\n  ...\n").count()), (2, 2), "{text}");
}

#[test]
fn several_at_a_time_and_of_a_run_that_succeeds() {
    let stage = Stage::with("scenario('good', () => {});");
    stage.play_virtually(&["--report", "tap", "r.tap", "--report", "json", "r.json", "--report", "junit", "r.xml"]).is_silent();
    assert!(stage.read("r.tap").contains("\nok 1 - s.js › good\n"));
    assert_eq!(serde_json::from_str::<Value>(&stage.read("r.json")).unwrap()["passed"], 1);
    assert!(stage.read("r.xml").contains("failures=\"0\""));
}

/// A run may be long: what cannot be written is told before it begins.
#[test]
fn an_unwritable_report_is_reported_first() {
    let stage = Stage::with("scenario('played', () => fail('it was played'));");
    for (arguments, part) in [
        (&["--report", "junit", "none/r.xml"][..], "the report none/r.xml cannot be written"),
        (&["--report", "tap", "."], "the report . cannot be written"),
        (&["--report", "pdf", "r.pdf"], "pdf is no format of a report; it is one of junit, json, tap, html, markdown"),
        (&["--report", "junit"], "--report"),
    ] {
        let played = stage.play_virtually(arguments);
        played.ends(2, &[part]);
        assert!(played.out.is_empty() && !played.err.contains("it was played"), "{played}");
    }
    assert!(!stage.path("r.pdf").exists());
}
