/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Block N, diagnostics: monitors, logs, and what a station knows of customers.

const { ask, begin, configure, finish, offline, official, online, patient, plug, quietly, session, site, token } = require('./lib/station.js');

const evse = { id: site.evse };

/** A variable that can be monitored, and has a number: the power of the EVSE. */
const POWER = { component: { name: 'EVSE', evse }, variable: { name: 'Power' } };
const NOBODY = { component: { name: 'NoSuchComponent' }, variable: { name: 'Power' } };

/** Sets monitors until the end of the case; returns the results. */
async function monitor(cp, ...data) {
  const setMonitoringData = data.map((one) => ({ transaction: false, value: 1000, type: 'UpperThreshold', severity: 5, ...POWER, ...one }));
  const { setMonitoringResult } = await ask(cp, 'SetVariableMonitoring', { setMonitoringData });
  const ids = setMonitoringResult.filter(({ status }) => status === 'Accepted').map(({ id }) => id);
  after(() => (ids.length > 0 ? quietly(() => cp.call('ClearVariableMonitoring', { id: ids })) : undefined));
  expect(setMonitoringResult.length, data.length, 'the number of results');
  return setMonitoringResult;
}

/** The monitors of a report in parts. */
async function monitors(cp, criteria, status = 'Accepted') {
  const requestId = 1000 + Math.floor(Math.random() * 100000);
  await ask(cp, 'GetMonitoringReport', { requestId, ...criteria }, { status });
  const found = [];
  for (let part = 0; status === 'Accepted'; part += 1) {
    const { payload } = await cp.expectCall('NotifyMonitoringReport', { requestId, generatedAt: any.time, seqNo: part }, patient);
    for (const { variableMonitoring } of payload.monitor || []) {
      found.push(...variableMonitoring);
    }
    if (payload.tbc !== true) {
      return found;
    }
  }
  return found;
}

// ---- read -------------------------------------------------------------------------------------------------------------------------------

const POWER_ONLY = { componentVariable: [POWER] };

for (const [id, title, criteria, ...types] of [
  ['N_01', 'with a criterion', { monitoringCriteria: ['DeltaMonitoring'] }, 'Delta'],
  ['N_02', 'of a variable', POWER_ONLY, 'UpperThreshold', 'Delta'],
  ['N_03', 'with a criterion, of a variable', { monitoringCriteria: ['ThresholdMonitoring'], ...POWER_ONLY }, 'UpperThreshold'],
  ['N_47', 'all', {}, 'UpperThreshold', 'Delta'],
]) {
  official(id, `monitors are read: ${title}`, { checks: 'GetMonitoringReport is Accepted, and the right monitors are reported.', by: 'N02' }, async () => {
    const cp = await begin();
    const set = await monitor(cp, {}, { type: 'Delta', value: 500 });
    expect(set.map(({ status }) => status), ['Accepted', 'Accepted'], 'the statuses');
    const ours = set.filter(({ type }) => types.includes(type)).map((one) => one.id);
    const found = (await monitors(cp, criteria)).map((one) => one.id);
    for (const one of ours) {
      assert(found.includes(one), `the monitor ${one} is not reported`);
    }
    const others = set.filter(({ type }) => !types.includes(type)).map((one) => one.id);
    assert(!others.some((one) => found.includes(one)), 'a monitor is reported that was not asked for');
  });
}

official('N_04', 'monitors of nothing are read', {
  checks: 'GetMonitoringReport with a criterion that no monitor fits is answered with EmptyResultSet.', by: 'N02',
}, async () => {
  const cp = await begin();
  await monitors(cp, { monitoringCriteria: ['PeriodicMonitoring'], ...POWER_ONLY }, 'EmptyResultSet');
});

// ---- set --------------------------------------------------------------------------------------------------------------------------------

for (const monitoringBase of ['All', 'FactoryDefault']) {
  const factory = monitoringBase === 'FactoryDefault';
  official(factory ? 'N_41' : 'N_05', `the base of monitoring is ${monitoringBase}`, { checks: 'SetMonitoringBase is Accepted.', by: 'N03' }, async () => {
    const cp = await begin();
    await ask(cp, 'SetMonitoringBase', { monitoringBase }, { status: 'Accepted' });
  });
}

official('N_06', 'a base of monitoring removes monitors', {
  checks: 'After SetMonitoringBase with HardWiredOnly a monitor that was set is gone.', by: 'N03',
}, async () => {
  const cp = await begin();
  after(() => quietly(() => cp.call('SetMonitoringBase', { monitoringBase: 'All' })));
  const [{ id }] = await monitor(cp, {});
  await ask(cp, 'SetMonitoringBase', { monitoringBase: 'HardWiredOnly' }, { status: 'Accepted' });
  const { clearMonitoringResult } = await cp.call('ClearVariableMonitoring', { id: [id] });
  expect(clearMonitoringResult, [{ id, status: 'NotFound' }], 'the result');
});

/** Monitors that are set, and their statuses. */
for (const [id, title, data, ...statuses] of [
  ['N_08', 'a monitor', [{}], 'Accepted'],
  ['N_09', 'several monitors', [{}, { component: { name: 'EVSE', evse }, variable: { name: 'AvailabilityState' }, type: 'Delta', value: 1 }], 'Accepted', 'Accepted'],
  ['N_10', 'several monitors of a variable', [{}, { type: 'LowerThreshold', value: 10 }], 'Accepted', 'Accepted'],
  ['N_11', 'a monitor of an unknown component', [NOBODY], 'UnknownComponent'],
  ['N_12', 'a delta that is negative', [{ type: 'Delta', value: -1 }], 'Rejected'],
  ['N_13', 'a threshold out of the range of the variable', [{ value: 1e12 }], 'Rejected'],
]) {
  official(id, `set: ${title}`, { checks: `SetVariableMonitoring is answered with ${statuses.join(' and ')}.`, by: 'N04' }, async () => {
    const cp = await begin();
    const results = await monitor(cp, ...data);
    expect(results.map(({ status }) => status), statuses, 'the statuses');
    expect(results.map(({ id: number }) => number), statuses.map((status) => (status === 'Accepted' ? any.integer : optional(any))), 'the ids');
  });
}

for (const [id, title, severity, status] of [['N_16', 'a level', 4, 'Accepted'], ['N_17', 'a level that is none', 10, 'Rejected']]) {
  official(id, `${title} of monitoring`, { checks: `SetMonitoringLevel with ${severity} is answered with ${status}.`, by: 'N05' }, async () => {
    const cp = await begin();
    after(() => quietly(() => cp.call('SetMonitoringLevel', { severity: 9 })));
    await ask(cp, 'SetMonitoringLevel', { severity }, { status });
  });
}

official('N_18', 'a monitor is cleared', {
  checks: 'ClearVariableMonitoring of a monitor is Accepted, and it is no longer reported.', by: 'N06',
}, async () => {
  const cp = await begin();
  const [{ id }, { id: other }] = await monitor(cp, {}, { type: 'Delta', value: 500 });
  const { clearMonitoringResult } = await cp.call('ClearVariableMonitoring', { id: [id] });
  expect(clearMonitoringResult, [{ id, status: 'Accepted' }], 'the result');
  const left = (await monitors(cp, POWER_ONLY)).map((one) => one.id);
  assert(left.includes(other) && !left.includes(id), `the monitors ${left.join(', ')} are left`);
});

official('N_19', 'a monitor that is not there is cleared', {
  checks: 'ClearVariableMonitoring of an unknown monitor is answered with NotFound.', by: 'N06',
}, async () => {
  const cp = await begin();
  const { clearMonitoringResult } = await ask(cp, 'ClearVariableMonitoring', { id: [987654] });
  expect(clearMonitoringResult, [{ id: 987654, status: 'NotFound' }], 'the result');
});

// ---- events -----------------------------------------------------------------------------------------------------------------------------

const alert = (id, fields = {}) => ({
  eventData: containing({ variableMonitoringId: id, component: POWER.component, variable: POWER.variable, eventId: any.integer, timestamp: any.time, ...fields }),
});

official('N_20', 'a value above a threshold', {
  checks: 'When the power exceeds the threshold, NotifyEvent alerts, and when it falls below, tells that it is cleared.', by: 'N07',
}, async () => {
  const cp = await begin();
  const [{ id }] = await monitor(cp, { value: 1000 });
  const transaction = await session(cp);
  await cp.expectCall('NotifyEvent', alert(id, { trigger: 'Alerting', cleared: optional(false), eventNotificationType: 'CustomMonitor' }), { within: 60000 });
  await finish(cp, transaction);
  await cp.expectCall('NotifyEvent', alert(id, { trigger: 'Alerting', cleared: true }), { within: 60000 });
});

official('N_45', 'a value that changes', {
  checks: 'When the power changes by more than the delta, NotifyEvent tells it.', by: 'N07',
}, async () => {
  const cp = await begin();
  const [{ id }] = await monitor(cp, { type: 'Delta', value: 500 });
  await session(cp);
  await cp.expectCall('NotifyEvent', alert(id, { trigger: 'Delta' }), { within: 60000 });
});

/** An event while the station is offline, with a severity; whether it is told later. */
for (const [id, title, severity, queued] of [['N_22', 'an alert offline that is kept', 3, true], ['N_23', 'an alert offline that is not kept', 9, false]]) {
  official(id, title, {
    checks: `With OfflineMonitoringEventQueuingSeverity 5 an event of the severity ${severity} is ${queued ? 'told later' : 'not told'}.`, by: 'N07',
  }, async () => {
    const cp = await begin();
    await configure(cp, { 'MonitoringCtrlr.OfflineQueuingSeverity': 5, 'AuthCtrlr.OfflineTxForUnknownIdEnabled': 'true' });
    const [{ id: number }] = await monitor(cp, { severity, value: 1000 });
    await offline(cp);
    await plug();
    await hands.present(site.idTag, site.evse);
    await sleep(15000);
    await hands.ev('full', site.evse);
    await sleep(5000);
    const from = cp.calls('NotifyEvent').length;
    await online(cp);
    await sleep(10000);
    const told = cp.calls('NotifyEvent').slice(from).some(({ payload }) => payload.eventData.some((one) => (
      one.variableMonitoringId === number && !one.cleared)));
    expect(told, queued, 'that it was told');
  });
}

// ---- logs -------------------------------------------------------------------------------------------------------------------------------

const uploadLocation = parameter('uploadLocation', foreign ? null : 'https://logs.example/upload');

async function getLog(cp, logType, { requestId = 1, status = 'Accepted', location = uploadLocation } = {}) {
  if (location === null) {
    skip('--set uploadLocation=… names a place for logs');
  }
  return ask(cp, 'GetLog', { logType, requestId, retries: 0, log: { remoteLocation: location } }, { status });
}

const uploads = async (cp, requestId, ...statuses) => {
  for (const status of statuses) {
    await cp.expectCall('LogStatusNotification', { status, requestId }, { within: 60000 });
  }
};

for (const [id, logType] of [['N_25', 'DiagnosticsLog'], ['N_35', 'SecurityLog']]) {
  official(id, `a ${logType} is uploaded`, { checks: 'GetLog is Accepted with the name of a file, and Uploading and Uploaded follow.', by: 'N01' }, async () => {
    const cp = await begin();
    const { filename } = await getLog(cp, logType);
    expect(filename, /^.{1,255}$/, 'the name of the file');
    await uploads(cp, 1, 'Uploading', 'Uploaded');
  });
}

official('N_26', 'a log cannot be uploaded', {
  checks: 'An upload that fails is told as UploadFailure, or as one of the other failures.', by: 'N01',
}, async () => {
  const cp = await begin();
  if (!foreign) {
    after(() => quietly(() => hands.fail('upload', 'never')));
    await hands.fail('upload', 'always');
  }
  await getLog(cp, 'DiagnosticsLog', { location: 'https://logs.invalid/none' });
  await uploads(cp, 1, oneOf('UploadFailure', 'BadMessage', 'NotSupportedOperation', 'PermissionDenied'));
});

official('N_36', 'a log in place of another', {
  checks: 'A second GetLog during the first one is answered with AcceptedCanceled; both uploads tell their ends.', by: 'N01',
}, async () => {
  const cp = await begin();
  await getLog(cp, 'DiagnosticsLog');
  await uploads(cp, 1, 'Uploading');
  await getLog(cp, 'DiagnosticsLog', { requestId: 2, status: 'AcceptedCanceled' });
  await uploads(cp, 1, 'AcceptedCanceled');
  await uploads(cp, 2, 'Uploading', 'Uploaded');
});

// ---- customers --------------------------------------------------------------------------------------------------------------------------

const idToken = token();

/** Lets the station know a customer, by a token in its cache. */
async function customer(cp) {
  await configure(cp, { 'AuthCacheCtrlr.Enabled': 'true' });
  await finish(cp, await session(cp));
  await sleep(2000);
}

const inform = (cp, fields, status = 'Accepted') => ask(cp, 'CustomerInformation', { requestId: 1, ...fields }, { status });

/** The text that is reported, in parts. */
async function reported(cp) {
  let text = '';
  for (let part = 0; ; part += 1) {
    const { payload } = await cp.expectCall('NotifyCustomerInformation', { requestId: 1, seqNo: part, generatedAt: any.time }, patient);
    text += payload.data;
    if (payload.tbc !== true) {
      return text;
    }
  }
}

official('N_27', 'what is known of a customer', {
  checks: 'CustomerInformation with report is Accepted, and the token is in what is reported.', by: 'N09',
}, async () => {
  const cp = await begin();
  await customer(cp);
  await inform(cp, { report: true, clear: false, idToken });
  expect(await reported(cp), (text) => text.includes(site.idTag), 'the report');
});

official('N_28', 'a customer who is not known', {
  checks: 'CustomerInformation about somebody unknown is Accepted and reported, without data about him.', by: 'N09',
}, async () => {
  const cp = await begin();
  await inform(cp, { report: true, clear: false, idToken: { idToken: 'NOBODYS', type: 'Central' } });
  await reported(cp);
});

for (const [id, title, report] of [['N_30', 'is cleared and reported', true], ['N_32', 'is cleared', false]]) {
  official(id, `what is known of a customer ${title}`, {
    checks: 'CustomerInformation with clear is Accepted, and a report afterwards does not have the token.', by: 'N10',
  }, async () => {
    const cp = await begin();
    await customer(cp);
    await inform(cp, { report, clear: true, idToken });
    if (report) {
      await reported(cp);
    }
    await sleep(1000);
    await inform(cp, { report: true, clear: false, idToken });
    const text = await reported(cp);
    assert(!text.includes(site.idTag), `something is still known: ${text}`);
  });
}

official('N_31', 'nothing is known of a customer, and it is cleared', {
  checks: 'CustomerInformation with clear and report about somebody unknown is Accepted and reported.', by: 'N10',
}, async () => {
  const cp = await begin();
  await inform(cp, { report: true, clear: true, idToken: { idToken: 'NOBODYS', type: 'Central' } });
  await reported(cp);
});

official('N_33', 'nothing is to be done', {
  checks: 'CustomerInformation without report, clear or a customer is not Accepted.', by: ['N09', 'N10'],
}, async () => {
  const cp = await begin();
  await inform(cp, { report: false, clear: false }, oneOf('Invalid', 'Rejected'));
});
