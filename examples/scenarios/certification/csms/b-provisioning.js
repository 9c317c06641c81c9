/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Block B, provisioning: boots, variables, reports, resets and network profiles.

const {
  ago, asksFor, atLeast, boot, charging, finished, goesOn, official, ready, reading, requestId, restarts, tell, textUpTo, wanted,
} = require('./lib/csms.js');
const { connected, pending } = require('./lib/registration.js');

// ---- boots ------------------------------------------------------------------------------------------------------------------------

official('B_01', 'a station boots', {
  checks: 'A boot is accepted with the time and an interval; the status of a connector and a heartbeat are taken.',
  by: ['B01', 'G01'],
}, async () => {
  const link = await connected();
  const { interval } = await boot(link);
  assert(interval > 0, 'the interval of the heartbeats is above 0');
  await tell(link, 'Available');
  await link.call('Heartbeat', {}, { currentTime: near() });
});

official('B_02', 'a station must wait, and is accepted later', {
  checks: 'A boot is Pending; the CSMS sets a variable and triggers a boot, which is accepted.',
  by: 'B02',
}, async () => {
  const link = await connected();
  const accept = await pending(link);
  await boot(link, 'PowerUp', 'Pending');
  await wanted(link, 'SetVariables', {
    payload: { setVariableData: [{ component: { name: 'OCPPCommCtrlr' }, variable: { name: 'OfflineThreshold' }, attributeValue: '300' }] },
    answer: setResult,
    expected: { setVariableData: (list) => list.length > 0 },
  });
  await accept();
  await wanted(link, 'TriggerMessage', {
    payload: { requestedMessage: 'BootNotification' }, answer: { status: 'Accepted' }, expected: { requestedMessage: 'BootNotification' },
  });
  await boot(link, 'Triggered');
  await tell(link, 'Available');
});

official('B_30', 'a station that must wait sends something else', {
  checks: 'While Pending, a StatusNotification that nothing asked for is answered with SecurityError.',
  by: ['B02', 'B02.FR.09'],
}, async () => {
  const link = await connected();
  const accept = await pending(link);
  await boot(link, 'PowerUp', 'Pending');
  await link.callError('StatusNotification', {
    timestamp: ago(0), connectorStatus: 'Available', evseId: 1, connectorId: 1,
  }, 'SecurityError');
  await accept();
  await boot(link);
  await tell(link, 'Available');
});

official('B_31', 'a boot is triggered while a station waits', {
  checks: 'While Pending, the CSMS can trigger a BootNotification, whose answer is one to a boot.',
  by: ['B02', 'F06'],
}, async () => {
  const link = await connected();
  const accept = await pending(link);
  await boot(link, 'PowerUp', 'Pending');
  await wanted(link, 'TriggerMessage', {
    payload: { requestedMessage: 'BootNotification' }, answer: { status: 'Accepted' }, expected: { requestedMessage: 'BootNotification' },
  });
  await boot(link, 'Triggered', 'Pending');
  await accept();
  await boot(link);
});

official('B_58', 'the subprotocol is agreed', {
  checks: 'A station that offers the subprotocol of its version gets it, and is served.',
  by: 'B01',
}, async () => {
  remark('One subprotocol is offered; what becomes of a handshake without a common one is not checked.');
  const link = await ready();
  expect(link.version, oneOf('2.0.1', '2.1'), 'the version of the link');
  await goesOn(link);
});

// ---- variables --------------------------------------------------------------------------------------------------------------------

const VARIABLES = [
  ['OCPPCommCtrlr', 'OfflineThreshold'], ['AuthCtrlr', 'LocalAuthorizeOffline'], ['TxCtrlr', 'EVConnectionTimeOut'],
  ['OCPPCommCtrlr', 'HeartbeatInterval'], ['SampledDataCtrlr', 'TxUpdatedInterval'],
].map(([component, variable]) => ({ component: { name: component }, variable: { name: variable } }));

/** The answers about variables, which are what was asked for. */
const getResult = ({ getVariableData }) => ({
  getVariableResult: getVariableData.map((asked) => ({ ...asked, attributeStatus: 'Accepted', attributeValue: '60' })),
});
const setResult = ({ setVariableData }) => ({
  setVariableResult: setVariableData.map(({ attributeValue, ...asked }) => ({ ...asked, attributeStatus: 'Accepted' })),
});
const some = (count) => (list) => Array.isArray(list) && list.length === count;
const several = (list) => Array.isArray(list) && list.length > 1;

const valued = VARIABLES.map((variable) => ({ ...variable, attributeValue: '60' }));

asksFor('B_06', 'a variable is read', {
  checks: 'GetVariables asks for one variable.', by: 'B06',
}, 'GetVariables', {
  what: 'for one variable', payload: { getVariableData: VARIABLES.slice(0, 1) }, answer: getResult, expected: { getVariableData: some(1) },
});

asksFor('B_07', 'several variables are read', {
  checks: 'GetVariables asks for more than one variable.', by: 'B06',
}, 'GetVariables', {
  what: 'for two variables', payload: { getVariableData: VARIABLES.slice(0, 2) }, answer: getResult, expected: { getVariableData: several },
});

official('B_08', 'no more variables are read than the station takes', {
  checks: 'With a limit of 4 in DeviceDataCtrlr.ItemsPerMessage, five variables are asked for in more than one call.',
  by: 'B06',
}, async () => {
  const link = await ready();
  const size = (payload) => payload.getVariableData.length;
  await wanted(link, 'GetBaseReport', {
    payload: { requestId: 8, reportBase: 'FullInventory' }, answer: { status: 'Accepted' },
  });
  const { payload: { requestId: id } } = link.calls('GetBaseReport').at(-1);
  await report(link, id, [['DeviceDataCtrlr', 'ItemsPerMessage', '4', 'GetVariables']]);
  link.answer('GetVariables', getResult);
  link.forget();
  await operator(`Read these five variables of ${link.id}: ${JSON.stringify(VARIABLES)}`, async (underTest) => {
    await underTest.call('GetVariables', { getVariableData: VARIABLES.slice(0, 4) });
    await underTest.call('GetVariables', { getVariableData: VARIABLES.slice(4) });
  });
  for (let asked = 0; asked < 5;) {
    const call = await link.expectCall('GetVariables', any, foreign ? { within: 120000 } : {});
    assert(size(call.payload) <= 4, `GetVariables asks for ${size(call.payload)} variables`);
    asked += size(call.payload);
  }
});

asksFor('B_09', 'a variable is set', {
  checks: 'SetVariables sets one variable.', by: 'B05',
}, 'SetVariables', {
  what: 'of one variable', payload: { setVariableData: valued.slice(0, 1) }, answer: setResult, expected: { setVariableData: some(1) },
});

asksFor('B_10', 'several variables are set', {
  checks: 'SetVariables sets more than one variable.', by: 'B05',
}, 'SetVariables', {
  what: 'of two variables', payload: { setVariableData: valued.slice(0, 2) }, answer: setResult, expected: { setVariableData: several },
});

// ---- reports ----------------------------------------------------------------------------------------------------------------------

/** Reports variables, each in a part of its own: component, variable, value, instance of the variable. */
async function report(link, id, rows) {
  for (const [index, [component, name, value, instance]] of rows.entries()) {
    await link.call('NotifyReport', {
      requestId: id, generatedAt: ago(0), seqNo: index, tbc: index < rows.length - 1,
      reportData: [{
        component: { name: component },
        variable: { name, ...(instance && { instance }) },
        variableAttribute: [{ type: 'Actual', value, mutability: 'ReadWrite' }],
        variableCharacteristics: { dataType: 'string', supportsMonitoring: false },
      }],
    });
  }
}

const REPORT = [['ChargingStation', 'VendorName', 'ocpp-tui'], ['ChargingStation', 'Model', 'Scenario'], ['AuthCtrlr', 'Enabled', 'true']];

for (const [id, reportBase, title] of [
  ['B_12', 'ConfigurationInventory', 'what can be set is reported'], ['B_13', 'FullInventory', 'everything is reported'],
  ['B_14', 'SummaryInventory', 'a summary is reported'],
]) {
  asksFor(id, title, {
    checks: `GetBaseReport asks for ${reportBase}, and takes a report in parts.`, by: 'B07',
  }, 'GetBaseReport', {
    what: `for ${reportBase}`, payload: { requestId: 1, reportBase }, answer: { status: 'Accepted' }, expected: { requestId, reportBase },
  }, (link, asked) => report(link, asked.requestId, REPORT));
}

asksFor('B_18', 'a report of some components', {
  checks: 'GetReport has criteria and components with variables, and takes the report.', by: 'B08',
}, 'GetReport', {
  what: 'with the criterion Problem, and with a component and a variable',
  payload: { requestId: 2, componentCriteria: ['Problem'], componentVariable: [{ component: { name: 'EVSE', evse: { id: 1 } }, variable: { name: 'AvailabilityState' } }] },
  answer: { status: 'Accepted' },
  expected: {
    requestId,
    componentCriteria: (list) => list.length > 0,
    componentVariable: (list) => list.length > 0 && list.every((one) => one.variable),
  },
}, (link, asked) => report(link, asked.requestId, REPORT.slice(0, 1)));

// ---- resets -----------------------------------------------------------------------------------------------------------------------

/** The end of a transaction because of a reset. */
const cutOff = (transaction) => transaction.ended('ResetCommand', 'ImmediateReset', { meterValue: reading(1500, 'Transaction.End') });

/** A reset: `evseId` is that of one EVSE, `during` a transaction, `answer` is that of the station, `restart` the reason of its boot. */
const reset = (id, title, { type, evseId, during, by }, then) => official(id, title, {
  checks: `Reset is ${type}${evseId ? ' for one EVSE' : ''}, and what follows is taken.`, by,
}, async () => {
  const link = await ready();
  const transaction = during && await charging(link);
  await wanted(link, 'Reset', {
    what: `of the type ${type}${evseId ? ' of EVSE 1' : ' of the whole station'}`,
    payload: { type, ...(evseId && { evseId }) },
    answer: { status: during && type === 'OnIdle' ? 'Scheduled' : 'Accepted' },
    expected: { type, evseId: evseId || absent },
  });
  await then(link, transaction);
  await goesOn(link);
});

const boots = (reason) => (link) => restarts(link, reason);
const evseRestarts = async (link) => {
  await tell(link, 'Unavailable');
  await tell(link, 'Available');
};

reset('B_20', 'a reset when the station is idle', { type: 'OnIdle', by: 'B11' }, boots('RemoteReset'));
reset('B_21', 'a reset after a transaction', { type: 'OnIdle', during: true, by: 'B12' }, async (link, transaction) => {
  await finished(link, transaction);
  await restarts(link, 'ScheduledReset');
});
reset('B_22', 'a reset ends a transaction', { type: 'Immediate', during: true, by: 'B12' }, async (link, transaction) => {
  await cutOff(transaction);
  await restarts(link, 'RemoteReset');
});
reset('B_25', 'a reset of an idle EVSE', { type: 'OnIdle', evseId: 1, by: 'B11' }, evseRestarts);
reset('B_26', 'a reset of an EVSE after its transaction', { type: 'OnIdle', evseId: 1, during: true, by: 'B12' }, async (link, transaction) => {
  await finished(link, transaction);
  await evseRestarts(link);
});
reset('B_27', 'a reset of an EVSE ends its transaction', { type: 'Immediate', evseId: 1, during: true, by: 'B12' }, async (link, transaction) => {
  await cutOff(transaction);
  await evseRestarts(link);
});
reset('B_103', 'a transaction goes on after a reset', { type: 'ImmediateAndResume', during: true, by: ['B13', 'E17'] }, async (link, transaction) => {
  await restarts(link, 'RemoteReset');
  await transaction.updated('TxResumed', 'Charging');
  await finished(link, transaction);
});
reset('B_104', 'a reset that would resume, without a transaction', { type: 'ImmediateAndResume', by: 'B13' }, boots('RemoteReset'));

// ---- network profiles -------------------------------------------------------------------------------------------------------------

const connectionData = {
  messageTimeout: 30, ocppCsmsUrl: 'wss://csms.example/ocpp', ocppInterface: 'Wired0', ocppTransport: 'JSON', ocppVersion: 'OCPP20',
  securityProfile: 2,
};
const CONNECTION = {
  messageTimeout: atLeast(1), ocppCsmsUrl: /^wss?:\/\//, ocppTransport: 'JSON', securityProfile: between(0, 3),
};

for (const [id, status, title] of [['B_42', 'Accepted', 'a network profile is set'], ['B_44', 'Failed', 'a network profile cannot be stored']]) {
  asksFor(id, title, {
    checks: `SetNetworkProfile has a slot and a URL; the answer ${status} is taken.`, by: 'B09',
  }, 'SetNetworkProfile', {
    payload: { configurationSlot: 1, connectionData },
    answer: { status }, expected: { configurationSlot: atLeast(0), connectionData: CONNECTION },
  });
}

asksFor('B_100', 'a network profile with an identity and a password', {
  checks: 'SetNetworkProfile has an identity and a password for Basic authentication.', by: 'B09',
}, 'SetNetworkProfile', {
  what: 'with an identity and a password',
  payload: { configurationSlot: 1, connectionData: { ...connectionData, identity: 'CP1', basicAuthPassword: 'sixteen-letters-' } },
  answer: { status: 'Accepted' },
  expected: { connectionData: { ...CONNECTION, identity: textUpTo(48), basicAuthPassword: textUpTo(64) } },
});

asksFor('B_105', 'a network profile is set by variables', {
  checks: 'SetVariables sets variables of a NetworkConfiguration, whose instance is the slot.', by: 'B09',
}, 'SetVariables', {
  what: 'of a NetworkConfiguration',
  payload: {
    setVariableData: [['OcppCsmsUrl', 'wss://csms.example/ocpp'], ['SecurityProfile', '2'], ['MessageTimeout', '30']].map(
      ([name, attributeValue]) => ({ component: { name: 'NetworkConfiguration', instance: '1' }, variable: { name }, attributeValue }),
    ),
  },
  answer: setResult,
  expected: {
    setVariableData: (list) => list.every(({ component }) => component.name === 'NetworkConfiguration' && /^\d+$/.test(component.instance)),
  },
});
