/// <reference path="../../ocpp-tui-scenario.d.ts" />

const {
  LONG, begin, charges, course, numbered, plug, since, site, starts, stop, tells, toldAtOnce,
} = require('./lib/station.js');

scenario('a remote start, the cable first', {
  id: 'TC_010_CS', area: 'remote actions',
  checks: 'A remote start at a connector where a car waits: Preparing, StartTransaction, Charging, in this order.',
  by: ['OCPP 1.6 §4.8', 'OCPP 1.6 §4.9', 'OCPP 1.6 §5.11'],
  timeout: LONG,
}, async () => {
  const cp = await begin();
  await toldAtOnce(cp);
  cp.forget();
  const heard = since(cp);
  await plug();
  await tells(cp, 'Preparing');
  const transaction = numbered(cp);
  const mine = { connectorId: site.connector, idTag: site.idTag };
  await cp.call('RemoteStartTransaction', mine, { status: 'Accepted' });
  transaction.call = await starts(cp);
  await charges(cp);
  expect(course(heard), ['Preparing', 'Charging'], 'the order of the statuses');
  await stop(cp, transaction);
});
