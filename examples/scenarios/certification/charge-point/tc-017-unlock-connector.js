/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { LONG, begin, cable, ends, goesOn, isLeft, session, site, stopByCard, waitsAt } = require('./lib/station.js');

const connectorId = site.connector;

const unlock = (cp, status) => cp.call('UnlockConnector', { connectorId }, { status });

/** A charge point with a cable of this kind; skips the case if that of another program is of the other kind. */
async function withCable(kind) {
  if (foreign && cable !== kind) {
    skip(kind === 'fixed' ? 'the cable is not fixed: --set cable=fixed says that it is' : 'the cable is fixed: --set cable=fixed');
  }
  return begin({ machine: { cable: kind } });
}

scenario('a connector is unlocked', {
  id: 'TC_017_1_CS', area: 'unlocking',
  checks: 'UnlockConnector unlocks a connector without a transaction, whose cable is not fixed.',
  by: 'OCPP 1.6 §5.18',
  timeout: LONG,
}, async () => {
  const cp = await withCable('socket');
  await waitsAt(cp);
  await unlock(cp, 'Unlocked');
});

scenario('a connector with a fixed cable is not unlocked', {
  id: 'TC_017_2_CS', area: 'unlocking',
  checks: 'UnlockConnector is answered with NotSupported at a connector whose cable is fixed.',
  by: 'OCPP 1.6 §5.18',
  timeout: LONG,
}, async () => {
  await unlock(await withCable('fixed'), 'NotSupported');
});

scenario('a connector is unlocked during a transaction', {
  id: 'TC_018_1_CS', area: 'unlocking',
  checks: 'UnlockConnector during a transaction stops it with the reason UnlockCommand, and unlocks the connector.',
  by: ['OCPP 1.6 §5.18', 'OCPP 1.6 §4.10'],
  timeout: LONG,
}, async () => {
  const cp = await withCable('socket');
  const transaction = await session(cp);
  await unlock(cp, 'Unlocked');
  await ends(cp, transaction, { reason: 'UnlockCommand' });
  await isLeft(cp);
});

scenario('a connector with a fixed cable is not unlocked during a transaction', {
  id: 'TC_018_2_CS', area: 'unlocking',
  checks:
    'UnlockConnector at a connector whose cable is fixed is answered with NotSupported, and the transaction goes on.',
  by: 'OCPP 1.6 §5.18',
  timeout: LONG,
}, async () => {
  const cp = await withCable('fixed');
  const transaction = await session(cp);
  await unlock(cp, 'NotSupported');
  await goesOn(cp, transaction);
  await stopByCard(cp, transaction);
});
