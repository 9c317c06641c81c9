/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official, goesOn, ready, tell, wanted, reserve } = require('../../lib/official-cases.js');

const about = { area: 'reservation', profiles: ['Reservation'], by: ['OCPP 1.6 §5.1', 'OCPP 1.6 §5.13'] };

official('TC_051_CSMS', 'a reservation is cancelled', Object.assign({
  checks: 'CancelReservation has the id of the reservation, and the free connector is taken.',
}, about), async () => {
  const link = await ready();
  const { reservationId } = await reserve(link);
  await tell(link, 'Reserved');
  await wanted(link, 'CancelReservation', {
    what: `for the reservation ${reservationId}`,
    payload: { reservationId },
    answer: { status: 'Accepted' },
    expected: { reservationId },
  });
  await tell(link, 'Available');
});

official('TC_052_CSMS', 'a reservation is not cancelled', Object.assign({
  checks: 'CancelReservation has an id, and the answer Rejected is taken.',
}, about), async () => {
  const link = await ready();
  await wanted(link, 'CancelReservation', {
    what: 'for a reservation that does not exist',
    payload: { reservationId: 404 },
    answer: { status: 'Rejected' },
    expected: { reservationId: any.integer },
  });
  await goesOn(link);
});
