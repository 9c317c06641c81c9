/// <reference path="../../ocpp-tui-scenario.d.ts" />

const {
  IN_USE, LONG, begin, goesOn, nextNumber, refuses, refusesStart, remains, session, site, stopByCard, waitsAt,
} = require('./lib/station.js');

const connectorId = site.connector;

scenario('a remote start where a transaction runs', {
  id: 'TC_026_CS', area: 'remote actions (unhappy)',
  checks: 'A remote start at a connector where a transaction runs has no effect: the transaction goes on.',
  by: 'OCPP 1.6 §5.11',
  timeout: LONG,
}, async () => {
  const cp = await begin();
  const transaction = await session(cp);
  await refusesStart(cp, connectorId, site.otherIdTag, ...IN_USE);
  await goesOn(cp, transaction);
  await stopByCard(cp, transaction);
});

scenario('a remote start at connector 0', {
  id: 'TC_027_CS', area: 'remote actions (unhappy)',
  checks: 'A remote start at connector 0 is refused, and starts nothing at a connector where a car waits.',
  by: 'OCPP 1.6 §5.11',
  timeout: LONG,
}, async () => {
  const cp = await begin();
  await waitsAt(cp);
  await refuses(cp, 'RemoteStartTransaction', { connectorId: 0, idTag: site.idTag }, 'Rejected');
  await remains(cp, ['Preparing']);
});

scenario('a remote stop of an unknown transaction', {
  id: 'TC_028_CS', area: 'remote actions (unhappy)',
  checks: 'A remote stop of a transaction that does not exist is Rejected, and the one that runs goes on.',
  by: 'OCPP 1.6 §5.12',
  timeout: LONG,
}, async () => {
  const cp = await begin();
  const transaction = await session(cp);
  await cp.call('RemoteStopTransaction', { transactionId: nextNumber() }, { status: 'Rejected' });
  await goesOn(cp, transaction);
  await stopByCard(cp, transaction);
});
