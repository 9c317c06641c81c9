/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Block F, remote control: starts and stops from afar, locks, and messages that are triggered.

const {
  asked, begin, charges, configure, event, forget, goesOn, official, patient, plug, remoteStart, session, since, site, stopped, tells,
} = require('./lib/station.js');

const { idTag } = site;
const CONNECTOR = { id: site.evse, connectorId: 1 };

// ---- starts and stops -----------------------------------------------------------------------------------------------------------------

official('F_01', 'a remote start after the cable', {
  checks: 'RequestStartTransaction is Accepted; an event names the request and its token, and energy flows.', by: 'F01',
}, async () => {
  const cp = await begin();
  await plug();
  await sleep(1000);
  forget(cp);
  await remoteStart(cp);
  const named = await event(cp, any.string, { triggerReason: 'RemoteStart', idToken: { idToken: idTag }, info: { remoteStartId: 4711 } });
  await charges(cp, named);
});

for (const [id, title, flag] of [['F_02', 'is asked about', 'true'], ['F_03', 'is not asked about', 'false']]) {
  official(id, `a remote start before the cable, whose token ${title}`, {
    checks: `With AuthorizeRemoteStart ${flag} the token ${title}; when the cable comes, energy flows in the transaction that names the request.`, by: 'F02',
  }, async () => {
    const cp = await begin();
    await configure(cp, { 'AuthCtrlr.AuthorizeRemoteStart': flag, 'AuthCtrlr.LocalPreAuthorize': 'false' });
    forget(cp);
    const heard = since(cp);
    await remoteStart(cp);
    if (flag === 'true') {
      await asked(cp);
    }
    await sleep(1000);
    await plug();
    await event(cp, any.string, { info: { chargingState: 'Charging' } });
    assert(heard('TransactionEvent').some(({ transactionInfo }) => transactionInfo.remoteStartId === 4711), 'no event names the request');
    if (flag === 'false') {
      expect(heard('Authorize'), [], 'the questions about tokens');
    }
  });
}

official('F_04', 'a remote start that no cable follows', {
  checks: 'A remote start that no cable follows within EVConnectionTimeOut is over: a transaction that it has begun ends, and a cable does not charge.', by: 'F02',
}, async () => {
  const cp = await begin();
  await configure(cp, { 'TxCtrlr.EVConnectionTimeOut': 15, 'TxCtrlr.TxStartPoint': 'Authorized', 'TxCtrlr.TxStopPoint': 'Authorized' });
  await remoteStart(cp);
  const { payload } = await event(cp, 'Started');
  const { transactionId } = payload.transactionInfo;
  await event(cp, 'Ended', { triggerReason: 'EVConnectTimeout', info: { transactionId, stoppedReason: 'Timeout' } }, { within: 30000 + patient.within });
});

official('F_08', 'a remote stop', {
  checks: 'RequestStopTransaction of a running transaction is Accepted, and an event tells RemoteStop.', by: 'F03',
}, async () => {
  const cp = await begin();
  const transaction = await session(cp);
  await cp.call('RequestStopTransaction', { transactionId: transaction.id }, { status: 'Accepted' });
  await stopped(cp, transaction, 'RemoteStop', 'Remote');
});

official('F_09', 'a remote stop of a transaction that is not known', {
  checks: 'RequestStopTransaction of an unknown transaction is Rejected, and the one that runs goes on.', by: 'F03',
}, async () => {
  const cp = await begin();
  const transaction = await session(cp);
  await cp.call('RequestStopTransaction', { transactionId: 'nobody-knows' }, { status: 'Rejected' });
  await goesOn(cp, transaction);
});

// ---- locks ----------------------------------------------------------------------------------------------------------------------------

official('F_05', 'a connector is not unlocked while it charges', {
  checks: 'UnlockConnector during an authorized transaction is answered with OngoingAuthorizedTransaction, and it goes on.', by: 'F05',
}, async () => {
  const cp = await begin();
  const transaction = await session(cp);
  await cp.call('UnlockConnector', { evseId: site.evse, connectorId: 1 }, { status: 'OngoingAuthorizedTransaction' });
  await goesOn(cp, transaction);
});

official('F_06', 'a connector is unlocked', {
  checks: 'UnlockConnector with a cable that is not used is answered with Unlocked.', by: 'F05',
}, async () => {
  const cp = await begin();
  await plug();
  await sleep(1000);
  await cp.call('UnlockConnector', { evseId: site.evse, connectorId: 1 }, { status: 'Unlocked' });
});

official('F_07', 'a connector without a cable is unlocked', {
  checks: 'UnlockConnector without a cable is answered with Unlocked, or UnlockFailed.', by: 'F05',
}, async () => {
  const cp = await begin();
  await cp.call('UnlockConnector', { evseId: site.evse, connectorId: 1 }, { status: oneOf('Unlocked', 'UnlockFailed') });
});

official('F_10', 'a connector that is not there', {
  checks: 'UnlockConnector of such a connector is answered with UnknownConnector.', by: 'F05',
}, async () => {
  const cp = await begin();
  await cp.call('UnlockConnector', { evseId: site.evse, connectorId: 99 }, { status: 'UnknownConnector' });
});

// ---- triggers -------------------------------------------------------------------------------------------------------------------------

const trigger = (cp, requestedMessage, fields = {}, status = 'Accepted') => cp.call('TriggerMessage', { requestedMessage, ...fields }, { status });
const ofTrigger = (list) => Array.isArray(list) && list.every(({ sampledValue }) => sampledValue.every(({ context }) => context === 'Trigger'));

/** TriggerMessage without a transaction: what is asked for, where, and the message that must follow. */
for (const [id, title, requestedMessage, evse, ...calls] of [
  ['F_11', 'readings of an EVSE', 'MeterValues', { id: site.evse }, ['MeterValues', { evseId: site.evse, meterValue: ofTrigger }]],
  ['F_12', 'readings of all EVSEs', 'MeterValues', undefined, ['MeterValues', { evseId: 1, meterValue: ofTrigger }], ['MeterValues', { evseId: 2, meterValue: ofTrigger }]],
  ['F_15', 'the status of a log', 'LogStatusNotification', undefined, ['LogStatusNotification', { status: 'Idle' }]],
  ['F_17', 'the status of the firmware, with an EVSE', 'FirmwareStatusNotification', { id: site.evse }, ['FirmwareStatusNotification', { status: 'Idle' }]],
  ['F_18', 'the status of the firmware', 'FirmwareStatusNotification', undefined, ['FirmwareStatusNotification', { status: 'Idle' }]],
  ['F_20', 'a heartbeat', 'Heartbeat', undefined, ['Heartbeat', {}]],
]) {
  official(id, `triggered: ${title}`, { checks: `TriggerMessage of ${requestedMessage} is Accepted, and the message follows.`, by: 'F06' }, async () => {
    const cp = await begin();
    await trigger(cp, requestedMessage, evse && { evse });
    for (const [action, payload] of calls) {
      await cp.expectCall(action, payload, patient);
    }
  });
}

official('F_13', 'triggered: the transaction of an EVSE', {
  checks: 'TriggerMessage of TransactionEvent for an EVSE sends an Updated event with the trigger Trigger and readings.', by: 'F06',
}, async () => {
  const cp = await begin();
  const { id } = await session(cp);
  await trigger(cp, 'TransactionEvent', { evse: { id: site.evse } });
  await event(cp, 'Updated', { triggerReason: 'Trigger', info: { transactionId: id, chargingState: any.string }, meterValue: ofTrigger });
});

official('F_14', 'triggered: all transactions', {
  checks: 'TriggerMessage of TransactionEvent without an EVSE sends an Updated event for each transaction.', by: 'F06',
}, async () => {
  const cp = await begin();
  const first = await session(cp);
  const second = await session(cp, { idTag: site.otherIdTag, evse: site.evse === 1 ? 2 : 1 });
  await trigger(cp, 'TransactionEvent');
  for (const { id } of [first, second]) {
    await event(cp, 'Updated', { triggerReason: 'Trigger', info: { transactionId: id } });
  }
});

for (const [id, title, occupied, status] of [['F_23', 'the status of a free connector', false, 'Available'], ['F_24', 'the status of an occupied connector', true, 'Occupied']]) {
  official(id, `triggered: ${title}`, { checks: `TriggerMessage of StatusNotification sends ${status}.`, by: 'F06' }, async () => {
    const cp = await begin();
    if (occupied) {
      await plug();
      await tells(cp, status);
    }
    forget(cp);
    await trigger(cp, 'StatusNotification', { evse: CONNECTOR });
    await tells(cp, status);
  });
}

official('F_26', 'a boot that is not triggered', {
  checks: 'TriggerMessage of BootNotification after an accepted boot is Rejected.', by: 'F06',
}, async () => {
  const cp = await begin();
  await trigger(cp, 'BootNotification', {}, 'Rejected');
});

official('F_27', 'a message that cannot be triggered', {
  checks: 'TriggerMessage of a message that the station does not have is answered with NotImplemented, or with Rejected.', by: 'F06',
}, async () => {
  const cp = await begin();
  const { status } = await cp.call('TriggerMessage', { requestedMessage: 'PublishFirmwareStatusNotification' });
  if (status === 'Accepted') {
    skip('the station publishes firmware, and triggers what it has');
  }
  expect(status, oneOf('NotImplemented', 'Rejected'), 'the status');
});

official('F_100', 'a trigger that nobody knows', {
  checks: 'TriggerMessage of an unknown CustomTrigger is answered with NotImplemented.', by: 'F06',
}, async () => {
  const cp = await begin();
  await trigger(cp, 'CustomTrigger', { customTrigger: 'NoSuchTrigger' }, 'NotImplemented');
});
