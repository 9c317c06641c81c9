/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official, ready, tell, authorize, charging, finished, remoteStart } = require('../../lib/official-cases.js');

official('TC_011_1_CSMS', 'a remote start before the cable is in', {
  checks: 'RemoteStartTransaction names the tag; the transaction that follows when the cable is in is accepted.',
  by: ['OCPP 1.6 §5.11', 'OCPP 1.6 §4.1', 'OCPP 1.6 §4.8'],
}, async () => {
  const link = await ready();
  await remoteStart(link);
  await finished(link, await charging(link));
});

official('TC_011_2_CSMS', 'no one plugs in after a remote start', {
  checks: 'RemoteStartTransaction is accepted, and nothing is plugged in: the connector is free again, and the tag can still charge.',
  by: ['OCPP 1.6 §5.11', 'OCPP 1.6 §4.9', 'OCPP 1.6 §9.1'],
}, async () => {
  const link = await ready();
  await remoteStart(link);
  await authorize(link);
  await tell(link, 'Preparing');
  await step('the time is over', () => tell(link, 'Available'));
  await authorize(link);
});
