/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { LONG, begin, configure, session, site, stopByCard, tolerance } = require('./lib/station.js');

const MEASURAND = 'Energy.Active.Import.Register';

/** Two reports of a connector in a row, and their readings; `context` is that of each value. */
async function twoReports(cp, expected, context, within) {
  const times = [];
  while (times.length < 2) {
    const { payload } = await cp.expectCall('MeterValues', expected, { within });
    for (const { timestamp, sampledValue } of payload.meterValue) {
      const values = sampledValue.filter((value) => (value.measurand || MEASURAND) === MEASURAND);
      assert(values.length > 0, `there is no ${MEASURAND} in MeterValues`);
      for (const value of values) {
        expect(value, { value: any.string, context }, 'a value in MeterValues');
      }
      times.push(Date.parse(timestamp));
    }
  }
  return times.slice(0, 2);
}

scenario('meter values are sampled', {
  id: 'TC_070_CS', area: 'meter values',
  checks:
    'During a transaction the charge point sends the measurands of MeterValuesSampledData in the interval '
    + 'MeterValueSampleInterval.',
  by: ['OCPP 1.6 §4.7', 'OCPP 1.6 §3.16', 'OCPP 1.6 §9.1'],
  timeout: LONG,
}, async () => {
  const cp = await begin();
  const interval = foreign ? 10 : 5;
  await configure(cp, { MeterValuesSampledData: MEASURAND, MeterValueSampleInterval: String(interval) });
  const transaction = await session(cp);
  const own = { connectorId: site.connector, transactionId: transaction.id };
  const sampled = optional(oneOf('Sample.Periodic', 'Transaction.Begin'));
  const [first, second] = await twoReports(cp, own, sampled, interval * 1000 + 20000);
  const span = second - first;
  const fits = between(interval * 1000 - tolerance, interval * 1000 + tolerance);
  expect(span, fits, 'the milliseconds between two samples');
  await stopByCard(cp, transaction);
});

scenario('meter values are aligned with the clock', {
  id: 'TC_071_CS', area: 'meter values',
  checks:
    'The charge point sends the measurands of MeterValuesAlignedData at the multiples of ClockAlignedDataInterval '
    + 'since midnight.',
  by: ['OCPP 1.6 §4.7', 'OCPP 1.6 §3.16', 'OCPP 1.6 §9.1'],
  timeout: LONG,
}, async () => {
  const cp = await begin();
  const interval = foreign ? 60 : 20;
  await configure(cp, { MeterValuesAlignedData: MEASURAND, ClockAlignedDataInterval: String(interval) });
  const transaction = await session(cp);
  // samples of the transaction may come in between
  const aligned = ({ meterValue }) => meterValue.every(({ sampledValue }) => (
    sampledValue.every(({ context }) => context === 'Sample.Clock')));
  const times = await twoReports(cp, aligned, 'Sample.Clock', interval * 1000 + 30000);
  for (const time of times) {
    const off = time % (interval * 1000);
    const distance = Math.min(off, interval * 1000 - off);
    assert(distance <= tolerance, `${new Date(time).toISOString()} is no multiple of ${interval} s since midnight`);
  }
  await stopByCard(cp, transaction);
});
