/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { IN_USE, LONG, begin, card, lockFails, pause, plug, since, site, statusOf, tells } = require('./lib/station.js');

scenario('the lock fails', {
  id: 'TC_024_CS', area: 'basic actions (unhappy)',
  checks: 'When the cable cannot be locked, the charge point reports ConnectorLockFailure and starts no transaction.',
  by: ['OCPP 1.6 §4.9', 'OCPP 1.6 §7'],
  timeout: LONG,
}, async () => {
  const cp = await begin();
  await lockFails();
  cp.forget();
  const heard = since(cp);
  await plug();
  await card();
  await tells(cp, any.string, { errorCode: 'ConnectorLockFailure' });
  await cp.expectNoCall('StartTransaction', { for: pause, payload: { connectorId: site.connector } });
  expect(heard('StartTransaction'), [], 'the transactions that started');
  expect(await statusOf(cp, site.connector), not(oneOf(...IN_USE)), 'the status');
});
