//! What scenarios do wrong on purpose: at one end of a link, for a role, and no longer than they run.

use crate::stage::play;

#[test]
fn a_link_is_reset_inside_of_a_frame() {
    play(
        "scenario('reset', async () => {
          const cs = await centralSystemUnderTest();
          await cs.misbehave('reset', { times: 1 });
          await cs.send([2, 'cut', 'Heartbeat', {}]);
          await cs.expectDisconnect();
          await cs.connect();
          await cs.call('Heartbeat', {}, { currentTime: any.time });
        });",
    )
    .is_silent();
}

#[test]
fn it_ends_with_the_scenario_or_before() {
    play(
        "scenario('silent', async () => {
          const central = await centralSystem();
          const cp = await chargePoint({ url: central.url, id: 'A' });
          const cs = await central.station('A');
          await cs.misbehave('no-pong');
          let heard = true;
          await cp.ping({ within: 500 }).catch(() => { heard = false; });
          expect(heard, false);
          await cs.misbehave(null);
          await cp.ping();
          await misbehave('cs', 'status', { status: 503, retryAfter: 30 });
          await cs.misbehave('slow-answer', { delay: 5 });
        });
        scenario('as it was', async () => {
          const central = await centralSystem();
          await chargePoint({ url: central.url, id: 'A' });
          await central.station('A');
        });",
    )
    .is_silent();
}

#[test]
fn what_cannot_be_done_is_said() {
    play(
        "scenario('wrong', async () => {
          const cs = await centralSystemUnderTest();
          await cs.misbehave('no-png');
        });",
    )
    .ends(1, &["a misbehaviour, such as no-pong"]);
    play("scenario('whose', async () => { await misbehave('CP1', 'no-pong'); });")
        .ends(2, &["the first argument of misbehave is 'cs', 'cp' or 'all'"]);
}
