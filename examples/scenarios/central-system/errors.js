// How a central system of OCPP 1.6-J handles invalid calls, and frames that are not messages.
//
// The specification is not precise about which error code belongs to which fault, so several codes are allowed, in
// the spelling of 1.6 and in that of 2.0.1, and others are a warning. Against a foreign central system, at which the charge point CP1 is
// registered:
//
//   ocpp-tui test central-system/errors.js --url ws://host:9000/ocpp --identity CP1
/// <reference path="../ocpp-tui-scenario.d.ts" />

const { idTag, registered, alive, ago } = require('../lib/central-system.js');

const occurrence = oneOf('OccurenceConstraintViolation', 'OccurrenceConstraintViolation');
const formation = oneOf('FormationViolation', 'FormatViolation');

/**
 * A call that gets an error and no result. OCPP-J requires the error; its table of codes describes them, and does not
 * say which one belongs to which fault, so another code is a warning.
 */
async function refused(link, action, payload, codes) {
  const { code } = await link.callError(action, payload);
  should(() => expect(code, codes, `the error for ${action}`), 'the code of the error is one for this fault');
}

/** A field is missing or occurs too rarely. */
const forMissing = oneOf(occurrence, formation, 'ProtocolError', 'PropertyConstraintViolation', 'GenericError');
/** A value has the wrong type. */
const forType = oneOf('TypeConstraintViolation', 'PropertyConstraintViolation', formation, 'GenericError');
/** A value has the right type but is not allowed. */
const forValue = oneOf('PropertyConstraintViolation', 'TypeConstraintViolation', formation, 'GenericError');

let lastId = 0;

/** An id that no other frame of this run has. */
function freshId() {
  lastId += 1;
  return `errors-${now().toString(36)}-${lastId}`;
}

/** An answer with this id, a result or an error, with any content. */
function answerTo(id) {
  return oneOf([3, id, any.object], [4, id, any.string, any.string, any.object]);
}

scenario('an unknown action is refused', {
  checks: 'A call of an unknown action gets the error NotImplemented or NotSupported, with the id of the call.',
  by: 'OCPP-J 1.6 §4.2.3',
}, async () => {
  const link = await registered();
  await link.callError('MakeCoffee', { cups: 2 }, oneOf('NotImplemented', 'NotSupported'));
  await should(() => link.callError('heartBEAT', {}, oneOf('NotImplemented', 'NotSupported')),
    'an action in another spelling is another action');
  await alive(link);
});

scenario('a call of the other role is refused', {
  checks: 'A call of an action of the central system gets an error when a charge point sends it.',
  by: 'OCPP-J 1.6 §4.2.3',
}, async () => {
  const link = await registered();
  await link.callError('Reset', { type: 'Soft' }, oneOf('NotSupported', 'NotImplemented'));
  await link.callError('ClearCache', {}, oneOf('NotSupported', 'NotImplemented'));
  await alive(link);
});

scenario('a call without a required field is refused', {
  checks: 'A call without a required field gets an error and no result, also for nested fields.',
  by: 'OCPP-J 1.6 §4.2.3',
}, async () => {
  const link = await registered();
  await step('Authorize without a tag', () => refused(link, 'Authorize', {}, forMissing));
  await step('StartTransaction without a time', () =>
    refused(link, 'StartTransaction', { connectorId: 1, idTag, meterStart: 0 }, forMissing));
  await step('MeterValues without a value', () =>
    refused(link, 'MeterValues', {
      connectorId: 1, meterValue: [{ timestamp: ago(0), sampledValue: [{ unit: 'Wh' }] }],
    }, forMissing));
  await alive(link);
});

scenario('a value of the wrong type is refused', {
  checks: 'A number in place of a text, and a text in place of a number, get an error.',
  by: 'OCPP-J 1.6 §4.2.3',
}, async () => {
  const link = await registered();
  await step('a list for a tag', () => refused(link, 'Authorize', { idTag: [idTag] }, forType));
  await step('a text for a connector', () =>
    refused(link, 'StatusNotification', { connectorId: 'one', status: 'Available', errorCode: 'NoError' }, forType));
  await step('an object for a time', () =>
    refused(link, 'StartTransaction', { connectorId: 1, idTag, meterStart: 0, timestamp: {} }, forType));
  await alive(link);
});

scenario('a value outside of its enumeration is refused', {
  checks: 'A status, an error code and a reason outside their enumerations get an error.',
  by: ['OCPP-J 1.6 §4.2.3', 'OCPP 1.6 §7'],
}, async () => {
  const link = await registered();
  await step('a status of OCPP 1.5', () =>
    refused(link, 'StatusNotification', { connectorId: 1, status: 'Occupied', errorCode: 'NoError' }, forValue));
  await step('an error code', () =>
    refused(link, 'StatusNotification', { connectorId: 1, status: 'Faulted', errorCode: 'Tired' }, forValue));
  await step('a reason', () =>
    refused(link, 'StopTransaction', { transactionId: -1, meterStop: 0, timestamp: ago(0), reason: 'Tired' }, forValue));
  await alive(link);
});

scenario('a text that is too long does not break the link', {
  checks: 'A tag that is too long is not accepted; a long serial number does not break the link.',
  by: ['OCPP-J 1.6 §4.2.3', 'OCPP 1.6 §7.28'],
}, async () => {
  const link = await registered();
  // many central systems check their tags but not the length: for them this tag is unknown
  const id = freshId();
  await link.send([2, id, 'Authorize', { idTag: '123456789012345678901' }]);
  const answer = await link.expectFrame(oneOf(
    [4, id, any.string, any.string, any.object],
    [3, id, { idTagInfo: { status: not('Accepted') } }],
  ));
  should(answer[0] === 3 || !/^(Not|Internal|Security)/.test(answer[2]), `${answer[2]} is no code for a text that is too long`);
  const long = freshId();
  await link.send([2, long, 'BootNotification', {
    chargePointVendor: 'ocpp-tui', chargePointModel: 'Scenario', chargePointSerialNumber: 'X'.repeat(26),
  }]);
  await link.expectFrame(answerTo(long));
  await alive(link);
});

scenario('an unknown field does not break the link', {
  checks: 'A call with an additional field gets an answer, a result or an error.',
  by: 'OCPP-J 1.6 §4.2.3',
}, async () => {
  const link = await registered();
  const id = freshId();
  await link.send([2, id, 'Heartbeat', { mood: 'good' }]);
  await link.expectFrame(answerTo(id));
  await alive(link);
});

scenario('an answer repeats the id of its call', {
  checks: 'Ids of 1 and of 36 characters, with blanks and with letters outside ASCII, are returned unchanged.',
  by: ['OCPP-J 1.6 §4.1.4', 'OCPP-J 1.6 §4.2.2'],
}, async () => {
  const link = await registered();
  for (const id of ['7', 'with a blank', 'ünï-ço∂é', '123e4567-e89b-12d3-a456-426614174000']) {
    await step(JSON.stringify(id), async () => {
      await link.send([2, id, 'Heartbeat', {}]);
      await link.expectFrame([3, id, { currentTime: any.time }]);
    });
  }
});

scenario('a call without fields may have the payload null', {
  checks: 'Heartbeat with the payload null is answered.',
  by: 'OCPP-J 1.6 §4.2.1',
}, async () => {
  const link = await registered();
  const id = freshId();
  await link.send([2, id, 'Heartbeat', null]);
  await link.expectFrame(answerTo(id));
  await alive(link);
});

scenario('a message of an unknown type is ignored', {
  checks: 'A message whose type is none of the three is ignored; the next call is answered.',
  by: 'OCPP-J 1.6 §4.1.3',
}, async () => {
  const link = await registered();
  await link.send([9, freshId(), 'Heartbeat', {}]);
  await alive(link);
});

scenario('texts that are no messages do not end the link', {
  checks: 'Texts that are no JSON, and JSON that is no message, do not end the link; the next call is answered.',
  by: 'OCPP-J 1.6 §4.2.3',
  grade: 'should',
}, async () => {
  const link = await registered();
  const frames = ['no JSON at all', '', '[2,"unfinished","Heartbeat",{', '{}', 'null', '17', '"Heartbeat"', '[]', '[2]',
    '[2,"no-action"]', '[2,"a-number",17,{}]', '[2,null,"Heartbeat",{}]', '[2,"no-payload","Heartbeat"]',
    '[2,"too-many","Heartbeat",{},{},{}]'];
  for (const frame of frames) {
    await step(frame || 'an empty text', async () => {
      await link.send(frame);
      await alive(link);
    });
  }
  assert(link.connected, 'the link is still up');
});

scenario('an answer without a call is ignored', {
  checks: 'Results and errors without a call are ignored; incomplete ones should be, too.',
  by: ['OCPP-J 1.6 §4.1.4', 'OCPP-J 1.6 §4.2.2'],
}, async () => {
  const link = await registered();
  const send = frame => step(JSON.stringify(frame), async () => {
    await link.send(frame);
    await alive(link);
  });
  const complete = [[3, 'no-call', {}], [3, 'no-call', { status: 'Accepted' }],
    [4, 'no-call', 'InternalError', '', {}]];
  for (const frame of complete) {
    await send(frame);
  }
  await should(async () => {
    await send([3, 'no-call']);
    await send([4, 'no-call']);
  }, 'an incomplete answer is ignored');
});

scenario('a repeated call does not break the link', {
  checks: 'A call that is repeated with its id does not end the link; it should get an answer each time.',
  by: ['OCPP-J 1.6 §4.1.4', 'OCPP-J 1.6 errata §3.1'],
}, async () => {
  const link = await registered();
  const id = freshId();
  await link.send([2, id, 'Heartbeat', {}]);
  await link.expectFrame([3, id, { currentTime: any.time }]);
  await link.send([2, id, 'Heartbeat', {}]);
  await should(() => link.expectFrame(answerTo(id)), 'the repeated call is answered, with a result or an error');
  await alive(link);
});

scenario('an id that is too long does not break the link', {
  checks: 'A call with an id of 37 characters is answered or not, and the next one is answered.',
  by: 'OCPP-J 1.6 §4.1.4',
}, async () => {
  const link = await registered();
  await link.send([2, 'x'.repeat(37), 'Heartbeat', {}]);
  await alive(link);
});
