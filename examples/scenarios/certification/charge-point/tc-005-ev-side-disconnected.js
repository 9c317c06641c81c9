/// <reference path="../../ocpp-tui-scenario.d.ts" />

const {
  LONG, begin, cable, configure, ends, goesOn, happens, isLeft, pause, plug, remains, session, site, stopByCard,
  tells, unplug,
} = require('./lib/station.js');

const disconnect = async (cp, values) => {
  await configure(cp, values);
  return session(cp);
};

scenario('the car is unplugged, and the cable is released', {
  id: 'TC_005_1_CS', area: 'stop charging session',
  checks:
    'With StopTransactionOnEVSideDisconnect the transaction ends with EVDisconnected when the car is unplugged; with '
    + 'UnlockConnectorOnEVSideDisconnect the cable can be taken out.',
  by: ['OCPP 1.6 §4.10', 'OCPP 1.6 §9.1'],
  timeout: LONG,
}, async () => {
  const cp = await begin();
  const transaction = await disconnect(cp, {
    StopTransactionOnEVSideDisconnect: 'true', UnlockConnectorOnEVSideDisconnect: 'true',
  });
  await unplug();
  await ends(cp, transaction, { reason: 'EVDisconnected' });
  await tells(cp, 'Available');
});

scenario('the car is unplugged, and the cable stays locked', {
  id: 'TC_005_2_CS', area: 'stop charging session',
  checks:
    'With StopTransactionOnEVSideDisconnect the transaction ends with EVDisconnected when the car is unplugged; '
    + 'without UnlockConnectorOnEVSideDisconnect the cable stays in the connector until it is unlocked.',
  by: ['OCPP 1.6 §4.10', 'OCPP 1.6 §5.18', 'OCPP 1.6 §9.1'],
  timeout: LONG,
}, async () => {
  if (cable === 'fixed') {
    skip('a fixed cable is not locked: --set cable=fixed');
  }
  const cp = await begin();
  const transaction = await disconnect(cp, {
    StopTransactionOnEVSideDisconnect: 'true', UnlockConnectorOnEVSideDisconnect: 'false',
  });
  await unplug();
  await ends(cp, transaction, { reason: 'EVDisconnected' });
  await tells(cp, 'Finishing');
  step('the cable is locked');
  await remains(cp, ['Finishing']);
  step('the cable is unlocked');
  await cp.call('UnlockConnector', { connectorId: site.connector }, { status: 'Unlocked' });
  if (!(await happens(() => tells(cp, 'Available', {}, { within: pause })))) {
    await isLeft(cp);
  }
});

scenario('the car is unplugged, and the transaction goes on', {
  id: 'TC_005_3_CS', area: 'stop charging session',
  checks:
    'Without StopTransactionOnEVSideDisconnect the transaction is suspended while the car is unplugged, and goes on '
    + 'when it is plugged in again.',
  by: ['OCPP 1.6 §4.9', 'OCPP 1.6 §9.1'],
  timeout: LONG,
}, async () => {
  const cp = await begin();
  const transaction = await disconnect(cp, { StopTransactionOnEVSideDisconnect: 'false' });
  await unplug();
  await tells(cp, 'SuspendedEV');
  await goesOn(cp, transaction);
  step('the car is back');
  await plug();
  await tells(cp, 'Charging');
  await stopByCard(cp, transaction);
});
