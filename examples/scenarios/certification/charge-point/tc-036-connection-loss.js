/// <reference path="../../ocpp-tui-scenario.d.ts" />

const {
  LONG, begin, configure, goesOn, offline, online, patient, session, stopByCard, tolerance,
} = require('./lib/station.js');

scenario('the connection is lost during a transaction', {
  id: 'TC_036_CS', area: 'offline behavior (unhappy)',
  checks:
    'A transaction goes on while there is no connection; its meter values are delivered afterwards, and it is stopped '
    + 'with its id.',
  by: ['OCPP 1.6 §3.7', 'OCPP 1.6 §3.5', 'OCPP-J 1.6 §5.4'],
  timeout: LONG,
}, async () => {
  const cp = await begin();
  const interval = foreign ? 10 : 2;
  await configure(cp, { MeterValueSampleInterval: String(interval) });
  const transaction = await session(cp);
  await offline(cp);
  const from = now();
  await sleep(interval * 3500);
  const to = now();
  cp.forget();
  await online(cp);
  step('what was measured meanwhile');
  const reading = (call) => call.meterValue.some(({ timestamp }) => {
    const at = Date.parse(timestamp);
    return at >= from - tolerance && at <= to + tolerance;
  });
  await should(
    () => cp.expectCall('MeterValues', (call) => call.transactionId === transaction.id && reading(call), patient),
    'meter values of a transaction are delivered when the connection is back',
  );
  await goesOn(cp, transaction);
  await stopByCard(cp, transaction);
});
