/// <reference path="../../ocpp-tui-scenario.d.ts" />

const {
  LONG, begin, card, configure, ends, goesOn, numbered, offline, online, plug, quietly, remembered, setting, starts,
  stopByCard, tells, tolerance,
} = require('./lib/station.js');

/** Starts a transaction with a card and without a connection, then connects; `answer` is to its StartTransaction. */
async function offlineStart(cp, answer) {
  if ((await setting(cp, 'AllowOfflineTxForUnknownId', 'true')) !== 'Accepted') {
    await remembered(cp);
  }
  await configure(cp, { LocalAuthorizeOffline: 'true' });
  const transaction = numbered(cp, answer);
  await offline(cp);
  const from = now();
  await plug();
  await card();
  await sleep(foreign ? 90000 : 20000);
  const to = now();
  cp.forget();
  await online(cp);
  transaction.call = await starts(cp);
  const { timestamp } = transaction.call.payload;
  expect(Date.parse(timestamp), between(from - tolerance, to - tolerance), 'the time of a start while offline');
  return transaction;
}

const invalid = { idTagInfo: { status: 'Invalid' } };

scenario('an offline start with a valid tag', {
  id: 'TC_037_1_CS', area: 'offline behavior (unhappy)',
  checks: 'A transaction that starts without a connection is reported when it is back, with the time of its start.',
  by: ['OCPP 1.6 §3.5', 'OCPP 1.6 §3.7', 'OCPP 1.6 §4.8', 'OCPP 1.6 §9.1'],
  timeout: LONG,
}, async () => {
  const cp = await begin();
  const transaction = await offlineStart(cp);
  await goesOn(cp, transaction);
  await stopByCard(cp, transaction);
});

scenario('an offline start with an invalid tag that goes on', {
  id: 'TC_037_2_CS', area: 'offline behavior (unhappy)',
  checks:
    'Without StopTransactionOnInvalidId a transaction whose tag turns out to be Invalid is not stopped, but gets no '
    + 'energy.',
  by: ['OCPP 1.6 §3.5', 'OCPP 1.6 §4.8', 'OCPP 1.6 §9.1'],
  timeout: LONG,
}, async () => {
  const cp = await begin();
  await setting(cp, 'MaxEnergyOnInvalidId', '0');
  await configure(cp, { StopTransactionOnInvalidId: 'false' });
  after(() => quietly(() => cp.call('ClearCache', {})));
  const transaction = await offlineStart(cp, invalid);
  await tells(cp, 'SuspendedEVSE');
  await goesOn(cp, transaction);
});

scenario('an offline start with an invalid tag that is stopped', {
  id: 'TC_037_3_CS', area: 'offline behavior (unhappy)',
  checks:
    'With StopTransactionOnInvalidId a transaction whose tag turns out to be Invalid is stopped with DeAuthorized.',
  by: ['OCPP 1.6 §3.5', 'OCPP 1.6 §4.8', 'OCPP 1.6 §4.10', 'OCPP 1.6 §9.1'],
  timeout: LONG,
}, async () => {
  const cp = await begin();
  await configure(cp, { StopTransactionOnInvalidId: 'true' });
  after(() => quietly(() => cp.call('ClearCache', {})));
  const transaction = await offlineStart(cp, invalid);
  await ends(cp, transaction, { reason: 'DeAuthorized' });
});
