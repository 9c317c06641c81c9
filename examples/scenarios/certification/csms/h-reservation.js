/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Block H, reservations: how the CSMS makes and cancels them, and what it takes about them.

const {
  ACCEPTED, Transaction, ago, authorize, evse, finished, goesOn, idTag, known, official, ready, requestId, tell, token, tokenFor, wanted,
} = require('./lib/csms.js');

/** A time that is still to come. */
const toCome = (time) => Date.parse(time) > now();

/** ReserveNow of the usual token, at our EVSE or at any. */
function reserves(link, { status = 'Accepted', anywhere = false, fields = {}, expected = {}, what = '' } = {}) {
  const evseId = anywhere ? undefined : evse.id;
  return wanted(link, 'ReserveNow', {
    what: `for the token ${idTag} at ${anywhere ? 'any EVSE' : `EVSE ${evseId}`}${what}`,
    payload: { id: 7, expiryDateTime: ago(-3600), idToken: token(), evseId, ...fields },
    answer: { status },
    expected: { id: requestId, expiryDateTime: toCome, idToken: { idToken: idTag }, evseId: anywhere ? absent : evseId, ...expected },
  });
}

/** A transaction that uses a reservation, from the card on. */
async function used(link, id, idToken = token()) {
  const transaction = new Transaction(link);
  await authorize(link, idToken);
  await transaction.started('Authorized', 'Idle', { idToken, reservationId: id }, ACCEPTED);
  await tell(link, 'Occupied');
  await transaction.updated('CablePluggedIn', 'EVConnected');
  await finished(link, transaction, idToken);
}

official('H_01', 'a reserved EVSE is used', {
  checks: 'ReserveNow names the EVSE, the token and a time to come; the event with the reservation is taken.', by: ['H01', 'H03'],
}, async () => {
  const link = await ready();
  const { id } = await reserves(link);
  await tell(link, 'Reserved');
  await used(link, id);
});

official('H_07', 'a reservation expires', {
  checks: 'ReservationStatusUpdate with Expired is taken.', by: 'H04',
}, async () => {
  const link = await ready();
  const { id } = await reserves(link);
  await tell(link, 'Reserved');
  await link.call('ReservationStatusUpdate', { reservationId: id, reservationUpdateStatus: 'Expired' });
  await tell(link, 'Available');
});

official('H_08', 'any EVSE is reserved', {
  checks: 'ReserveNow without an EVSE is sent; the event with the reservation is taken.', by: ['H01', 'H03'],
}, async () => {
  const link = await ready();
  const { id } = await reserves(link, { anywhere: true });
  await used(link, id);
});

official('H_14', 'all EVSEs are reserved', {
  checks: 'When each EVSE is held by a reservation of any EVSE, their statuses are taken.', by: 'H01',
}, async () => {
  const link = await ready();
  await reserves(link, { anywhere: true });
  await tell(link, 'Reserved');
  await goesOn(link);
});

official('H_15', 'a type of connector is reserved', {
  checks: 'ReserveNow names a type of connector.', by: 'H01',
}, async () => {
  const link = await ready();
  const { id } = await reserves(link, {
    anywhere: true, fields: { connectorType: 'sType2' }, expected: { connectorType: any.string }, what: ', for the connector type sType2',
  });
  await used(link, id);
});

official('H_17', 'a reservation is cancelled', {
  checks: 'CancelReservation names the reservation that was made.', by: 'H02',
}, async () => {
  const link = await ready();
  const { id } = await reserves(link);
  await tell(link, 'Reserved');
  await wanted(link, 'CancelReservation', {
    what: 'for this reservation', payload: { reservationId: id }, answer: { status: 'Accepted' }, expected: { reservationId: id },
  });
  await tell(link, 'Available');
});

official('H_19', 'another token of the group uses a reservation', {
  checks: 'ReserveNow names the group of the token, and the transaction of another token of it is taken.', by: ['H01', 'H03'],
}, async () => {
  const [second, group] = [tokenFor('group', 'groupTag'), tokenFor('parent', 'parentTag')];
  const link = await ready();
  await known(link, { [second.idToken]: { status: 'Accepted', groupIdToken: group } });
  const { id } = await reserves(link, {
    fields: { groupIdToken: group }, expected: { groupIdToken: { idToken: group.idToken } }, what: `, with its group ${group.idToken}`,
  });
  await tell(link, 'Reserved');
  await used(link, id, second);
});

official('H_20', 'a reservation is removed because of a fault', {
  checks: 'ReservationStatusUpdate with Removed and the status Faulted are taken.', by: 'H01',
}, async () => {
  const link = await ready();
  const { id } = await reserves(link);
  await tell(link, 'Reserved');
  await tell(link, 'Faulted');
  await link.call('ReservationStatusUpdate', { reservationId: id, reservationUpdateStatus: 'Removed' });
  await tell(link, 'Available');
});

official('H_22', 'a station takes no reservation', {
  checks: 'The answer Rejected to ReserveNow is taken.', by: 'H01',
}, async () => {
  const link = await ready();
  await reserves(link, { status: 'Rejected' });
  await goesOn(link);
});
