/// <reference path="../ocpp-tui-scenario.d.ts" />

// The Reservation profile of an OCPP 1.6-J charge point: who gets a reserved connector, and how a reservation ends.
//
//     ocpp-tui test examples/scenarios/charge-point/reservation.js                 a simulated charge point
//     ocpp-tui test --listen 9000 examples/scenarios/charge-point/reservation.js   the one that connects
//
// `idTag` and `otherIdTag` must be two tags that do not belong to one group; `connector` (1) is the connector that
// is reserved.

const {
  LONG, ask, cleanUp, fromNow, nextNumber, patient, quietly, readyAndFree, refusesStart, site, start, stop,
} = require('./lib/charge-point.js');

const connectorId = site.connector;

/** What is asked for when a connector is reserved. */
function reservation(milliseconds = 600000, fields = {}) {
  const expiryDate = new Date(now() + milliseconds).toISOString();
  return { connectorId, expiryDate, idTag: site.idTag, reservationId: nextNumber(), ...fields };
}

/** Reserves the connector and gives the id. Many charge points are configured to take no reservations, as they may. */
async function reserve(cp, payload) {
  const { status } = await ask(cp, 'ReserveNow', payload);
  if (status === 'Rejected') {
    skip('the charge point takes no reservations');
  }
  expect(status, 'Accepted', 'the status of the answer to ReserveNow');
  return payload.reservationId;
}

const cancel = (cp, reservationId, expected) => cp.call('CancelReservation', { reservationId }, expected);

scenario('a connector is reserved and released', {
  checks: 'ReserveNow makes the connector Reserved, CancelReservation makes it Available again; both are told.',
  by: ['OCPP 1.6 §5.13', 'OCPP 1.6 §5.1', 'OCPP 1.6 §4.9'],
  timeout: LONG,
}, async () => {
  const cp = await readyAndFree();
  const then = fromNow(cp);
  const id = await reserve(cp, reservation());
  try {
    await then('StatusNotification', { connectorId, status: 'Reserved' }, patient);
  } finally {
    await cancel(cp, id, { status: 'Accepted' });
  }
  await then('StatusNotification', { connectorId, status: 'Available' }, patient);
});

scenario('only a reservation that holds can be cancelled', {
  checks:
    'CancelReservation is Rejected for an id that nobody reserved with, and the second time for one that '
    + 'somebody did.',
  by: 'OCPP 1.6 §5.1',
  timeout: LONG,
}, async () => {
  const cp = await readyAndFree();
  const id = await reserve(cp, reservation());
  try {
    await cancel(cp, nextNumber(), { status: 'Rejected' });
  } finally {
    await cancel(cp, id, { status: 'Accepted' });
  }
  await cancel(cp, id, { status: 'Rejected' });
});

scenario('a connector is reserved only once', {
  checks:
    'ReserveNow for a reserved connector is Occupied with another id; with the same id it replaces the '
    + 'reservation.',
  by: 'OCPP 1.6 §5.13',
  timeout: LONG,
}, async () => {
  const cp = await readyAndFree();
  const id = await reserve(cp, reservation());
  try {
    await cp.call('ReserveNow', reservation(600000, { idTag: site.otherIdTag }), { status: 'Occupied' });
    await cp.call('ReserveNow', reservation(900000, { reservationId: id }), { status: 'Accepted' });
  } finally {
    await cancel(cp, id, { status: 'Accepted' });
  }
});

scenario('a connector out of use is not reserved', {
  checks: 'ReserveNow for an unavailable connector is answered with Unavailable.',
  by: 'OCPP 1.6 §5.13',
  timeout: LONG,
}, async () => {
  const cp = await readyAndFree();
  const then = fromNow(cp);
  await cp.call('ChangeAvailability', { connectorId, type: 'Inoperative' }, { status: 'Accepted' });
  try {
    await then('StatusNotification', { connectorId, status: 'Unavailable' }, patient);
    const { status } = await ask(cp, 'ReserveNow', reservation());
    if (status === 'Rejected') {
      skip('the charge point takes no reservations');
    }
    expect(status, 'Unavailable', 'the status of the answer to ReserveNow');
  } finally {
    await quietly(() => cp.call('ChangeAvailability', { connectorId, type: 'Operative' }));
  }
});

scenario('a reserved connector is for its tag only', {
  checks:
    'Another tag cannot charge at a reserved connector; the right one can, and its transaction names the '
    + 'reservation.',
  by: ['OCPP 1.6 §5.13', 'OCPP 1.6 §4.8'],
  timeout: LONG,
}, async () => {
  const cp = await readyAndFree();
  const then = fromNow(cp);
  const id = await reserve(cp, reservation());
  let transaction;
  try {
    await then('StatusNotification', { connectorId, status: 'Reserved' }, patient);
    await refusesStart(cp, connectorId, site.otherIdTag);

    step('the one who reserved comes');
    transaction = await start(cp);
    expect(transaction.call.payload.reservationId, id, 'reservationId in StartTransaction');
    await stop(cp, transaction);
    step('the reservation is used up');
    await cancel(cp, id, { status: 'Rejected' });
  } finally {
    await cleanUp(cp, transaction);
    await quietly(() => cancel(cp, id));
  }
});

scenario('a reservation runs out', {
  checks: 'At the expiry date the connector becomes Available again, and there is nothing left to cancel.',
  by: ['OCPP 1.6 §5.13', 'OCPP 1.6 §5.1'],
  timeout: LONG,
}, async () => {
  const cp = await readyAndFree();
  const then = fromNow(cp);
  // the clocks of two machines differ, and a reservation that is over already would be refused
  const lasts = foreign ? 30000 : 1500;
  const id = await reserve(cp, reservation(lasts));
  try {
    await then('StatusNotification', { connectorId, status: 'Reserved' }, patient);
    await then('StatusNotification', { connectorId, status: 'Available' }, { within: lasts + patient.within });
    await cancel(cp, id, { status: 'Rejected' });
  } finally {
    await quietly(() => cancel(cp, id));
  }
});
