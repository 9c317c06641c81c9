// Charging profiles in scenarios for a central system: one to send, and what each must be. This file is not a scenario.
/// <reference path="../ocpp-tui-scenario.d.ts" />

const { profile } = require('./central-system.js');

/** A profile of this purpose that suits every connector. */
function chargingProfile(chargingProfilePurpose) {
  return {
    chargingProfileId: 56, stackLevel: 0, chargingProfilePurpose,
    chargingProfileKind: chargingProfilePurpose === 'TxProfile' ? 'Relative' : 'Absolute',
    chargingSchedule: {
      chargingRateUnit: 'A',
      ...(chargingProfilePurpose === 'TxProfile' ? {} : { startSchedule: new Date(now()).toISOString() }),
      chargingSchedulePeriod: [{ startPeriod: 0, limit: 16 }, { startPeriod: 600, limit: 10.5 }],
    },
  };
}

/** A matcher for a profile of this purpose, with these fields. A recurring profile says how often (OCPP 1.6 §7.8). */
function isWellFormed(chargingProfilePurpose, fields = {}) {
  const always = { ...profile, chargingProfilePurpose, ...fields };
  return oneOf(
    { ...always, chargingProfileKind: oneOf('Absolute', 'Relative') },
    { ...always, chargingProfileKind: 'Recurring', recurrencyKind: oneOf('Daily', 'Weekly') },
  );
}

/** Whether the fields of a ClearChargingProfile select the profile of a SetChargingProfile (OCPP 1.6 §5.5). */
function selects({ id, connectorId, chargingProfilePurpose, stackLevel }, set) {
  const is = set.csChargingProfiles;
  if (id !== undefined) {
    return id === is.chargingProfileId;
  }
  return (connectorId === undefined || connectorId === set.connectorId)
    && (chargingProfilePurpose === undefined || chargingProfilePurpose === is.chargingProfilePurpose)
    && (stackLevel === undefined || stackLevel === is.stackLevel);
}

module.exports = { chargingProfile, isWellFormed, selects };
