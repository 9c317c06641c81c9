/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { LONG, begin, connectorCount, lockFails, quietly, session, site, stop } = require('./lib/station.js');

scenario('a connector cannot be unlocked', {
  id: 'TC_030_CS', area: 'unlocking (unhappy)',
  checks: 'UnlockConnector is answered with UnlockFailed when the lock does not move.',
  by: 'OCPP 1.6 §5.18',
  timeout: LONG,
}, async () => {
  const cp = await begin();
  const transaction = await session(cp);
  await lockFails();
  await cp.call('UnlockConnector', { connectorId: site.connector }, { status: 'UnlockFailed' });
  await quietly(() => stop(cp, transaction));
});

scenario('an unknown connector is not unlocked', {
  id: 'TC_031_CS', area: 'unlocking (unhappy)',
  checks: 'UnlockConnector is answered with NotSupported for a connector that does not exist.',
  by: ['OCPP 1.6 §5.18', 'OCPP 1.6 §7'],
}, async () => {
  const cp = await begin({ free: false });
  const connectorId = (await connectorCount(cp)) + 1;
  const expected = { status: oneOf('NotSupported', 'UnlockFailed') };
  const { status } = await cp.call('UnlockConnector', { connectorId }, expected);
  // only the second edition names the word
  should(status === 'NotSupported', `the status for an unknown connector is NotSupported, not ${status}`);
});
