/// <reference path="../../ocpp-tui-scenario.d.ts" />

const {
  LONG, asked, asks, card, charges, configure, numbered, plug, remoteSession, site, starts, stop, stopByCard, tagsAre,
} = require('./lib/station.js');
const { reservedConnector } = require('./lib/reservations.js');

const group = parameter('groupIdTag', 'GROUP1');
const ofGroup = { status: 'Accepted', parentIdTag: group };

/** A connector that is reserved for a group, to which both tags belong. */
async function reservedForGroup() {
  const { cp, made } = await reservedConnector({ fields: { parentIdTag: group } });
  await asks(cp);
  tagsAre(cp, { [site.idTag]: ofGroup, [site.otherIdTag]: ofGroup });
  return { cp, made };
}

scenario('a card of the group that a connector is reserved for', {
  id: 'TC_053_1_CS', area: 'reservation', profiles: ['Reservation'],
  checks: 'A card about which Authorize names the group of the reservation starts, and names the reservation.',
  by: ['OCPP 1.6 §5.13', 'OCPP 1.6 §3.10', 'OCPP 1.6 §4.8'],
  timeout: LONG,
}, async () => {
  const { cp, made } = await reservedForGroup();
  const transaction = numbered(cp);
  await card(site.otherIdTag);
  await asked(cp, site.otherIdTag);
  await plug();
  transaction.call = await starts(cp, { idTag: site.otherIdTag, reservationId: made.reservationId });
  await charges(cp);
  await stopByCard(cp, transaction, { idTag: site.otherIdTag });
});

scenario('a remote start for the group that a connector is reserved for', {
  id: 'TC_053_2_CS', area: 'reservation', profiles: ['Reservation'],
  checks:
    'A remote start with a tag about which Authorize names the group of the reservation starts, and names the '
    + 'reservation.',
  by: ['OCPP 1.6 §5.13', 'OCPP 1.6 §5.11', 'OCPP 1.6 §3.10'],
  timeout: LONG,
}, async () => {
  const { cp, made } = await reservedForGroup();
  await configure(cp, { AuthorizeRemoteTxRequests: 'true' });
  const transaction = await remoteSession(cp, { idTag: site.otherIdTag });
  expect(transaction.call.payload.reservationId, made.reservationId, 'reservationId');
  await stop(cp, transaction);
});
