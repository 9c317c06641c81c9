/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { LONG, begin, faulted, site, statusOf, tells } = require('./lib/station.js');

scenario('a fault', {
  id: 'TC_041_CS', area: 'fault behavior (unhappy)',
  checks: 'A fault is reported with Faulted and its error code; when it is repaired, the connector is Available again.',
  by: ['OCPP 1.6 §4.9', 'OCPP 1.6 §7'],
  timeout: LONG,
}, async () => {
  const cp = await begin();
  cp.forget();
  await faulted();
  await tells(cp, 'Faulted', { errorCode: foreign ? not('NoError') : 'GroundFailure' });
  expect(await statusOf(cp, site.connector), 'Faulted', 'the status');
  step('it is repaired');
  cp.forget();
  await hands.recover(site.connector);
  await tells(cp, 'Available', { errorCode: 'NoError' });
});
