/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Block N, diagnostics: monitors and their events, logs, and what a station knows of customers.

const { ago, asksFor, boot, goesOn, idTag, official, ready, requestId, tell, token, uri, wanted } = require('./lib/csms.js');

const AVAILABILITY = { component: { name: 'EVSE', evse: { id: 1 } }, variable: { name: 'AvailabilityState' } };
const POWER = { component: { name: 'EVSE', evse: { id: 1 } }, variable: { name: 'Power' } };
const severity = between(0, 9);

// ---- monitors are read ----------------------------------------------------------------------------------------------------------------

/** Reports monitors in two parts. */
async function monitors(link, { requestId: asked }) {
  for (const tbc of [true, false]) {
    await link.call('NotifyMonitoringReport', {
      requestId: asked, seqNo: tbc ? 0 : 1, tbc, generatedAt: ago(0),
      monitor: [{ ...POWER, variableMonitoring: [{
        id: tbc ? 1 : 2, transaction: false, value: 11000, type: 'UpperThreshold', severity: 5,
        ...(link.version !== '2.0.1' && { eventNotificationType: 'CustomMonitor' }),
      }] }],
    });
  }
}

const CRITERIA = { monitoringCriteria: ['ThresholdMonitoring'] };
const ONE = { componentVariable: [POWER] };
const SEVERAL = { componentVariable: [POWER, AVAILABILITY] };
const filled = (list) => Array.isArray(list) && list.length > 0;

for (const [id, title, payload, expected] of [
  ['N_01', 'with criteria', CRITERIA, { monitoringCriteria: filled }],
  ['N_02', 'of a variable', ONE, { componentVariable: filled }],
  ['N_03', 'with criteria, of a variable', { ...CRITERIA, ...ONE }, { monitoringCriteria: filled, componentVariable: filled }],
  ['N_47', 'all', {}, { monitoringCriteria: absent, componentVariable: absent }],
  ['N_60', 'with criteria, of several variables', { ...CRITERIA, ...SEVERAL }, { monitoringCriteria: filled, componentVariable: (list) => list.length > 1 }],
]) {
  asksFor(id, `monitors are read: ${title}`, { checks: 'GetMonitoringReport says which, and the report in parts is taken.', by: 'N02' }, 'GetMonitoringReport', {
    what: title, payload: { requestId: 4, ...payload }, answer: { status: 'Accepted' }, expected: { requestId, ...expected },
  }, monitors);
}

// ---- monitors are set -----------------------------------------------------------------------------------------------------------------

asksFor('N_05', 'the base of monitoring', {
  checks: 'SetMonitoringBase names a base, and the answer is taken.', by: 'N03',
}, 'SetMonitoringBase', { payload: { monitoringBase: 'All' }, answer: { status: 'Accepted' }, expected: { monitoringBase: any.string } });

for (const [id, title, status] of [['N_16', 'the level of monitoring', 'Accepted'], ['N_17', 'a level of monitoring that is refused', 'Rejected']]) {
  asksFor(id, title, { checks: `SetMonitoringLevel has a severity, and the answer ${status} is taken.`, by: 'N05' }, 'SetMonitoringLevel', {
    payload: { severity: 4 }, answer: { status }, expected: { severity: status === 'Accepted' ? severity : any.integer },
  });
}

const monitor = (fields) => ({ ...POWER, value: 11000, type: 'UpperThreshold', severity: 5, transaction: false, ...fields });
const setResult = ({ setMonitoringData }) => ({
  setMonitoringResult: setMonitoringData.map(({ value, transaction, periodicEventStream, ...asked }, index) => ({ id: index + 1, ...asked, status: 'Accepted' })),
});

for (const [id, title, data, right] of [
  ['N_08', 'a monitor', [monitor()], (list) => list.length === 1],
  ['N_09', 'several monitors', [monitor(), monitor({ ...AVAILABILITY, type: 'Delta', value: 1 })], (list) => list.length > 1],
  ['N_24', 'a periodic monitor', [monitor({ type: 'Periodic', value: 60 })], (list) => list.some(({ type }) => type.startsWith('Periodic'))],
  ['N_105', 'a monitor with a stream', [monitor({ type: 'Periodic', value: 1, periodicEventStream: { interval: 60, values: 60 } })],
    (list) => list.some(({ periodicEventStream }) => periodicEventStream)],
]) {
  asksFor(id, `monitoring: ${title}`, { checks: 'SetVariableMonitoring has a component, a variable, a type, a value and a severity.', by: 'N04' }, 'SetVariableMonitoring', {
    what: title, payload: { setMonitoringData: data }, answer: setResult,
    expected: { setMonitoringData: (list) => right(list) && list.every(({ severity: of }) => of >= 0 && of <= 9) },
  });
}

for (const [id, title, status] of [['N_18', 'monitors are cleared', 'Accepted'], ['N_44', 'a monitor that cannot be cleared', 'Rejected']]) {
  asksFor(id, title, { checks: `ClearVariableMonitoring has ids, and the results ${status} are taken.`, by: 'N06' }, 'ClearVariableMonitoring', {
    payload: { id: [1, 2] },
    answer: ({ id: ids }) => ({ clearMonitoringResult: ids.map((one) => ({ id: one, status })) }),
    expected: { id: (list) => filled(list) && list.every(Number.isInteger) },
  });
}

// ---- events ---------------------------------------------------------------------------------------------------------------------------

const event = (fields) => ({
  eventId: 1, timestamp: ago(0), trigger: 'Alerting', actualValue: '12000', eventNotificationType: 'CustomMonitor', variableMonitoringId: 1, ...POWER, ...fields,
});

for (const [id, title, by, ...events] of [
  ['N_21', 'of the hardware', 'N07', event({ eventNotificationType: 'HardWiredMonitor', ...AVAILABILITY, actualValue: 'Faulted' })],
  ['N_48', 'of a value that cannot be read', 'N07', event({ actualValue: '' })],
  ['N_50', 'of a period', 'N08', event({ trigger: 'Periodic' })],
]) {
  official(id, `an event ${title}`, { checks: 'NotifyEvent is taken.', by }, async () => {
    const link = await ready();
    await link.call('NotifyEvent', { generatedAt: ago(0), seqNo: 0, tbc: false, eventData: events });
    await goesOn(link);
  });
}

official('N_49', 'an alert that is over after a boot', {
  checks: 'An alert, and after a boot that it is cleared, are taken.', by: 'N07',
}, async () => {
  const link = await ready();
  const tells = (...events) => link.call('NotifyEvent', { generatedAt: ago(0), seqNo: 0, eventData: events });
  await tells(event({}));
  await link.drop();
  await link.connect();
  await boot(link);
  await tells(event({ eventId: 2, actualValue: '0', cleared: true, cause: 1 }));
  await tell(link, 'Available');
});

// ---- logs -----------------------------------------------------------------------------------------------------------------------------

/** GetLog, and the statuses of the upload; returns the request id. */
async function logs(link, logType, { answer = 'Accepted', statuses = ['Uploading', 'Uploaded'], number = 9, location = 'https://logs.example/upload' } = {}) {
  const { requestId: id } = await wanted(link, 'GetLog', {
    what: `of the type ${logType}`, payload: { logType, requestId: number, log: { remoteLocation: location } },
    answer: answer === 'Rejected' ? { status: answer } : { status: answer, filename: 'log.txt' },
    expected: { logType, requestId, log: { remoteLocation: uri, oldestTimestamp: optional(any.time), latestTimestamp: optional(any.time) } },
  });
  for (const status of statuses) {
    await link.call('LogStatusNotification', { status, requestId: id });
  }
  return id;
}

for (const [id, title, logType, how] of [
  ['N_25', 'a diagnostics log', 'DiagnosticsLog', {}], ['N_35', 'a security log', 'SecurityLog', {}],
  ['N_34', 'a log that is refused', 'DiagnosticsLog', { answer: 'Rejected', statuses: [] }], ['N_100', 'a log of a data collector', 'DataCollectorLog', {}],
]) {
  official(id, title, { checks: `GetLog of the type ${logType} has a location, and what follows is taken.`, by: 'N01' }, async () => {
    const link = await ready();
    await logs(link, logType, how);
    await goesOn(link);
  });
}

official('N_36', 'a log in place of another', {
  checks: 'A second GetLog has another request id; AcceptedCanceled, and the statuses of both, are taken.', by: 'N01',
}, async () => {
  const link = await ready();
  const first = await logs(link, 'DiagnosticsLog', { statuses: ['Uploading'] });
  const second = await logs(link, 'DiagnosticsLog', { answer: 'AcceptedCanceled', statuses: [], number: 10 });
  assert(second !== first, 'the second log has the request id of the first one');
  await link.call('LogStatusNotification', { status: 'AcceptedCanceled', requestId: first });
  for (const status of ['Uploading', 'Uploaded']) {
    await link.call('LogStatusNotification', { status, requestId: second });
  }
});

// ---- customers ------------------------------------------------------------------------------------------------------------------------

/** The hashes of a customer's certificate. */
const customerCertificate = {
  hashAlgorithm: 'SHA256', issuerNameHash: '946832cab39c76cc20f1575c84a0bf52626c462e9762b1a88668bec1f762181d',
  issuerKeyHash: 'ff4e505e74e560518edf095f4dc543ce308f2faeb0ae2926b3d4fc4a40d742c7', serialNumber: '526e5f3c',
};

/** CustomerInformation: report and clear, who the customer is, the answer, and what is reported. */
for (const [id, title, report, clear, customer, status, data] of [
  ['N_27', 'is reported', true, false, { idToken: token() }, 'Accepted', `token ${idTag}`],
  ['N_28', 'is not there', true, false, { idToken: token() }, 'Accepted', ''],
  ['N_29', 'is not told', true, false, { idToken: token() }, 'Rejected', undefined],
  ['N_30', 'is cleared and reported', true, true, { idToken: token() }, 'Accepted', `token ${idTag}`],
  ['N_31', 'is cleared, and there was nothing', true, true, { idToken: token() }, 'Accepted', ''],
  ['N_32', 'is cleared', false, true, { idToken: token() }, 'Accepted', undefined],
  ['N_62', 'is cleared by an identifier', true, true, { customerIdentifier: 'customer-1' }, 'Accepted', 'customer-1'],
  ['N_63', 'is cleared by a certificate', true, true, { customerCertificate }, 'Accepted', 'certificate'],
]) {
  const name = Object.keys(customer)[0];
  asksFor(id, `what is known of a customer ${title}`, {
    checks: `CustomerInformation has the request and ${name}, and what follows is taken.`, by: clear ? 'N10' : 'N09',
  }, 'CustomerInformation', {
    what: `with report ${report} and clear ${clear}, for ${name}`, payload: { requestId: 11, report, clear, ...customer },
    answer: { status }, expected: { requestId, report, clear, [name]: any },
  }, async (link, { requestId: asked }) => {
    if (data !== undefined) {
      await link.call('NotifyCustomerInformation', { requestId: asked, seqNo: 0, generatedAt: ago(0), tbc: false, data });
    }
  });
}

official('N_46', 'a customer who is forgotten leaves the local list', {
  checks: 'After CustomerInformation with clear, SendLocalList removes the token.', by: ['N10', 'D01'],
}, async () => {
  const link = await ready();
  await wanted(link, 'CustomerInformation', {
    what: `with clear, for the token ${idTag}`, payload: { requestId: 12, report: false, clear: true, idToken: token() },
    answer: { status: 'Accepted' }, expected: { clear: true, idToken: { idToken: idTag } },
  });
  await wanted(link, 'SendLocalList', {
    what: `without the token ${idTag}`, payload: { versionNumber: 3, updateType: 'Differential', localAuthorizationList: [{ idToken: token() }] },
    answer: { status: 'Accepted' },
    expected: ({ updateType, localAuthorizationList: list = [] }) => {
      const entry = list.find(({ idToken }) => idToken.idToken === idTag);
      return updateType === 'Full' ? entry === undefined : entry !== undefined && entry.idTokenInfo === undefined;
    },
  });
  await goesOn(link);
});

asksFor('N_107', 'streams are read', {
  checks: 'GetPeriodicEventStream is sent, and the streams are taken.', by: 'N13',
}, 'GetPeriodicEventStream', {
  answer: { constantStreamData: [{ id: 1, variableMonitoringId: 1, params: { interval: 60, values: 60 } }] }, expected: exactly({}),
});
