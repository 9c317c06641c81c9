/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Block J, meter values: by the clock and in events.

const { begin, configure, event, finish, official, session, site } = require('./lib/station.js');

const IMPORT = 'Energy.Active.Import.Register';

/** Whether readings have a context, and this measurand. */
const readings = (context, measurand = IMPORT) => (list) => Array.isArray(list) && list.some(({ sampledValue }) => sampledValue.some((one) => (
  (one.context || 'Sample.Periodic') === context && (one.measurand || IMPORT) === measurand)));

official('J_01', 'readings by the clock, without a transaction', {
  checks: 'With AlignedDataCtrlr.Interval a MeterValues with the context Sample.Clock comes at each interval, on time.', by: 'J01',
}, async () => {
  const cp = await begin();
  await configure(cp, { 'AlignedDataCtrlr.Measurands': IMPORT, 'AlignedDataCtrlr.Interval': 20 });
  for (let count = 0; count < 2; count += 1) {
    const { payload: { meterValue } } = await cp.expectCall('MeterValues', { evseId: site.evse, meterValue: readings('Sample.Clock') }, { within: 45000 });
    const seconds = Date.parse(meterValue[0].timestamp) / 1000;
    assert(seconds % 20 < 2 || seconds % 20 > 18, `the time ${meterValue[0].timestamp} is no multiple of the interval`);
  }
});

official('J_02', 'readings by the clock, in a transaction', {
  checks: 'During a transaction readings with the context Sample.Clock come in events with the trigger MeterValueClock.', by: 'J01',
}, async () => {
  const cp = await begin();
  await configure(cp, { 'AlignedDataCtrlr.Measurands': IMPORT, 'AlignedDataCtrlr.Interval': 20 });
  const { id } = await session(cp);
  await event(cp, 'Updated', { triggerReason: 'MeterValueClock', meterValue: readings('Sample.Clock'), info: { transactionId: id } }, { within: 45000 });
});

official('J_03', 'readings by the clock, at the end of a transaction', {
  checks: 'With AlignedDataCtrlr.TxEndedInterval the end of a transaction has readings with the context Sample.Clock.', by: 'J01',
}, async () => {
  const cp = await begin();
  await configure(cp, { 'AlignedDataCtrlr.TxEndedMeasurands': IMPORT, 'AlignedDataCtrlr.TxEndedInterval': 10 });
  const transaction = await session(cp);
  await sleep(25000);
  const { payload } = await finish(cp, transaction);
  expect(payload.meterValue || [], readings('Sample.Clock'), 'the readings');
});

official('J_06', 'no readings by the clock during a transaction', {
  checks: 'With AlignedDataCtrlr.SendDuringIdle no readings by the clock come during a transaction.', by: 'J01',
}, async () => {
  const cp = await begin();
  await configure(cp, { 'AlignedDataCtrlr.SendDuringIdle': 'true', 'AlignedDataCtrlr.Measurands': IMPORT, 'AlignedDataCtrlr.Interval': 10 });
  await session(cp);
  await sleep(1000);
  await cp.expectNoCall('MeterValues', { for: 25000, payload: { evseId: site.evse } });
});

official('J_07', 'readings at the begin of a transaction', {
  checks: 'With SampledDataCtrlr.TxStartedMeasurands the first event has readings with the context Transaction.Begin.', by: 'J02',
}, async () => {
  const cp = await begin();
  await configure(cp, { 'SampledDataCtrlr.TxStartedMeasurands': IMPORT });
  const { started } = await session(cp);
  expect(started.payload.meterValue || [], readings('Transaction.Begin'), 'the readings of the first event');
});

official('J_09', 'readings during a transaction', {
  checks: 'With SampledDataCtrlr.TxUpdatedInterval readings with the context Sample.Periodic come in events with the trigger MeterValuePeriodic, on time.', by: 'J02',
}, async () => {
  const cp = await begin();
  await configure(cp, { 'SampledDataCtrlr.TxUpdatedMeasurands': IMPORT, 'SampledDataCtrlr.TxUpdatedInterval': 10 });
  const { id } = await session(cp);
  const times = [];
  for (let count = 0; count < 3; count += 1) {
    const call = await event(cp, 'Updated', { triggerReason: 'MeterValuePeriodic', meterValue: readings('Sample.Periodic'), info: { transactionId: id } }, { within: 25000 });
    times.push(Date.parse(call.payload.timestamp));
  }
  const spans = times.slice(1).map((time, index) => time - times[index]);
  expect(spans, spans.map(() => between(8000, 12000)), 'the milliseconds between the readings');
});

official('J_10', 'readings at the end of a transaction', {
  checks: 'With SampledDataCtrlr.TxEndedMeasurands the last event has readings with the context Transaction.End.', by: 'J02',
}, async () => {
  const cp = await begin();
  await configure(cp, { 'SampledDataCtrlr.TxEndedMeasurands': IMPORT });
  const transaction = await session(cp);
  const { payload } = await finish(cp, transaction);
  expect(payload.meterValue || [], readings('Transaction.End'), 'the readings of the last event');
});
