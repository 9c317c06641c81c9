/// <reference path="../../ocpp-tui-scenario.d.ts" />

const {
  LONG, begin, faulted, goesOn, operativeAfterwards, session, site, stopByCard, tells,
} = require('./lib/station.js');
const { reservation, reserve } = require('../../charge-point/lib/reservation.js');
const { begins, isNotTaken } = require('./lib/reservations.js');

const connectorId = site.connector;

scenario('no reservation of a faulted connector', {
  id: 'TC_048_1_CS', area: 'reservation', profiles: ['Reservation'],
  checks: 'ReserveNow for a connector that is Faulted is answered with Faulted.',
  by: ['OCPP 1.6 §5.13', 'OCPP 1.6 §4.9'],
  timeout: LONG,
}, async () => {
  const cp = await begins();
  cp.forget();
  await faulted();
  await tells(cp, 'Faulted');
  await reserve(cp, reservation(), 'Faulted');
});

scenario('no reservation of an occupied connector', {
  id: 'TC_048_2_CS', area: 'reservation', profiles: ['Reservation'],
  checks: 'ReserveNow for a connector in use is answered with Occupied, and the transaction goes on.',
  by: ['OCPP 1.6 §5.13', 'OCPP 1.6 §4.9'],
  timeout: LONG,
}, async () => {
  const cp = await begins();
  const transaction = await session(cp);
  await reserve(cp, reservation(), 'Occupied');
  await goesOn(cp, transaction);
  await stopByCard(cp, transaction);
});

scenario('no reservation of an unavailable connector', {
  id: 'TC_048_3_CS', area: 'reservation', profiles: ['Reservation'],
  checks: 'ReserveNow for a connector that is Unavailable is answered with Unavailable.',
  by: ['OCPP 1.6 §5.13', 'OCPP 1.6 §5.2'],
  timeout: LONG,
}, async () => {
  const cp = await begins();
  operativeAfterwards(cp, connectorId);
  cp.forget();
  await cp.call('ChangeAvailability', { connectorId, type: 'Inoperative' }, { status: 'Accepted' });
  await tells(cp, 'Unavailable');
  await reserve(cp, reservation(), 'Unavailable');
});

scenario('no reservation where none is taken', {
  id: 'TC_048_4_CS', area: 'reservation',
  checks: 'A charge point that takes no reservations answers ReserveNow with Rejected, or with an error that says so.',
  by: 'OCPP 1.6 §5.13',
  timeout: LONG,
}, async () => {
  const cp = await begin();
  await isNotTaken(cp, reservation());
});
