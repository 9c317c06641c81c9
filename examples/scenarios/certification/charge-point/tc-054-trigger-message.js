/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { LONG, begin, connectorCount, hasProfile, patient, refuses, site } = require('./lib/station.js');

scenario('messages are triggered', {
  id: 'TC_054_CS', area: 'remote trigger', profiles: ['RemoteTrigger'],
  checks:
    'TriggerMessage of Heartbeat, StatusNotification, MeterValues, DiagnosticsStatusNotification and '
    + 'FirmwareStatusNotification sends each of them.',
  by: ['OCPP 1.6 §5.17', 'OCPP 1.6 §4.4', 'OCPP 1.6 §4.5', 'OCPP 1.6 §4.7', 'OCPP 1.6 §4.9'],
  timeout: LONG,
}, async () => {
  const cp = await begin({ profile: 'RemoteTrigger' });
  const sends = async (requestedMessage, place, fields) => step(requestedMessage, async () => {
    cp.forget();
    await cp.call('TriggerMessage', { requestedMessage, ...place }, { status: 'Accepted' });
    await cp.expectCall(requestedMessage, fields, patient);
  });
  const { connector } = site;
  const triggered = (sample) => sample.context === 'Trigger';
  const reading = [{ sampledValue: (values) => values.length > 0 && values.every(triggered) }];
  await sends('Heartbeat');
  await sends('StatusNotification', { connectorId: connector }, { connectorId: connector, status: 'Available' });
  await sends('MeterValues', { connectorId: connector }, { connectorId: connector, meterValue: reading });
  if (await hasProfile(cp, 'FirmwareManagement')) {
    await sends('DiagnosticsStatusNotification', {}, { status: 'Idle' });
    await sends('FirmwareStatusNotification', {}, { status: 'Idle' });
  }
});

scenario('a message is triggered that cannot be', {
  id: 'TC_055_CS', area: 'remote trigger', profiles: ['RemoteTrigger'],
  checks: 'TriggerMessage for a connector that does not exist is Rejected.',
  by: 'OCPP 1.6 §5.17',
}, async () => {
  const cp = await begin({ free: false, profile: 'RemoteTrigger' });
  const connectorId = (await connectorCount(cp)) + 1;
  await refuses(cp, 'TriggerMessage', { requestedMessage: 'MeterValues', connectorId }, 'Rejected');
});
