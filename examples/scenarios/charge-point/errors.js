/// <reference path="../ocpp-tui-scenario.d.ts" />

// How an OCPP 1.6-J charge point handles invalid calls, texts that are not messages, and answers that are late or
// errors.
//
//     ocpp-tui test examples/scenarios/charge-point/errors.js                 a simulated charge point
//     ocpp-tui test --listen 9000 examples/scenarios/charge-point/errors.js   the one that connects
//
// `idTag` and `connector` (1) are used for one transaction.

const {
  LONG, REFUSAL, ask, charging, configured, patient, ready, readyAndFree, site, stop, withConfiguration,
} = require('./lib/charge-point.js');

// The errors for a missing field. The name was misprinted in some versions of the specification, and some charge
// points use the code for wrong values.
const INCOMPLETE = oneOf('OccurenceConstraintViolation', 'OccurrenceConstraintViolation', 'ProtocolError', REFUSAL);

/** A call without effect that every charge point answers: it shows that the link works. */
async function stillAnswers(cp) {
  expect(await configured(cp, 'HeartbeatInterval'), /^[0-9]+$/, 'HeartbeatInterval');
  assert(cp.connected, 'the link is down');
}

scenario('an action that does not exist is refused', {
  checks: 'A call of an unknown action is answered with the error NotImplemented.',
  by: 'OCPP-J 1.6 §4.2.3',
}, async () => {
  const cp = await ready();
  await cp.callError('MakeCoffee', { cups: 2 }, oneOf('NotImplemented', 'NotSupported'));
  await stillAnswers(cp);
});

scenario('a missing field is refused', {
  checks: 'A call without a required field is answered with a matching error.',
  by: 'OCPP-J 1.6 §4.2.3',
}, async () => {
  const cp = await ready();
  await cp.callError('ChangeConfiguration', { key: 'HeartbeatInterval' }, INCOMPLETE);
  await cp.callError('UnlockConnector', {}, INCOMPLETE);
  await stillAnswers(cp);
});

scenario('a field of the wrong type is refused', {
  checks: 'A call with a text in place of a number is answered with a matching error.',
  by: 'OCPP-J 1.6 §4.2.3',
}, async () => {
  const cp = await ready();
  await cp.callError('RemoteStopTransaction', { transactionId: 'the one that runs' }, REFUSAL);
  await stillAnswers(cp);
});

scenario('a value outside the enumeration is refused', {
  checks: 'A call with a value outside its enumeration is answered with a matching error.',
  by: 'OCPP-J 1.6 §4.2.3',
}, async () => {
  const cp = await ready();
  await cp.callError('ChangeAvailability', { connectorId: site.connector, type: 'Sleepy' }, REFUSAL);
  await stillAnswers(cp);
});

scenario('texts that are no messages are ignored', {
  checks:
    'Broken JSON, JSON that is no message, and an unknown message type leave the link and the charge '
    + 'point as they were.',
  by: ['OCPP-J 1.6 §4.1.3', 'OCPP-J 1.6 §4.2'],
}, async () => {
  const cp = await ready();
  const texts = [
    'this is no JSON', '[2,"broken-1","Heartb', '{"action":"Reset"}', '[]', '[9,"unknown-1","Reset",{"type":"Hard"}]',
  ];
  for (const text of texts) {
    step(text);
    await cp.send(text);
    await stillAnswers(cp);
  }
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
}, async () => {
  const cp = await ready();
  const late = foreign ? 5000 : 1500;
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
  await cp.expectNoCall(undefined, { for: late * 0.6 });
  if (second.status === 'Accepted') {
    const call = await cp.expectCall('StatusNotification', { connectorId }, { within: late + 10000 });
    assert(call.at - heartbeat.at >= late * 0.9, `the next call came ${call.at - heartbeat.at} ms after the last`);
  }
});

scenario('a transaction message that fails is sent again', {
  checks: 'A StopTransaction that is answered with an error is repeated after TransactionMessageRetryInterval.',
  by: ['OCPP 1.6 §3.7.1', 'OCPP 1.6 §9.1'],
  timeout: LONG,
}, async () => {
  const cp = await readyAndFree();
  const seconds = foreign ? 5 : 1;
  const values = { TransactionMessageAttempts: '3', TransactionMessageRetryInterval: String(seconds) };
  await withConfiguration(cp, values, () => charging(cp, async (transaction) => {
    cp.answerOnce('StopTransaction', ocpp.error('InternalError', 'an error on purpose'));
    const first = await stop(cp, transaction);
    const { transactionId, meterStop } = first.payload;
    const again = await cp.expectCall('StopTransaction', { transactionId, meterStop }, patient);
    const wait = again.at - first.at;
    assert(wait >= seconds * 800, `sent again after ${wait} ms, not after ${seconds} s`);
  }));
});
