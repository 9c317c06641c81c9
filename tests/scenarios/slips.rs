//! Typing errors in scenarios, and the limits of a run: nothing mistyped passes, nothing forgotten is silent, and an interrupted run
//! leaves its reports.

use std::io::{BufRead, BufReader, Read};

use serde_json::Value;

use crate::stage::{Stage, play};

#[test]
fn calls_of_the_peer_that_break_the_definitions() {
    let text = |options: &str| {
        format!(
            "const cp = await chargePointUnderTest();
             const status = {{ connectorId: 1, status: 'Foo', errorCode: 'NoError' }};
             await operator('Report a status that does not exist.', (peer) => peer.callError('StatusNotification', status));
             await cp.expectCall('StatusNotification', {{ status: 'Foo' }}{options});"
        )
    };
    play(&text("")).ends(
        1,
        &["message    the call StatusNotification breaks the definitions: /status: ", "at         s.js:4:", "◀ [2,", "▶ [4,"],
    );
    play(&text(", { unchecked: true }")).is_silent();
}

#[test]
fn silence_on_a_link_that_went_down() {
    let cut = "const cs = await centralSystemUnderTest();
         sleep(1000).then(() => cs.drop());
         await cs.expectNoCall('Reset', { for: 5000 });";
    play(cut).ends(1, &["message    the link went down meanwhile", "at         s.js:3:"]);
    play(&cut.replace("sleep(1000).then(() => cs.drop());", "await cs.drop();")).is_silent();
}

#[test]
fn names_that_are_mistyped() {
    for (text, message) in [
        ("await cp.expectNoCall('BootNotificaton', { for: 10 });", "may call in OCPP 1.6; did you mean BootNotification?"),
        ("await cp.expectCall('Reset');", "Reset is no action that the peer of CP1 may call in OCPP 1.6"),
        ("await cp.expectNext('heartbeat');", "did you mean Heartbeat?"),
        ("cp.calls('Heartbeats');", "did you mean Heartbeat?"),
        (
            "await cp.expectCall('Heartbeat', {}, { whithin: 2000 });",
            "there is no option whithin here; there is within, unchecked",
        ),
        ("await chargePointUnderTest({ verson: '1.6' });", "there is no option verson here; there is id, version"),
        ("scenario('x', { cheks: 'y' }, () => {});", "nothing is known of cheks about a scenario; there is checks, by"),
        ("scenario('x', () => {}); scenario('x', () => {});", "there is a scenario x already"),
    ] {
        play(&format!("const cp = await chargePointUnderTest(); {text}")).ends(2, &["ocpp-tui: s.js:1:", message]);
    }
    // `unchecked` allows it.
    play(
        "const cp = await chargePointUnderTest();
         await operator('Ask for coffee.', (peer) => peer.callError('MakeCoffee', {}));
         await cp.expectCall('MakeCoffee', {}, { unchecked: true });",
    )
    .is_silent();
}

#[test]
fn timers_that_never_run() {
    let late = "scenario('late', () => {
           setTimeout(() => fail('unseen'), 1500);
           expect(1, 1);
         });";
    play(late).ends(
        1,
        &["message    a timer of 1.5 s was still set when the scenario ended; wait for it, or clear it", "at         s.js:2:"],
    );
    play("const every = setInterval(() => {}, 1000); expect(1, 1);").ends(1, &["an interval of 1 s was still set"]);
    let ends = [
        "clearTimeout(timer);",
        "await sleep(2000);",
        "after(() => clearTimeout(timer));",
        "after(() => sleep(1)); after(() => { clearInterval(timer); });",
    ];
    for end in ends {
        play(&format!("scenario('x', async () => {{ const timer = setTimeout(() => {{}}, 1000); expect(1, 1); {end} }});"))
            .is_silent();
    }
    // The timer of one scenario is none of the next one, and a wait that lost a race is none of the script.
    play(
        "scenario('a', async () => { await Promise.race([sleep(1), sleep(60000)]); });
         scenario('b', async () => { await new Promise((done) => setTimeout(done, 5)); });",
    )
    .is_silent();
    // What has failed is told, not the timer.
    play("scenario('x', () => { setTimeout(() => {}, 1000); fail('no'); });").ends(1, &["message    no"]);
    // A timer that a cleanup forgets is a failure, too.
    play("scenario('x', () => { expect(1, 1); after(() => { setTimeout(() => {}, 1000); }); });").ends(1, &["a timer of 1 s"]);
}

#[test]
fn fields_of_matchers_that_no_message_has() {
    for (text, message) in [
        (
            "await cp.expectCall('Authorize', { idTg: 'A' });",
            "idTg of the expectation is no field of the call Authorize in OCPP 1.6; did you mean idTag?",
        ),
        (
            "await cp.expectNext('Heartbeat', { at: any });",
            "at of the expectation is no field of the call Heartbeat in OCPP 1.6",
        ),
        ("await cp.expectNoCall('Authorize', { for: 10, payload: { idtag: 'A' } });", "did you mean idTag?"),
        (
            "await cp.call('GetConfiguration', {}, { configurationKey: containing({ key: 'A', val: optional('1') }) });",
            "configurationKey.val of the expectation is no field of the result of GetConfiguration in OCPP 1.6",
        ),
        (
            "await cp.expectCall('MeterValues', { meterValue: [{ sampledValue: [{ value: any, unt: 'Wh' }] }] });",
            "meterValue.sampledValue.unt of the expectation is no field of the call MeterValues in OCPP 1.6; did you mean unit?",
        ),
        ("await cp.expectCall('Authorize', oneOf({ idTag: 'A' }, { tag: absent }));", "tag of the expectation is no field"),
        ("await cp.expectCall('Authorize', bind('all', exactly({ idTags: 'A' })));", "did you mean idTag?"),
    ] {
        play(&format!("const cp = await chargePointUnderTest(); {text}")).ends(2, &["ocpp-tui: s.js:1:", message]);
    }
    play(
        "const cp = await chargePointUnderTest();
         await operator('Show the card A.', (peer) => peer.call('Authorize', { idTag: 'A' }));
         await cp.expectCall('Authorize', { idTag: /A/, tag: absent }, { unchecked: true });
         await operator('Show the card B.', (peer) => peer.call('Authorize', { idTag: 'B' }));
         await cp.expectCall('Authorize', bind('all', { idTag: not('A') }));",
    )
    .is_silent();
}

#[test]
fn values_for_parameters_that_nobody_asks_for() {
    let stage = Stage::with("expect(parameter('idTag', 'A'), 'B');");
    let slip = "no scenario asks for the parameter idTg; did you mean idTag?";
    stage.play(&["s.js", "--set", "idTag=B", "--set", "idTg=C"]).ends(2, &[slip]);
    stage.play(&["s.js", "--set", "idTag=B"]).is_silent();
}

#[test]
fn empty_files() {
    for text in ["", "// soon\n", "const unused = 1;"] {
        play(text).ends(2, &["ocpp-tui: s.js: there is no scenario in it, and nothing that could fail"]);
    }
    play("expect(1, 1);").is_silent();
}

#[test]
fn scenarios_for_the_other_side() {
    let stage = Stage::with(
        "scenario('cp', async () => { await chargePointUnderTest(); });
         scenario('cs', async () => { await centralSystemUnderTest(); });",
    );
    stage
        .play(&["s.js", "--url", "ws://127.0.0.1:1", "--filter", "cp", "--verbose"])
        .ends(0, &["it tests a charge point; --listen says where one connects", "1 skipped"]);
    stage
        .play(&["s.js", "--listen", "127.0.0.1:0", "--filter", "cs", "--verbose"])
        .ends(0, &["it tests a central system; --url names one", "1 skipped"]);
}

#[test]
fn a_report_does_not_overwrite_a_scenario() {
    let stage = Stage::with("expect(1, 1);");
    stage.file("report", "expect(1, 1);");
    for arguments in
        [&["--report", "junit", "s.js"][..], &["--report", "tap", "new.js"], &["report", "--report", "json", "report"]]
    {
        stage.play(&[&["s.js"], arguments].concat()).ends(2, &["is no place for a report"]);
    }
    assert_eq!((stage.read("s.js"), stage.read("report")), ("expect(1, 1);".into(), "expect(1, 1);".into()));
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_leaves_its_reports() {
    use rustix::process::{Pid, Signal, kill_process};

    let stage = Stage::with(
        "scenario('over', () => expect(1, 1));
         scenario('under way', async () => { console.log('now'); await new Promise(() => {}); });
         scenario('never', () => {});",
    );
    let mut child = stage.start(&["s.js", "--report", "json", "r.json"]);
    let mut err = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    err.read_line(&mut line).unwrap();
    assert_eq!(line, "s.js: now\n");
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let mut out = String::new();
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{out}");
    assert!(out.contains("1 passed, 0 failed, 1 broken, 0 skipped"), "{out}");
    let report: Value = serde_json::from_str(&stage.read("r.json")).unwrap();
    let scenarios = report["files"][0]["scenarios"].as_array().unwrap();
    let ended: Vec<_> = scenarios.iter().map(|scenario| scenario["outcome"].as_str().unwrap()).collect();
    assert_eq!(ended, ["passed", "broken"]);
    assert_eq!(scenarios[1]["message"], "the run was broken off");
}
