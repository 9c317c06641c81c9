//! Scenarios that speak OCPP 2.x: the version of a side, calls, errors, and what nothing answers.

use crate::stage::play;

#[test]
fn both_sides_speak_2_x() {
    play(
        "for (const version of ['2.0.1', '2.1']) {
           scenario(`a link of ${version}`, async () => {
             const central = await centralSystem({ versions: [version] });
             const cp = await chargePoint({ id: 'CS1', version, url: central.url });
             const there = await central.station('CS1');
             expect(there.version, version);
             const boot = { chargingStation: { vendorName: 'V', model: 'M' }, reason: 'PowerUp' };
             expect(await cp.call('BootNotification', boot), { status: 'Accepted', currentTime: any.time });
             await there.expectCall('BootNotification', { reason: 'PowerUp' });
             cp.answer('ClearCache', ocpp.error('InternalError', 'not now'));
             await there.callError('ClearCache', {}, 'InternalError');
             await cp.callError('Heartbeat', { colour: 'red' }, 'FormatViolation');
             await cp.callError('StatusNotification', {}, 'OccurrenceConstraintViolation');
           });
         }",
    )
    .is_silent();
}

#[test]
fn a_send_returns_at_once_and_is_expected_like_a_call() {
    play(
        "const central = await centralSystem({ versions: ['1.6', '2.1'], subprotocolOrder: 'offered' });
         const cp = await chargePoint({ id: 'CS1', version: '2.1', url: central.url });
         const there = await central.station('CS1');
         const stream = { id: 3, pending: 0, basetime: '2030-01-31T12:00:00Z', data: [{ t: 0, v: '1' }] };
         there.answer('NotifyPeriodicEventStream', ocpp.error('InternalError', 'nothing of this is sent'));
         expect(await cp.call('NotifyPeriodicEventStream', stream), {});
         await there.expectCall('NotifyPeriodicEventStream', { id: 3, data: [{ v: '1' }] });
         await cp.call('Heartbeat');",
    )
    .is_silent();
}
