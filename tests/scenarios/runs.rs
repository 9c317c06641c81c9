//! Runs of several files, and runs that are the same again.

use crate::stage::{Stage, shipped};
use crate::support::free_port;

/// Everything that happens in a scenario hangs on the seed and the virtual clock alone.
#[test]
fn the_same_seed_gives_the_same_output() {
    let stage = Stage::new();
    stage.file(
        "dice.js",
        "scenario('dice', async () => {
           console.log(Math.random(), Math.random());
           const cp = await chargePointUnderTest();
           await sleep(1000);
           await cp.call('RemoteStartTransaction', { connectorId: 1, idTag: 'T' });
           await cp.expectCall('StartTransaction');
           await sleep(3600000);
           await cp.call('Reset', { type: 'Hard' });
           await cp.expectCall('BootNotification');
           await sleep(3600000);
         });
         scenario('soap', async () => {
           const cs = await centralSystemUnderTest({ transport: 'soap' });
           await cs.call('BootNotification');
         });",
    );
    let (errors, core) = (shipped("central-system/errors.js"), shipped("charge-point/core.js"));
    let play = |seed: &str, more: &[&str]| {
        let arguments = [&["dice.js", &errors, &core, "--virtual-time", "--verbose", "--seed", seed], more].concat();
        let played = stage.play(&arguments);
        assert!(played.code == Some(0) && played.out.lines().count() > 500, "{:?}, {}", played.code, played.err);
        played.out
    };
    let first = play("1", &["--jobs", "1"]);
    assert!(first == play("1", &["--jobs", "1"]), "the same seed gives the same output, byte for byte");
    assert!(first == play("1", &["--jobs", "3"]), "also when the files are played at the same time");
    let other = play("2", &[]);
    assert!(first != other && first.lines().count() > 500, "another seed gives other ids and dice");
}

/// Files are told in their order, whichever ends first, also one that is named twice.
#[test]
fn files_are_reported_in_order() {
    let stage = Stage::new();
    stage.file("fast.js", "scenario('fast', () => {});");
    // The clock of the machine cannot be seen from here; this computes for much longer than the other file is played.
    stage.file("slow.js", "scenario('slow', () => { let n = 0; for (let i = 0; i < 3e6; i += 1) n += i; assert(n > 0); });");
    let played = stage.play(&["slow.js", "fast.js", "slow.js", "--virtual-time", "-v", "--jobs", "3"]);
    let told: Vec<&str> = played.out.lines().filter_map(|line| line.strip_prefix("passed   ")?.split(' ').next()).collect();
    assert_eq!((played.code, &told[..]), (Some(0), &["slow.js", "fast.js", "slow.js"][..]), "{played}");
}

#[test]
fn the_printed_seed_of_a_run_repeats_it() {
    let stage = Stage::with("scenario('dice', () => { console.log(Math.random()); fail('look at the trace'); });");
    let first = stage.play(&["s.js", "--virtual-time"]);
    let seed = first.out.trim_end().rsplit(' ').next().unwrap();
    assert_eq!(stage.play(&["s.js", "--virtual-time", "--seed", seed]).out, first.out);
}

/// Each of the two needs the other: one after the other they cannot succeed.
#[test]
fn files_run_in_parallel() {
    let stage = Stage::new();
    stage.file(
        "a.js",
        "const here = await centralSystem({ port: parameter('port') });
         const link = await here.station('DONE', { within: parameter('within', 60000) });
         await link.expectCall('Heartbeat', any, { within: 60000 });
         await link.expectCall('Authorize', any, { within: 60000 });",
    );
    stage.file(
        "b.js",
        "const url = `ws://127.0.0.1:${parameter('port')}`;
         let reached = false;
         for (let attempt = 0; !reached && attempt < parameter('attempts', 5000); attempt += 1) {
           await chargePoint({ id: `PROBE${attempt}`, url }).then(() => { reached = true; }, () => sleep(10));
         }
         const link = await chargePoint({ id: 'DONE', url });
         await link.call('Heartbeat');
         await link.send([2, 'last', 'Authorize', { idTag: 'T' }]);
         await link.expectDisconnect({ within: 60000 });",
    );
    let port = format!("port={}", free_port());
    stage.play(&["a.js", "b.js", "--jobs", "2", "--set", &port]).is_silent();
    let alone = stage.play(&["a.js", "b.js", "--jobs", "1", "--set", &port, "--set", "within=100", "--set", "attempts=3"]);
    alone.ends(
        2,
        &["a.js › a failed", "no charge point DONE connected within 0.1 s", "(scenario \"b\")", "DONE could not connect"],
    );
}

/// A run ends with the worst that happened.
/// Records that were evicted before the script saw them are a failure, not silence.
#[test]
fn evicted_records_are_reported() {
    let stage = Stage::with(
        "const central = await centralSystem();
         const cp = await chargePoint({ url: central.url });
         const cs = await central.station();
         const none = cs.expectNoCall('Heartbeat', { for: 5000 });
         cp.send([2, 'x', 'Heartbeat', {}]);
         for (let i = 0; i < 40; i += 1) cp.send([2, `${i}`, 'DataTransfer', { vendorId: 'x'.repeat(60000) }]);
         await none;",
    );
    stage
        .play_virtually(&["--trace-memory", "100k"])
        .ends(1, &["records left the trace before the script saw them; give it more"]);
    stage.play_virtually(&[]).ends(1, &["message    Heartbeat was called\n"]);
}

#[test]
fn the_worst_outcome_is_the_exit_code() {
    let stage = Stage::new();
    stage.file("good.js", "scenario('good', () => {});");
    stage.file("bad.js", "scenario('bad', () => fail('no'));");
    stage.file("wrong.js", "scenario('wrong', () => nope());");
    stage.file("skipped.js", "scenario('skipped', { skip: 'no' }, () => {});");
    for (files, code) in [
        (&["good.js", "skipped.js"][..], 0),
        (&["skipped.js"], 0),
        (&["good.js", "bad.js"], 1),
        (&["bad.js", "good.js"], 1),
        (&["wrong.js", "bad.js", "good.js"], 2),
        (&["bad.js", "wrong.js"], 2),
    ] {
        let played = stage.play(files);
        assert_eq!(played.code, Some(code), "{files:?}: {played}");
    }
}
