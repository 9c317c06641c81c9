//! How a scenario answers the calls of its peer, in both roles: fields, functions, errors, silence and delays, once and always.

use crate::stage::play;

/// A scenario with a charge point and a central system of ours, `cp` and `cs`, whose links to each other are both in its hand.
fn between(body: &str) -> String {
    format!(
        "scenario('answers', async () => {{
          const here = await centralSystem();
          const cp = await chargePoint({{ id: 'A', url: here.url }});
          const cs = await here.station('A');
          {body}
        }});"
    )
}

#[test]
fn without_a_rule_the_default_answer_is_sent() {
    play(&between(
        "await cp.call('Heartbeat', {}, { currentTime: near(1000) });
         await cs.call('ClearCache', {}, { status: 'Accepted' });
         await cs.callError('MakeCoffee', {}, 'NotImplemented');",
    ))
    .is_silent();
}

#[test]
fn fields_replace_those_of_the_default_answer() {
    play(&between(
        "cs.answer('BootNotification', { interval: 17 });
         cp.answer('ClearCache', { status: 'Rejected' });
         await cp.call('BootNotification', undefined, { status: 'Accepted', currentTime: any.time, interval: 17 });
         await cs.call('ClearCache', {}, { status: 'Rejected' });
         await cp.call('BootNotification', undefined, { interval: 17 });
         cs.answer('BootNotification', null);
         await cp.call('BootNotification', undefined, { interval: not(17) });
         cs.answer('BootNotification', { interval: 18 });
         cs.answer('BootNotification');
         await cp.call('BootNotification', undefined, { interval: not(18) });",
    ))
    .is_silent();
}

#[test]
fn functions_get_the_call_and_the_default_answer() {
    play(&between(
        "cs.answer('Authorize', function (payload, usual) {
           expect(this.id, 'A');
           expect(usual, { idTagInfo: { status: 'Accepted' } });
           return payload.idTag === 'BAD' ? { idTagInfo: { status: 'Blocked' } } : usual;
         });
         await cp.call('Authorize', { idTag: 'GOOD' }, { idTagInfo: { status: 'Accepted' } });
         await cp.call('Authorize', { idTag: 'BAD' }, { idTagInfo: { status: 'Blocked' } });
         cs.answer('Heartbeat', async () => { await sleep(2000); return { currentTime: '2001-01-01T00:00:00Z' }; });
         const before = now();
         await cp.call('Heartbeat', {}, { currentTime: '2001-01-01T00:00:00Z' });
         expect(now() - before, between(2000, 2100));
         cs.answer('Heartbeat', () => undefined);
         await cp.call('Heartbeat', {}, { currentTime: near(1000) });
         cs.answer('Heartbeat', () => ocpp.error('InternalError'));
         await cp.callError('Heartbeat', {}, 'InternalError');
         cs.answer('Heartbeat', () => async () => ({ currentTime: '2002-01-01T00:00:00Z' }));
         await cp.call('Heartbeat', {}, { currentTime: '2002-01-01T00:00:00Z' });",
    ))
    .is_silent();
}

/// While a call waits for its answer, the script goes on, and so does the link in the other direction.
#[test]
fn an_answer_may_wait_for_a_call_of_the_scenario() {
    play(&between(
        "cs.answer('DataTransfer', async () => {
           const { status } = await cs.call('ClearCache');
           return { status: status === 'Accepted' ? 'Rejected' : 'Accepted' };
         });
         await cp.call('DataTransfer', { vendorId: 'x' }, { status: 'Rejected' });",
    ))
    .is_silent();
}

#[test]
fn errors_silence_and_delays() {
    play(&between(
        "cs.answer('Heartbeat', ocpp.error('GenericError', 'not now'));
         expect(await cp.callError('Heartbeat', {}, 'GenericError'), { code: 'GenericError', description: 'not now', details: {} });
         cs.answer('Heartbeat', ocpp.silence());
         await cp.callUnanswered('Heartbeat', {}, { within: 3000 });
         await cp.call('Authorize', { idTag: 'T' }, any, { within: 60000 });
         cs.answer('Authorize', ocpp.delay(1500));
         let before = now();
         await cp.call('Authorize', { idTag: 'T' }, { idTagInfo: { status: 'Accepted' } });
         expect(now() - before, between(1500, 1600));
         cp.answer('ClearCache', ocpp.delay(700, { status: 'Rejected' }));
         before = now();
         await cs.call('ClearCache', {}, { status: 'Rejected' });
         expect(now() - before, between(700, 800));
         cp.answer('ClearCache', ocpp.delay(300, ocpp.error('InternalError')));
         await cs.callError('ClearCache', {}, 'InternalError');",
    ))
    .is_silent();
}

#[test]
fn single_answers_come_before_permanent_ones() {
    play(&between(
        "cs.answer('BootNotification', { interval: 1 });
         cs.answerOnce('BootNotification', { interval: 2 });
         cs.answerOnce('BootNotification', (payload, usual) => ({ ...usual, interval: 3 }));
         for (const interval of [2, 3, 1, 1]) await cp.call('BootNotification', undefined, { interval });
         cp.answerOnce('ClearCache', ocpp.error('NotSupported'));
         await cs.callError('ClearCache', {}, 'NotSupported');
         await cs.call('ClearCache');",
    ))
    .is_silent();
}

/// A rule is for one link and for one scenario.
#[test]
fn an_answer_rule_applies_to_its_link_and_scenario() {
    play(
        "scenario('two links', async () => {
          const here = await centralSystem();
          const [a, b] = [await chargePoint({ id: 'A', url: here.url }), await chargePoint({ id: 'B', url: here.url })];
          (await here.station('A')).answer('BootNotification', { interval: 99 });
          await b.call('BootNotification', undefined, { interval: not(99) });
          await a.call('BootNotification', undefined, { interval: 99 });
        });
        scenario('afterwards', async () => {
          const here = await centralSystem();
          const a = await chargePoint({ id: 'A', url: here.url });
          await a.call('BootNotification', undefined, { interval: not(99) });
        });",
    )
    .is_silent();
}

#[test]
fn invalid_answers_are_reported() {
    let played = play(
        "scenario('no object', async () => {
          const cs = await centralSystemUnderTest();
          await operator('answer nonsense', (underTest) => underTest.answer('Heartbeat', () => 17));
          await cs.call('Heartbeat');
          await sleep(10);
        });
        scenario('no code', async () => {
          const cs = await centralSystemUnderTest();
          await operator('answer nonsense', (underTest) => underTest.answer('Heartbeat', () => ocpp.error('Tired')));
          await cs.call('Heartbeat');
          await sleep(10);
        });",
    );
    assert_eq!(played.code, Some(1), "{played}");
    for (name, part) in [("no object", "17"), ("no code", "Tired")] {
        let said = played.about(name);
        assert!(said.contains("something failed that was not awaited: ") && said.contains(part), "{said}");
    }
}
