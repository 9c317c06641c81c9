/// <reference path="../ocpp-tui-scenario.d.ts" />

// The Reservation profile of an OCPP 1.6-J charge point: who may use a reserved connector, and how a reservation ends.
//
//     ocpp-tui test examples/scenarios/charge-point/reservation.js                 a simulated charge point
//     ocpp-tui test --listen 9000 examples/scenarios/charge-point/reservation.js   the one that connects
//
// `idTag` and `otherIdTag` must be two tags that do not belong to one group; `connector` (1) is the connector that
// is reserved.

const {
  LONG, charging, nextNumber, operativeAfterwards, patient, quietly, readyAndFree, refusesStart, site, stop,
} = require('./lib/charge-point.js');
const { cancel, expires, lasts, reservation, reserve } = require('./lib/reservation.js');

const connectorId = site.connector;

const begin = () => readyAndFree({ profile: 'Reservation' });

/** The charge point with a reserved connector, and the reservation. */
async function reserved(milliseconds) {
  const cp = await begin();
  const made = reservation(milliseconds);
  cp.forget();
  await reserve(cp, made);
  await cp.expectCall('StatusNotification', { connectorId, status: 'Reserved' }, patient);
  return { cp, made, id: made.reservationId };
}

scenario('a connector is reserved and released', {
  checks: 'ReserveNow makes the connector Reserved, CancelReservation Available; both are reported.',
  by: ['OCPP 1.6 §5.13', 'OCPP 1.6 §5.1', 'OCPP 1.6 §4.9'],
  timeout: LONG,
}, async () => {
  const { cp, id } = await reserved();
  cp.forget();
  await cancel(cp, id, { status: 'Accepted' });
  await cp.expectCall('StatusNotification', { connectorId, status: 'Available' }, patient);
});

scenario('only an existing reservation can be cancelled', {
  checks:
    'CancelReservation is Rejected for an unknown id, and the second time for a known one.',
  by: 'OCPP 1.6 §5.1',
  timeout: LONG,
}, async () => {
  const { cp, id } = await reserved();
  await cancel(cp, nextNumber(), { status: 'Rejected' });
  await cancel(cp, id, { status: 'Accepted' });
  await cancel(cp, id, { status: 'Rejected' });
});

scenario('a connector is reserved only once', {
  checks:
    'ReserveNow for a reserved connector is Occupied with another id; with the same id it replaces the '
    + 'reservation.',
  by: 'OCPP 1.6 §5.13',
  timeout: LONG,
}, async () => {
  const { cp, id } = await reserved();
  const another = reservation(600000, { idTag: site.otherIdTag });
  // it must not stay when it is taken by mistake
  after(() => quietly(() => cancel(cp, another.reservationId)));
  await cp.call('ReserveNow', another, { status: 'Occupied' });
  await cp.call('ReserveNow', reservation(900000, { reservationId: id }), { status: 'Accepted' });
});

scenario('an unavailable connector is not reserved', {
  checks: 'ReserveNow for an unavailable connector is answered with Unavailable.',
  by: 'OCPP 1.6 §5.13',
  timeout: LONG,
}, async () => {
  const cp = await begin();
  operativeAfterwards(cp, connectorId);
  cp.forget();
  await cp.call('ChangeAvailability', { connectorId, type: 'Inoperative' }, { status: 'Accepted' });
  await cp.expectCall('StatusNotification', { connectorId, status: 'Unavailable' }, patient);
  await reserve(cp, reservation(), 'Unavailable');
});

scenario('a reserved connector is for its tag only', {
  checks:
    'Another tag cannot charge at a reserved connector; the right one can, and its transaction names the '
    + 'reservation.',
  by: ['OCPP 1.6 §5.13', 'OCPP 1.6 §4.8'],
  timeout: LONG,
}, async () => {
  const { cp, id } = await reserved();
  await refusesStart(cp, connectorId, site.otherIdTag, 'Reserved');

  step('the one who reserved comes');
  const transaction = await charging(cp);
  expect(transaction.call.payload.reservationId, id, 'reservationId in StartTransaction');
  await stop(cp, transaction);
  step('the reservation is used up');
  await cancel(cp, id, { status: 'Rejected' });
});

scenario('a reservation expires', {
  checks: 'At the expiry date the connector becomes Available, and the reservation can no longer be cancelled.',
  by: ['OCPP 1.6 §5.13', 'OCPP 1.6 §5.1'],
  timeout: LONG,
}, async () => {
  const { cp, made, id } = await reserved(lasts);
  await expires(cp, made);
  await cancel(cp, id, { status: 'Rejected' });
});
