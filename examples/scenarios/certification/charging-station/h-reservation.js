/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Block H, reservations.

const {
  ask, begin, card, chargesNothing, configure, event, forget, official, patient, plug, quietly, site, tells, token, tokensAre, value,
} = require('./lib/station.js');

const { idTag, otherIdTag } = site;
const EVSES = parameter('evses', 2);

/** Reserves until the end of the case; without an EVSE any one is. */
async function reserve(cp, { id = 1, evseId = site.evse, anywhere = false, status = 'Accepted', seconds = 600, idToken = token(), ...fields } = {}) {
  after(() => quietly(() => cp.call('CancelReservation', { reservationId: id })));
  await ask(cp, 'ReserveNow', {
    id, expiryDateTime: new Date(now() + seconds * 1000).toISOString(), idToken, ...(!anywhere && { evseId }), ...fields,
  }, { status });
  return id;
}

/** A station that takes reservations; `anywhere`: also of any EVSE. */
async function reserves({ anywhere = false } = {}) {
  const cp = await begin();
  const enabled = await value(cp, 'ReservationCtrlr.Enabled');
  if (enabled === undefined && (await value(cp, 'ReservationCtrlr.Available')) === undefined) {
    skip('there are no reservations: ReservationCtrlr.Available is missing');
  }
  if (enabled === 'false') {
    await configure(cp, { 'ReservationCtrlr.Enabled': 'true' });
  }
  if (anywhere && (await value(cp, 'ReservationCtrlr.NonEvseSpecific')) !== 'true') {
    skip('ReservationCtrlr.NonEvseSpecific is not true: an EVSE must be named');
  }
  forget(cp);
  return cp;
}

/** The card charges at an EVSE; returns the first event that names it. */
async function chargesWith(cp, tag = idTag, evse = site.evse) {
  await plug(evse);
  await card(tag, evse);
  return event(cp, any.string, { info: { chargingState: 'Charging' } });
}

const usedIn = (cp, id) => cp.calls('TransactionEvent').some(({ payload }) => payload.reservationId === id);

official('H_01', 'a reserved EVSE is used', {
  checks: 'ReserveNow is Accepted, the connector tells Reserved, the card charges, and an event names the reservation.', by: ['H01', 'H03'],
}, async () => {
  const cp = await reserves();
  const id = await reserve(cp);
  await tells(cp, 'Reserved');
  await chargesWith(cp);
  assert(usedIn(cp, id), 'no event names the reservation');
});

official('H_02', 'another card at a reserved EVSE', {
  checks: 'Another card does not charge at a reserved EVSE.', by: ['H01', 'H03'],
}, async () => {
  const cp = await reserves();
  await reserve(cp);
  await tells(cp, 'Reserved');
  await plug();
  await quietly(() => card(otherIdTag));
  await chargesNothing(cp);
});

official('H_03', 'an EVSE that is reserved', {
  checks: 'ReserveNow for a reserved EVSE, with another id, is answered with Occupied.', by: 'H01',
}, async () => {
  const cp = await reserves();
  await reserve(cp);
  await reserve(cp, { id: 2, idToken: token(otherIdTag), status: 'Occupied' });
});

official('H_04', 'an EVSE that is in use', {
  checks: 'ReserveNow for an EVSE with a car is answered with Occupied.', by: 'H01',
}, async () => {
  const cp = await reserves();
  await plug();
  await tells(cp, 'Occupied');
  await reserve(cp, { status: 'Occupied' });
});

official('H_06', 'an EVSE that is Unavailable', {
  checks: 'ReserveNow for an Inoperative EVSE is answered with Unavailable.', by: 'H01',
}, async () => {
  const cp = await reserves();
  after(() => quietly(() => cp.call('ChangeAvailability', { evse: { id: site.evse }, operationalStatus: 'Operative' })));
  await cp.call('ChangeAvailability', { evse: { id: site.evse }, operationalStatus: 'Inoperative' }, { status: 'Accepted' });
  await tells(cp, 'Unavailable');
  await reserve(cp, { status: 'Unavailable' });
});

official('H_07', 'a reservation expires', {
  checks: 'At its time a reservation is told as Expired, and the connector as Available.', by: 'H04',
}, async () => {
  const cp = await reserves();
  const id = await reserve(cp, { seconds: 20 });
  await tells(cp, 'Reserved');
  await cp.expectCall('ReservationStatusUpdate', { reservationId: id, reservationUpdateStatus: 'Expired' }, { within: 60000 });
  await tells(cp, 'Available', { within: 60000 });
});

official('H_08', 'any EVSE is reserved', {
  checks: 'ReserveNow without an EVSE is Accepted; the card charges, and an event names the reservation.', by: ['H01', 'H03'],
}, async () => {
  const cp = await reserves({ anywhere: true });
  const id = await reserve(cp, { anywhere: true });
  await chargesWith(cp);
  assert(usedIn(cp, id), 'no event names the reservation');
});

/** No EVSE is free, for one of these reasons. */
for (const [id, title, status, occupy] of [
  ['H_09', 'reserved', 'Occupied', (cp, evse) => reserve(cp, { id: 10 + evse, evseId: evse, idToken: token(otherIdTag) })],
  ['H_10', 'in use', 'Occupied', async (cp, evse) => { await plug(evse); await tells(cp, 'Occupied', { evse }); }],
  ['H_12', 'Unavailable', 'Unavailable', async (cp, evse) => {
    after(() => quietly(() => cp.call('ChangeAvailability', { evse: { id: evse }, operationalStatus: 'Operative' })));
    await cp.call('ChangeAvailability', { evse: { id: evse }, operationalStatus: 'Inoperative' }, { status: 'Accepted' });
    await tells(cp, 'Unavailable', { evse });
  }],
]) {
  official(id, `any EVSE, where all are ${title}`, { checks: `ReserveNow without an EVSE is answered with ${status}.`, by: 'H01' }, async () => {
    const cp = await reserves({ anywhere: true });
    for (let evse = 1; evse <= EVSES; evse += 1) {
      await occupy(cp, evse);
    }
    await reserve(cp, { anywhere: true, status });
  });
}

official('H_13', 'any EVSE, where one must be named', {
  checks: 'Where ReservationCtrlr.NonEvseSpecific is false, ReserveNow without an EVSE is Rejected.', by: 'H01',
}, async () => {
  const cp = await reserves();
  if ((await value(cp, 'ReservationCtrlr.NonEvseSpecific')) === 'true') {
    await configure(cp, { 'ReservationCtrlr.NonEvseSpecific': 'false' });
  }
  await reserve(cp, { anywhere: true, status: 'Rejected' });
});

official('H_14', 'as many reservations as EVSEs', {
  checks: 'When there are as many reservations of any EVSE as free EVSEs, all connectors tell Reserved, and one more is Occupied.', by: 'H01',
}, async () => {
  const cp = await reserves({ anywhere: true });
  for (let number = 1; number <= EVSES; number += 1) {
    await reserve(cp, { id: number, anywhere: true, idToken: token(number === 1 ? idTag : `OTHER${number}`) });
  }
  for (let evse = 1; evse <= EVSES; evse += 1) {
    forget(cp);
    await cp.call('TriggerMessage', { requestedMessage: 'StatusNotification', evse: { id: evse, connectorId: 1 } }, { status: 'Accepted' });
    await tells(cp, 'Reserved', { evse });
  }
  await reserve(cp, { id: 99, anywhere: true, idToken: token('ANOTHER'), status: 'Occupied' });
});

/** The type of our connector, as the device model has it. */
async function connectorType(cp) {
  const { getVariableResult: [{ attributeStatus, attributeValue }] } = await cp.call('GetVariables', {
    getVariableData: [{ component: { name: 'Connector', evse: { id: site.evse, connectorId: 1 } }, variable: { name: 'ConnectorType' } }],
  });
  if (attributeStatus !== 'Accepted') {
    skip(`Connector.ConnectorType is not there: ${attributeStatus}`);
  }
  return attributeValue;
}

official('H_15', 'a type of connector is reserved', {
  checks: 'ReserveNow of the type of a connector is Accepted; the card charges, and an event names the reservation.', by: ['H01', 'H03'],
}, async () => {
  const cp = await reserves({ anywhere: true });
  const id = await reserve(cp, { anywhere: true, connectorType: await connectorType(cp) });
  await chargesWith(cp);
  assert(usedIn(cp, id), 'no event names the reservation');
});

official('H_16', 'as many reservations as connectors of a type', {
  checks: 'When there are as many reservations of a type as connectors of it, one more is answered with Occupied.', by: 'H01',
}, async () => {
  const cp = await reserves({ anywhere: true });
  const type = await connectorType(cp);
  for (let number = 1; number <= EVSES; number += 1) {
    await reserve(cp, { id: number, anywhere: true, connectorType: type, idToken: token(`OTHER${number}`) });
  }
  await reserve(cp, { id: 99, anywhere: true, connectorType: type, idToken: token('ANOTHER'), status: 'Occupied' });
});

official('H_17', 'a reservation is cancelled', {
  checks: 'CancelReservation is Accepted, and the connector tells Available.', by: 'H02',
}, async () => {
  const cp = await reserves();
  const id = await reserve(cp);
  await tells(cp, 'Reserved');
  await cp.call('CancelReservation', { reservationId: id }, { status: 'Accepted' });
  await tells(cp, 'Available');
});

official('H_18', 'a reservation that is not there is cancelled', {
  checks: 'CancelReservation of an unknown reservation is Rejected.', by: 'H02',
}, async () => {
  const cp = await reserves();
  await ask(cp, 'CancelReservation', { reservationId: 987654 }, { status: 'Rejected' });
});

official('H_19', 'another card of the group at a reserved EVSE', {
  checks: 'A card whose group is that of the reservation charges, and an event names the reservation.', by: 'H03',
}, async () => {
  const cp = await reserves();
  const groupIdToken = { idToken: 'GROUP1', type: 'Central' };
  tokensAre(cp, { [otherIdTag]: { status: 'Accepted', groupIdToken } });
  const id = await reserve(cp, { groupIdToken });
  await tells(cp, 'Reserved');
  await chargesWith(cp, otherIdTag);
  assert(usedIn(cp, id), 'no event names the reservation');
});

official('H_24', 'another card of the group, where any EVSE is reserved', {
  checks: 'A card whose group is that of a reservation of any EVSE charges.', by: 'H03',
}, async () => {
  const cp = await reserves({ anywhere: true });
  const groupIdToken = { idToken: 'GROUP1', type: 'Central' };
  tokensAre(cp, { [otherIdTag]: { status: 'Accepted', groupIdToken } });
  await reserve(cp, { anywhere: true, groupIdToken });
  await chargesWith(cp, otherIdTag);
});

official('H_21', 'a reserved EVSE becomes Unavailable', {
  checks: 'When a reserved EVSE becomes Inoperative, the reservation is told as Removed.', by: 'H01',
}, async () => {
  const cp = await reserves();
  const id = await reserve(cp);
  await tells(cp, 'Reserved');
  after(() => quietly(() => cp.call('ChangeAvailability', { evse: { id: site.evse }, operationalStatus: 'Operative' })));
  await cp.call('ChangeAvailability', { evse: { id: site.evse }, operationalStatus: 'Inoperative' }, { status: 'Accepted' });
  await cp.expectCall('ReservationStatusUpdate', { reservationId: id, reservationUpdateStatus: 'Removed' }, patient);
});

official('H_22', 'reservations are switched off', {
  checks: 'With ReservationCtrlr.Enabled false, ReserveNow is Rejected.', by: 'H01',
}, async () => {
  const cp = await reserves();
  await configure(cp, { 'ReservationCtrlr.Enabled': 'false' });
  await reserve(cp, { status: 'Rejected' });
});

official('H_23', 'a reservation is replaced', {
  checks: 'ReserveNow with the id of a reservation replaces it: the card of the first one does not charge, that of the second one does.', by: 'H01',
}, async () => {
  const cp = await reserves();
  await reserve(cp);
  await reserve(cp, { idToken: token(otherIdTag) });
  await plug();
  await quietly(() => card(idTag));
  await chargesNothing(cp);
  await card(otherIdTag);
  await event(cp, any.string, { info: { chargingState: 'Charging' } });
});
