/// <reference path="../../ocpp-tui-scenario.d.ts" />

const {
  LONG, asked, asks, begin, card, charges, course, inOrder, isLeft, numbered, plug, remains, shortTimeOut, since,
  starts, stopByCard, tells, timesOut, toldAtOnce,
} = require('./lib/station.js');

scenario('a charging session, the card first', {
  id: 'TC_004_1_CS', area: 'start charging session',
  checks:
    'A card before the cable: the charge point asks about it and is Preparing; the transaction starts with the cable.',
  by: ['OCPP 1.6 §4.1', 'OCPP 1.6 §4.8', 'OCPP 1.6 §4.9'],
  timeout: LONG,
}, async () => {
  const cp = await begin();
  await asks(cp);
  await toldAtOnce(cp);
  cp.forget();
  const heard = since(cp);
  const transaction = numbered(cp);
  await card();
  const question = await asked(cp);
  await tells(cp, 'Preparing');
  assert(heard('StartTransaction').length === 0, 'the transaction started without a cable');
  await plug();
  transaction.call = await starts(cp);
  await charges(cp);
  step('the end');
  const end = await stopByCard(cp, transaction);
  await isLeft(cp);
  inOrder(cp, question, transaction.call, end);
  expect(course(heard), ['Preparing', 'Charging', 'Finishing', 'Available'], 'the order of the statuses');
});

scenario('a card without a cable', {
  id: 'TC_004_2_CS', area: 'start charging session',
  checks:
    'A card that no cable follows is forgotten after ConnectionTimeOut: the connector is Available again, and a cable '
    + 'after that starts nothing.',
  by: ['OCPP 1.6 §4.8', 'OCPP 1.6 §4.9', 'OCPP 1.6 §9.1'],
  timeout: LONG,
}, async () => {
  const cp = await begin();
  await asks(cp);
  const span = await shortTimeOut(cp);
  cp.forget();
  await card();
  await asked(cp);
  await timesOut(cp, span);
  step('a cable that comes too late');
  await plug();
  await remains(cp, ['Preparing']);
});
