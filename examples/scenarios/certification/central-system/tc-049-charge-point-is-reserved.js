/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official, ready, charging, finished, reserve } = require('../../lib/official-cases.js');

official('TC_049_CSMS', 'a reservation of any connector is used', {
  area: 'reservation',
  profiles: ['Reservation'],
  checks: 'ReserveNow for connector 0 names the tag and a time to come; the transaction with the reservation is accepted.',
  by: ['OCPP 1.6 §5.13', 'OCPP 1.6 §4.8'],
}, async () => {
  const link = await ready();
  const { reservationId } = await reserve(link, { connectorId: 0 });
  await finished(link, await charging(link, { reservationId }));
});
