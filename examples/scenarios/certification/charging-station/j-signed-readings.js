/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Block J, meter values that are signed.

const { begin, configure, finish, official, session, site } = require('./lib/station.js');

const IMPORT = 'Energy.Active.Import.Register';

/** Whether a reading has a signature in the form of the message. */
const signed = (list) => Array.isArray(list) && list.some(({ sampledValue }) => sampledValue.some(({ signedMeterValue }) => (
  signedMeterValue && signedMeterValue.signedMeterData && signedMeterValue.encodingMethod)));

official('J_04', 'signed readings by the clock', {
  checks: 'With AlignedDataCtrlr.SignReadings readings by the clock have a signedMeterValue. The signature itself is not verified.', by: 'J01',
}, async () => {
  const cp = await begin();
  await configure(cp, {
    'AlignedDataCtrlr.SignReadings': 'true', 'AlignedDataCtrlr.Measurands': IMPORT, 'AlignedDataCtrlr.Interval': 20,
  });
  await cp.expectCall('MeterValues', { evseId: site.evse, meterValue: signed }, { within: 45000 });
});

official('J_11', 'signed readings of a transaction', {
  checks: 'With SampledDataCtrlr.SignReadings the last event of a transaction has a signedMeterValue. The signature itself is not verified.', by: 'J02',
}, async () => {
  const cp = await begin();
  await configure(cp, { 'SampledDataCtrlr.SignReadings': 'true', 'SampledDataCtrlr.TxEndedMeasurands': IMPORT });
  const transaction = await session(cp);
  const { payload } = await finish(cp, transaction);
  expect(payload.meterValue || [], signed, 'the readings of the last event');
});
