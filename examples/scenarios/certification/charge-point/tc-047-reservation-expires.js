/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { LONG } = require('./lib/station.js');
const { cancel, expires, lasts } = require('../../charge-point/lib/reservation.js');
const { reservedConnector } = require('./lib/reservations.js');

scenario('a reservation that expires', {
  id: 'TC_047_CS', area: 'reservation', profiles: ['Reservation'],
  checks: 'At the expiry date the connector is Available, and the reservation cannot be cancelled any more.',
  by: ['OCPP 1.6 §5.13', 'OCPP 1.6 §5.1', 'OCPP 1.6 §4.9'],
  timeout: LONG,
}, async () => {
  const { cp, made } = await reservedConnector({ milliseconds: lasts });
  await expires(cp, made);
  await cancel(cp, made.reservationId, { status: 'Rejected' });
});
