/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Block B, provisioning: boots and variables. Reports and resets are in files of their own.

const {
  begin, boots, configure, forget, happens, official, offline, online, pause, plug, quietly, read, rebooting, site, tells, unplug, value, variable,
} = require('./lib/station.js');

/** Restarts the station with these answers to its boots, one after the other; the last one is Accepted. */
async function restarts(cp, ...answers) {
  after(() => cp.answer('BootNotification', null));
  for (const answer of answers) {
    cp.answerOnce('BootNotification', answer);
  }
  forget(cp);
  await cp.call('Reset', { type: 'OnIdle' }, { status: 'Accepted' });
  return cp.expectCall('BootNotification', any, rebooting);
}

// ---- boots ------------------------------------------------------------------------------------------------------------------------

official('B_01', 'a station boots', {
  checks: 'A boot has a reason, a model and a vendor; the statuses of all connectors follow, and heartbeats by the interval in the answer.',
  by: ['B01', 'G02'],
}, async () => {
  const cp = await begin();
  cp.answerOnce('BootNotification', { interval: 10 });
  forget(cp);
  await cp.call('Reset', { type: 'OnIdle' }, { status: 'Accepted' });
  await boots(cp);
  await cp.expectCall('Heartbeat', {}, { within: 20000 });
  await cp.expectCall('Heartbeat', {}, { within: 20000 });
  // a heartbeat that is not asked for by the next scenario
  after(() => cp.call('TriggerMessage', { requestedMessage: 'BootNotification' }));
});

official('B_02', 'a station waits until it is accepted', {
  checks: 'While Pending the station answers GetVariables, sends nothing by itself, and boots again after the interval.', by: 'B02',
}, async () => {
  const cp = await begin();
  await restarts(cp, { status: 'Pending', interval: 20 });
  await sleep(200);
  forget(cp);
  await cp.expectNoCall(undefined, { for: pause });
  await value(cp, 'OCPPCommCtrlr.HeartbeatInterval');
  await cp.expectCall('BootNotification', any, { within: 60000 });
  await tells(cp, any.string);
});

official('B_03', 'a station that is rejected boots again', {
  checks: 'While Rejected the station sends nothing, and boots again after the interval.', by: 'B03',
}, async () => {
  const cp = await begin();
  await restarts(cp, { status: 'Rejected', interval: 20 });
  await sleep(200);
  forget(cp);
  await cp.expectNoCall(undefined, { for: 15000 });
  await cp.expectCall('BootNotification', any, { within: 60000 });
  await tells(cp, any.string);
});

official('B_30', 'a station that is rejected refuses calls', {
  checks: 'While Rejected, GetBaseReport is answered with SecurityError.', by: 'B03',
}, async () => {
  const cp = await begin();
  await restarts(cp, { status: 'Rejected', interval: 20 });
  await sleep(200);
  await cp.callError('GetBaseReport', { requestId: 1, reportBase: 'FullInventory' }, 'SecurityError');
  await cp.expectCall('BootNotification', any, { within: 60000 });
  await tells(cp, any.string);
});

// ---- variables --------------------------------------------------------------------------------------------------------------------

const OFFLINE = variable('OCPPCommCtrlr.OfflineThreshold');
const INTERVAL = variable('OCPPCommCtrlr.HeartbeatInterval');
const NOBODY = { component: { name: 'NoSuchComponent' }, variable: { name: 'NoSuchVariable' } };
const NOTHING = { component: { name: 'OCPPCommCtrlr' }, variable: { name: 'NoSuchVariable' } };

/** GetVariables: what is asked for, and what each result must be. */
for (const [id, title, asked, ...results] of [
  ['B_06', 'a variable is read', [OFFLINE], { ...OFFLINE, attributeStatus: 'Accepted', attributeValue: /^\d+$/ }],
  ['B_07', 'several variables are read', [OFFLINE, INTERVAL],
    { ...OFFLINE, attributeStatus: 'Accepted', attributeValue: any.string }, { ...INTERVAL, attributeStatus: 'Accepted', attributeValue: any.string }],
  ['B_32', 'a variable of an unknown component', [NOBODY], { ...NOBODY, attributeStatus: 'UnknownComponent', attributeValue: absent }],
  ['B_33', 'an unknown variable', [NOTHING], { ...NOTHING, attributeStatus: 'UnknownVariable', attributeValue: absent }],
  ['B_34', 'a type of attribute that is not there', [{ ...OFFLINE, attributeType: 'Target' }],
    { ...OFFLINE, attributeType: 'Target', attributeStatus: 'NotSupportedAttributeType', attributeValue: absent }],
]) {
  official(id, title, { checks: 'GetVariables has one result for each variable, in any order, with its status.', by: 'B06' }, async () => {
    const cp = await begin();
    const { getVariableResult: found } = await cp.call('GetVariables', { getVariableData: asked });
    expect(found.length, results.length, 'the number of results');
    expect(found, containing(...results), 'the results');
  });
}

/** SetVariables: what is set, and the statuses. */
const sets = (id, title, make, ...statuses) => official(id, title, {
  checks: `SetVariables is answered with ${statuses.join(' and ')}, one result for each variable.`, by: 'B05',
}, async () => {
  const cp = await begin();
  const data = await make(cp);
  after(() => quietly(() => cp.call('SetVariables', { setVariableData: data.before || [] })));
  const { setVariableResult: found } = await cp.call('SetVariables', { setVariableData: data });
  expect(found, statuses.map((attributeStatus, index) => ({ component: { name: data[index].component.name }, variable: data[index].variable, attributeStatus })), 'the results');
  if (statuses.every((status) => status === 'Accepted')) {
    const { getVariableResult: now_ } = await cp.call('GetVariables', { getVariableData: data.map(({ component, variable: of }) => ({ component, variable: of })) });
    expect(now_.map(({ attributeValue }) => attributeValue), data.map(({ attributeValue }) => attributeValue), 'the values that are read again');
  }
});

/** Other values for variables, which are put back afterwards. */
async function others(cp, ...names) {
  const data = [];
  data.before = [];
  for (const name of names) {
    const before = await value(cp, name);
    data.before.push({ ...variable(name), attributeValue: before });
    data.push({ ...variable(name), attributeValue: String(Number(before) + 7) });
  }
  return data;
}

sets('B_09', 'a variable is set', (cp) => others(cp, 'OCPPCommCtrlr.OfflineThreshold'), 'Accepted');
sets('B_10', 'several variables are set', (cp) => others(cp, 'OCPPCommCtrlr.OfflineThreshold', 'TxCtrlr.EVConnectionTimeOut'), 'Accepted', 'Accepted');
sets('B_11', 'a value of the wrong form', () => [{ ...INTERVAL, attributeValue: 'soon' }], 'Rejected');
sets('B_35', 'a variable of an unknown component is set', () => [{ ...NOBODY, attributeValue: '1' }], 'UnknownComponent');
sets('B_36', 'an unknown variable is set', () => [{ ...NOTHING, attributeValue: '1' }], 'UnknownVariable');
sets('B_37', 'a type of attribute that is not there is set', () => [{ ...OFFLINE, attributeType: 'Target', attributeValue: '1' }], 'NotSupportedAttributeType');
sets('B_39', 'a variable that cannot be written is set', () => [{ ...variable('ChargingStation.Model'), attributeValue: 'Another' }], 'Rejected');

// ---- time offline -----------------------------------------------------------------------------------------------------------------

for (const [id, title, span, all] of [
  ['B_51', 'statuses after a long time offline', 60, true], ['B_52', 'the status that changed in a short time offline', 5, false],
]) {
  official(id, title, {
    checks: all ? 'After more than OfflineThreshold the status of every connector is told.' : 'After less than OfflineThreshold the new status of a connector is told.',
    by: 'B04',
  }, async () => {
    const cp = await begin();
    await configure(cp, { 'OCPPCommCtrlr.OfflineThreshold': all ? 20 : 300 });
    await offline(cp);
    await plug();
    await sleep(span * 1000);
    forget(cp);
    await online(cp);
    await tells(cp, 'Occupied');
    if (all) {
      const other = site.evse === 1 ? 2 : 1;
      if (await happens(() => tells(cp, any.string, { evse: other }))) {
        return;
      }
      const { attributeStatus } = await read(cp, 'ChargingStation.Model');
      remark(`EVSE ${other} is not there, as it seems (${attributeStatus}).`);
    }
    await unplug();
  });
}
