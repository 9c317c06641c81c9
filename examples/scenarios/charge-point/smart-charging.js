/// <reference path="../ocpp-tui-scenario.d.ts" />

// The Smart Charging profile of an OCPP 1.6-J charge point: the effect of charging profiles, as shown by the composite
// schedule.
//
//     ocpp-tui test examples/scenarios/charge-point/smart-charging.js                 a simulated charge point
//     ocpp-tui test --listen 9000 examples/scenarios/charge-point/smart-charging.js   the one that connects
//
// All installed charging profiles are cleared before and after each scenario. `idTag` and `connector` are used for
// transactions. The limits are between 7 A and 20 A (1.6 kW and 4.6 kW); hardware that supports less
// fails here.

const {
  LONG, attempt, charging, configured, connectorCount, nextNumber, readyAndFree, site, stop,
} = require('./lib/charge-point.js');
const {
  about, clears, inUnit, limitNow, profile, refusesProfile, set, toldOfFree,
} = require('./lib/smart-charging.js');

/** A charge point without profiles, which are removed at the end of the scenario, and its unit. */
async function withoutProfiles() {
  const cp = await readyAndFree({ profile: 'SmartCharging' });
  return [cp, await clears(cp)];
}

scenario('a default profile limits a connector', {
  checks:
    'A TxDefaultProfile for one connector is accepted and is part of the composite schedule of the '
    + 'connector during a transaction.',
  by: ['OCPP 1.6 §5.16', 'OCPP 1.6 §5.7', 'OCPP 1.6 §3.13'],
  timeout: LONG,
}, async () => {
  const [cp, unit] = await withoutProfiles();
  await set(cp, site.connector, profile(unit, 'TxDefaultProfile', 10));
  const transaction = await charging(cp);
  expect(await limitNow(cp, site.connector, unit), about(10), 'the limit in amperes');
  await stop(cp, transaction);
});

scenario('a default profile for all connectors', {
  checks:
    'A TxDefaultProfile for connector 0 holds for each connector; one for a single connector takes its '
    + 'place there.',
  by: ['OCPP 1.6 §5.16', 'OCPP 1.6 §3.13'],
  timeout: LONG,
}, async () => {
  const [cp, unit] = await withoutProfiles();
  await set(cp, 0, profile(unit, 'TxDefaultProfile', 14));
  await toldOfFree(cp, site.connector, unit, 14);
  await set(cp, site.connector, profile(unit, 'TxDefaultProfile', 10));
  expect(await limitNow(cp, site.connector, unit), about(10), 'the limit in amperes with a profile of its own');
});

scenario('the profile of the charge point limits all others', {
  checks: 'A ChargePointMaxProfile is accepted for connector 0, and no connector gets more than it allows.',
  by: ['OCPP 1.6 §5.16', 'OCPP 1.6 §3.13'],
  timeout: LONG,
}, async () => {
  const [cp, unit] = await withoutProfiles();
  await set(cp, 0, profile(unit, 'ChargePointMaxProfile', 12));
  await set(cp, site.connector, profile(unit, 'TxDefaultProfile', 20));
  // without a transaction a charge point may tell anything of a connector that draws nothing
  const transaction = await charging(cp);
  const limit = await limitNow(cp, site.connector, unit);
  // a negative number is no limit at all, and 0 A is none of the profiles
  expect(limit, between(0.1, 12.1), 'the limit in amperes of a connector, with 12 A for the charge point');
  await stop(cp, transaction);
});

scenario('the profile of the charge point is not for one connector', {
  checks: 'A ChargePointMaxProfile for a connector other than 0 is not accepted.',
  by: 'OCPP 1.6 §3.13',
  timeout: LONG,
}, async () => {
  const [cp, unit] = await withoutProfiles();
  await refusesProfile(cp, site.connector, profile(unit, 'ChargePointMaxProfile', 12));
});

scenario('the highest stack level counts', {
  checks: 'Of two default profiles the one with the higher stack level applies, and after it is cleared the other.',
  by: ['OCPP 1.6 §3.13', 'OCPP 1.6 §5.5'],
  timeout: LONG,
}, async () => {
  const [cp, unit] = await withoutProfiles();
  const highest = Number((await configured(cp, 'ChargeProfileMaxStackLevel')) || 0);
  if (highest < 1) {
    skip('there is only one stack level');
  }
  await set(cp, site.connector, profile(unit, 'TxDefaultProfile', 16));
  await toldOfFree(cp, site.connector, unit, 16);
  await set(cp, site.connector, profile(unit, 'TxDefaultProfile', 8, { stackLevel: 1 }));
  expect(await limitNow(cp, site.connector, unit), about(8), 'the limit in amperes with both');

  step('the higher one is cleared by what it is');
  const criteria = { connectorId: site.connector, chargingProfilePurpose: 'TxDefaultProfile', stackLevel: 1 };
  await cp.call('ClearChargingProfile', criteria, { status: 'Accepted' });
  expect(await limitNow(cp, site.connector, unit), about(16), 'the limit in amperes with the lower one');
});

scenario('a profile replaces one of the same level', {
  checks:
    'A profile with the stack level and purpose of an installed one replaces it; clearing finds only the '
    + 'new one.',
  by: ['OCPP 1.6 §5.16', 'OCPP 1.6 §5.5'],
  timeout: LONG,
}, async () => {
  const [cp, unit] = await withoutProfiles();
  const [older, newer] = [profile(unit, 'TxDefaultProfile', 8), profile(unit, 'TxDefaultProfile', 16)];
  await set(cp, site.connector, older);
  await set(cp, site.connector, newer);
  await cp.call('ClearChargingProfile', { id: older.chargingProfileId }, { status: 'Unknown' });
  await cp.call('ClearChargingProfile', { id: newer.chargingProfileId }, { status: 'Accepted' });
  await cp.call('ClearChargingProfile', { id: newer.chargingProfileId }, { status: 'Unknown' });
});

scenario('no transaction profile without a transaction', {
  checks: 'A TxProfile for a connector where no transaction runs is not accepted.',
  by: ['OCPP 1.6 §5.16', 'OCPP 1.6 §3.13'],
  timeout: LONG,
}, async () => {
  const [cp, unit] = await withoutProfiles();
  await refusesProfile(cp, site.connector, profile(unit, 'TxProfile', 7, { transactionId: nextNumber() }));
});

scenario('a transaction profile lasts as long as its transaction', {
  checks: 'A TxProfile replaces the default profile during its transaction only.',
  by: ['OCPP 1.6 §5.16', 'OCPP 1.6 §3.13'],
  timeout: LONG,
}, async () => {
  const [cp, unit] = await withoutProfiles();
  await set(cp, site.connector, profile(unit, 'TxDefaultProfile', 12));
  const transaction = await charging(cp);
  expect(await limitNow(cp, site.connector, unit), about(12), 'the limit in amperes before');
  await set(cp, site.connector, profile(unit, 'TxProfile', 7, { transactionId: transaction.id }));
  expect(await limitNow(cp, site.connector, unit), about(7), 'the limit in amperes during the transaction');
  await stop(cp, transaction);
  // the connector is free, and a charge point need not report the default limit of a free connector, or any
  const { result } = await attempt(cp, 'GetCompositeSchedule', {
    connectorId: site.connector, duration: 600, chargingRateUnit: unit,
  });
  if (result && result.chargingSchedule) {
    const [{ limit }] = result.chargingSchedule.chargingSchedulePeriod;
    expect(limit, not(about(inUnit(unit, 7))), `the limit in ${unit} after the transaction`);
  } else {
    remark('there is no composite schedule of a free connector');
  }
});

scenario('no profile for a connector that does not exist', {
  checks: 'SetChargingProfile for an unknown connector is refused, with a status or with an error.',
  by: ['OCPP 1.6 §5.16', 'OCPP 1.6 errata §3.39'],
  timeout: LONG,
}, async () => {
  const [cp, unit] = await withoutProfiles();
  const connectorId = (await connectorCount(cp)) + 1;
  await refusesProfile(cp, connectorId, profile(unit, 'TxDefaultProfile', 10));
});
