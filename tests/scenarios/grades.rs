//! What is required, recommended and allowed: the grades of scenarios, warnings and remarks within them, and the cleanups after them, in the
//! output and in every report.

use serde_json::Value;

use crate::stage::{Played, Stage, play};

/// One scenario of each grade that fails, and one that warns by itself.
const GRADES: &str = "scenario('must', { grade: 'must' }, () => expect(1, 2, 'the sum'));
scenario('should', { grade: 'should', by: 'OCPP 1.6 §3.7.1' }, () => expect(1, 2, 'the sum'));
scenario('may', { grade: 'may' }, () => expect(1, 2, 'the sum'));
scenario('warns', async () => {
  const cs = await centralSystemUnderTest();
  expect(should(true, 'one is one'), true);
  expect(should(1 === 2, 'one is two'), false);
  expect(await should(() => cs.call('Heartbeat', {}, { currentTime: 'never' }), 'the clock says never'), false);
  expect(await should(async () => {}, 'all is well'), true);
  warn('it is odd');
  remark('it is blue');
});
scenario('remarks', () => remark('it is blue'));
scenario('good', { grade: 'should' }, () => {});
";

fn report(stage: &Stage, more: &[&str]) -> (Played, Value) {
    let played = stage.play_virtually(&[&["--report", "json", "r.json"], more].concat());
    let report = serde_json::from_str(&stage.read("r.json")).unwrap();
    (played, report)
}

/// The outcomes of the scenarios of the first file.
fn outcomes(report: &Value) -> Vec<&str> {
    let scenarios = report["files"][0]["scenarios"].as_array().unwrap();
    scenarios.iter().map(|scenario| scenario["outcome"].as_str().unwrap()).collect()
}

#[test]
fn a_grade_decides_what_a_failed_expectation_is() {
    let stage = Stage::with(GRADES);
    let (played, report) = report(&stage, &[]);
    assert_eq!(outcomes(&report), ["failed", "warned", "passed", "warned", "passed", "passed"], "{report}");
    assert_eq!((report["warned"].as_u64(), report["remarks"].as_u64()), (Some(2), Some(3)), "{report}");
    played.ends(1, &["3 passed, 1 failed, 0 broken, 0 skipped, 2 warned, 3 remarks; seed 7\n"]);
    let warned = played.about("should");
    for part in [
        "should passed with a warning after",
        "warning    the sum is not as expected",
        "at         s.js:2:",
        "by         OCPP 1.6",
    ] {
        assert!(warned.contains(part), "{part}: {warned}");
    }
    let scenarios = &report["files"][0]["scenarios"];
    assert_eq!((&scenarios[1]["grade"], &scenarios[4]["grade"]), (&"should".into(), &"must".into()));
    let notes = scenarios[3]["notes"].as_array().unwrap();
    let told: Vec<_> = notes.iter().map(|note| (note["level"].as_str().unwrap(), note["message"].as_str().unwrap())).collect();
    let clock = "the clock says never: currentTime of the result of Heartbeat is not as expected";
    assert_eq!(told, [("warning", "one is two"), ("warning", clock), ("warning", "it is odd"), ("remark", "it is blue")]);
    assert_eq!((&notes[1]["expected"], &notes[1]["step"]), (&"\"never\"".into(), &"call Heartbeat".into()), "{}", notes[1]);
    assert_eq!(notes[1]["exchange"].as_array().unwrap().len(), 2, "{}", notes[1]);
    assert!(notes[0]["place"].as_str().unwrap().starts_with("s.js:7:"), "{}", notes[0]);
}

/// Warnings are printed and change no exit code; with the option they do.
#[test]
fn warnings_fail_a_run_only_on_demand() {
    let stage = Stage::with("scenario('warns', () => { warn('it is odd'); warn('it is late'); });");
    let (played, _) = report(&stage, &[]);
    played.ends(0, &["s.js › warns passed with a warning", "it is odd", "it is late", ", 1 warned; seed 7\n"]);
    let (played, strict) = report(&stage, &["--warnings-as-errors"]);
    played.ends(
        1,
        &[
            "s.js › warns failed",
            "message    it is odd",
            "warning    it is late",
            "0 passed, 1 failed, 0 broken, 0 skipped; seed",
        ],
    );
    assert_eq!(outcomes(&strict), ["failed"]);
    // Remarks are no warnings: nothing is said of them but in the reports and on demand.
    let stage = Stage::with("scenario('remarks', { grade: 'may' }, () => fail('it is blue'));");
    stage.play_virtually(&["--warnings-as-errors"]).is_silent();
    stage.play_virtually(&["-v"]).ends(0, &["passed   s.js › remarks", "remark: it is blue (s.js:1:", "1 remark; seed 7"]);
}

#[test]
fn every_report_tells_warnings() {
    let stage = Stage::with(GRADES);
    let reports = ["--report", "tap", "r.tap", "--report", "junit", "r.xml"];
    stage.play_virtually(&reports);
    let tap = stage.read("r.tap");
    for line in [
        "not ok 1 - s.js › must\n",
        "not ok 2 - s.js › should # TODO warning: the sum is not as expected\n",
        "ok 3 - s.js › may\n# remark: the sum is not as expected: expected 2, found 1 (s.js:3:",
        "not ok 4 - s.js › warns # TODO warning: one is two\n",
        "# warning: it is odd (s.js:10:",
        "ok 6 - s.js › good\n",
    ] {
        assert!(tap.contains(line), "{line}: {tap}");
    }
    let junit = stage.read("r.xml");
    assert!(junit.contains("tests=\"6\" failures=\"1\" errors=\"0\" skipped=\"0\""), "{junit}");
    for part in [
        "<property name=\"warning\" value=\"it is odd\"/>",
        "<property name=\"remark\" value=\"it is blue\"/>",
        "<system-out>warning: one is two",
    ] {
        assert!(junit.contains(part), "{part}: {junit}");
    }
}

/// A mistake in the script is none of the peer, whatever the grade.
#[test]
fn a_broken_script_is_no_warning() {
    let stage = Stage::with(
        "scenario('name', { grade: 'should' }, () => nope());
         scenario('within', async () => { await should(async () => nope(), 'it works'); });
         scenario('promise', () => should(Promise.resolve(1), 'it works'));
         scenario('skips', async () => { await should(async () => skip('not here'), 'it works'); });",
    );
    let (played, report) = report(&stage, &[]);
    assert_eq!(outcomes(&report), ["broken", "broken", "broken", "skipped"], "{report}");
    played.ends(2, &["should got a promise; put `await` before it"]);
    play("scenario('x', { grade: 'maybe' }, () => {});")
        .ends(2, &["the grade of the scenario x is one of must, should, may, not maybe"]);
}

/// What was found before a scenario was skipped is not lost.
#[test]
fn a_warning_before_a_skip_is_told() {
    let stage = Stage::with("scenario('s', () => { warn('it is odd'); skip('the rest is missing'); });");
    let (played, report) = report(&stage, &["-v"]);
    assert_eq!(outcomes(&report), ["warned"]);
    played.ends(0, &["it is odd", "it was skipped: the rest is missing"]);
}

/// Cleanups run in every case, the last one first, with their own time limit; the calls of the scenario are given up before.
#[test]
fn cleanups_run_however_the_scenario_ended() {
    let stage = Stage::with(
        "const put = (cs, name) => after(async () => { console.log(name); await cs.call('Heartbeat'); });
         const both = async (name) => {
           const cs = await centralSystemUnderTest();
           put(cs, `${name} 1`);
           put(cs, `${name} 2`);
           return cs;
         };
         scenario('passes', async () => { await both('passes'); });
         scenario('fails', async () => { await both('fails'); fail('no'); });
         scenario('skips', async () => { await both('skips'); skip('no'); });
         scenario('hangs', { timeout: 300 }, async () => {
           const cs = await both('hangs');
           await operator('Be silent', (underTest) => underTest.answerOnce('Authorize', ocpp.silence()));
           cs.call('Authorize', undefined, undefined, { within: 1e9 }).catch(() => {});
           await sleep(1e9);
           console.log('it went on');
         });",
    );
    let (played, report) = report(&stage, &[]);
    assert_eq!(outcomes(&report), ["passed", "failed", "skipped", "failed"], "{played}");
    let printed: Vec<&str> = played.err.lines().collect();
    let wanted: Vec<String> =
        ["passes", "fails", "skips", "hangs"].iter().flat_map(|name| [2, 1].map(|at| format!("s.js: {name} {at}"))).collect();
    assert_eq!(printed, wanted, "{played}");
}

/// A user who breaks a run off does not leave a station as the scenario has changed it.
#[cfg(unix)]
#[test]
fn cleanups_run_when_the_run_is_cancelled() {
    use std::io::{BufRead, BufReader};
    let stage = Stage::with(
        "scenario('long', { timeout: 1e9 }, async () => {
           const cs = await centralSystemUnderTest();
           after(async () => { await cs.call('Heartbeat'); console.log('cleaned'); });
           console.log('ready');
           await sleep(1e9);
         });",
    );
    let mut child = stage.start(&["s.js"]);
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert_eq!(lines.next().as_deref(), Some("s.js: ready"));
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let rest: Vec<String> = lines.collect();
    assert_eq!(rest.first().map(String::as_str), Some("s.js: cleaned"), "{rest:?}");
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn a_cleanup_that_fails_is_told_and_hides_nothing() {
    let stage = Stage::with(
        "scenario('passes', () => { after(() => fail('it stays odd')); });
         scenario('fails', () => { after(() => fail('it stays odd')); fail('first'); });
         scenario('hangs', () => { after(() => console.log('still')); after(() => new Promise(() => {}), { within: 500 }); });
         scenario('wrong', () => { after(() => nope()); });
         scenario('untouched', () => {});",
    );
    let (played, report) = report(&stage, &[]);
    assert_eq!(outcomes(&report), ["warned", "failed", "warned", "broken", "passed"], "{played}");
    let notes = |at: usize| &report["files"][0]["scenarios"][at]["notes"][0];
    assert_eq!((&notes(0)["level"], &notes(0)["message"]), (&"cleanup".into(), &"it stays odd".into()));
    assert_eq!(notes(0)["step"], "after the scenario › fail");
    assert_eq!(report["files"][0]["scenarios"][1]["message"], "first");
    assert!(notes(2)["message"].as_str().unwrap().contains("still not over"), "{}", notes(2));
    played.ends(2, &["s.js: still\n", "cleanup    it stays odd"]);
}

/// A call that a scenario leaves without an answer does not keep the link from the next one, and its late answer is not taken for one.
#[test]
fn an_open_call_is_given_up_when_its_scenario_ends() {
    use crate::support::{charge_point, free_port, hub};
    use ocpp_tui::hub::{AnswerOverride, AnswerRule};
    use ocpp_tui::ocpp::{Role, Version};
    use std::time::Duration;
    let rule = |action: &str, reply, delay: Option<Duration>| AnswerRule {
        initiator: Role::CentralSystem,
        action: action.to_owned(),
        station: None,
        condition: None,
        once: false,
        reply,
        delay,
        text: String::new(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (played, within) = runtime.block_on(async {
        let (hub, port) = (hub(), free_port());
        hub.answers().set(rule("ClearCache", AnswerOverride::Silence, None));
        hub.start_charge_point(charge_point(port, "CP1", Version::V1_6, true)).unwrap();
        let listen = format!("127.0.0.1:{port}");
        let played = tokio::task::spawn_blocking(move || {
            let stage = Stage::with(
                "scenario('left open', async () => {
                   const cp = await chargePointUnderTest();
                   await cp.expectCall('BootNotification');
                   await cp.call('ClearCache', {}, undefined, { within: 300 });
                 });
                 scenario('next', async () => {
                   const cp = await chargePointUnderTest();
                   await cp.call('GetConfiguration', { key: ['HeartbeatInterval'] }, undefined, { within: 10000 });
                 });",
            );
            let began = std::time::Instant::now();
            (stage.play(&["s.js", "--listen", &listen]), began.elapsed())
        });
        let played = played.await.unwrap();
        hub.end().await;
        played
    });
    played.ends(1, &["s.js › left open failed", "ClearCache got no answer within 0.3 s", "1 passed, 1 failed"]);
    assert!(within < Duration::from_secs(25), "the next scenario waited for the call before it: {within:?}");
}
