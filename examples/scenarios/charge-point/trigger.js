/// <reference path="../ocpp-tui-scenario.d.ts" />

// The Remote Trigger profile of an OCPP 1.6-J charge point: each message that can be asked for, and what cannot.
//
//     ocpp-tui test examples/scenarios/charge-point/trigger.js                 a simulated charge point
//     ocpp-tui test --listen 9000 examples/scenarios/charge-point/trigger.js   the one that connects
//
// Nothing is changed at the charge point. `connector` (1) is the one that is asked about; no transfer of firmware
// or diagnostics should be under way.

const { ask, connectorCount, fromNow, ready, site } = require('./lib/charge-point.js');

/** Asks for a message and waits for it; ends the scenario when the charge point cannot be asked for this one. */
async function triggered(cp, requestedMessage, place, expected) {
  const then = fromNow(cp);
  const { status } = await ask(cp, 'TriggerMessage', { requestedMessage, ...place });
  if (status === 'NotImplemented') {
    skip(`${requestedMessage} cannot be triggered`);
  }
  expect(status, 'Accepted', 'the status of the answer');
  return then(requestedMessage, expected);
}

scenario('a heartbeat on demand', {
  checks: 'TriggerMessage of Heartbeat is accepted, and a heartbeat follows.',
  by: 'OCPP 1.6 §5.17',
}, async () => {
  await triggered(await ready(), 'Heartbeat', {}, {});
});

scenario('a status on demand', {
  checks: 'TriggerMessage of StatusNotification for a connector brings the status of that connector.',
  by: ['OCPP 1.6 §5.17', 'OCPP 1.6 §4.9'],
}, async () => {
  const place = { connectorId: site.connector };
  await triggered(await ready(), 'StatusNotification', place, { ...place, status: any.string, errorCode: any.string });
});

scenario('all statuses on demand', {
  checks: 'TriggerMessage of StatusNotification without a connector brings the statuses of all connectors.',
  by: 'OCPP 1.6 §5.17',
}, async () => {
  const cp = await ready();
  const connectors = await connectorCount(cp);
  const then = fromNow(cp);
  await triggered(cp, 'StatusNotification', {}, { connectorId: 1 });
  for (let connectorId = 2; connectorId <= connectors; connectorId += 1) {
    await then('StatusNotification', { connectorId });
  }
});

scenario('meter values on demand', {
  checks: 'TriggerMessage of MeterValues for a connector brings a reading that says it was triggered.',
  by: ['OCPP 1.6 §5.17', 'OCPP 1.6 §4.7'],
}, async () => {
  const place = { connectorId: site.connector };
  const call = await triggered(await ready(), 'MeterValues', place, { ...place, meterValue: any.array });
  const contexts = call.payload.meterValue.flatMap(({ sampledValue }) => sampledValue.map(({ context }) => context));
  assert(contexts.length > 0, 'there is no reading in the meter values');
  const others = contexts.filter((context) => context !== 'Trigger');
  expect(others, [], 'the contexts other than Trigger');
});

scenario('a boot on demand', {
  checks:
    'TriggerMessage of BootNotification is accepted, and a boot follows; or it is rejected, because '
    + 'nobody needs it.',
  by: 'OCPP 1.6 §5.17',
}, async () => {
  const cp = await ready();
  const then = fromNow(cp);
  const { status } = await ask(cp, 'TriggerMessage', { requestedMessage: 'BootNotification' });
  if (status === 'NotImplemented') {
    skip('BootNotification cannot be triggered');
  }
  // the errata advise an accepted charge point to reject it; before them, accepting was usual
  expect(status, oneOf('Accepted', 'Rejected'), 'the status of the answer');
  if (status === 'Accepted') {
    await then('BootNotification', { chargePointVendor: any.string, chargePointModel: any.string });
  }
});

scenario('the status of diagnostics on demand', {
  checks: 'TriggerMessage of DiagnosticsStatusNotification brings Idle while no diagnostics are uploaded.',
  by: ['OCPP 1.6 §5.17', 'OCPP 1.6 §4.4'],
}, async () => {
  await triggered(await ready(), 'DiagnosticsStatusNotification', {}, { status: 'Idle' });
});

scenario('the status of firmware on demand', {
  checks: 'TriggerMessage of FirmwareStatusNotification brings Idle while no firmware is installed.',
  by: ['OCPP 1.6 §5.17', 'OCPP 1.6 §4.5'],
}, async () => {
  await triggered(await ready(), 'FirmwareStatusNotification', {}, { status: 'Idle' });
});

/** A trigger that must lead to nothing: refused with a status or with an error about the value. */
async function refused(payload, ...statuses) {
  const cp = await ready();
  // so that a charge point without triggers is not praised for refusing this one
  await ask(cp, 'TriggerMessage', { requestedMessage: 'Heartbeat' });
  let result;
  try {
    result = await cp.call('TriggerMessage', payload);
  } catch (error) {
    const codes = ['PropertyConstraintViolation', 'TypeConstraintViolation', 'FormationViolation', 'NotImplemented'];
    expect(error.code, oneOf(...codes), `the end of the call: ${error.message}`);
    return;
  }
  expect(result.status, oneOf(...statuses), 'the status of the answer');
}

scenario('a message that cannot be triggered', {
  checks:
    'TriggerMessage of something that the definitions do not offer is NotImplemented, or an error about '
    + 'the value.',
  by: 'OCPP 1.6 §5.17',
}, () => refused({ requestedMessage: 'StartTransaction' }, 'NotImplemented', 'Rejected'));

scenario('a trigger for a connector that does not exist', {
  checks: 'TriggerMessage with an unknown connector is not accepted.',
  by: 'OCPP 1.6 §5.17',
}, () => refused({ requestedMessage: 'StatusNotification', connectorId: 9999 }, 'Rejected', 'NotImplemented'));
