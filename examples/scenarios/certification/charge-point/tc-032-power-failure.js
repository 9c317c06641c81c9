/// <reference path="../../ocpp-tui-scenario.d.ts" />

const {
  BOOT, LONG, begin, ends, inOrder, powerOff, powerOn, rebooting, session, site, statusOf,
} = require('./lib/station.js');

/** The power fails during a transaction; `how` is for a simulated charge point. Returns when it was stopped. */
async function failure(how) {
  const cp = await begin();
  const transaction = await session(cp);
  cp.forget();
  await powerOff(cp, { stop: how });
  const before = cp.calls('StopTransaction').some(({ payload }) => payload.transactionId === transaction.id);
  if (before !== (how === 'before')) {
    skip(`the charge point stops its transactions ${before ? 'before it goes down' : 'when the power is back'}`);
  }
  await powerOn(cp);
  const boot = await cp.expectCall('BootNotification', BOOT, rebooting);
  const end = await ends(cp, transaction, { reason: 'PowerLoss', timestamp: any.time });
  inOrder(cp, ...(before ? [end, boot] : [boot, end]));
  expect(await statusOf(cp, site.connector), oneOf('Preparing', 'Finishing', 'Available'), 'the status');
}

scenario('the power fails, and transactions are stopped before', {
  id: 'TC_032_1_CS', area: 'power failure (unhappy)',
  checks:
    'A charge point that can do so stops its transactions with PowerLoss before it goes down, and boots afterwards.',
  by: ['OCPP 1.6 §4.10', 'OCPP 1.6 §4.2', 'OCPP 1.6 §7'],
  timeout: LONG,
}, () => failure('before'));

scenario('the power fails, and transactions are stopped afterwards', {
  id: 'TC_032_2_CS', area: 'power failure (unhappy)',
  checks: 'A charge point that could not do so before stops its transactions with PowerLoss when it has booted.',
  by: ['OCPP 1.6 §4.10', 'OCPP 1.6 §4.2', 'OCPP 1.6 §7'],
  timeout: LONG,
}, () => failure('after'));
