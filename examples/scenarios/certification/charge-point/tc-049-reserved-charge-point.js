/// <reference path="../../ocpp-tui-scenario.d.ts" />

const {
  LONG, begin, card, charges, connectorCount, faulted, numbered, operativeAfterwards, plug, starts, stopByCard, tells,
  waitsAt,
} = require('./lib/station.js');
const { cancel, reservation, reserve } = require('../../charge-point/lib/reservation.js');
const { beginsAtZero, isNotTaken } = require('./lib/reservations.js');

const anywhere = () => reservation(600000, { connectorId: 0 });

scenario('a reserved charge point', {
  id: 'TC_049_CS', area: 'reservation', profiles: ['Reservation'],
  checks: 'With a reservation of connector 0 the card of the reservation starts at a connector, and names it.',
  by: ['OCPP 1.6 §5.13', 'OCPP 1.6 §4.8', 'OCPP 1.6 §9.3'],
  timeout: LONG,
}, async () => {
  const cp = await beginsAtZero();
  const made = anywhere();
  await reserve(cp, made);
  const transaction = numbered(cp);
  await card();
  await plug();
  transaction.call = await starts(cp, { reservationId: made.reservationId });
  await charges(cp);
  await stopByCard(cp, transaction);
  await cancel(cp, made.reservationId, { status: 'Rejected' });
});

scenario('no reservation of a faulted charge point', {
  id: 'TC_050_1_CS', area: 'reservation', profiles: ['Reservation'],
  checks: 'ReserveNow for connector 0 is answered with Faulted when all connectors are Faulted.',
  by: ['OCPP 1.6 §5.13', 'OCPP 1.6 §4.9'],
  timeout: LONG,
}, async () => {
  const cp = await beginsAtZero();
  const connectors = await connectorCount(cp);
  for (let connectorId = 1; connectorId <= connectors; connectorId += 1) {
    cp.forget();
    await faulted(connectorId);
    await tells(cp, 'Faulted', { connectorId });
  }
  await reserve(cp, anywhere(), 'Faulted');
});

scenario('no reservation of an occupied charge point', {
  id: 'TC_050_2_CS', area: 'reservation', profiles: ['Reservation'],
  checks: 'ReserveNow for connector 0 is answered with Occupied when all connectors are in use.',
  by: ['OCPP 1.6 §5.13', 'OCPP 1.6 §4.9'],
  timeout: LONG,
}, async () => {
  const cp = await beginsAtZero();
  const connectors = await connectorCount(cp);
  for (let connectorId = 1; connectorId <= connectors; connectorId += 1) {
    await waitsAt(cp, connectorId);
  }
  await reserve(cp, anywhere(), 'Occupied');
});

scenario('no reservation of an unavailable charge point', {
  id: 'TC_050_3_CS', area: 'reservation', profiles: ['Reservation'],
  checks: 'ReserveNow for connector 0 is answered with Unavailable when all connectors are Unavailable.',
  by: ['OCPP 1.6 §5.13', 'OCPP 1.6 §5.2'],
  timeout: LONG,
}, async () => {
  const cp = await beginsAtZero();
  operativeAfterwards(cp, 0);
  cp.forget();
  await cp.call('ChangeAvailability', { connectorId: 0, type: 'Inoperative' }, { status: 'Accepted' });
  await tells(cp, 'Unavailable');
  await reserve(cp, anywhere(), 'Unavailable');
});

scenario('no reservation of a charge point where none is taken', {
  id: 'TC_050_4_CS', area: 'reservation',
  checks: 'A charge point that takes no reservation of connector 0 answers ReserveNow with Rejected.',
  by: ['OCPP 1.6 §5.13', 'OCPP 1.6 §9.3'],
  timeout: LONG,
}, async () => {
  const cp = await begin();
  await isNotTaken(cp, anywhere(), 'ReserveConnectorZeroSupported');
});
