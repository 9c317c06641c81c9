/// <reference path="../../ocpp-tui-scenario.d.ts" />

const {
  LOCAL, LONG, asked, asks, begin, card, ends, goesOn, isLeft, quietly, session, site, stopByCard, tagsAre,
} = require('./lib/station.js');

const group = parameter('groupIdTag', 'GROUP1');

scenario('a card stops its own transaction', {
  id: 'TC_068_CS', area: 'stop charging session',
  checks: 'The card that started a transaction stops it; a card of somebody else does not.',
  by: ['OCPP 1.6 §4.10', 'OCPP 1.6 §4.1', 'OCPP 1.6 §3.9'],
  timeout: LONG,
}, async () => {
  const cp = await begin();
  await asks(cp);
  const transaction = await session(cp);
  step('a card of somebody else');
  await quietly(() => card(site.otherIdTag));
  await goesOn(cp, transaction);
  step('the card that started');
  await stopByCard(cp, transaction);
  await isLeft(cp);
});

scenario('a card of the same group stops a transaction', {
  id: 'TC_069_CS', area: 'stop charging session',
  checks: 'A card that has the group of the card that started a transaction stops it.',
  by: ['OCPP 1.6 §4.10', 'OCPP 1.6 §4.1', 'OCPP 1.6 §3.10'],
  timeout: LONG,
}, async () => {
  const cp = await begin();
  await asks(cp);
  const ofGroup = { status: 'Accepted', parentIdTag: group };
  tagsAre(cp, { [site.idTag]: ofGroup, [site.otherIdTag]: ofGroup });
  const transaction = await session(cp, { answer: { idTagInfo: ofGroup } });
  await card(site.otherIdTag);
  await asked(cp, site.otherIdTag);
  await ends(cp, transaction, { reason: LOCAL, idTag: optional(site.otherIdTag) });
});
