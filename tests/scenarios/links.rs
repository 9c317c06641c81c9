//! Links in the hand of a scenario: raw frames, goodbyes and cuts from both sides, pings, several at a time, and both transports.

use crate::stage::play;

#[test]
fn raw_frames_are_sent_unchanged() {
    play(
        "scenario('frames', async () => {
          const cs = await centralSystemUnderTest();
          await cs.send('[2,  \"spaces\",\"Heartbeat\",{}]');
          expect(await cs.expectFrame([3, 'spaces', { currentTime: any.time }]), [3, 'spaces', any.object]);
          await cs.send([2, 'first', 'Heartbeat', {}]);
          await cs.send([2, 'second', 'Heartbeat', {}]);
          await cs.expectFrame(/^\\[3,\\s*\"second\"/);
          await cs.expectFrame([3, 'first', any]);
          await cs.send('no JSON at all');
          await cs.call('Heartbeat');
          await operator('send nonsense', (underTest) => underTest.send('what is this'));
          expect(await cs.expectFrame(/is this$/), 'what is this');
          await operator('call', (underTest) => { underTest.call('ClearCache'); });
          const { id } = await cs.expectCall('ClearCache');
          await cs.expectFrame([2, id, 'ClearCache', {}]);
          await sleep(1);
        });",
    )
    .is_silent();
}

/// A call that waited for another one and was lost with the link is reported.
#[test]
fn a_call_that_never_left_is_not_unanswered() {
    play(
        "const cs = await centralSystemUnderTest();
         await operator('be silent', (underTest) => { underTest.answer('Heartbeat', ocpp.silence()); });
         const calls = [cs.callUnanswered('Heartbeat'), cs.callUnanswered('Authorize')];
         await sleep(10);
         await cs.drop();",
    )
    .ends(1, &["message    something failed that was not awaited: ExpectationError: Authorize never left: the link was lost"]);
}

/// More than a link has room for: what is sent without a pause, and what is answered in one moment.
#[test]
fn many_messages_at_once_all_arrive() {
    play(
        "const central = await centralSystem();
         const cp = await chargePoint({ url: central.url, id: 'A' });
         const cs = await central.station('A');
         let open;
         const gate = new Promise((resolve) => { open = resolve; });
         cs.answer('Heartbeat', () => gate);
         const ids = Array.from({ length: 200 }, (_, index) => `id ${index}`);
         for (const id of ids) await cp.send([2, id, 'Heartbeat', {}]);
         await sleep(1000);
         expect(cs.calls('Heartbeat').length, ids.length);
         open();
         for (const id of ids) await cp.expectFrame([3, id, any.object]);",
    )
    .is_silent();
}

#[test]
fn a_simulated_charge_point_disconnects_and_reconnects() {
    play(
        "scenario('our side', async () => {
          const here = await centralSystem();
          const cp = await chargePoint({ id: 'A', url: here.url });
          const cs = await here.station('A');
          for (const leave of ['disconnect', 'drop']) {
            await cp[leave]();
            assert(!cp.connected, 'it is down');
            await cs.expectDisconnect();
            assert(!cs.connected, 'and so it is on the other side');
            await cs.expectNoCall(undefined, { for: 600000 });
            assert(!cp.connected, 'it stays down');
            await cp.connect();
            await cs.expectConnect();
            assert(cp.connected && cs.connected, 'it is up');
            await cp.call('Heartbeat');
            await cs.call('ClearCache');
          }
        });",
    )
    .is_silent();
}

#[test]
fn a_charge_point_reconnects_after_the_central_system_closes() {
    play(
        "scenario('their side', async () => {
          const here = await centralSystem();
          const cp = await chargePoint({ id: 'A', url: here.url });
          const cs = await here.station('A');
          for (const leave of ['disconnect', 'drop']) {
            await cs[leave]();
            expect(await cp.expectDisconnect(), any.string);
            await cp.expectConnect({ within: 120000 });
            await cs.expectConnect();
            await cp.call('Heartbeat');
          }
        });
        scenario('a lively one', async () => {
          const cp = await chargePointUnderTest();
          await cp.expectCall('BootNotification');
          await cp.disconnect();
          await cp.expectConnect({ within: 120000 });
          await cp.call('ClearCache');
        });",
    )
    .is_silent();
}

#[test]
fn pings_are_answered() {
    play(
        "scenario('pings', async () => {
          const here = await centralSystem();
          const cp = await chargePoint({ id: 'A', url: here.url });
          const cs = await here.station('A');
          expect([await cp.ping(), await cs.ping(), await cp.ping({ within: 50 })], [atLeast, atLeast, atLeast]);
          function atLeast(took) { return took >= 0 && took < 50; }
        });",
    )
    .is_silent();
}

#[test]
fn a_ping_on_a_link_that_is_down_fails() {
    let played = play(
        "scenario('down', async () => {
          const cs = await centralSystemUnderTest();
          await cs.disconnect();
          await cs.ping({ within: 1000 });
        });",
    );
    played.ends(1, &["step       ping\n", "at         s.js:4:"]);
}

#[test]
fn many_links_at_a_time_each_with_its_own_calls() {
    play(
        "scenario('many', async () => {
          const here = await centralSystem({ endpoint: '/deep/inside', versions: ['1.5', '1.6'] });
          expect(here, { url: /^ws:\\/\\/127\\.0\\.0\\.1:[0-9]+\\/deep\\/inside$/, port: any.integer });
          const ids = ['A', 'B', 'C D', 'ä'];
          const points = [];
          for (const id of ids) points.push(await chargePoint({ id, url: here.url, version: id === 'B' ? '1.5' : '1.6' }));
          const links = [];
          for (const id of ids) links.push(await here.station(id));
          expect(links.map((link) => [link.id, link.version, link.transport, link.connected]),
            ids.map((id) => [id, id === 'B' ? '1.5' : '1.6', 'websocket', true]));
          await Promise.all(points.map((point) => point.call('Authorize', { idTag: `tag of ${point.id}`.slice(0, 20) })));
          for (const link of links) {
            await link.expectNext('Authorize', { idTag: `tag of ${link.id}` });
            expect(link.calls().map(({ action }) => action), ['Authorize']);
            expect(link.calls('Heartbeat'), []);
          }
          await Promise.all(links.map((link) => link.call('ClearCache')));
          const other = await centralSystem();
          assert(other.port !== here.port, 'each has a port of its own');
          const lively = await chargePoint({ id: 'L', url: other.url, lively: true });
          await (await other.station()).expectCall('BootNotification');
          assert(lively.connected);
        });",
    )
    .is_silent();
}

#[test]
fn a_charge_point_without_a_url_goes_to_the_side_under_test() {
    play(
        "scenario('two at one', async () => {
          const first = await centralSystemUnderTest({ id: 'A' });
          const second = await chargePoint({ id: 'B' });
          await first.call('Heartbeat');
          await second.call('Heartbeat');
          expect([first.id, second.id], ['A', 'B']);
        });",
    )
    .is_silent();
}

#[test]
fn every_version_over_both_transports() {
    play(
        "for (const version of ['1.2', '1.5', '1.6']) {
          for (const transport of ['websocket', 'soap']) {
            scenario(`cs ${version} ${transport}`, async () => {
              const cs = await centralSystemUnderTest({ version, transport, id: 'V' });
              expect([cs.version, cs.transport, cs.id], [version, transport, 'V']);
              await cs.call('BootNotification', undefined, { status: 'Accepted' });
              await operator('call', (underTest) => { underTest.call('ClearCache'); });
              await cs.expectCall('ClearCache');
              await sleep(1000);
            });
            scenario(`cp ${version} ${transport}`, async () => {
              const cp = await chargePointUnderTest({ version, transport });
              expect([cp.version, cp.transport], [version, transport]);
              await cp.expectCall('BootNotification', { chargePointVendor: any.string });
              await cp.call('ClearCache', {}, { status: any.string });
            });
          }
        }",
    )
    .is_silent();
}

#[test]
fn events_of_a_link_are_in_the_trace() {
    let stage = crate::stage::Stage::with(
        "scenario('marks', async () => {
          const cs = await centralSystemUnderTest({ id: 'M' });
          cs.mark('half way');
          console.log('printed', { a: 1 });
          console.error('in red');
          await step('a part', () => cs.call('Heartbeat'));
        });",
    );
    let played = stage.play_virtually(&["--verbose"]);
    played
        .ends(0, &["passed   s.js › marks (0.000 s)\n", "M · half way\n", "· printed {\"a\":1}\n", "· in red\n", "· a part\n"]);
    played.ends(0, &["M · call Heartbeat (s.js:6:", "M ▶ [2,", "M ◀ [3,", "1 passed, 0 failed, 0 broken, 0 skipped; seed 7\n"]);
}

#[test]
fn a_link_says_when_it_came_up() {
    play(
        "const cp = await chargePointUnderTest();
         const first = cp.since;
         expect(first, between(now() - 1000, now()));
         await sleep(5000);
         await cp.drop();
         await cp.expectConnect();
         expect(cp.since, between(first + 5000, now()), 'the new link');",
    )
    .is_silent();
}
