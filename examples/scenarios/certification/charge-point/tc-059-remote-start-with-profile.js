/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { LONG, begin, refuses, remains, remoteSession, site, stop, waitsAt } = require('./lib/station.js');
const { about, clears, limitNow, profile } = require('../../charge-point/lib/smart-charging.js');

const connectorId = site.connector;

scenario('a remote start with a profile', {
  id: 'TC_059_CS', area: 'smart charging', profiles: ['SmartCharging'],
  checks: 'A remote start with a TxProfile is accepted, and the profile limits the transaction.',
  by: ['OCPP 1.6 §5.11', 'OCPP 1.6 §3.13', 'OCPP 1.6 §5.7'],
  timeout: LONG,
}, async () => {
  const cp = await begin({ profile: 'SmartCharging' });
  const unit = await clears(cp);
  const transaction = await remoteSession(cp, { fields: { chargingProfile: profile(unit, 'TxProfile', 7) } });
  expect(await limitNow(cp, connectorId, unit), about(7), 'the limit in amperes');
  await stop(cp, transaction);
});

scenario('a remote start with a profile that is none of a transaction', {
  id: 'TC_060_CS', area: 'smart charging', profiles: ['SmartCharging'],
  checks: 'A remote start with a profile of another purpose is refused, and starts nothing where a car waits.',
  by: ['OCPP 1.6 §5.11', 'OCPP 1.6 §3.13'],
  timeout: LONG,
}, async () => {
  const cp = await begin({ profile: 'SmartCharging' });
  const unit = await clears(cp);
  await waitsAt(cp);
  const chargingProfile = profile(unit, 'ChargePointMaxProfile', 7);
  await refuses(cp, 'RemoteStartTransaction', { connectorId, idTag: site.idTag, chargingProfile }, 'Rejected');
  await remains(cp, ['Preparing']);
});
