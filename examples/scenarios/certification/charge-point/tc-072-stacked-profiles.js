/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { LONG, begin, configured, goesOn, session, site, stopByCard } = require('./lib/station.js');
const {
  HOUR, about, clears, inUnit, limitNow, profile, set,
} = require('../../charge-point/lib/smart-charging.js');

const connectorId = site.connector;

scenario('profiles are stacked', {
  id: 'TC_072_CS', area: 'smart charging', profiles: ['SmartCharging'],
  checks: 'Of two default profiles the one with the higher stack level counts as long as it lasts, then the other.',
  by: ['OCPP 1.6 §3.13', 'OCPP 1.6 §5.7', 'OCPP 1.6 §5.16'],
  timeout: LONG,
}, async () => {
  const cp = await begin({ profile: 'SmartCharging' });
  const unit = await clears(cp);
  if (Number((await configured(cp, 'ChargeProfileMaxStackLevel')) || 0) < 1) {
    skip('there is only one stack level');
  }
  const higher = profile(unit, 'TxDefaultProfile', 8, { stackLevel: 1 });
  // it began an hour ago, and ends 400 s from now
  higher.chargingSchedule.duration = HOUR + 400;
  await set(cp, connectorId, profile(unit, 'TxDefaultProfile', 12));
  await set(cp, connectorId, higher);
  const transaction = await session(cp);
  expect(await limitNow(cp, connectorId, unit), about(8), 'the limit in amperes now');
  const { chargingSchedule: { chargingSchedulePeriod: periods } } = await cp.call('GetCompositeSchedule', {
    connectorId, duration: 1000, chargingRateUnit: unit,
  }, { status: 'Accepted', chargingSchedule: { chargingSchedulePeriod: any.array } });
  const last = periods[periods.length - 1];
  expect(last.limit, between(inUnit(unit, 11.9), inUnit(unit, 12.1)), 'the limit when the higher profile is over');
  await stopByCard(cp, transaction);
});

scenario('a default profile during a transaction', {
  id: 'TC_082_CS', area: 'smart charging', profiles: ['SmartCharging'],
  checks: 'A TxDefaultProfile that comes during a transaction is accepted, and limits the transaction that runs.',
  by: ['OCPP 1.6 §5.16', 'OCPP 1.6 §5.7', 'OCPP 1.6 §3.13'],
  timeout: LONG,
}, async () => {
  const cp = await begin({ profile: 'SmartCharging' });
  const unit = await clears(cp);
  const transaction = await session(cp);
  await set(cp, connectorId, profile(unit, 'TxDefaultProfile', 9));
  expect(await limitNow(cp, connectorId, unit), about(9), 'the limit in amperes');
  await goesOn(cp, transaction);
  await stopByCard(cp, transaction);
});
