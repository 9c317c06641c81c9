/// <reference path="../ocpp-tui-scenario.d.ts" />

// The Remote Trigger profile of an OCPP 1.6-J charge point: each message that can be requested, and invalid requests.
//
//     ocpp-tui test examples/scenarios/charge-point/trigger.js                 a simulated charge point
//     ocpp-tui test --listen 9000 examples/scenarios/charge-point/trigger.js   the one that connects
//
// The scenarios do not change the charge point. `connector` (1) is used in the requests; no transfer of firmware or
// diagnostics should be in progress.

const { ask, connectorCount, ready, refuses, site } = require('./lib/charge-point.js');

/** Requests a message and waits for it; skips the scenario if the charge point does not support the request. */
async function triggered(cp, requestedMessage, place, expected) {
  cp.forget();
  const { status } = await ask(cp, 'TriggerMessage', { requestedMessage, ...place });
  if (status === 'NotImplemented') {
    skip(`${requestedMessage} cannot be triggered`);
  }
  expect(status, 'Accepted', 'the status of the answer');
  return cp.expectCall(requestedMessage, expected);
}

scenario('a heartbeat is triggered', {
  checks: 'TriggerMessage of Heartbeat is accepted, and a heartbeat follows.',
  by: 'OCPP 1.6 §5.17',
}, async () => {
  await triggered(await ready('RemoteTrigger'), 'Heartbeat', {}, {});
});

scenario('a status is triggered', {
  checks: 'TriggerMessage of StatusNotification for a connector sends the status of that connector.',
  by: ['OCPP 1.6 §5.17', 'OCPP 1.6 §4.9'],
}, async () => {
  const place = { connectorId: site.connector };
  await triggered(await ready('RemoteTrigger'), 'StatusNotification', place, { ...place, status: any.string, errorCode: any.string });
});

scenario('all statuses are triggered', {
  checks: 'TriggerMessage of StatusNotification without a connector sends the statuses of all connectors.',
  by: 'OCPP 1.6 §5.17',
}, async () => {
  const cp = await ready('RemoteTrigger');
  const connectors = await connectorCount(cp);
  await triggered(cp, 'StatusNotification', {}, { connectorId: 1 });
  for (let connectorId = 2; connectorId <= connectors; connectorId += 1) {
    await cp.expectCall('StatusNotification', { connectorId });
  }
});

scenario('meter values are triggered', {
  checks: 'TriggerMessage of MeterValues for a connector sends a reading with the context Trigger.',
  by: ['OCPP 1.6 §5.17', 'OCPP 1.6 §4.7'],
}, async () => {
  const place = { connectorId: site.connector };
  const call = await triggered(await ready('RemoteTrigger'), 'MeterValues', place, { ...place, meterValue: any.array });
  const contexts = call.payload.meterValue.flatMap(({ sampledValue }) => sampledValue.map(({ context }) => context));
  assert(contexts.length > 0, 'there is no reading in the meter values');
  const others = contexts.filter((context) => context !== 'Trigger');
  expect(others, [], 'the contexts other than Trigger');
});

scenario('a boot is triggered', {
  checks:
    'TriggerMessage of BootNotification is accepted, and a boot follows; or it is rejected.',
  by: ['OCPP 1.6 §5.17', 'OCPP 1.6 errata §3.35'],
}, async () => {
  const cp = await ready('RemoteTrigger');
  cp.forget();
  const { status } = await ask(cp, 'TriggerMessage', { requestedMessage: 'BootNotification' });
  if (status === 'NotImplemented') {
    skip('BootNotification cannot be triggered');
  }
  // the errata recommend that an accepted charge point rejects it; before them, it was usually accepted
  expect(status, oneOf('Accepted', 'Rejected'), 'the status of the answer');
  if (status === 'Accepted') {
    await cp.expectCall('BootNotification', { chargePointVendor: any.string, chargePointModel: any.string });
  }
});

scenario('the status of diagnostics is triggered', {
  checks: 'TriggerMessage of DiagnosticsStatusNotification sends Idle while no diagnostics are uploaded.',
  by: ['OCPP 1.6 §5.17', 'OCPP 1.6 §4.4'],
}, async () => {
  await triggered(await ready('RemoteTrigger'), 'DiagnosticsStatusNotification', {}, { status: 'Idle' });
});

scenario('the status of firmware is triggered', {
  checks: 'TriggerMessage of FirmwareStatusNotification sends Idle while no firmware is installed.',
  by: ['OCPP 1.6 §5.17', 'OCPP 1.6 §4.5'],
}, async () => {
  await triggered(await ready('RemoteTrigger'), 'FirmwareStatusNotification', {}, { status: 'Idle' });
});

/** A trigger that must have no effect: refused by its status or by an error about the value. */
async function refusesTrigger(payload) {
  const cp = await ready('RemoteTrigger');
  // so a charge point without TriggerMessage does not pass by refusing this one
  await ask(cp, 'TriggerMessage', { requestedMessage: 'Heartbeat' });
  await refuses(cp, 'TriggerMessage', payload, oneOf('NotImplemented', 'Rejected'));
}

scenario('an unsupported trigger is refused', {
  checks:
    'TriggerMessage of a message outside its enumeration is NotImplemented, or an error about the value.',
  by: 'OCPP 1.6 §5.17',
}, () => refusesTrigger({ requestedMessage: 'StartTransaction' }));

scenario('a trigger for an unknown connector is refused', {
  checks: 'TriggerMessage with an unknown connector is not accepted.',
  by: 'OCPP 1.6 §5.17',
}, () => refusesTrigger({ requestedMessage: 'StatusNotification', connectorId: 9999 }));
