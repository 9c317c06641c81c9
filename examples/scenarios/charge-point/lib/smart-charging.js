/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Shared by scenarios about charging profiles: profiles in the unit of the charge point, and the limit that it tells.

const { ask, configured, nextNumber, quietly, refuses } = require('./charge-point.js');

const VOLTS = 230;
const HOUR = 3600;

/** The unit that the charge point supports; amperes if it supports both. */
async function unitOf(cp) {
  const allowed = (await configured(cp, 'ChargingScheduleAllowedChargingRateUnit')) || 'Current';
  return /Current|\bA\b/i.test(allowed) ? 'A' : 'W';
}

/** A limit in amperes, converted to the unit in use. */
const inUnit = (unit, amperes) => (unit === 'A' ? amperes : amperes * VOLTS);

/** A profile with one limit that applies now. It starts far in the past, because a charge point's clock may be slow. */
function profile(unit, purpose, amperes, fields = {}) {
  return {
    chargingProfileId: nextNumber(),
    stackLevel: 0,
    chargingProfilePurpose: purpose,
    chargingProfileKind: 'Absolute',
    chargingSchedule: {
      startSchedule: new Date(now() - HOUR * 1000).toISOString(),
      duration: 24 * HOUR,
      chargingRateUnit: unit,
      chargingSchedulePeriod: [{ startPeriod: 0, limit: inUnit(unit, amperes) }],
    },
    ...fields,
  };
}

function set(cp, connectorId, csChargingProfiles) {
  return ask(cp, 'SetChargingProfile', { connectorId, csChargingProfiles }, { status: 'Accepted' });
}

/** The current limit of a connector in amperes, from the composite schedule; −1 where the charge point says so. */
async function limitNow(cp, connectorId, unit) {
  const { chargingSchedule } = await ask(cp, 'GetCompositeSchedule', {
    connectorId, duration: 600, chargingRateUnit: unit,
  }, {
    status: 'Accepted',
    connectorId: optional(connectorId),
    chargingSchedule: { chargingRateUnit: unit, chargingSchedulePeriod: any.array },
  });
  const [first] = chargingSchedule.chargingSchedulePeriod;
  expect(first, { startPeriod: 0, limit: any.number }, 'the first period of the composite schedule');
  return unit === 'A' || first.limit < 0 ? first.limit : first.limit / VOLTS;
}

/** Limits are rounded to a tenth of their unit. */
const about = (amperes) => between(amperes - 0.1, amperes + 0.1);

/**
 * Skips the scenario unless the composite schedule of a free connector contains this default limit. A charge point may
 * apply it to transactions only; then it is not visible without a transaction.
 */
async function toldOfFree(cp, connectorId, unit, amperes) {
  let limit;
  try {
    limit = await limitNow(cp, connectorId, unit);
  } catch (error) {
    skip(`no composite schedule of a free connector: ${error.message}`);
  }
  if (Math.abs(limit - amperes) > 0.1) {
    const told = limit < 0 ? 'no limit' : `${limit} A`;
    skip(`the composite schedule of a free connector tells ${told}, with a default profile of ${amperes} A`);
  }
}

function refusesProfile(cp, connectorId, csChargingProfiles) {
  const status = oneOf('Rejected', 'NotSupported');
  return refuses(cp, 'SetChargingProfile', { connectorId, csChargingProfiles }, status);
}

/** Removes all charging profiles, now and at the end of the scenario; returns the unit of the charge point. */
async function clears(cp) {
  await ask(cp, 'ClearChargingProfile', {}, { status: oneOf('Accepted', 'Unknown') });
  after(() => quietly(() => cp.call('ClearChargingProfile', {})));
  return unitOf(cp);
}

module.exports = { HOUR, about, clears, inUnit, limitNow, profile, refusesProfile, set, toldOfFree };
