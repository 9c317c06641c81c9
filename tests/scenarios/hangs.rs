//! Scenarios that never end are ended, and it is told where they were. The script's own bounds are five seconds of computing without a
//! pause, and 256 MiB.

use crate::stage::Stage;

#[test]
fn an_expectation_that_times_out() {
    let stage = Stage::with(
        "const cp = await chargePointUnderTest();
         await cp.expectCall('BootNotification');
         await step('authorisation', () =>
           cp.expectCall('Authorize', any, { within: 1e12 }));",
    );
    let wanted = &[
        "s.js › s failed",
        "and hangs in this step\n",
        "at         s.js:4:",
        "step       expect the call Authorize\n",
        "◀ [2,",
    ];
    let played = stage.play(&["s.js", "--timeout", "3"]);
    played.ends(1, wanted);
    played.ends(1, &["message    it was still not over after 3"]);
    stage.play(&["s.js", "--timeout", "3", "--virtual-time"]).ends(1, wanted);
}

#[test]
fn a_promise_that_never_settles() {
    let stage = Stage::with(
        "scenario('waits', { timeout: 300 }, async () => {
           await new Promise(() => {});
         });
         scenario('goes on', async () => { await (await centralSystemUnderTest()).call('Heartbeat'); });",
    );
    for more in [&["--virtual-time"][..], &[]] {
        let played = stage.play(&[&["s.js"], more].concat());
        played.ends(1, &["s.js › waits failed after 0.3", "and has begun no step", "1 passed, 1 failed"]);
    }
}

/// What went wrong in a scenario that hangs is not held against the next one.
#[test]
fn a_failure_beside_a_scenario_that_hangs() {
    let stage = Stage::with(
        "scenario('hangs', { timeout: 300 }, async () => {
           Promise.reject(new Error('beside'));
           await new Promise(() => {});
         });
         scenario('good', async () => { await sleep(10); });",
    );
    stage.play_virtually(&[]).ends(1, &["s.js › hangs failed", "1 passed, 1 failed, 0 broken, 0 skipped"]);
}

/// What is left of an endless loop of promises does not go on in the scenarios behind it.
#[test]
fn a_loop_of_promises_and_the_scenario_after_it() {
    let stage = Stage::with(
        "scenario('loop', async () => { for (;;) await null; });
         scenario('after', async () => {
           const cs = await centralSystemUnderTest();
           await cs.call('Heartbeat');
         });",
    );
    stage.play_virtually(&[]).ends(1, &["s.js › loop failed", "1 passed, 1 failed, 0 broken"]);
}

/// The report of a scenario that hangs after an unobserved failure names that failure.
#[test]
fn a_failure_that_is_not_awaited_is_named_by_a_timeout() {
    let stage = Stage::with(
        "scenario('waits', { timeout: 300 }, async () => {
           await new Promise((resolve) => { (async () => { expect(1, 2, 'the sum'); resolve(); })(); });
         });",
    );
    stage.play_virtually(&[]).ends(
        1,
        &["still not over", "before, something failed that was not awaited: ExpectationError: the sum is not as expected"],
    );
}

/// The place of an endless loop is the step that was open; the scenarios behind it are played.
#[test]
fn endless_loops() {
    let stage = Stage::new();
    let after =
        "scenario('after', async () => { await (await centralSystemUnderTest()).call('Heartbeat'); await sleep(1000); });";
    stage.file("plain.js", format!("scenario('loop', () => {{\n  for (;;) {{}}\n}}); {after}"));
    stage.file("promise.js", format!("scenario('loop', async () => {{\n  sleep(1);\n  for (;;) await null;\n}}); {after}"));
    let played = stage.play(&["plain.js", "promise.js", "--virtual-time"]);
    played.ends(1, &["2 passed, 2 failed, 0 broken, 0 skipped"]);
    played.ends(
        1,
        &[
            "plain.js › loop failed",
            "message    it computed for 5 s without a pause; is that an endless loop?\n  at         plain.js:1:",
        ],
    );
    played.ends(1, &["promise.js › loop failed", "step       sleep 0.001 s", "at         promise.js:2:"]);
}

#[test]
fn a_timer_that_keeps_virtual_time_going() {
    let stage = Stage::with(
        "scenario('ticks', async () => {
           const cs = await centralSystemUnderTest();
           setInterval(() => {}, 1);
           await cs.expectCall('Reset', {}, { within: Infinity });
         });
         scenario('after', async () => { await sleep(1000); });",
    );
    let played = stage.play_virtually(&["--timeout", "2"]);
    played.ends(
        1,
        &["s.js › ticks failed", "hangs in this step", "at         s.js:4:", "expect the call Reset", "1 passed, 1 failed"],
    );
}

#[test]
fn unbounded_memory() {
    let stage = Stage::with(
        "scenario('hoards', async () => {
           const all = [];
           await step('hoarding', async () => {
             for (;;) all.push('x'.repeat(1 << 20) + all.length);
           });
         });
         scenario('after', () => {});",
    );
    stage.play_virtually(&[]).ends(1, &["s.js › hoards failed", "out of memory", "at         s.js:4:", "1 passed, 1 failed"]);
}

#[test]
fn endless_recursion() {
    let stage =
        Stage::with("scenario('deep', () => {\n  const dig = () => dig() + 1;\n  dig();\n}); scenario('after', () => {});");
    stage
        .play_virtually(&[])
        .ends(2, &["ocpp-tui: s.js:2:", "RangeError: Maximum call stack size exceeded", "1 passed, 0 failed, 1 broken"]);
}

#[test]
fn a_file_that_fails_before_its_scenarios() {
    let stage = Stage::with("\nawait sleep(1e12);\nscenario('never', () => {});");
    stage.play_virtually(&["--timeout", "1"]).ends(1, &["s.js › s failed", "at         s.js:2:7\n", "0 passed, 1 failed"]);
}
