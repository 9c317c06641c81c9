//! Scenarios with a proxy between both sides.

use crate::stage::play;

#[test]
fn a_station_is_let_through_and_one_answer_is_changed() {
    play(
        "scenario('blocked on the way', async () => {
          const central = await centralSystem();
          const between = await proxy({ to: central.url });
          const cp = await chargePoint({ url: between.url, id: 'A' });
          const cs = await central.station('A');
          const pair = await between.station('A');
          expect([pair.pair, cs.pair, pair.id], [true, false, 'A']);
          await between.rewrite('action:Authorize kind:result set idTagInfo.status=Blocked');
          await cp.call('Authorize', { idTag: 'TAG' }, { idTagInfo: { status: 'Blocked' } });
          await cs.expectCall('Authorize', { idTag: 'TAG' });
          await pair.expectCall('Authorize', { idTag: 'TAG' });
        });",
    )
    .is_silent();
}

#[test]
fn what_a_proxy_needs_is_said() {
    play("scenario('no url', async () => { await proxy({}); });").ends(2, &["the URL of the central system"]);
    play("scenario('no rule', async () => { const p = await proxy({ to: 'ws://127.0.0.1:1' }); await p.rewrite('action:X blow'); });")
        .ends(1, &["a filter, and then set path=value"]);
}
