//! Which scenarios are played, with which parameters, and what is printed about those that succeed: nothing, unless it is asked for.

use crate::stage::{Stage, play};

/// Time that lost a race is nothing that was forgotten.
#[test]
fn a_race_with_a_timeout_can_be_won() {
    let stage = Stage::with(
        "const cs = await centralSystemUnderTest();
         const first = await Promise.race([cs.call('Heartbeat'), sleep(5000)]);
         expect(first, { currentTime: near() });",
    );
    stage.play_virtually(&[]).is_silent();
}

#[test]
fn success_is_silent() {
    play("await (await centralSystemUnderTest()).call('Heartbeat');").is_silent();
    play("scenario('a', () => {}); scenario('b', async () => { await sleep(86400000); });").is_silent();
    let stage = Stage::with(
        "const cp = await chargePointUnderTest(); await cp.expectCall('BootNotification'); await cp.call('ClearCache');",
    );
    stage.play(&["s.js"]).is_silent();
}

#[test]
fn verbose_prints_each_scenario_and_its_trace() {
    let stage = Stage::with(
        "scenario('boots', async () => { const cs = await centralSystemUnderTest(); await cs.call('BootNotification'); });
         scenario('waits', async () => { await sleep(1500); });
         scenario('later', { skip: 'nobody has time' }, () => fail('it was played'));",
    );
    let played = stage.play_virtually(&["-v"]);
    played.ends(
        0,
        &["passed   s.js › boots (0.000 s)\n", "passed   s.js › waits (1.500 s)\n", "2 passed, 0 failed, 0 broken, 1 skipped"],
    );
    played.ends(
        0,
        &["skipped  s.js › later (0.000 s)\n         nobody has time\n", "CP1 ▶ [2,", "CP1 ◀ [3,", "sleep 1.5 s (s.js:2:"],
    );
    assert!(played.err.is_empty(), "{played}");
}

#[test]
fn skipped_scenarios_are_no_failure() {
    play(
        "scenario('declared', { skip: 'not now' }, () => fail('it was played'));
         scenario('skips', () => { skip('cannot do it'); fail('it went on'); });
         scenario('skips in a step', () => step('part', async () => { await null; skip('cannot do it'); }));",
    )
    .ends(0, &["0 passed, 0 failed, 0 broken, 3 skipped"]);
    play("skip('a whole file');").ends(0, &["0 passed, 0 failed, 0 broken, 1 skipped"]);
}

#[test]
fn a_filter_selects_by_the_names_of_scenarios_and_files() {
    let stage = Stage::new();
    stage.file("boot.js", "scenario('Boots twice', () => {}); scenario('reset', () => fail('chosen'));");
    stage.file("meter.js", "scenario('values', () => {}); scenario('clock', () => {});");
    for (arguments, played) in [
        (&["--filter", "boots"][..], &["boot.js › Boots twice"][..]),
        (&["--filter", "METER"], &["meter.js › values", "meter.js › clock"]),
        (&["--filter", "TWICE", "--filter", "clock"], &["boot.js › Boots twice", "meter.js › clock"]),
    ] {
        let told = stage.play(&[&["boot.js", "meter.js", "--virtual-time", "-v", "-j", "1"], arguments].concat());
        let passed: Vec<&str> =
            told.out.lines().filter_map(|line| line.strip_prefix("passed   ")?.split(" (").next()).collect();
        assert_eq!((told.code, &passed[..]), (Some(0), played), "{arguments:?}: {told}");
    }
    let none = stage.play(&["boot.js", "meter.js", "--filter", "nothing", "--filter", "at all"]);
    none.ends(2, &["ocpp-tui: no scenario has nothing or at all in its number, its name or the path of its file"]);
    assert!(none.out.is_empty(), "{none}");
}

/// A file that cannot be read as a script is told, whatever is filtered.
#[test]
fn a_filter_does_not_hide_a_broken_file() {
    let stage = Stage::new();
    stage.file("good.js", "scenario('one', () => {});");
    stage.file("bad.js", "scenario('two', () => {);");
    stage
        .play(&["good.js", "bad.js", "--filter", "one"])
        .ends(2, &["ocpp-tui: bad.js:1:", "SyntaxError", "(scenario \"bad\")"]);
}

/// A file that fails by itself does not get to the scenario that is wanted of it.
#[test]
fn a_filter_does_not_hide_a_file_that_fails_before_its_scenarios() {
    let stage = Stage::new();
    stage.file("good.js", "scenario('one', () => {});");
    stage.file("bad.js", "scenario('one more', () => {}); assert(false, 'not ready');");
    let wanted = stage.play(&["good.js", "bad.js", "--filter", "one"]);
    wanted.ends(1, &["bad.js › bad failed", "message    not ready", "1 passed, 1 failed"]);
    stage.play(&["good.js", "bad.js", "--filter", "good"]).is_silent();
}

#[test]
fn parameters_are_json_or_texts() {
    let stage = Stage::with(
        "expect(parameter('number', 0), 17);
         expect(parameter('text', ''), 'ABC def');
         expect(parameter('list', []), ['a', { b: null }]);
         expect(parameter('quoted'), '17');
         expect(parameter('empty', 'x'), '');
         expect(parameter('equals', ''), 'a=b');
         expect(parameter('last', 0), 2);
         expect(parameter('none', 'otherwise'), 'otherwise');
         expect(parameter('toString', 'otherwise'), 'otherwise');",
    );
    let sets =
        ["number=17", "text=ABC def", "list=[\"a\",{\"b\":null}]", "quoted=\"17\"", "empty=", "equals=a=b", "last=1", "last=2"];
    let arguments: Vec<&str> = sets.iter().flat_map(|set| ["--set", set]).collect();
    stage.play_virtually(&arguments).is_silent();
    stage.play_virtually(&["--set", "number"]).ends(2, &["write name=value"]);
}

#[test]
fn a_parameter_is_of_the_kind_of_its_default() {
    let stage = Stage::with("scenario('x', () => expect(parameter('n', 7), any)); parameter('b', false); parameter('l', []);");
    let all = "scenario('x', () => expect([parameter('n', 7), parameter('b', false), parameter('l', [])], [null, true, ['A', 'B']]));";
    Stage::with(all).play_virtually(&["--set", "n=null", "--set", "b=true", "--set", "l=A, B"]).is_silent();
    stage.play_virtually(&["--set", "b=maybe"]).ends(2, &["the parameter b is true or false, not maybe"]);
    stage.play_virtually(&["--set", "n=x"]).ends(2, &["the parameter n is a number, like 7, not x"]);
}

#[test]
fn the_file_of_a_quirk_stands_beside_the_script() {
    let stage = Stage::new();
    let quirk =
        "description = \"odd\"\n[[set]]\naction = \"BootNotification\"\nfield = \"chargePointModel\"\nvalue = \"Odd\"\n";
    stage.file("folder/odd.toml", quirk);
    let script = "const cp = await chargePointUnderTest({ quirk: './odd.toml' });
                  await cp.expectCall('BootNotification', { chargePointModel: 'Odd' });";
    stage.file("folder/s.js", script);
    stage.play(&["folder/s.js", "--virtual-time"]).is_silent();
}

#[test]
fn the_identity_is_that_of_the_charge_point() {
    let stage = Stage::with("expect((await centralSystemUnderTest()).id, parameter('id'));");
    stage.play_virtually(&["--set", "id=CP1"]).is_silent();
    stage.play_virtually(&["--set", "id=Säule 7", "--identity", "Säule 7"]).is_silent();
}

#[test]
fn each_scenario_starts_with_a_new_session() {
    play(
        "let kept = 0;
         scenario('first', async () => {
           const cs = await centralSystemUnderTest();
           await cs.call('BootNotification');
           const timer = setInterval(() => { kept = -100; }, 1000);
           after(() => clearInterval(timer));
           kept += 1;
         });
         scenario('second', async () => {
           const cs = await centralSystemUnderTest();
           expect(cs.calls(), []);
           await sleep(10000);
           expect(kept, 1, 'what the timer of the first has not touched');
           await operator('call', (underTest) => { underTest.call('ClearCache'); });
           await cs.expectNext('ClearCache');
           await sleep(1);
         });",
    )
    .is_silent();
}

/// In the first one no charge point connects; its central system ends with it all the same.
#[test]
fn a_port_is_free_again_in_the_next_scenario() {
    play(
        "for (const name of ['first', 'second']) {
           scenario(name, async () => { expect((await centralSystem({ port: 9000 })).port, 9000); });
         }",
    )
    .is_silent();
}

/// The clock of the script is that of the session: waiting for a year takes no time, and dates agree with frames.
#[test]
fn time_is_virtual_for_the_script_too() {
    play(
        "const begin = now();
         expect(new Date().toISOString(), '2030-01-01T00:00:00.000Z');
         await sleep(5 * 86400000);
         expect([now() - begin, Date.now() - begin, new Date().getTime() - begin], Array(3).fill(5 * 86400000));
         const cs = await centralSystemUnderTest();
         await cs.call('Heartbeat', {}, { currentTime: near(1) });
         let order = '';
         setTimeout(() => { order += 'b'; }, 20);
         setTimeout(() => { order += 'a'; }, 10);
         clearTimeout(setTimeout(() => { order += 'x'; }, 15));
         await sleep(30);
         expect(order, 'ab');",
    )
    .is_silent();
}

#[test]
fn files_beside_the_scenario_are_required() {
    let stage = Stage::new();
    stage.file(
        "tests/lib/shared.js",
        "const data = require('../data'); let count = 0; exports.next = () => data.first + count++;",
    );
    stage.file("tests/data.json", "{\"first\": 40}");
    stage.file(
        "tests/s.js",
        "const one = require('./lib/shared'); const two = require('./lib/shared.js');
         assert(one === two, 'a file is loaded once');
         expect([one.next(), two.next()], [40, 41]);
         expect(__filename, /s\\.js$/);",
    );
    stage.play(&["tests/s.js", "--virtual-time"]).is_silent();
    stage.play(&["tests", "--virtual-time"]).is_silent();
}
