/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official, ready, tell, authorize, startAccepted, finished, reserve } = require('../../lib/official-cases.js');

official('TC_046_CSMS', 'a reserved connector is used', {
  area: 'reservation',
  profiles: ['Reservation'],
  checks: 'ReserveNow names the connector, the tag and a time to come; the transaction with the reservation is accepted.',
  by: ['OCPP 1.6 §5.13', 'OCPP 1.6 §4.8'],
}, async () => {
  const link = await ready();
  const { reservationId } = await reserve(link);
  await tell(link, 'Reserved');
  await authorize(link);
  await tell(link, 'Preparing');
  const transactionId = await startAccepted(link, { reservationId });
  await tell(link, 'Charging');
  await finished(link, transactionId);
});
