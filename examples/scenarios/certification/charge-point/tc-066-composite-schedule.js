/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { LONG, begin, session, site, stopByCard, tolerance } = require('./lib/station.js');
const { about, clears, inUnit, limitNow, profile, set } = require('../../charge-point/lib/smart-charging.js');

const connectorId = site.connector;

/** A profile with two limits, one after the other, of which the first began a minute ago. */
const steps = (unit, purpose, first, second, after, fields) => {
  const made = profile(unit, purpose, first, fields);
  const schedule = made.chargingSchedule;
  schedule.startSchedule = new Date(now() - 60000).toISOString();
  schedule.chargingSchedulePeriod.push({ startPeriod: after + 60, limit: inUnit(unit, second) });
  return made;
};

scenario('a composite schedule', {
  id: 'TC_066_CS', area: 'smart charging', profiles: ['SmartCharging'],
  checks:
    'GetCompositeSchedule joins the profile of the charge point, the default profile and the profile of the '
    + 'transaction: no period is above any of them.',
  by: ['OCPP 1.6 §5.7', 'OCPP 1.6 §3.13'],
  timeout: LONG,
}, async () => {
  const cp = await begin({ profile: 'SmartCharging' });
  const unit = await clears(cp);
  await set(cp, 0, profile(unit, 'ChargePointMaxProfile', 14));
  await set(cp, connectorId, profile(unit, 'TxDefaultProfile', 16));
  const transaction = await session(cp);
  await set(cp, connectorId, steps(unit, 'TxProfile', 16, 8, 300, { transactionId: transaction.id }));
  const { chargingSchedule: { chargingSchedulePeriod: periods } } = await cp.call('GetCompositeSchedule', {
    connectorId, duration: 600, chargingRateUnit: unit,
  }, { status: 'Accepted', chargingSchedule: { chargingRateUnit: unit, chargingSchedulePeriod: any.array } });
  const told = periods.map(({ startPeriod, limit }) => ({ startPeriod, limit }));
  const limit = (amperes) => between(inUnit(unit, amperes - 0.1), inUnit(unit, amperes + 0.1));
  expect(told, [
    { startPeriod: 0, limit: limit(14) },
    { startPeriod: between(300 - tolerance / 1000 - 10, 300 + tolerance / 1000), limit: limit(8) },
  ], 'the periods');
  await stopByCard(cp, transaction);
});

scenario('profiles are cleared', {
  id: 'TC_067_CS', area: 'smart charging', profiles: ['SmartCharging'],
  checks: 'ClearChargingProfile removes the profile with the id, and is Unknown when there is none; its limit is gone.',
  by: ['OCPP 1.6 §5.5', 'OCPP 1.6 §5.7'],
  timeout: LONG,
}, async () => {
  const cp = await begin({ profile: 'SmartCharging' });
  const unit = await clears(cp);
  const made = profile(unit, 'TxDefaultProfile', 9);
  await set(cp, connectorId, made);
  const transaction = await session(cp);
  expect(await limitNow(cp, connectorId, unit), about(9), 'the limit in amperes before');
  await cp.call('ClearChargingProfile', { id: made.chargingProfileId }, { status: 'Accepted' });
  expect(await limitNow(cp, connectorId, unit), not(about(9)), 'the limit in amperes afterwards');
  await cp.call('ClearChargingProfile', { id: made.chargingProfileId }, { status: 'Unknown' });
  await stopByCard(cp, transaction);
});
