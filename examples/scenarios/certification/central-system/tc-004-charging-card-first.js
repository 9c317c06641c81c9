/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official, ready, tell, authorize, charging, finished } = require('../../lib/official-cases.js');

official('TC_004_1_CSMS', 'a charging session begins with the card', {
  checks: 'A card, then a cable: the tag is accepted, the transaction gets an id, and its end is taken.',
  by: ['OCPP 1.6 §4.1', 'OCPP 1.6 §4.8', 'OCPP 1.6 §4.9', 'OCPP 1.6 §4.10'],
}, async () => {
  const link = await ready();
  await finished(link, await charging(link));
});

official('TC_004_2_CSMS', 'no one plugs in after the card', {
  checks: 'A card without a cable: the connector is free again when its time is over, and the tag can still charge.',
  by: ['OCPP 1.6 §4.1', 'OCPP 1.6 §4.9', 'OCPP 1.6 §9.1'],
}, async () => {
  const link = await ready();
  await authorize(link);
  await tell(link, 'Preparing');
  await step('the time is over', () => tell(link, 'Available'));
  await authorize(link);
});
