/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Block K, smart charging: profiles that are set, read and cleared, and what they make together.

const { ask, begin, event, official, patient, plug, quietly, remoteStart, running, session, site } = require('./lib/station.js');

const evseId = site.evse;

/** A profile; `schedule` are further fields of its schedule. */
const profile = (id, chargingProfilePurpose, limit, fields = {}, schedule = {}) => ({
  id, stackLevel: 0, chargingProfilePurpose, chargingProfileKind: 'Absolute',
  chargingSchedule: [{
    id, startSchedule: new Date(now() - 60000).toISOString(), duration: 86400, chargingRateUnit: 'A',
    chargingSchedulePeriod: [{ startPeriod: 0, limit }], ...schedule,
  }],
  ...fields,
});

/** Sets a profile until the end of the case. */
async function set(cp, of, place = evseId, status = 'Accepted') {
  after(() => quietly(() => cp.call('ClearChargingProfile', { chargingProfileId: of.id })));
  await ask(cp, 'SetChargingProfile', { evseId: place, chargingProfile: of }, { status });
}

/** The profiles that a report has. */
async function found(cp, criteria, place, status = 'Accepted') {
  const requestId = 1000 + Math.floor(Math.random() * 100000);
  await ask(cp, 'GetChargingProfiles', { requestId, ...(place !== undefined && { evseId: place }), chargingProfile: criteria }, { status });
  const profiles = [];
  if (status !== 'Accepted') {
    return profiles;
  }
  for (;;) {
    const { payload } = await cp.expectCall('ReportChargingProfiles', { requestId, chargingLimitSource: any.string, evseId: any.integer }, patient);
    profiles.push(...payload.chargingProfile.map((one) => ({ ...one, evseId: payload.evseId })));
    if (payload.tbc !== true) {
      return profiles;
    }
  }
}

const ids = (profiles) => profiles.map(({ id }) => id).sort((a, b) => a - b);

/** The limit that a composite schedule begins with. */
async function limit(cp, place = evseId, expected = { status: 'Accepted' }, fields = {}) {
  const { schedule } = await ask(cp, 'GetCompositeSchedule', { duration: 300, evseId: place, chargingRateUnit: 'A', ...fields }, expected);
  return schedule && schedule.chargingSchedulePeriod[0].limit;
}

// ---- set --------------------------------------------------------------------------------------------------------------------------------

official('K_01', 'a default profile of an EVSE', {
  checks: 'SetChargingProfile of a TxDefaultProfile is Accepted, and is reported and part of the composite schedule of a transaction.', by: ['K01', 'K08'],
}, async () => {
  const cp = await begin();
  await set(cp, profile(101, 'TxDefaultProfile', 10));
  expect(ids(await found(cp, { chargingProfileId: [101] })), [101], 'the profiles');
  await session(cp);
  expect(await limit(cp), (amperes) => amperes <= 10, 'the limit');
});

official('K_02', 'a profile for a transaction that is not there', {
  checks: 'SetChargingProfile of a TxProfile without a transaction is Rejected.', by: 'K01',
}, async () => {
  const cp = await begin();
  await set(cp, profile(102, 'TxProfile', 10, { transactionId: 'nobody-knows' }), evseId, 'Rejected');
});

// ---- cleared ----------------------------------------------------------------------------------------------------------------------------

const clear = (cp, what, status = 'Accepted') => ask(cp, 'ClearChargingProfile', what, { status });

official('K_05', 'a profile is cleared by its id', {
  checks: 'ClearChargingProfile of an id is Accepted, and the profile is no longer reported.', by: 'K10',
}, async () => {
  const cp = await begin();
  await set(cp, profile(105, 'TxDefaultProfile', 10));
  await clear(cp, { chargingProfileId: 105 });
  await found(cp, { chargingProfileId: [105] }, undefined, 'NoProfiles');
});

official('K_06', 'profiles are cleared by what they are for', {
  checks: 'ClearChargingProfile of a stack level and a purpose is Accepted, and clears no other profile.', by: 'K10',
}, async () => {
  const cp = await begin();
  await set(cp, profile(106, 'TxDefaultProfile', 10));
  await set(cp, profile(107, 'TxDefaultProfile', 12, { stackLevel: 1 }));
  await clear(cp, { chargingProfileCriteria: { stackLevel: 0, chargingProfilePurpose: 'TxDefaultProfile' } });
  expect(ids(await found(cp, { chargingProfileId: [106, 107] })), [107], 'the profiles that are left');
});

for (const [id, title, what] of [
  ['K_07', 'by what none is for', { chargingProfileCriteria: { stackLevel: 7, chargingProfilePurpose: 'TxDefaultProfile' } }],
  ['K_08', 'by an id that is not there', { chargingProfileId: 987654 }],
]) {
  official(id, `profiles are cleared ${title}`, { checks: 'ClearChargingProfile is answered with Unknown.', by: 'K10' }, async () => {
    const cp = await begin();
    await clear(cp, what, 'Unknown');
  });
}

official('K_09', 'a default profile is cleared during a transaction', {
  checks: 'After ClearChargingProfile the transaction goes on with more than the profile allowed.', by: 'K10',
}, async () => {
  const cp = await begin();
  await set(cp, profile(109, 'TxDefaultProfile', 8));
  await session(cp);
  expect(await limit(cp), (amperes) => amperes <= 8, 'the limit before');
  await clear(cp, { chargingProfileId: 109 });
  expect(await limit(cp), (amperes) => amperes > 8, 'the limit afterwards');
});

official('K_24', 'several profiles are cleared at once', {
  checks: 'ClearChargingProfile of a purpose and a stack level clears the profiles of all EVSEs.', by: 'K10',
}, async () => {
  const cp = await begin();
  await set(cp, profile(124, 'TxDefaultProfile', 10), 1);
  await set(cp, profile(125, 'TxDefaultProfile', 10), 2);
  await clear(cp, { chargingProfileCriteria: { stackLevel: 0, chargingProfilePurpose: 'TxDefaultProfile' } });
  await found(cp, { chargingProfileId: [124, 125] }, undefined, 'NoProfiles');
});

// ---- read -------------------------------------------------------------------------------------------------------------------------------

/** Three profiles: of the station, and two of an EVSE; what is asked for, and which are reported. */
for (const [id, title, place, criteria, ...right] of [
  ['K_29', 'of the station', 0, { chargingProfilePurpose: 'ChargingStationMaxProfile' }, 131],
  ['K_30', 'of an EVSE', evseId, { chargingProfilePurpose: 'TxDefaultProfile' }, 132, 133],
  ['K_31', 'of all', undefined, { chargingLimitSource: ['CSO'] }, 131, 132, 133],
  ['K_32', 'by its id', undefined, { chargingProfileId: [132] }, 132],
  ['K_33', 'of a stack level', evseId, { stackLevel: 1 }, 133],
  ['K_34', 'of a source', evseId, { chargingLimitSource: ['CSO'] }, 132, 133],
  ['K_35', 'of a purpose', evseId, { chargingProfilePurpose: 'TxDefaultProfile' }, 132, 133],
  ['K_36', 'of a purpose and a stack level', evseId, { chargingProfilePurpose: 'TxDefaultProfile', stackLevel: 0 }, 132],
]) {
  official(id, `profiles are read: ${title}`, { checks: 'GetChargingProfiles is Accepted, and the right profiles are reported, and no others.', by: 'K09' }, async () => {
    const cp = await begin();
    await set(cp, profile(131, 'ChargingStationMaxProfile', 32), 0);
    await set(cp, profile(132, 'TxDefaultProfile', 10));
    await set(cp, profile(133, 'TxDefaultProfile', 12, { stackLevel: 1 }));
    const profiles = await found(cp, criteria, place);
    // one that was there before is not ours
    expect(ids(profiles).filter((one) => [131, 132, 133].includes(one)), right, 'the profiles');
    if (place !== undefined) {
      expect(profiles.map((one) => one.evseId), profiles.map(() => place), 'the EVSEs of the profiles');
    }
  });
}

// ---- with a remote start ----------------------------------------------------------------------------------------------------------------

official('K_37', 'a remote start with a profile', {
  checks: 'The TxProfile of RequestStartTransaction limits the transaction, and is reported for it.', by: ['K05', 'F01'],
}, async () => {
  const cp = await begin();
  const { transactionId, ...own } = profile(137, 'TxProfile', 9);
  await remoteStart(cp, { chargingProfile: own });
  await plug();
  await event(cp, any.string, { info: { chargingState: 'Charging' } });
  expect(await limit(cp), (amperes) => amperes <= 9, 'the limit');
  const [reported] = await found(cp, { chargingProfilePurpose: 'TxProfile' }, evseId);
  expect(reported, { id: 137, transactionId: optional(running(cp)[0]) }, 'the profile');
});

// ---- composite schedules ------------------------------------------------------------------------------------------------------------------

official('K_39', 'a composite schedule without profiles', {
  checks: 'GetCompositeSchedule without a profile is Accepted, with what the station can give.', by: 'K08',
}, async () => {
  const cp = await begin();
  expect(await limit(cp), (amperes) => amperes > 0, 'the limit');
});

official('K_40', 'profiles of different levels', {
  checks: 'In a composite schedule the profile with the higher stack level counts.', by: 'K08',
}, async () => {
  const cp = await begin();
  await set(cp, profile(140, 'TxDefaultProfile', 8));
  await set(cp, profile(141, 'TxDefaultProfile', 12, { stackLevel: 1 }));
  await session(cp);
  expect(await limit(cp), 12, 'the limit');
});

official('K_41', 'profiles of different purposes', {
  checks: 'In a composite schedule the lowest limit of the purposes counts, and TxProfile in place of TxDefaultProfile.', by: 'K08',
}, async () => {
  const cp = await begin();
  await set(cp, profile(142, 'ChargingStationMaxProfile', 14), 0);
  await set(cp, profile(143, 'TxDefaultProfile', 8));
  const { id } = await session(cp);
  expect(await limit(cp), 8, 'the limit with the default profile');
  await set(cp, profile(144, 'TxProfile', 16, { transactionId: id }));
  expect(await limit(cp), 14, 'the limit with that of the station');
});

official('K_42', 'a composite schedule in another unit', {
  checks: 'GetCompositeSchedule in W is Accepted with values in W, or Rejected.', by: 'K08',
}, async () => {
  const cp = await begin();
  const { status, schedule } = await ask(cp, 'GetCompositeSchedule', { duration: 300, evseId, chargingRateUnit: 'W' });
  if (status === 'Accepted') {
    expect(schedule.chargingRateUnit, 'W', 'the unit');
  } else {
    expect(status, 'Rejected', 'the status');
  }
});

official('K_47', 'a composite schedule of an EVSE that is not there', {
  checks: 'GetCompositeSchedule of such an EVSE is Rejected.', by: 'K08',
}, async () => {
  const cp = await begin();
  await limit(cp, 99, { status: 'Rejected' });
});

official('K_52', 'a limit from outside', {
  checks: 'A limit of the energy management is told by NotifyChargingLimit, and its end by ClearedChargingLimit.', by: ['K12', 'K13'],
}, async () => {
  const cp = await begin();
  await session(cp);
  after(() => quietly(() => hands.ems('off', evseId)));
  await hands.ems(3000, evseId);
  await cp.expectCall('NotifyChargingLimit', { chargingLimit: { chargingLimitSource: any.string } }, patient);
  await hands.ems('off', evseId);
  await cp.expectCall('ClearedChargingLimit', { chargingLimitSource: any.string }, patient);
});
