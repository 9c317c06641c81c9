/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { LONG, begin, boots, connectorCount, ends, session, site, statusOf } = require('./lib/station.js');

/** Resets the charge point, and waits for its boot and the statuses after it. */
async function resets(cp, type) {
  const connectors = await connectorCount(cp);
  cp.forget();
  await cp.call('Reset', { type }, { status: 'Accepted' });
  return boots(cp, connectors);
}

/** A reset while a transaction runs; `reasons` are those that its end may have. */
const withTransaction = (type, ...reasons) => async () => {
  const cp = await begin();
  const transaction = await session(cp);
  const boot = await resets(cp, type);
  const end = await ends(cp, transaction, { reason: oneOf(...reasons) });
  if (type === 'Soft') {
    should(end.at <= boot.at, 'the end of the transaction is told before the restart');
  }
  step('the connector after the restart, with the cable still in it');
  expect(await statusOf(cp, site.connector), oneOf('Preparing', 'Finishing', 'Available'), 'the status');
};

scenario('a hard reset', {
  id: 'TC_013_CS', area: 'resetting',
  checks: 'After Reset (Hard) the charge point boots, and reports connector 0 and all others.',
  by: ['OCPP 1.6 §5.14', 'OCPP 1.6 §4.2', 'OCPP 1.6 errata §3.22'],
  timeout: LONG,
}, async () => {
  await resets(await begin(), 'Hard');
});

scenario('a soft reset', {
  id: 'TC_014_CS', area: 'resetting',
  checks: 'After Reset (Soft) the charge point boots, and reports connector 0 and all others.',
  by: ['OCPP 1.6 §5.14', 'OCPP 1.6 §4.2', 'OCPP 1.6 errata §3.22'],
  timeout: LONG,
}, async () => {
  await resets(await begin(), 'Soft');
});

scenario('a hard reset during a transaction', {
  id: 'TC_015_CS', area: 'resetting',
  checks:
    'Reset (Hard) during a transaction: it is stopped, before the restart or after it, and the charge point boots.',
  by: ['OCPP 1.6 §5.14', 'OCPP 1.6 errata §3.36', 'OCPP 1.6 §4.10'],
  timeout: LONG,
  // a hard reset need not be graceful: a transaction that was not stopped before is reported with PowerLoss
}, withTransaction('Hard', 'HardReset', 'PowerLoss', 'Reboot'));

scenario('a soft reset during a transaction', {
  id: 'TC_016_CS', area: 'resetting',
  checks: 'Reset (Soft) during a transaction: it is stopped with the reason SoftReset, and the charge point boots.',
  by: ['OCPP 1.6 §5.14', 'OCPP 1.6 errata §3.36', 'OCPP 1.6 §4.10'],
  timeout: LONG,
}, withTransaction('Soft', 'SoftReset'));
