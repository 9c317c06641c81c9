/// <reference path="../../ocpp-tui-scenario.d.ts" />

const {
  LONG, card, charges, numbered, plug, quietly, refusesStart, remains, remoteSession, site, starts, stop, stopByCard,
} = require('./lib/station.js');
const { reservedConnector } = require('./lib/reservations.js');

scenario('a reserved connector, started with a card', {
  id: 'TC_046_1_CS', area: 'reservation', profiles: ['Reservation'],
  checks: 'At a reserved connector another card starts nothing; the card of the reservation does, and names it.',
  by: ['OCPP 1.6 §5.13', 'OCPP 1.6 §4.8', 'OCPP 1.6 §4.9'],
  timeout: LONG,
}, async () => {
  const { cp, made } = await reservedConnector();
  step('another card');
  await quietly(() => card(site.otherIdTag));
  await remains(cp, ['Reserved']);
  step('the card of the reservation');
  const transaction = numbered(cp);
  await card();
  await plug();
  transaction.call = await starts(cp, { reservationId: made.reservationId });
  await charges(cp);
  await stopByCard(cp, transaction);
});

scenario('a reserved connector, started remotely', {
  id: 'TC_046_2_CS', area: 'reservation', profiles: ['Reservation'],
  checks: 'A remote start at a reserved connector with the tag of the reservation starts, and names the reservation.',
  by: ['OCPP 1.6 §5.13', 'OCPP 1.6 §5.11', 'OCPP 1.6 §4.8'],
  timeout: LONG,
}, async () => {
  const { cp, made } = await reservedConnector();
  step('another tag');
  await refusesStart(cp, site.connector, site.otherIdTag, 'Reserved');
  step('the tag of the reservation');
  const transaction = await remoteSession(cp);
  expect(transaction.call.payload.reservationId, made.reservationId, 'reservationId');
  await stop(cp, transaction);
});
