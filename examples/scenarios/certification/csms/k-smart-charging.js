/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Block K, smart charging: profiles that the CSMS sets, reads and clears, and limits of others that stations report.

const {
  ago, asksFor, atLeast, charging, evse, finished, goesOn, idTag, official, ready, requestId, token, wanted, Transaction, ACCEPTED, tell,
} = require('./lib/csms.js');

/** Periods of a schedule: the first begins at 0, the others follow in order. */
const inOrder = (periods) => Array.isArray(periods) && periods.length > 0 && periods[0].startPeriod === 0
  && periods.every((period, index) => (period.limit === undefined || period.limit >= 0)
    && (index === 0 || period.startPeriod > periods[index - 1].startPeriod));

/** A schedule that is whole. */
const isWhole = (schedule) => ['A', 'W'].includes(schedule.chargingRateUnit) && inOrder(schedule.chargingSchedulePeriod);

/** What a profile must have. */
const PROFILE = {
  id: any.integer, stackLevel: atLeast(0), chargingProfileKind: oneOf('Absolute', 'Recurring', 'Relative', 'Dynamic'),
  chargingSchedule: (list) => list.length > 0 && list.every(isWhole),
};

/** A profile as an example. */
const profile = (chargingProfilePurpose, fields = {}, schedule = {}) => ({
  id: 42, stackLevel: 0, chargingProfilePurpose, chargingProfileKind: 'Absolute',
  chargingSchedule: [{ id: 1, startSchedule: ago(0), chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 16 }], ...schedule }],
  ...fields,
});

/** SetChargingProfile: `place` is the EVSE, `sent` the example, `right` what it must be beyond a whole one. */
const sets = (what, place, sent, right, status = 'Accepted') => ({
  what, payload: { evseId: place, chargingProfile: sent }, answer: { status },
  expected: { evseId: place, chargingProfile: { ...PROFILE, ...right } },
});

/** Cases in which one profile is set. */
for (const [id, title, by, call] of [
  ['K_01', 'a default profile of an EVSE', 'K01', () => sets('TxDefaultProfile for EVSE 1', 1, profile('TxDefaultProfile'), { chargingProfilePurpose: 'TxDefaultProfile' })],
  ['K_02', 'a profile for a transaction that is not there', 'K01', () => sets('TxProfile for EVSE 1, whose transaction has ended', 1,
    profile('TxProfile', { transactionId: 'ended-1' }), { chargingProfilePurpose: 'TxProfile', transactionId: any.string }, 'Rejected')],
  ['K_03', 'a profile of the station', 'K01', () => sets('ChargingStationMaxProfile for the whole station', 0,
    profile('ChargingStationMaxProfile'), { chargingProfilePurpose: 'ChargingStationMaxProfile' })],
  ['K_10', 'a default profile of all EVSEs', 'K01', () => sets('TxDefaultProfile for all EVSEs', 0, profile('TxDefaultProfile'), { chargingProfilePurpose: 'TxDefaultProfile' })],
  ['K_19', 'a profile that recurs', 'K01', () => sets('that recurs daily or weekly, for EVSE 1', 1,
    profile('TxDefaultProfile', { chargingProfileKind: 'Recurring', recurrencyKind: 'Daily' }, { duration: 86400 }),
    { chargingProfileKind: 'Recurring', recurrencyKind: oneOf('Daily', 'Weekly') })],
  ['K_100', 'a profile for a time offline', 'K01', () => sets('with maxOfflineDuration, for EVSE 1', 1,
    profile('TxDefaultProfile', { maxOfflineDuration: 600 }), { maxOfflineDuration: atLeast(0) })],
  ['K_102', 'a limit from a state of charge on', 'K01', () => sets('with limitAtSoC, for EVSE 1', 1,
    profile('TxDefaultProfile', {}, { limitAtSoC: { soc: 80, limit: 10 } }),
    { chargingSchedule: (list) => list.every(isWhole) && list.some(({ limitAtSoC }) => limitAtSoC) })],
  ['K_104', 'a profile for priority', 'K01', () => sets('PriorityCharging for EVSE 1', 1, profile('PriorityCharging'), { chargingProfilePurpose: 'PriorityCharging' })],
  ['K_106', 'a schedule that begins a random time later', 'K01', () => sets('with randomizedDelay, for EVSE 1', 1,
    profile('TxDefaultProfile', {}, { randomizedDelay: 300 }),
    { chargingSchedule: (list) => list.every(isWhole) && list.some(({ randomizedDelay }) => randomizedDelay >= 0) })],
]) {
  asksFor(id, title, { checks: 'SetChargingProfile has a whole profile of this kind, and the answer is taken.', by }, 'SetChargingProfile', call);
}

asksFor('K_15', 'a station without smart charging', {
  checks: 'The error NotSupported after SetChargingProfile is taken.', by: 'K01',
}, 'SetChargingProfile', () => ({
  what: 'for EVSE 1', payload: { evseId: 1, chargingProfile: profile('TxDefaultProfile') }, error: 'NotSupported', expected: { chargingProfile: PROFILE },
}));

official('K_04', 'a profile is replaced', {
  checks: 'A second SetChargingProfile has the id of the first one.', by: 'K01',
}, async () => {
  const link = await ready();
  const first = await wanted(link, 'SetChargingProfile', sets('for EVSE 1', 1, profile('TxDefaultProfile'), {}));
  const { id } = first.chargingProfile;
  await wanted(link, 'SetChargingProfile', sets('that replaces the one before', 1,
    profile('TxDefaultProfile', { id }, { chargingSchedulePeriod: [{ startPeriod: 0, limit: 10 }] }), { id }));
  await goesOn(link);
});

official('K_70', 'several profiles', {
  checks: 'Two profiles with different ids and stack levels are set.', by: 'K01',
}, async () => {
  const link = await ready();
  const first = await wanted(link, 'SetChargingProfile', sets('for EVSE 1', 1, profile('TxDefaultProfile'), {}));
  const { id, stackLevel } = first.chargingProfile;
  await wanted(link, 'SetChargingProfile', sets('with another id and another stack level', 1,
    profile('TxDefaultProfile', { id: id + 1, stackLevel: stackLevel + 1 }), { id: not(id), stackLevel: not(stackLevel) }));
  await goesOn(link);
});

official('K_60', 'a profile of a transaction', {
  checks: 'SetChargingProfile with a TxProfile names the transaction that runs, and its EVSE.', by: 'K01',
}, async () => {
  const link = await ready();
  const transaction = await charging(link);
  await wanted(link, 'SetChargingProfile', sets('TxProfile for the transaction at EVSE 1', evse.id,
    profile('TxProfile', { transactionId: transaction.id }), { chargingProfilePurpose: 'TxProfile', transactionId: transaction.id }));
  await finished(link, transaction);
});

official('K_37', 'a remote start with a profile', {
  checks: 'RequestStartTransaction has a TxProfile without a transaction.', by: ['K05', 'F01'],
}, async () => {
  const link = await ready();
  const { remoteStartId } = await wanted(link, 'RequestStartTransaction', {
    what: `for the token ${idTag} at EVSE 1, with a TxProfile`,
    payload: { idToken: token(), remoteStartId: 5, evseId: 1, chargingProfile: profile('TxProfile', { chargingProfileKind: 'Relative' }, { startSchedule: undefined }) },
    answer: { status: 'Accepted' },
    expected: { idToken: { idToken: idTag }, chargingProfile: { ...PROFILE, chargingProfilePurpose: 'TxProfile', transactionId: absent } },
  });
  const transaction = new Transaction(link);
  await transaction.event('Started', 'RemoteStart', { chargingState: 'Idle', remoteStartId }, { idToken: token() }, ACCEPTED);
  await tell(link, 'Occupied');
  await finished(link, transaction);
});

// ---- profiles are cleared ---------------------------------------------------------------------------------------------------------

for (const [id, title, what, payload, expected, status] of [
  ['K_05', 'a profile is cleared by its id', 'by its id', { chargingProfileId: 42 }, { chargingProfileId: any.integer }, 'Accepted'],
  ['K_06', 'profiles are cleared by what they are for', 'by stack level and purpose',
    { chargingProfileCriteria: { stackLevel: 0, chargingProfilePurpose: 'TxDefaultProfile', evseId: 1 } },
    { chargingProfileId: absent, chargingProfileCriteria: { stackLevel: atLeast(0), chargingProfilePurpose: any.string } }, 'Accepted'],
  ['K_08', 'a profile that is not there is cleared', 'that is not there', { chargingProfileId: 43 },
    ({ chargingProfileId, chargingProfileCriteria }) => chargingProfileId !== undefined || chargingProfileCriteria !== undefined, 'Unknown'],
]) {
  asksFor(id, title, { checks: `ClearChargingProfile says which, ${what}; the answer ${status} is taken.`, by: 'K10' }, 'ClearChargingProfile', {
    what, payload, answer: { status }, expected,
  });
}

// ---- profiles are read ------------------------------------------------------------------------------------------------------------

/** Reports a profile as it was asked for, in two parts. */
async function reports(link, { requestId: asked }) {
  for (const tbc of [true, false]) {
    await link.call('ReportChargingProfiles', {
      requestId: asked, chargingLimitSource: 'CSO', evseId: 1, tbc, chargingProfile: [profile('TxDefaultProfile', { id: tbc ? 1 : 2 })],
    });
  }
}

for (const [id, title, evseId, criteria] of [
  ['K_29', 'of the station', 0, { chargingProfilePurpose: 'ChargingStationMaxProfile' }],
  ['K_30', 'of an EVSE', 1, { chargingProfilePurpose: 'TxDefaultProfile' }],
  ['K_31', 'of all', undefined, { chargingProfilePurpose: 'TxDefaultProfile' }],
  ['K_32', 'by their ids', undefined, { chargingProfileId: [42] }],
  ['K_33', 'of a stack level', 1, { stackLevel: 0 }],
  ['K_34', 'of a source', 1, { chargingLimitSource: ['CSO'] }],
  ['K_35', 'of a purpose', 1, { chargingProfilePurpose: 'TxDefaultProfile' }],
  ['K_36', 'of a purpose and a stack level', 1, { chargingProfilePurpose: 'TxDefaultProfile', stackLevel: 0 }],
]) {
  const given = Object.keys(criteria);
  asksFor(id, `profiles are read: ${title}`, {
    checks: `GetChargingProfiles has ${given.join(' and ')}, and the report in parts is taken.`, by: 'K09',
  }, 'GetChargingProfiles', {
    what: `${title}, with ${given.join(' and ')}`,
    payload: { requestId: 3, ...(evseId !== undefined && { evseId }), chargingProfile: criteria },
    answer: { status: 'Accepted' },
    expected: {
      requestId, evseId: evseId === undefined ? absent : evseId,
      // what is read of all may be chosen otherwise
      chargingProfile: id < 'K_32' ? any.object : Object.fromEntries(given.map((name) => [name, any])),
    },
  }, reports);
}

for (const [id, title, evseId] of [['K_43', 'of an EVSE', 1], ['K_44', 'of the station', 0]]) {
  asksFor(id, `a composite schedule is read: ${title}`, {
    checks: 'GetCompositeSchedule has a duration above 0, and the schedule is taken.', by: 'K08',
  }, 'GetCompositeSchedule', {
    what: title, payload: { duration: 3600, evseId },
    answer: () => ({
      status: 'Accepted',
      schedule: { evseId, duration: 3600, scheduleStart: ago(0), chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 16 }] },
    }),
    expected: { duration: atLeast(1), evseId, chargingRateUnit: optional(oneOf('A', 'W')) },
  });
}

// ---- limits of others -------------------------------------------------------------------------------------------------------------

const chargingLimit = { chargingLimitSource: 'EMS', isGridCritical: false };

/** An energy manager sets a limit and takes it back. */
const limited = (id, title, by, during, run) => official(id, title, { checks: 'The messages about the limit of an energy manager are taken.', by }, async () => {
  const link = await ready();
  const transaction = during && await charging(link);
  await run(link, transaction);
  if (transaction) {
    await transaction.updated('ChargingRateChanged', 'Charging');
    await finished(link, transaction);
  }
  await goesOn(link);
});
const reported = (link) => link.call('NotifyChargingLimit', { evseId: 1, chargingLimit, chargingSchedule: profile('TxProfile').chargingSchedule });
const cleared = (link) => link.call('ClearedChargingLimit', { chargingLimitSource: 'EMS', evseId: 1 });

limited('K_48', 'a limit from outside', 'K12', false, reported);
limited('K_50', 'a limit from outside ends', 'K13', false, cleared);
limited('K_51', 'a limit from outside ends during a transaction', 'K13', true, cleared);
limited('K_52', 'a limit from outside during a transaction', 'K12', true, reported);

// ---- needs of cars ----------------------------------------------------------------------------------------------------------------

for (const [id, title, offered] of [['K_53', 'a schedule for the needs of a car', 16], ['K_55', 'a schedule of a car that exceeds its limits', 32]]) {
  official(id, title, {
    checks: 'NotifyEVChargingNeeds is answered, a TxProfile follows, and the schedule of the car is answered.', by: 'K15',
  }, async () => {
    remark('The messages are checked; the car is made up, and speaks no ISO 15118.');
    const link = await ready();
    const transaction = await charging(link);
    await link.call('NotifyEVChargingNeeds', {
      evseId: 1, chargingNeeds: { requestedEnergyTransfer: 'AC_three_phase', acChargingParameters: { energyAmount: 12000, evMinCurrent: 6, evMaxCurrent: 16, evMaxVoltage: 400 } },
    }, { status: oneOf('Accepted', 'Processing') });
    await wanted(link, 'SetChargingProfile', sets('TxProfile for the needs of the car', 1,
      profile('TxProfile', { transactionId: transaction.id }), { chargingProfilePurpose: 'TxProfile', transactionId: transaction.id }));
    await link.call('NotifyEVChargingSchedule', {
      evseId: 1, timeBase: ago(0), chargingSchedule: { id: 1, chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: offered }] },
    }, { status: id === 'K_53' ? 'Accepted' : oneOf('Accepted', 'Rejected') });
    await finished(link, transaction);
  });
}

official('K_118', 'priority from afar', {
  checks: 'UsePriorityCharging names the transaction, and the notice of the station is taken.', by: 'K21',
}, async () => {
  const link = await ready();
  const transaction = await charging(link);
  const { activate } = await wanted(link, 'UsePriorityCharging', {
    what: 'for the transaction that runs', payload: { transactionId: transaction.id, activate: true }, answer: { status: 'Accepted' },
    expected: { transactionId: transaction.id, activate: any.boolean },
  });
  await link.call('NotifyPriorityCharging', { transactionId: transaction.id, activated: activate });
  await finished(link, transaction);
});

official('K_121', 'a station asks for a dynamic schedule', {
  checks: 'PullDynamicScheduleUpdate for a profile of the kind Dynamic is answered.', by: 'K28',
}, async () => {
  const link = await ready();
  const dynamic = profile('TxDefaultProfile', { chargingProfileKind: 'Dynamic', dynUpdateInterval: 60 }, { startSchedule: undefined });
  const { chargingProfile } = await wanted(link, 'SetChargingProfile', sets('of the kind Dynamic, for EVSE 1', 1, dynamic, { chargingProfileKind: 'Dynamic' }));
  await link.call('PullDynamicScheduleUpdate', { chargingProfileId: chargingProfile.id }, { status: 'Accepted' });
  await goesOn(link);
});
