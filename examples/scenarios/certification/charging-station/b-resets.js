/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Block B, resets of the station and of EVSEs.

const {
  ask, begin, boots, ends, finish, forget, goesOn, official, quietly, rebooting, session, site, statusOf, tells, token,
} = require('./lib/station.js');

const evseId = site.evse;

official('B_20', 'a reset of an idle station', {
  checks: 'Reset (OnIdle) is Accepted; the station boots with the reason RemoteReset and tells its statuses.', by: 'B11',
}, async () => {
  const cp = await begin();
  forget(cp);
  await cp.call('Reset', { type: 'OnIdle' }, { status: 'Accepted' });
  await boots(cp, 'RemoteReset');
});

official('B_21', 'a reset after a transaction', {
  checks: 'Reset (OnIdle) during a transaction is Scheduled; the transaction goes on, and the station boots after its end.', by: 'B12',
}, async () => {
  const cp = await begin();
  const transaction = await session(cp);
  await cp.call('Reset', { type: 'OnIdle' }, { status: 'Scheduled' });
  await goesOn(cp, transaction);
  forget(cp);
  await finish(cp, transaction);
  await boots(cp, oneOf('ScheduledReset', 'RemoteReset'));
});

official('B_22', 'a reset ends a transaction', {
  checks: 'Reset (Immediate) during a transaction is Accepted; the transaction ends with ResetCommand and ImmediateReset, and the station boots.', by: 'B12',
}, async () => {
  const cp = await begin();
  const transaction = await session(cp);
  forget(cp);
  await cp.call('Reset', { type: 'Immediate' }, { status: 'Accepted' });
  await ends(cp, transaction, { triggerReason: 'ResetCommand', info: { stoppedReason: 'ImmediateReset' } }, rebooting);
  await boots(cp, 'RemoteReset');
});

official('B_23', 'an EVSE that is Inoperative stays so', {
  checks: 'After a reset, an EVSE that was Inoperative tells Unavailable.', by: ['B11', 'G03'],
}, async () => {
  const cp = await begin();
  after(() => quietly(() => cp.call('ChangeAvailability', { evse: { id: evseId }, operationalStatus: 'Operative' })));
  await cp.call('ChangeAvailability', { evse: { id: evseId }, operationalStatus: 'Inoperative' }, { status: 'Accepted' });
  await tells(cp, 'Unavailable');
  forget(cp);
  await cp.call('Reset', { type: 'OnIdle' }, { status: 'Accepted' });
  await cp.expectCall('BootNotification', any, rebooting);
  await tells(cp, 'Unavailable');
});

official('B_24', 'a reservation stays', {
  checks: 'After a reset, a connector that was reserved tells Reserved.', by: ['B11', 'H01'],
}, async () => {
  const cp = await begin();
  after(() => quietly(() => cp.call('CancelReservation', { reservationId: 24 })));
  await ask(cp, 'ReserveNow', {
    id: 24, expiryDateTime: new Date(now() + 3600000).toISOString(), evseId, idToken: token(),
  }, { status: 'Accepted' });
  await tells(cp, 'Reserved');
  forget(cp);
  await cp.call('Reset', { type: 'OnIdle' }, { status: 'Accepted' });
  await cp.expectCall('BootNotification', any, rebooting);
  await tells(cp, 'Reserved');
});

/** Whether single EVSEs can be reset, as the station says. */
async function resetsEvses(cp) {
  const { getVariableResult: [{ attributeValue }] } = await cp.call('GetVariables', {
    getVariableData: [{ component: { name: 'EVSE', evse: { id: evseId } }, variable: { name: 'AllowReset' } }],
  });
  return attributeValue === 'true';
}

/** A reset of our EVSE, where that is supported. */
const ofEvse = (id, title, type, during, status, checks, run) => official(id, title, { checks, by: during ? 'B12' : 'B11' }, async () => {
  const cp = await begin();
  if (!(await resetsEvses(cp))) {
    skip('EVSE.AllowReset is not true: single EVSEs cannot be reset');
  }
  const transaction = during && await session(cp);
  forget(cp);
  await cp.call('Reset', { type, evseId }, { status });
  await run(cp, transaction);
});

ofEvse('B_25', 'a reset of an idle EVSE', 'OnIdle', false, 'Accepted', 'Reset of an EVSE is Accepted; the EVSE tells a status, and the station does not boot.',
  async (cp) => {
    await cp.expectNoCall('BootNotification', { for: 5000 });
    await statusOf(cp);
  });
ofEvse('B_26', 'a reset of an EVSE after its transaction', 'OnIdle', true, 'Scheduled', 'Reset (OnIdle) of an EVSE is Scheduled, and its transaction goes on.',
  async (cp, transaction) => {
    await goesOn(cp, transaction);
    await finish(cp, transaction);
  });
ofEvse('B_27', 'a reset of an EVSE ends its transaction', 'Immediate', true, 'Accepted', 'Reset (Immediate) of an EVSE ends its transaction with ImmediateReset.',
  (cp, transaction) => ends(cp, transaction, { info: { stoppedReason: 'ImmediateReset' } }, rebooting));

for (const [id, during] of [['B_28', false], ['B_29', true]]) {
  official(id, `no reset of an EVSE${during ? ' during a transaction' : ''}`, {
    checks: 'Where single EVSEs cannot be reset, Reset of one is Rejected.', by: during ? 'B12' : 'B11',
  }, async () => {
    const cp = await begin();
    if (await resetsEvses(cp)) {
      skip('EVSE.AllowReset is true: single EVSEs can be reset');
    }
    const transaction = during && await session(cp);
    await cp.call('Reset', { type: 'OnIdle', evseId }, { status: 'Rejected' });
    if (transaction) {
      await goesOn(cp, transaction);
      await finish(cp, transaction);
    }
  });
}

official('B_41', 'a reset after all transactions', {
  checks: 'Reset (OnIdle) waits until the last of two transactions has ended.', by: 'B12',
}, async () => {
  const cp = await begin();
  const first = await session(cp);
  const second = await session(cp, { idTag: site.otherIdTag, evse: evseId === 1 ? 2 : 1 });
  await cp.call('Reset', { type: 'OnIdle' }, { status: 'Scheduled' });
  await finish(cp, first);
  await cp.expectNoCall('BootNotification', { for: 5000 });
  forget(cp);
  await finish(cp, second);
  await boots(cp, oneOf('ScheduledReset', 'RemoteReset'));
});
