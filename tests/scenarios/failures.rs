//! What is said about a scenario that fails: the place, the step, what was expected, what was found, the exchange and the trace.

use std::fmt::Write as _;

use crate::stage::{Stage, play};

/// A scenario: its name, its text, whose line with `// here` is the place that must be named, and what must be said about it.
type Row = (&'static str, &'static str, &'static [&'static str]);

#[track_caller]
fn check(rows: &[Row]) {
    let mut text = String::new();
    for (name, body, _) in rows {
        writeln!(text, "scenario('{name}', async () => {{{body}\n}});").unwrap();
    }
    let played = play(&text);
    assert_eq!(played.code, Some(1), "{played}");
    let places: Vec<usize> = (1..).zip(text.lines()).filter(|(_, line)| line.ends_with("// here")).map(|(at, _)| at).collect();
    assert_eq!(places.len(), rows.len(), "each scenario has one place");
    for ((name, _, wanted), line) in rows.iter().zip(places) {
        let said = played.about(name);
        assert!(said.starts_with(&format!("s.js › {name} failed after ")), "{said}");
        assert!(said.contains(&format!("\n  at         s.js:{line}:")), "{name}, line {line}: {said}");
        for part in *wanted {
            assert!(said.contains(part), "{name}: {part:?} is missing in\n{said}");
        }
    }
    assert!(played.out.ends_with(&format!("0 passed, {} failed, 0 broken, 0 skipped; seed 7\n", rows.len())), "{played}");
}

#[test]
fn own_calls() {
    check(&[
        (
            "another result",
            "
            const cs = await centralSystemUnderTest();
            await cs.call('BootNotification', undefined, { status: 'Rejected' }); // here",
            &[
                "message    status of the result of BootNotification is not as expected\n",
                "step       call BootNotification\n",
                "expected   \"Rejected\"\n",
                "found      \"Accepted\"\n",
                "exchange   00:00:00.000 CP1 ▶ [2,\"",
                "\n             00:00:00.000 CP1 ◀ [3,\"",
                "trace      00:00:00.000 · connect to the central system under test (s.js:2:",
                "CP1 · connected, protocol ocpp1.6",
                "CP1 · call BootNotification (s.js:3:",
            ],
        ),
        (
            "an error instead of a result",
            "
            const cs = await centralSystemUnderTest();
            await cs.call('Nonsense', {}); // here",
            &["step       call Nonsense\n", "expected   a result\n", "found      NotImplemented", "◀ [4,\""],
        ),
        (
            "a result instead of an error",
            "
            const cs = await centralSystemUnderTest();
            await cs.callError('Heartbeat', {}, 'InternalError'); // here",
            &[
                "message    Heartbeat got a result instead of an error\n",
                "expected   the error \"InternalError\"\n",
                "found      {currentTime: \"2030-01-01T",
                "exchange ",
            ],
        ),
        (
            "another error",
            "
            const cs = await centralSystemUnderTest();
            await cs.callError('Nonsense', {}, oneOf('GenericError', /^Formation/)); // here",
            &["expected   one of \"GenericError\", /^Formation/\n", "found      \"NotImplemented\"\n", "exchange "],
        ),
        (
            "an answer instead of silence",
            "
            const cs = await centralSystemUnderTest();
            await cs.callUnanswered('Heartbeat', {}, { within: 500 }); // here",
            &["message    Heartbeat got an answer\n", "expected   no answer\n", "found      {currentTime:", "exchange "],
        ),
        (
            "an error with the name of silence",
            "
            const cs = await centralSystemUnderTest();
            let peer;
            await operator('be silent', (underTest) => { peer = underTest; peer.answer('Heartbeat', ocpp.silence()); });
            const called = cs.callUnanswered('Heartbeat', {}, { within: 500 }); // here
            await peer.send([4, (await peer.expectCall('Heartbeat')).id, 'Timeout', '', {}]);
            await called;",
            &["message    Heartbeat got an answer\n", "expected   no answer\n", "found      Timeout\n"],
        ),
        (
            "silence instead of an answer",
            "
            const cs = await centralSystemUnderTest();
            await operator('be silent', (underTest) => underTest.answer('Heartbeat', ocpp.silence()));
            await cs.call('Heartbeat', {}, any, { within: 2500 }); // here",
            &["failed after 2.500 s", "message    Heartbeat got no answer within 2.5 s\n", "found      nothing\n", "▶ [2,\""],
        ),
        (
            "a result that breaks the definitions",
            "
            const cs = await centralSystemUnderTest();
            await operator('forget the time', (underTest) => underTest.answer('Heartbeat', () => ({ currentTime: 17 })));
            await cs.call('Heartbeat'); // here",
            &["the result of Heartbeat breaks the definitions: ", "currentTime", "expected   a valid result\n", "exchange "],
        ),
        (
            "a call on a link that is down",
            "
            const cs = await centralSystemUnderTest();
            await cs.disconnect();
            await cs.call('Heartbeat'); // here",
            &["step       call Heartbeat\n", "Lost", "CP1 · disconnected: "],
        ),
    ]);
}

#[test]
fn calls_of_the_peer() {
    check(&[
        (
            "no call",
            "
            const cp = await chargePointUnderTest();
            await cp.expectCall('Authorize', { idTag: any.string }, { within: 1000 }); // here",
            &[
                "failed after 1.000 s",
                "message    no call Authorize came within 1 s\n",
                "step       expect the call Authorize\n",
                "expected   Authorize {idTag: a text}\n",
                "found      the calls BootNotification, StatusNotification\n",
                "trace ",
            ],
        ),
        (
            "another payload",
            "
            const cp = await chargePointUnderTest();
            await cp.expectCall('BootNotification', { chargePointVendor: /^Acme/ }, { within: 1000 }); // here",
            &[
                "no call BootNotification {chargePointVendor: /^Acme/} came within 1 s; chargePointVendor of the last one differs\n",
                "expected   /^Acme/\n",
                "found      \"ocpp-tui\"\n",
                "exchange   00:00:01.000 CP1 ◀ [2,\"",
            ],
        ),
        (
            "another call first",
            "
            const cp = await chargePointUnderTest();
            await cp.expectNext('Heartbeat'); // here",
            &[
                "step       expect Heartbeat as the next call\n",
                "expected   Heartbeat\n",
                "found      BootNotification\n",
                "exchange ",
            ],
        ),
        (
            "the right call first with another payload",
            "
            const cp = await chargePointUnderTest();
            await cp.expectNext('BootNotification');
            await cp.expectNext('StatusNotification', { connectorId: 7 }); // here",
            &["connectorId of the next call is not as expected\n", "expected   7\n", "found      0\n", "exchange "],
        ),
        (
            "no next call",
            "
            const cs = await centralSystemUnderTest();
            await cs.expectNext('Reset', undefined, { within: 700 }); // here",
            &["no call came within 0.7 s\n", "expected   Reset\n", "found      nothing\n"],
        ),
        (
            "a call that is taken already",
            "
            const cp = await chargePointUnderTest();
            await cp.expectCall('StatusNotification', { connectorId: 2 });
            await cp.expectCall('BootNotification');
            for (const connectorId of [0, 1]) await cp.expectNext('StatusNotification', { connectorId });
            await cp.expectNext('StatusNotification', { connectorId: 2 }, { within: 700 }); // here",
            &["no call came within 0.7 s\n", "expected   StatusNotification\n", "found      nothing\n"],
        ),
        (
            "an unwanted call",
            "
            const cp = await chargePointUnderTest();
            await cp.expectNoCall('Heartbeat', { for: 3600000 }); // here",
            &[
                "failed after 300.",
                "message    Heartbeat was called\n",
                "expected   no such call\n",
                "found      Heartbeat {}\n",
                "◀ [2,\"",
            ],
        ),
        (
            "any call is unwanted",
            "
            const cp = await chargePointUnderTest();
            await cp.expectCall('StatusNotification', { connectorId: 2 });
            await sleep(1000);
            const none = cp.expectNoCall(undefined, { for: 1000 }); // here
            await cp.call('TriggerMessage', { requestedMessage: 'Heartbeat' });
            await none;",
            &["message    Heartbeat was called\n", "step       expect no call for 1 s\n"],
        ),
        (
            "a call that was taken already",
            "
            const cp = await chargePointUnderTest();
            await cp.expectCall('BootNotification');
            await cp.expectCall('BootNotification', undefined, { within: 1000 }); // here",
            &["no call BootNotification came within 1 s\n"],
        ),
    ]);
}

#[test]
fn frames_and_links() {
    check(&[
        (
            "another frame",
            "
            const cs = await centralSystemUnderTest();
            await cs.send([2, 'one', 'Heartbeat', {}]);
            await cs.expectFrame([3, 'two', any], { within: 300 }); // here",
            &[
                "no such frame came within 0.3 s; [1] of the last one differs\n",
                "step       expect a frame\n",
                "expected   \"two\"\n",
                "found      \"one\"\n",
                "exchange   00:00:00.000 CP1 ◀ [3,\"one\"",
            ],
        ),
        (
            "no frame",
            "
            const cs = await centralSystemUnderTest();
            await cs.expectFrame(/Heartbeat/, { within: 300 }); // here",
            &["no frame came within 0.3 s\n", "expected   /Heartbeat/\n", "found      nothing\n"],
        ),
        (
            "a frame on a link that is down",
            "
            const cs = await centralSystemUnderTest();
            await cs.drop();
            await cs.send('[]'); // here",
            &["the frame was not sent: ", "step       send a frame\n"],
        ),
        (
            "a link that stays up",
            "
            const cs = await centralSystemUnderTest();
            await cs.expectDisconnect({ within: 400 }); // here",
            &[
                "the end of the link did not come within 0.4 s\n",
                "step       expect the link to go down\n",
                "found      nothing\n",
            ],
        ),
        (
            "a link that stays down",
            "
            const cs = await centralSystemUnderTest();
            await cs.disconnect();
            await cs.expectConnect({ within: 400 }); // here",
            &["a new link did not come within 0.4 s\n", "step       expect the link to come up\n", "disconnected: "],
        ),
        (
            "a station that does not come",
            "
            const cs = await centralSystem();
            await cs.station('CP9', { within: 250 }); // here",
            &["no charge point CP9 connected within 0.25 s\n", "step       wait for CP9 at ws://127.0.0.1:"],
        ),
    ]);
}

#[test]
fn output_and_notes_of_a_scenario() {
    check(&[
        (
            "assert",
            "
            step('the first part');
            assert(1 > 2, 'one is more than two'); // here",
            &["message    one is more than two\n", "step       the first part › assert\n", "· the first part"],
        ),
        (
            "expect",
            "
            expect({ a: [1, { b: 2 }] }, { a: [1, { b: 3 }] }, 'the whole'); // here",
            &[
                "message    a[1].b of the whole is not as expected\n",
                "step       expect the whole\n",
                "expected   3\n",
                "found      2",
            ],
        ),
        (
            "fail",
            "
            fail('never'); // here",
            &["message    never\n", "step       fail"],
        ),
        (
            "thrown",
            "
            throw new Error('on purpose'); // here",
            &["message    Error: on purpose\n"],
        ),
        (
            "steps in steps",
            "
            await step('outer', async () => {
              await step('inner', async () => { fail('deep'); }); // here
            });",
            &["step       outer › inner › fail\n"],
        ),
        (
            "steps in steps at once",
            "
            step('outer', () => step('inner', () => {
              fail('deep'); // here
            }));",
            &["step       outer › inner › fail\n"],
        ),
        (
            "a step without await",
            "
            const cs = await centralSystemUnderTest();
            cs.call('Heartbeat'); // here",
            &["the scenario ended before this step was over: call Heartbeat; put `await` before it\n"],
        ),
        (
            "a failure without await",
            "
            const cs = await centralSystemUnderTest();
            cs.call('Nonsense', {}); // here
            await sleep(100);",
            &["something failed that was not awaited: CallError: Nonsense: NotImplemented", "◀ [4,\""],
        ),
        (
            "an expectation without await",
            "
            const cs = await centralSystemUnderTest();
            cs.expectCall('Reset', {}, { within: 50 }); // here
            await sleep(100);",
            &["something failed that was not awaited: ExpectationError: no call Reset came within 0.05 s"],
        ),
        (
            "a rejection without await",
            "
            Promise.reject(new Error('on its own')); // here",
            &["something failed that was not awaited: Error: on its own"],
        ),
        (
            "a rejection before it is skipped",
            "
            Promise.reject(new Error('too early')); // here
            await sleep(10);
            skip('nobody is there');",
            &["something failed that was not awaited: Error: too early"],
        ),
        (
            "a timer that throws",
            "
            setTimeout(() => { throw new Error('in the timer'); }, 10); // here
            await sleep(100);",
            &["something failed that was not awaited: timer: Error: in the timer"],
        ),
        (
            "an answer that throws",
            "
            const cp = await chargePointUnderTest();
            cp.answer('BootNotification', () => { throw new Error('in the answer'); }); // here
            await sleep(100);",
            &["something failed that was not awaited: Error: in the answer"],
        ),
    ]);
}

/// The scenarios behind one that fails are played, and one that fails is enough.
#[test]
fn the_next_scenario_runs() {
    let stage = Stage::with("scenario('a', () => fail('no')); scenario('b', async () => { await centralSystemUnderTest(); });");
    stage.play_virtually(&[]).ends(1, &["s.js › a failed", "1 passed, 1 failed, 0 broken, 0 skipped; seed 7"]);
}
