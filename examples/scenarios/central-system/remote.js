// The calls of a central system of OCPP 1.6-J to a charge point: they must be well formed, and the central system
// must handle every answer. A user must cause each call. Against a foreign central system, at which the charge
// point CP1 and the tag TAG1 are registered, the scenarios print what to do there and wait for it:
//
//   ocpp-tui test central-system/remote.js --url ws://host:9000/ocpp --identity CP1 --set idTag=TAG1
//
// --set 'without=["ReserveNow","SendLocalList"]'   calls that the central system cannot send
/// <reference path="../ocpp-tui-scenario.d.ts" />

const { idTag, byHand, registered, alive, ago, start, stop, during, needs, order, textUpTo, atLeast, profile } =
  require('../lib/central-system.js');

/** The description of a scenario, with the longer time limit for user actions. */
function about(checks, ...by) {
  return Object.assign({ checks, by }, byHand);
}

function tell(link, status) {
  return link.call('StatusNotification', { connectorId: 1, status, errorCode: 'NoError', timestamp: ago(0) });
}

scenario('a transaction is started and stopped remotely', about(
  'RemoteStartTransaction names a tag, and RemoteStopTransaction the id of the transaction that follows.',
  'OCPP 1.6 §5.11', 'OCPP 1.6 §5.12',
), async () => {
  const link = await registered();
  await tell(link, 'Available');
  const wanted = await order(link, 'RemoteStartTransaction', {
    how: `for the tag ${idTag} at connector 1`,
    payload: { connectorId: 1, idTag },
    answer: { status: 'Accepted' },
    expected: {
      idTag: textUpTo(20),
      connectorId: optional(atLeast(1)),
      // the id of a future transaction is not known
      chargingProfile: optional(Object.assign({}, profile, {
        chargingProfilePurpose: 'TxProfile', transactionId: absent,
      })),
    },
  });
  await tell(link, 'Preparing');
  await during(link, async transactionId => {
    await tell(link, 'Charging');
    await order(link, 'RemoteStopTransaction', {
      how: `for the transaction ${transactionId}`,
      payload: { transactionId },
      answer: { status: 'Accepted' },
      expected: { transactionId },
    });
  }, {
    started: { idTag: wanted.idTag, connectorId: wanted.connectorId || 1 },
    stopped: { idTag: wanted.idTag, reason: 'Remote' },
  });
  await tell(link, 'Finishing');
  await tell(link, 'Available');
});

scenario('a remote start may be refused', about(
  'A central system whose RemoteStartTransaction is rejected, or answered with an error, goes on.',
  'OCPP 1.6 §5.11', 'OCPP-J 1.6 §4.2.3',
), async () => {
  const link = await registered();
  const payload = { connectorId: 1, idTag };
  await order(link, 'RemoteStartTransaction', { how: 'which is rejected', payload, answer: { status: 'Rejected' } });
  await alive(link);
  await order(link, 'RemoteStartTransaction', { how: 'which ends in an error', payload, error: 'InternalError' });
  await alive(link);
});

scenario('a remote stop may be refused', about(
  'A transaction whose RemoteStopTransaction is rejected goes on, and can be stopped at the charge point.',
  'OCPP 1.6 §5.12',
), async () => {
  const link = await registered();
  await during(link, async transactionId => {
    await tell(link, 'Charging');
    await order(link, 'RemoteStopTransaction', {
      how: `for the transaction ${transactionId}, which is rejected`,
      payload: { transactionId },
      answer: { status: 'Rejected' },
      expected: { transactionId },
    });
    await link.call('MeterValues', {
      connectorId: 1, transactionId, meterValue: [{ timestamp: ago(0), sampledValue: [{ value: '1300' }] }],
    });
  }, { stopped: { reason: 'Local' } });
  await tell(link, 'Available');
});

scenario('a reset is followed by a boot', about(
  'Reset is of one of the two kinds; after it the link may be lost, and the boot that follows is accepted.',
  'OCPP 1.6 §5.14', 'OCPP 1.6 §4.2',
), async () => {
  const link = await registered();
  await order(link, 'Reset', { answer: { status: 'Accepted' }, expected: { type: oneOf('Hard', 'Soft') } });
  await link.drop();
  await link.connect();
  await link.call('BootNotification', undefined, { status: 'Accepted' });
  await tell(link, 'Available');
});

scenario('a reset may be refused', about(
  'A central system whose Reset is rejected goes on.',
  'OCPP 1.6 §5.14',
), async () => {
  const link = await registered();
  await order(link, 'Reset', { how: 'which is rejected', answer: { status: 'Rejected' } });
  await alive(link);
});

scenario('every answer to ChangeConfiguration is accepted', about(
  'ChangeConfiguration names a key and a text for its value; each status, and an error, is taken.',
  'OCPP 1.6 §5.3', 'OCPP 1.6 §7.22',
), async () => {
  const link = await registered();
  const payload = { key: 'HeartbeatInterval', value: '300' };
  const expected = { key: textUpTo(50), value: text => typeof text === 'string' && text.length <= 500 };
  for (const status of ['Accepted', 'RebootRequired', 'Rejected', 'NotSupported']) {
    await step(status, async () => {
      const how = `which is answered with ${status}`;
      await order(link, 'ChangeConfiguration', { how, payload, answer: { status }, expected });
      await alive(link);
    });
  }
  await step('an error', async () => {
    const how = 'which ends in an error';
    await order(link, 'ChangeConfiguration', { how, payload, error: 'InternalError', expected });
    await alive(link);
  });
});

scenario('the configuration is read', about(
  'GetConfiguration asks for all keys or for some; known and unknown ones in the answer are both taken.',
  'OCPP 1.6 §5.8',
), async () => {
  const link = await registered();
  await order(link, 'GetConfiguration', {
    payload: { key: ['HeartbeatInterval', 'Nonsense'] },
    answer: {
      configurationKey: [
        { key: 'HeartbeatInterval', readonly: false, value: '300' },
        { key: 'com.example.Unset', readonly: true }, // a key need not have a value
      ],
      unknownKey: ['Nonsense'],
    },
    expected: { key: optional(keys => Array.isArray(keys) && keys.every(textUpTo(50))) },
  });
  await alive(link);
});

scenario('a triggered message is sent', about(
  'TriggerMessage names a message that exists; what comes after the answer is taken like any other.',
  'OCPP 1.6 §5.17',
), async () => {
  const link = await registered();
  const messages = ['BootNotification', 'DiagnosticsStatusNotification', 'FirmwareStatusNotification', 'Heartbeat',
    'MeterValues', 'StatusNotification'];
  const wanted = await order(link, 'TriggerMessage', {
    payload: { requestedMessage: 'StatusNotification', connectorId: 1 },
    answer: { status: 'Accepted' },
    expected: { requestedMessage: oneOf(...messages), connectorId: optional(atLeast(0)) },
  });
  // The default payload is sufficient: the central system cannot know our state.
  await link.call(wanted.requestedMessage);
});

scenario('a trigger may be refused', about(
  'A central system whose TriggerMessage is rejected, or not implemented, goes on.',
  'OCPP 1.6 §5.17', 'OCPP 1.6 §7.44',
), async () => {
  const link = await registered();
  for (const status of ['Rejected', 'NotImplemented']) {
    await order(link, 'TriggerMessage', { how: `which is answered with ${status}`, answer: { status } });
    await alive(link);
  }
});

scenario('a reservation is made, used and cancelled', about(
  'ReserveNow is for a time to come; a start may use the reservation, and CancelReservation names it.',
  'OCPP 1.6 §5.13', 'OCPP 1.6 §5.1', 'OCPP 1.6 §4.8',
), async () => {
  const link = await registered();
  await tell(link, 'Available');
  const reserve = () => order(link, 'ReserveNow', {
    how: `for the tag ${idTag} at connector 1`,
    payload: { connectorId: 1, idTag, reservationId: 17, expiryDate: ago(-3600) },
    answer: { status: 'Accepted' },
    expected: {
      connectorId: atLeast(0),
      reservationId: any.integer,
      idTag: textUpTo(20),
      parentIdTag: optional(textUpTo(20)),
      expiryDate: time => Date.parse(time) > now(),
    },
  });

  await step('used');
  const used = await reserve();
  await tell(link, 'Reserved');
  const transactionId = await start(link, { idTag: used.idTag, reservationId: used.reservationId });
  await stop(link, transactionId, { idTag: used.idTag });
  await tell(link, 'Available');

  await step('withdrawn');
  const withdrawn = await reserve();
  await tell(link, 'Reserved');
  await order(link, 'CancelReservation', {
    how: `for the reservation ${withdrawn.reservationId}`,
    payload: { reservationId: withdrawn.reservationId },
    answer: { status: 'Accepted' },
    expected: { reservationId: withdrawn.reservationId },
  });
  await tell(link, 'Available');
});

scenario('a reservation may be refused', about(
  'Every refusal of ReserveNow, and an error, is taken.',
  'OCPP 1.6 §5.13', 'OCPP 1.6 §7.40',
), async () => {
  const link = await registered();
  for (const status of ['Faulted', 'Occupied', 'Rejected', 'Unavailable']) {
    await order(link, 'ReserveNow', { how: `which is answered with ${status}`, answer: { status } });
    await alive(link);
  }
  await order(link, 'ReserveNow', { how: 'which ends in an error', error: 'NotSupported' });
  await alive(link);
});

scenario('a full local list is sent, and again after a mismatch', about(
  'SendLocalList carries a version and entries that are complete; the answers that ask for more or refuse are taken.',
  'OCPP 1.6 §5.15', 'OCPP 1.6 §5.10',
), async () => {
  const link = await registered();
  const expected = {
    listVersion: atLeast(1), // 0 and −1 have special meanings (OCPP 1.6 errata §3.52)
    updateType: oneOf('Differential', 'Full'),
    localAuthorizationList: optional(list => Array.isArray(list) && list.every(entry => textUpTo(20)(entry.idTag))),
  };
  const list = listVersion => ({
    listVersion, updateType: 'Full', localAuthorizationList: [{ idTag, idTagInfo: { status: 'Accepted' } }],
  });
  await order(link, 'GetLocalListVersion', { answer: { listVersion: 0 } });
  await order(link, 'SendLocalList', { payload: list(1), answer: { status: 'Accepted' }, expected });
  await order(link, 'SendLocalList', {
    how: 'with changes only, which is answered with VersionMismatch',
    payload: Object.assign(list(2), { updateType: 'Differential' }),
    answer: { status: 'VersionMismatch' },
    expected,
  });
  await order(link, 'SendLocalList', {
    how: 'as a whole, as it is due after a mismatch',
    payload: list(3),
    answer: { status: 'Accepted' },
    expected: Object.assign({}, expected, { updateType: 'Full' }),
  });
  await alive(link);
});

scenario('a local list may be refused', about(
  'A central system whose list is not taken, or whose charge point has none, goes on.',
  'OCPP 1.6 §5.15', 'OCPP 1.6 §5.10',
), async () => {
  const link = await registered();
  await order(link, 'GetLocalListVersion', { how: 'which tells that there is no list', answer: { listVersion: -1 } });
  for (const status of ['Failed', 'NotSupported']) {
    await order(link, 'SendLocalList', { how: `which is answered with ${status}`, answer: { status } });
    await alive(link);
  }
});

scenario('every answer to ChangeAvailability is accepted', about(
  'ChangeAvailability names a connector and one of two kinds; each status is taken, and the status that follows.',
  'OCPP 1.6 §5.2', 'OCPP 1.6 §7.3',
), async () => {
  const link = await registered();
  const expected = { connectorId: atLeast(0), type: oneOf('Inoperative', 'Operative') };
  const changes = [
    ['Rejected', 'Inoperative', 'Available'],
    ['Scheduled', 'Inoperative', 'Unavailable'],
    ['Accepted', 'Operative', 'Available'],
  ];
  for (const [status, type, then] of changes) {
    await step(status, async () => {
      await order(link, 'ChangeAvailability', {
        how: `to ${type}, which is answered with ${status}`,
        payload: { connectorId: 1, type },
        answer: { status },
        expected,
      });
      await tell(link, then);
    });
  }
});

scenario('every answer to UnlockConnector is accepted', about(
  'UnlockConnector names a connector that can exist; each status, and an error, is taken.',
  'OCPP 1.6 §5.18', 'OCPP 1.6 §7.46',
), async () => {
  const link = await registered();
  const expected = { connectorId: atLeast(1) };
  for (const status of ['Unlocked', 'UnlockFailed', 'NotSupported']) {
    await step(status, async () => {
      await order(link, 'UnlockConnector', { how: `which is answered with ${status}`, answer: { status }, expected });
      await alive(link);
    });
  }
  await order(link, 'UnlockConnector', { how: 'which ends in an error', error: 'InternalError' });
  await alive(link);
});

scenario('both answers to ClearCache are accepted', about(
  'ClearCache comes without fields; both statuses are taken.',
  'OCPP 1.6 §5.4',
), async () => {
  const link = await registered();
  const expected = exactly({});
  for (const status of ['Accepted', 'Rejected']) {
    await order(link, 'ClearCache', { how: `which is answered with ${status}`, answer: { status }, expected });
    await alive(link);
  }
});

scenario('every answer to DataTransfer is accepted', about(
  'DataTransfer names a vendor; each status, with and without data, is taken.',
  'OCPP 1.6 §5.6', 'OCPP 1.6 §7.23',
), async () => {
  const link = await registered();
  const expected = { vendorId: textUpTo(255), messageId: optional(textUpTo(50)) };
  const answers = [{ status: 'Accepted', data: '{"part":"of a test"}' }, { status: 'Rejected' },
    { status: 'UnknownMessageId' }, { status: 'UnknownVendorId' }];
  for (const answer of answers) {
    await order(link, 'DataTransfer', { how: `which is answered with ${answer.status}`, answer, expected });
    await alive(link);
  }
});

scenario('a call that is answered late does not stop the central system', about(
  'While a call of the central system waits for its answer, those of the charge point are answered.',
  'OCPP-J 1.6 §4.1.1',
), async () => {
  needs('ClearCache');
  const link = await registered();
  link.answerOnce('ClearCache', ocpp.delay(500, { status: 'Accepted' }));
  // not awaited in the simulation, because the result comes late
  await operator(`Send ClearCache to ${link.id}, which is answered late`, underTest => {
    underTest.call('ClearCache').catch(() => {});
  });
  await link.expectCall('ClearCache');
  await alive(link);
  await sleep(700);
  await alive(link);
});
