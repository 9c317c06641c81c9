/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { LONG, nextNumber, site, statusOf, tells } = require('./lib/station.js');
const { cancel } = require('../../charge-point/lib/reservation.js');
const { reservedConnector } = require('./lib/reservations.js');

scenario('a reservation is cancelled', {
  id: 'TC_051_CS', area: 'reservation', profiles: ['Reservation'],
  checks: 'CancelReservation makes the connector Available again.',
  by: ['OCPP 1.6 §5.1', 'OCPP 1.6 §5.13', 'OCPP 1.6 §4.9'],
  timeout: LONG,
}, async () => {
  const { cp, made } = await reservedConnector();
  cp.forget();
  await cancel(cp, made.reservationId, { status: 'Accepted' });
  await tells(cp, 'Available');
});

scenario('another reservation is cancelled', {
  id: 'TC_052_CS', area: 'reservation', profiles: ['Reservation'],
  checks: 'CancelReservation with an unknown id is Rejected, and the connector stays Reserved.',
  by: ['OCPP 1.6 §5.1', 'OCPP 1.6 §4.9'],
  timeout: LONG,
}, async () => {
  const { cp } = await reservedConnector();
  await cancel(cp, nextNumber(), { status: 'Rejected' });
  expect(await statusOf(cp, site.connector), 'Reserved', 'the status');
});
