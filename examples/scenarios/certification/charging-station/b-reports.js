/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Block B, reports about variables.

const { begin, official, patient, site, variable } = require('./lib/station.js');

/** Takes a report in parts: their numbers go up from 0, and only the last one has no more behind it. Returns the variables. */
async function report(cp, requestId) {
  const found = [];
  for (let part = 0; ; part += 1) {
    const { payload } = await cp.expectCall('NotifyReport', { requestId, generatedAt: any.time }, patient);
    expect(payload.seqNo, part, 'the number of the part');
    found.push(...(payload.reportData || []));
    if (payload.tbc !== true) {
      return found;
    }
  }
}

/** What each variable of a report must have. */
const ROW = {
  component: { name: any.string }, variable: { name: any.string },
  variableAttribute: (list) => list.length > 0 && list.length <= 4,
};

/** Variables of part 2 that every station has (chapter 2 of the appendices): component and variable. */
const MANDATORY = [
  'AlignedDataCtrlr.Interval', 'AuthCtrlr.AuthorizeRemoteStart', 'AuthCtrlr.LocalAuthorizeOffline', 'AuthCtrlr.LocalPreAuthorize', 'ClockCtrlr.DateTime',
  'ClockCtrlr.TimeSource', 'OCPPCommCtrlr.NetworkConfigurationPriority', 'OCPPCommCtrlr.NetworkProfileConnectionAttempts',
  'OCPPCommCtrlr.OfflineThreshold', 'OCPPCommCtrlr.ResetRetries', 'OCPPCommCtrlr.UnlockOnEVSideDisconnect', 'SampledDataCtrlr.TxEndedInterval',
  'SampledDataCtrlr.TxUpdatedInterval', 'SecurityCtrlr.OrganizationName', 'SecurityCtrlr.SecurityProfile', 'TxCtrlr.EVConnectionTimeOut',
  'TxCtrlr.StopTxOnEVSideDisconnect', 'TxCtrlr.StopTxOnInvalidId', 'TxCtrlr.TxStartPoint', 'TxCtrlr.TxStopPoint',
];

const names = (rows) => rows.map(({ component, variable: of }) => `${component.name}.${of.name}`);

for (const [id, title, reportBase, right] of [
  ['B_12', 'what can be set', 'ConfigurationInventory', (rows) => rows.some(({ variableAttribute: [{ mutability }] }) => mutability !== 'ReadOnly')],
  ['B_13', 'everything', 'FullInventory', (rows) => rows.length > 10],
  ['B_53', 'the variables that every station has', 'FullInventory', (rows) => {
    const missing = MANDATORY.filter((name) => !names(rows).includes(name));
    assert(missing.length === 0, `the report does not have ${missing.join(', ')}`);
    return true;
  }],
]) {
  official(id, `a report: ${title}`, { checks: `GetBaseReport of ${reportBase} is Accepted, and the report comes in parts with rising numbers.`, by: 'B07' }, async () => {
    const cp = await begin();
    await cp.call('GetBaseReport', { requestId: 12, reportBase }, { status: 'Accepted' });
    const rows = await report(cp, 12);
    for (const row of rows) {
      expect(row, ROW, 'a variable of the report');
    }
    assert(right(rows), `the report does not tell ${title}`);
  });
}

for (const [id, title, reportBase] of [['B_14', 'a summary', 'SummaryInventory'], ['B_15', 'a base that need not be there', 'SummaryInventory']]) {
  official(id, `a report: ${title}`, { checks: `GetBaseReport of ${reportBase} is Accepted and reported, or NotSupported.`, by: 'B07' }, async () => {
    const cp = await begin();
    const { status } = await cp.call('GetBaseReport', { requestId: 14, reportBase }, { status: oneOf('Accepted', 'NotSupported', 'EmptyResultSet') });
    if (status === 'Accepted') {
      await report(cp, 14);
    } else if (id === 'B_14') {
      skip(`${reportBase} is not supported: ${status}`);
    }
  });
}

const evse = { id: site.evse };
const EVSE = { component: { name: 'EVSE', evse }, variable: { name: 'AvailabilityState' } };

/** GetReport: what is asked for, and the names that the report must have, or nothing when there is none. */
for (const [id, title, criteria, right] of [
  ['B_16', 'components that are available', { componentCriteria: ['Available'] }, (rows) => rows.length > 0],
  ['B_17', 'a variable', { componentVariable: [variable('OCPPCommCtrlr.OfflineThreshold')] }, (rows) => names(rows).join() === 'OCPPCommCtrlr.OfflineThreshold'],
  ['B_18', 'a variable of an EVSE that is available', { componentCriteria: ['Available'], componentVariable: [EVSE] },
    (rows) => rows.length > 0 && names(rows).every((name) => name === 'EVSE.AvailabilityState')],
  ['B_54', 'all instances of a variable', { componentVariable: [{ component: { name: 'DeviceDataCtrlr' }, variable: { name: 'ItemsPerMessage' } }] },
    (rows) => rows.length > 1 && names(rows).every((name) => name === 'DeviceDataCtrlr.ItemsPerMessage')],
  ['B_55', 'an instance of a variable', { componentVariable: [variable('DeviceDataCtrlr.ItemsPerMessage[GetReport]')] },
    (rows) => rows.length === 1 && rows[0].variable.instance === 'GetReport'],
  ['B_56', 'a variable of all EVSEs', { componentVariable: [{ component: { name: 'EVSE' }, variable: { name: 'AvailabilityState' } }] },
    (rows) => rows.some(({ component }) => component.evse && component.evse.id === site.evse)],
]) {
  official(id, `a report: ${title}`, { checks: 'GetReport is Accepted, and the report has what was asked for and no more.', by: 'B08' }, async () => {
    const cp = await begin();
    const { status } = await cp.call('GetReport', { requestId: 16, ...criteria }, { status: oneOf('Accepted', 'NotSupported') });
    if (status === 'NotSupported') {
      skip('reports by criteria are not supported');
    }
    assert(right(await report(cp, 16)), `the report is not about ${title}`);
  });
}

official('B_19', 'a report of nothing', {
  checks: 'GetReport of components with a problem, where there is none, is answered with EmptyResultSet or NotSupported.', by: 'B08',
}, async () => {
  const cp = await begin();
  await cp.call('GetReport', { requestId: 19, componentCriteria: ['Problem'] }, { status: oneOf('EmptyResultSet', 'NotSupported') });
});
