/// <reference path="../../../ocpp-tui-scenario.d.ts" />

// Shared by the cases about reservations: a charge point that takes them, and one that takes none.

const { attempt, begin, configured, hasProfile, quietly, tells } = require('./station.js');
const { cancel, reservation, reserve } = require('../../../charge-point/lib/reservation.js');

const begins = () => begin({ profile: 'Reservation' });

/** A charge point that takes reservations of connector 0. */
async function beginsAtZero() {
  const cp = await begins();
  if ((await configured(cp, 'ReserveConnectorZeroSupported')) !== 'true') {
    skip('connector 0 cannot be reserved: ReserveConnectorZeroSupported is not true');
  }
  return cp;
}

/** A charge point with a reserved connector, and the reservation; `fields` are further ones of ReserveNow. */
async function reservedConnector({ milliseconds, fields } = {}) {
  const cp = await begins();
  const made = reservation(milliseconds, fields);
  cp.forget();
  await reserve(cp, made);
  await tells(cp, 'Reserved');
  return { cp, made };
}

/** Expects that a reservation is not taken. `key` is a configuration key that says whether it is taken. */
async function isNotTaken(cp, made, key) {
  if ((await hasProfile(cp, 'Reservation')) && (!key || (await configured(cp, key)) === 'true')) {
    skip(key ? `${key} is true: the charge point takes such a reservation` : 'the charge point takes reservations');
  }
  after(() => quietly(() => cancel(cp, made.reservationId)));
  const { result, error } = await attempt(cp, 'ReserveNow', made);
  if (error) {
    expect(error.code, oneOf('NotSupported', 'NotImplemented'), 'the error after ReserveNow');
  } else {
    expect(result.status, 'Rejected', 'the status of the answer to ReserveNow');
  }
}

module.exports = { begins, beginsAtZero, isNotTaken, reservedConnector };
