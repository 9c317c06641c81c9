/// <reference path="../../ocpp-tui-scenario.d.ts" />

const {
  LONG, asked, asks, begin, card, charges, course, inOrder, isLeft, numbered, plug, since, starts, stopByCard, tells,
  toldAtOnce,
} = require('./lib/station.js');

scenario('a charging session, the cable first', {
  id: 'TC_003_CS', area: 'start charging session',
  checks:
    'Cable, card, charging, card, cable: the charge point asks about the card, starts and stops the transaction, and '
    + 'tells Preparing, Charging, Finishing and Available in this order.',
  by: ['OCPP 1.6 §4.1', 'OCPP 1.6 §4.8', 'OCPP 1.6 §4.9', 'OCPP 1.6 §4.10'],
  timeout: LONG,
}, async () => {
  const cp = await begin();
  await asks(cp);
  await toldAtOnce(cp);
  cp.forget();
  const heard = since(cp);
  const transaction = numbered(cp);
  await plug();
  await tells(cp, 'Preparing', { errorCode: 'NoError' });
  await card();
  const question = await asked(cp);
  transaction.call = await starts(cp, { reservationId: absent });
  await charges(cp);

  step('the end');
  const end = await stopByCard(cp, transaction);
  await tells(cp, 'Finishing');
  await isLeft(cp);
  inOrder(cp, question, transaction.call, end);
  expect(course(heard), ['Preparing', 'Charging', 'Finishing', 'Available'], 'the order of the statuses');
  assert(end.payload.meterStop >= transaction.call.payload.meterStart, 'meterStop is below meterStart');
});
