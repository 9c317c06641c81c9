/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Shared by scenarios about reservations: making, cancelling and expiring one.

const { ask, happens, nextNumber, patient, quietly, site, statusOf } = require('./charge-point.js');

/** The payload for the reservation of a connector. */
function reservation(milliseconds = 600000, fields = {}) {
  const expiryDate = new Date(now() + milliseconds).toISOString();
  return { connectorId: site.connector, expiryDate, idTag: site.idTag, reservationId: nextNumber(), ...fields };
}

/**
 * Requests a reservation, which is cancelled at the end of the scenario. Many charge points are configured to reject
 * reservations, which is allowed.
 */
async function reserve(cp, payload, expected = 'Accepted') {
  after(() => quietly(() => cancel(cp, payload.reservationId)));
  const { status } = await ask(cp, 'ReserveNow', payload);
  if (status === 'Rejected') {
    skip('the charge point takes no reservations');
  }
  expect(status, expected, 'the status of the answer to ReserveNow');
}

const cancel = (cp, reservationId, expected) => cp.call('CancelReservation', { reservationId }, expected);

// the clocks of two machines differ, and a reservation that is already over would be refused
const lasts = foreign ? 30000 : 1500;
const tolerance = foreign ? 3000 : 0;

/** Waits until a reservation has expired, and its connector is Available. */
async function expires(cp, made) {
  const { connectorId } = made;
  cp.forget();
  const expiry = Date.parse(made.expiryDate);
  // an earlier one is about something else
  const expired = async () => {
    for (;;) {
      const within = expiry + patient.within - now();
      const call = await cp.expectCall('StatusNotification', { connectorId, status: 'Available' }, { within });
      if (call.at >= expiry - tolerance) {
        return call;
      }
      remark(`connector ${connectorId} was Available ${(expiry - call.at) / 1000} s before the expiry date`);
    }
  };
  if (!(await happens(expired))) {
    // one that was Available by mistake has nothing to report when the time has come
    expect(await statusOf(cp, connectorId), 'Available', `the status of connector ${connectorId} after the expiry`);
    warn(`that connector ${connectorId} is Available again is not reported`);
  }
}

module.exports = { cancel, expires, lasts, reservation, reserve };
