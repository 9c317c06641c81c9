/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { LONG, begin, nextNumber, session, site, stopByCard } = require('./lib/station.js');
const {
  about, clears, limitNow, profile, refusesProfile, set,
} = require('../../charge-point/lib/smart-charging.js');

const connectorId = site.connector;

/** A charge point without profiles, and its unit. */
async function cleared() {
  const cp = await begin({ profile: 'SmartCharging' });
  return [cp, await clears(cp)];
}

scenario('a default profile', {
  id: 'TC_056_CS', area: 'smart charging', profiles: ['SmartCharging'],
  checks: 'A TxDefaultProfile is accepted, and limits the transaction that starts after it.',
  by: ['OCPP 1.6 §5.16', 'OCPP 1.6 §5.7', 'OCPP 1.6 §3.13'],
  timeout: LONG,
}, async () => {
  const [cp, unit] = await cleared();
  await set(cp, connectorId, profile(unit, 'TxDefaultProfile', 10));
  const transaction = await session(cp);
  expect(await limitNow(cp, connectorId, unit), about(10), 'the limit in amperes');
  await stopByCard(cp, transaction);
});

scenario('a profile of a transaction', {
  id: 'TC_057_CS', area: 'smart charging', profiles: ['SmartCharging'],
  checks: 'A TxProfile with the id of the transaction that runs is accepted, and limits it.',
  by: ['OCPP 1.6 §5.16', 'OCPP 1.6 §5.7', 'OCPP 1.6 §3.13'],
  timeout: LONG,
}, async () => {
  const [cp, unit] = await cleared();
  const transaction = await session(cp);
  await set(cp, connectorId, profile(unit, 'TxProfile', 8, { transactionId: transaction.id }));
  expect(await limitNow(cp, connectorId, unit), about(8), 'the limit in amperes');
  await stopByCard(cp, transaction);
});

scenario('a profile of a transaction where none runs', {
  id: 'TC_058_1_CS', area: 'smart charging', profiles: ['SmartCharging'],
  checks: 'A TxProfile is refused where no transaction runs, and is not there when one starts.',
  by: ['OCPP 1.6 §5.16', 'OCPP 1.6 §3.13'],
  timeout: LONG,
}, async () => {
  const [cp, unit] = await cleared();
  await refusesProfile(cp, connectorId, profile(unit, 'TxProfile', 7));
  const transaction = await session(cp);
  expect(await limitNow(cp, connectorId, unit), not(about(7)), 'the limit in amperes of a transaction');
  await stopByCard(cp, transaction);
});

scenario('a profile of another transaction', {
  id: 'TC_058_2_CS', area: 'smart charging', profiles: ['SmartCharging'],
  checks: 'A TxProfile with the id of another transaction is refused, and does not limit the one that runs.',
  by: ['OCPP 1.6 §5.16', 'OCPP 1.6 §3.13'],
  timeout: LONG,
}, async () => {
  const [cp, unit] = await cleared();
  const transaction = await session(cp);
  await refusesProfile(cp, connectorId, profile(unit, 'TxProfile', 7, { transactionId: nextNumber() }));
  expect(await limitNow(cp, connectorId, unit), not(about(7)), 'the limit in amperes');
  await stopByCard(cp, transaction);
});
