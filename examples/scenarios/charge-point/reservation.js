/// <reference path="../ocpp-tui-scenario.d.ts" />

// The Reservation profile of an OCPP 1.6-J charge point: who may use a reserved connector, and how a reservation ends.
//
//     ocpp-tui test examples/scenarios/charge-point/reservation.js                 a simulated charge point
//     ocpp-tui test --listen 9000 examples/scenarios/charge-point/reservation.js   the one that connects
//
// `idTag` and `otherIdTag` must be two tags that do not belong to one group; `connector` (1) is the connector that
// is reserved.

const {
  LONG, ask, charging, nextNumber, outOfUse, patient, quietly, readyAndFree, refusesStart, site, stop,
} = require('./lib/charge-point.js');

const connectorId = site.connector;

/** The payload for the reservation of a connector. */
function reservation(milliseconds = 600000, fields = {}) {
  const expiryDate = new Date(now() + milliseconds).toISOString();
  return { connectorId, expiryDate, idTag: site.idTag, reservationId: nextNumber(), ...fields };
}

/** Requests a reservation. Many charge points are configured to reject reservations, which is allowed. */
async function reserve(cp, payload, expected = 'Accepted') {
  const { status } = await ask(cp, 'ReserveNow', payload);
  if (status === 'Rejected') {
    skip('the charge point takes no reservations');
  }
  expect(status, expected, 'the status of the answer to ReserveNow');
}

const cancel = (cp, reservationId, expected) => cp.call('CancelReservation', { reservationId }, expected);

/** Runs a function with the reserved connector, and cancels the reservation in any case. */
async function reserved(run, milliseconds) {
  const cp = await readyAndFree();
  const payload = reservation(milliseconds);
  const id = payload.reservationId;
  cp.forget();
  await reserve(cp, payload);
  try {
    await cp.expectCall('StatusNotification', { connectorId, status: 'Reserved' }, patient);
    await run(cp, id);
  } finally {
    await quietly(() => cancel(cp, id));
  }
}

scenario('a connector is reserved and released', {
  checks: 'ReserveNow makes the connector Reserved, CancelReservation Available; both are reported.',
  by: ['OCPP 1.6 §5.13', 'OCPP 1.6 §5.1', 'OCPP 1.6 §4.9'],
  timeout: LONG,
}, () => reserved(async (cp, id) => {
  cp.forget();
  await cancel(cp, id, { status: 'Accepted' });
  await cp.expectCall('StatusNotification', { connectorId, status: 'Available' }, patient);
}));

scenario('only an existing reservation can be cancelled', {
  checks:
    'CancelReservation is Rejected for an unknown id, and the second time for a known one.',
  by: 'OCPP 1.6 §5.1',
  timeout: LONG,
}, () => reserved(async (cp, id) => {
  await cancel(cp, nextNumber(), { status: 'Rejected' });
  await cancel(cp, id, { status: 'Accepted' });
  await cancel(cp, id, { status: 'Rejected' });
}));

scenario('a connector is reserved only once', {
  checks:
    'ReserveNow for a reserved connector is Occupied with another id; with the same id it replaces the '
    + 'reservation.',
  by: 'OCPP 1.6 §5.13',
  timeout: LONG,
}, () => reserved(async (cp, reservationId) => {
  await cp.call('ReserveNow', reservation(600000, { idTag: site.otherIdTag }), { status: 'Occupied' });
  await cp.call('ReserveNow', reservation(900000, { reservationId }), { status: 'Accepted' });
}));

scenario('an unavailable connector is not reserved', {
  checks: 'ReserveNow for an unavailable connector is answered with Unavailable.',
  by: 'OCPP 1.6 §5.13',
  timeout: LONG,
}, async () => {
  const cp = await readyAndFree();
  await outOfUse(cp, connectorId, async () => {
    cp.forget();
    await cp.call('ChangeAvailability', { connectorId, type: 'Inoperative' }, { status: 'Accepted' });
    await cp.expectCall('StatusNotification', { connectorId, status: 'Unavailable' }, patient);
    await reserve(cp, reservation(), 'Unavailable');
  });
});

scenario('a reserved connector is for its tag only', {
  checks:
    'Another tag cannot charge at a reserved connector; the right one can, and its transaction names the '
    + 'reservation.',
  by: ['OCPP 1.6 §5.13', 'OCPP 1.6 §4.8'],
  timeout: LONG,
}, () => reserved(async (cp, id) => {
  await refusesStart(cp, connectorId, site.otherIdTag);

  step('the one who reserved comes');
  await charging(cp, async (transaction) => {
    expect(transaction.call.payload.reservationId, id, 'reservationId in StartTransaction');
    await stop(cp, transaction);
  });
  step('the reservation is used up');
  await cancel(cp, id, { status: 'Rejected' });
}));

// the clocks of two machines differ, and a reservation that is already over would be refused
const lasts = foreign ? 30000 : 1500;

scenario('a reservation expires', {
  checks: 'At the expiry date the connector becomes Available, and the reservation can no longer be cancelled.',
  by: ['OCPP 1.6 §5.13', 'OCPP 1.6 §5.1'],
  timeout: LONG,
}, () => reserved(async (cp, id) => {
  cp.forget();
  await cp.expectCall('StatusNotification', { connectorId, status: 'Available' }, { within: lasts + patient.within });
  await cancel(cp, id, { status: 'Rejected' });
}, lasts));
