/// <reference path="../ocpp-tui-scenario.d.ts" />

// How an OCPP 1.6-J charge point handles invalid calls, texts that are not messages, and answers that are late or
// errors.
//
//     ocpp-tui test examples/scenarios/charge-point/errors.js                 a simulated charge point
//     ocpp-tui test --listen 9000 examples/scenarios/charge-point/errors.js   the one that connects
//
// `idTag` and `connector` (1) are used for one transaction.

const {
  LONG, REFUSAL, ask, attempt, charging, configure, configured, happens, operativeAfterwards, patient, ready,
  readyAndFree, site, stop,
} = require('./lib/charge-point.js');

// The errors for a missing field. The name was misprinted in some versions of the specification, and some charge
// points use the code for wrong values.
const INCOMPLETE = oneOf('OccurenceConstraintViolation', 'OccurrenceConstraintViolation', 'ProtocolError', REFUSAL);

/** A call without effect that every charge point answers: it shows that the link works. */
async function stillAnswers(cp) {
  expect(await configured(cp, 'HeartbeatInterval'), /^[0-9]+$/, 'HeartbeatInterval');
  assert(cp.connected, 'the link is down');
}

/**
 * Expects that an invalid call is refused. OCPP-J says when an error is used, and its table says which one; a refusal
 * with a status is none, but does no harm.
 */
async function refusesInvalid(cp, action, payload, codes) {
  const { result, error } = await attempt(cp, action, payload);
  if (error) {
    await should(() => expect(error.code, codes, `the error after ${action}`), 'the code of the error fits');
    return;
  }
  const refusals = oneOf('Rejected', 'NotSupported', 'Failed', 'UnlockFailed', 'NotImplemented');
  expect(result.status, refusals, `the status of the answer to an invalid ${action}`);
  remark(`the invalid ${action} is ${result.status} instead of an error`);
}

scenario('an action that does not exist is refused', {
  checks: 'A call of an unknown action is answered with the error NotImplemented.',
  by: 'OCPP-J 1.6 §4.2.3',
}, async () => {
  const cp = await ready();
  const { code } = await cp.callError('MakeCoffee', { cups: 2 });
  await should(() => expect(code, oneOf('NotImplemented', 'NotSupported'), 'the error'), 'the code of the error fits');
  await stillAnswers(cp);
});

scenario('a missing field is refused', {
  checks: 'A call without a required field is answered with an error, or refused.',
  by: 'OCPP-J 1.6 §4.2.3',
}, async () => {
  const cp = await ready();
  operativeAfterwards(cp, site.connector);
  await refusesInvalid(cp, 'ChangeConfiguration', { key: 'HeartbeatInterval' }, INCOMPLETE);
  await refusesInvalid(cp, 'ChangeAvailability', { connectorId: site.connector }, INCOMPLETE);
  await stillAnswers(cp);
});

scenario('a field of the wrong type is refused', {
  checks: 'A call with a text in place of a number is answered with an error, or refused.',
  by: 'OCPP-J 1.6 §4.2.3',
}, async () => {
  const cp = await ready();
  await refusesInvalid(cp, 'RemoteStopTransaction', { transactionId: 'the one that runs' }, REFUSAL);
  await stillAnswers(cp);
});

scenario('a value outside the enumeration is refused', {
  checks: 'A call with a value outside its enumeration is answered with an error, or refused.',
  by: 'OCPP-J 1.6 §4.2.3',
}, async () => {
  const cp = await ready();
  operativeAfterwards(cp, site.connector);
  await refusesInvalid(cp, 'ChangeAvailability', { connectorId: site.connector, type: 'Sleepy' }, REFUSAL);
  await stillAnswers(cp);
});

scenario('texts that are no messages are ignored', {
  checks:
    'An unknown message type is ignored; broken JSON and JSON that is no message should leave the link as '
    + 'it was.',
  by: ['OCPP-J 1.6 §4.1.3', 'OCPP-J 1.6 §4.2'],
}, async () => {
  const cp = await ready();
  const unknownType = '[9,"unknown-1","Reset",{"type":"Hard"}]';
  step(unknownType);
  await cp.send(unknownType);
  await stillAnswers(cp);
  for (const text of ['this is no JSON', '[2,"broken-1","Heartb', '{"action":"Reset"}', '[]']) {
    step(text);
    await cp.send(text);
    // OCPP-J says nothing about them; the link is not lost for good
    if (!(await should(() => stillAnswers(cp), `the link survives ${text}`)) && !cp.connected) {
      await cp.expectConnect(patient);
    }
  }
  await stillAnswers(cp);
});

scenario('answers without a call are ignored', {
  checks: 'A result and an error that belong to no call are ignored.',
  by: ['OCPP-J 1.6 §4.2.2', 'OCPP-J 1.6 §4.2.3'],
}, async () => {
  const cp = await ready();
  await cp.send([3, 'no-call-1', { currentTime: new Date(now()).toISOString() }]);
  await stillAnswers(cp);
  await cp.send([4, 'no-call-2', 'InternalError', 'there was no question', {}]);
  await stillAnswers(cp);
});

scenario('one call at a time', {
  checks: 'While the charge point waits for an answer, it does not send a second call.',
  by: 'OCPP-J 1.6 §4.1.1',
  grade: 'should',
}, async () => {
  const cp = await ready();
  // well below the time after which a charge point may give a call up, and send the next one
  const late = 1000;
  cp.forget();
  cp.answerOnce('Heartbeat', ocpp.delay(late));
  const { status } = await ask(cp, 'TriggerMessage', { requestedMessage: 'Heartbeat' });
  if (status !== 'Accepted') {
    skip(`a heartbeat cannot be triggered: ${status}`);
  }
  const heartbeat = await cp.expectCall('Heartbeat');

  // this makes it send a message; it may reject the request at this time, but must not send the message
  const connectorId = site.connector;
  const second = await cp.call('TriggerMessage', { requestedMessage: 'StatusNotification', connectorId });
  const call = await happens(() => cp.expectCall('StatusNotification', { connectorId }, { within: late + 10000 }));
  const early = cp.calls().filter(({ at }) => at > heartbeat.at && at < heartbeat.at + late * 0.9);
  expect(early.map(({ action }) => action), [], 'the calls before the answer to Heartbeat');
  if (!call) {
    skip(`no second message came that had to wait; the request for it was ${second.status}`);
  }
});

scenario('a transaction message that fails is sent again', {
  checks: 'A StopTransaction that is answered with an error is repeated after TransactionMessageRetryInterval.',
  by: ['OCPP 1.6 §3.7.1', 'OCPP 1.6 §9.1'],
  grade: 'should',
  timeout: LONG,
}, async () => {
  const cp = await readyAndFree();
  const seconds = foreign ? 5 : 1;
  await configure(cp, { TransactionMessageAttempts: '3', TransactionMessageRetryInterval: String(seconds) });
  const transaction = await charging(cp);
  cp.answerOnce('StopTransaction', ocpp.error('InternalError', 'an error on purpose'));
  const first = await stop(cp, transaction);
  const { transactionId, meterStop } = first.payload;
  const within = seconds * 1000 + 15000;
  const again = await cp.expectCall('StopTransaction', { transactionId, meterStop }, { within });
  const wait = again.at - first.at;
  assert(wait >= seconds * 800, `sent again after ${wait} ms, not after ${seconds} s`);
});
