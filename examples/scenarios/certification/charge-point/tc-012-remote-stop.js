/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { LONG, begin, course, isLeft, session, since, stop, tells, toldAtOnce } = require('./lib/station.js');

scenario('a remote stop', {
  id: 'TC_012_CS', area: 'remote actions',
  checks: 'A remote stop ends the transaction with the reason Remote; the connector is Finishing, then Available.',
  by: ['OCPP 1.6 §4.9', 'OCPP 1.6 §4.10', 'OCPP 1.6 §5.12'],
  timeout: LONG,
}, async () => {
  const cp = await begin();
  await toldAtOnce(cp);
  const transaction = await session(cp);
  const heard = since(cp);
  const { payload } = await stop(cp, transaction);
  expect(payload, { reason: 'Remote', timestamp: any.time, meterStop: any.integer }, 'StopTransaction');
  await tells(cp, 'Finishing');
  await isLeft(cp);
  expect(course(heard), ['Finishing', 'Available'], 'the order of the statuses');
});
