// Smart charging in OCPP 1.6-J, with the central system under test. A user must cause each call. Against a foreign
// central system, at which the charge point CP1 and the tag TAG1 are registered, the scenarios print what to do
// there and wait for it:
//
//   ocpp-tui test central-system/smart-charging.js --url ws://host:9000/ocpp --identity CP1 --set idTag=TAG1
//
// --set 'without=["GetCompositeSchedule"]'   calls that the central system cannot send
/// <reference path="../ocpp-tui-scenario.d.ts" />

const { byHand, registered, alive, ago, during, order, atLeast, profile } = require('../lib/central-system.js');

function about(checks, ...by) {
  return Object.assign({ checks, by }, byHand);
}

/**
 * Whether a profile may be set at this connector: a profile for the whole charge point only at connector 0, a profile
 * for a transaction only at other connectors.
 */
function fits({ connectorId, csChargingProfiles }) {
  return csChargingProfiles.chargingProfilePurpose === 'ChargePointMaxProfile' ? connectorId === 0
    : csChargingProfiles.chargingProfilePurpose !== 'TxProfile' || connectorId > 0;
}

/** A recurring profile must have a recurrency kind. */
function isDated({ csChargingProfiles }) {
  return csChargingProfiles.chargingProfileKind !== 'Recurring' || csChargingProfiles.recurrencyKind !== undefined;
}

scenario('a charging profile is well formed', about(
  'SetChargingProfile names a connector that suits the purpose, and a schedule whose first period begins at once.',
  'OCPP 1.6 §5.16', 'OCPP 1.6 §3.13', 'OCPP 1.6 §7.8',
), async () => {
  const link = await registered();
  const wanted = await order(link, 'SetChargingProfile', {
    answer: { status: 'Accepted' },
    expected: { connectorId: atLeast(0), csChargingProfiles: profile },
  });
  assert(fits(wanted), 'the purpose of the profile suits the connector');
  assert(isDated(wanted), 'a profile that repeats says how often');
  await alive(link);
});

scenario('every answer to SetChargingProfile is accepted', about(
  'A central system whose SetChargingProfile is rejected, not supported, or answered with an error, goes on.',
  'OCPP 1.6 §5.16', 'OCPP 1.6 §7.11', 'OCPP 1.6 errata §3.39',
), async () => {
  const link = await registered();
  for (const status of ['Rejected', 'NotSupported']) {
    await step(status, async () => {
      await order(link, 'SetChargingProfile', { how: `which is answered with ${status}`, answer: { status } });
      await alive(link);
    });
  }
  for (const error of ['PropertyConstraintViolation', 'NotSupported']) {
    await step(`the error ${error}`, async () => {
      await order(link, 'SetChargingProfile', { how: `which ends in the error ${error}`, error });
      await alive(link);
    });
  }
});

scenario('a profile for a transaction names the one that runs', about(
  'A SetChargingProfile for a running transaction is of the purpose TxProfile, at its connector, with its id.',
  'OCPP 1.6 §5.16', 'OCPP 1.6 §3.13',
), async () => {
  const link = await registered();
  await during(link, async transactionId => {
    const wanted = await order(link, 'SetChargingProfile', {
      how: `for the transaction ${transactionId} at connector 1, with the purpose TxProfile`,
      payload: {
        connectorId: 1,
        csChargingProfiles: {
          chargingProfileId: 2, transactionId, stackLevel: 0,
          chargingProfilePurpose: 'TxProfile', chargingProfileKind: 'Relative',
          chargingSchedule: {
            chargingRateUnit: 'A',
            chargingSchedulePeriod: [{ startPeriod: 0, limit: 16 }, { startPeriod: 600, limit: 10.5 }],
          },
        },
      },
      answer: { status: 'Accepted' },
      expected: {
        connectorId: 1,
        csChargingProfiles: Object.assign({}, profile,
          { chargingProfilePurpose: 'TxProfile', transactionId: optional(transactionId) }),
      },
    });
    should(wanted.csChargingProfiles.transactionId === transactionId, 'the profile names its transaction');
  });
});

scenario('a composite schedule is requested', about(
  'GetCompositeSchedule names a connector and a duration; a schedule in the answer is taken, and so is an error.',
  'OCPP 1.6 §5.7',
), async () => {
  const link = await registered();
  const expected = { connectorId: atLeast(0), duration: atLeast(0), chargingRateUnit: optional(oneOf('A', 'W')) };
  await order(link, 'GetCompositeSchedule', {
    payload: { connectorId: 1, duration: 3600, chargingRateUnit: 'A' },
    answer: {
      status: 'Accepted', connectorId: 1, scheduleStart: ago(0),
      chargingSchedule: {
        duration: 3600, startSchedule: ago(0), chargingRateUnit: 'A',
        chargingSchedulePeriod: [{ startPeriod: 0, limit: 16 }, { startPeriod: 1800, limit: 8.5, numberPhases: 3 }],
      },
    },
    expected,
  });
  await alive(link);
  await order(link, 'GetCompositeSchedule', { how: 'which ends in an error', error: 'NotSupported', expected });
  await alive(link);
});

scenario('charging profiles are cleared', about(
  'ClearChargingProfile names profiles by what OCPP has; both statuses are taken.',
  'OCPP 1.6 §5.5',
), async () => {
  const link = await registered();
  const expected = {
    id: optional(any.integer),
    connectorId: optional(atLeast(0)),
    chargingProfilePurpose: optional(oneOf('ChargePointMaxProfile', 'TxDefaultProfile', 'TxProfile')),
    stackLevel: optional(atLeast(0)),
  };
  for (const status of ['Accepted', 'Unknown']) {
    const how = `which is answered with ${status}`;
    await order(link, 'ClearChargingProfile', { how, answer: { status }, expected });
    await alive(link);
  }
});
