/// <reference path="../ocpp-tui-scenario.d.ts" />

// The Core profile of an OCPP 1.6-J charge point: booting, statuses, configuration, availability, and transactions
// from afar.
//
//     ocpp-tui test examples/scenarios/charge-point/core.js                                    a simulated charge point
//     ocpp-tui test --listen 9000 --set idTag=04A1B2 examples/scenarios/charge-point/core.js   the one that connects
//
// `idTag` must be one that the charge point lets charge; `connector` (1) is the connector that is used. The charge
// point restarts several times, and somebody must be there to plug a car in and out. Configuration is put back at
// the end of each scenario.

const {
  LONG, cleanUp, configured, connectorCount, ends, fromNow, nextNumber, patient, quietly, ready, readyAndFree,
  rebooting, refusesStart, site, start, stop, withConfiguration,
} = require('./lib/charge-point.js');

// ---- booting ------------------------------------------------------------------------------------------------------

/** Restarts the charge point; what is expected of the result comes after the reset. */
async function reset(cp, type) {
  const then = fromNow(cp);
  await cp.call('Reset', { type }, { status: 'Accepted' });
  return then;
}

const bootNotification = {
  chargePointVendor: /^.{1,20}$/,
  chargePointModel: /^.{1,20}$/,
  chargePointSerialNumber: optional(/^.{0,25}$/),
  firmwareVersion: optional(/^.{0,50}$/),
};

scenario('a soft reset leads to a boot', {
  checks:
    'After Reset (Soft) the charge point boots, says who it is, and tells the status of connector 0 and '
    + 'of all others.',
  by: ['OCPP 1.6 §5.14', 'OCPP 1.6 §4.2', 'OCPP 1.6 §4.9'],
  timeout: LONG,
}, async () => {
  const cp = await readyAndFree();
  const connectors = await connectorCount(cp);
  const then = await reset(cp, 'Soft');
  const boot = await then('BootNotification', bootNotification, rebooting);

  step('the statuses after the boot');
  for (let connectorId = 0; connectorId <= connectors; connectorId += 1) {
    // connector 0 is the charge point as a whole, which nobody can use and nobody can charge at
    const status = connectorId === 0 ? oneOf('Available', 'Unavailable', 'Faulted') : any.string;
    const call = await then('StatusNotification', { connectorId, status, errorCode: any.string }, patient);
    assert(call.at >= boot.at, `the status of connector ${connectorId} came before the boot`);
  }
});

scenario('heartbeats come as the boot answer says', {
  checks: 'The interval in the answer to BootNotification is the time between heartbeats.',
  by: ['OCPP 1.6 §4.2', 'OCPP 1.6 §4.6'],
  timeout: LONG,
}, async () => {
  const cp = await readyAndFree();
  const usual = await configured(cp, 'HeartbeatInterval');
  const interval = foreign ? 5 : 1;
  cp.answerOnce('BootNotification', { interval });
  const then = await reset(cp, 'Soft');
  try {
    await then('BootNotification', bootNotification, rebooting);
    const first = await then('Heartbeat', undefined, { within: interval * 1000 + 10000 });
    const second = await then('Heartbeat', undefined, { within: interval * 1000 + 10000 });
    // another message in between may make the wait longer, nothing makes it shorter
    assert(second.at - first.at >= interval * 800, `${second.at - first.at} ms between two heartbeats`);
  } finally {
    await quietly(() => cp.call('ChangeConfiguration', { key: 'HeartbeatInterval', value: usual }));
  }
});

/** A boot that is not accepted, and then one that is. */
function bootsAgain(status, whileItWaits) {
  return async () => {
    const cp = await readyAndFree();
    const interval = foreign ? 10 : 1;
    cp.answerOnce('BootNotification', { status, interval });
    const then = await reset(cp, 'Soft');
    const first = await then('BootNotification', bootNotification, rebooting);

    step(`nothing is said while ${status}`);
    await whileItWaits(cp);
    await cp.expectNoCall(undefined, { for: interval * 700 });

    step('the next boot');
    const second = await then('BootNotification', bootNotification, { within: interval * 1000 + patient.within });
    const wait = second.at - first.at;
    assert(wait >= interval * 900, `booted again after ${wait} ms, not after ${interval} s`);
    await then('StatusNotification', { connectorId: site.connector }, patient);
  };
}

scenario('a pending boot is tried again', {
  checks: 'While Pending the charge point answers, says nothing by itself, and boots again after the interval.',
  by: 'OCPP 1.6 §4.2',
  timeout: LONG,
}, bootsAgain('Pending', async (cp) => {
  await cp.call('GetConfiguration', { key: ['HeartbeatInterval'] }, { configurationKey: [{ key: any.string }] });
}));

scenario('a rejected boot is tried again', {
  checks: 'While Rejected the charge point says nothing, and boots again after the interval.',
  by: 'OCPP 1.6 §4.2',
  timeout: LONG,
}, bootsAgain('Rejected', async () => {}));

scenario('a hard reset ends a transaction', {
  checks:
    'Reset (Hard) during a transaction: StopTransaction comes, before the restart or after it, and the '
    + 'charge point boots.',
  by: ['OCPP 1.6 §5.14', 'OCPP 1.6 §4.10'],
  timeout: LONG,
}, async () => {
  const cp = await readyAndFree();
  const transaction = await start(cp);
  try {
    const then = await reset(cp, 'Hard');
    await then('BootNotification', bootNotification, rebooting);
    // a hard reset need not be graceful: what could not be told before is told as a loss of power
    await ends(transaction, then, { reason: oneOf('HardReset', 'PowerLoss', 'Reboot') });
  } finally {
    await cleanUp(cp, transaction);
  }
});

// ---- configuration ------------------------------------------------------------------------------------------------

const REQUIRED_KEYS = [
  'AuthorizeRemoteTxRequests', 'ClockAlignedDataInterval', 'ConnectionTimeOut', 'ConnectorPhaseRotation',
  'GetConfigurationMaxKeys', 'HeartbeatInterval', 'LocalAuthorizeOffline', 'LocalPreAuthorize',
  'MeterValuesAlignedData', 'MeterValuesSampledData', 'MeterValueSampleInterval', 'NumberOfConnectors',
  'ResetRetries', 'StopTransactionOnInvalidId', 'StopTxnAlignedData', 'StopTxnSampledData',
  'SupportedFeatureProfiles', 'TransactionMessageAttempts', 'TransactionMessageRetryInterval',
  'UnlockConnectorOnEVSideDisconnect',
];

scenario('the whole configuration can be read', {
  checks: 'GetConfiguration without keys gives everything, with all the keys that the Core profile requires.',
  by: ['OCPP 1.6 §5.8', 'OCPP 1.6 §9.1'],
}, async () => {
  const cp = await ready();
  const { configurationKey, unknownKey } = await cp.call('GetConfiguration', {});
  assert(unknownKey === undefined || unknownKey.length === 0, 'no key was asked for, but unknownKey names some');
  const known = configurationKey.map(({ key }) => key);
  const missing = REQUIRED_KEYS.filter((key) => !known.includes(key));
  expect(missing, [], 'the required keys that are missing');
  expect(configurationKey, containing({ key: 'SupportedFeatureProfiles', readonly: true, value: /\bCore\b/ }));
});

scenario('single keys can be read', {
  checks: 'GetConfiguration with keys gives those, and the names of those that do not exist.',
  by: 'OCPP 1.6 §5.8',
}, async () => {
  const cp = await ready();
  const one = { key: 'HeartbeatInterval', readonly: any.boolean, value: /^[0-9]+$/ };
  await cp.call('GetConfiguration', { key: ['HeartbeatInterval'] }, { configurationKey: [one] });
  await cp.call('GetConfiguration', { key: ['HeartbeatInterval', 'NoSuchKeyHere'] }, {
    configurationKey: [one],
    unknownKey: ['NoSuchKeyHere'],
  });
});

scenario('a changed heartbeat interval takes effect', {
  checks:
    'ChangeConfiguration of HeartbeatInterval is accepted, can be read back, and heartbeats follow it '
    + 'without a restart.',
  by: ['OCPP 1.6 §5.3', 'OCPP 1.6 §9.1'],
}, async () => {
  const cp = await ready();
  const interval = foreign ? 5 : 1;
  await withConfiguration(cp, { HeartbeatInterval: String(interval) }, async () => {
    expect(await configured(cp, 'HeartbeatInterval'), String(interval), 'HeartbeatInterval');
    const then = fromNow(cp);
    await then('Heartbeat', undefined, { within: interval * 1000 + 10000 });
    await then('Heartbeat', undefined, { within: interval * 1000 + 10000 });
  });
});

scenario('what cannot be configured is refused', {
  checks:
    'ChangeConfiguration of a read-only key or to a value that makes no sense is Rejected, of an unknown '
    + 'key NotSupported.',
  by: 'OCPP 1.6 §5.3',
}, async () => {
  const cp = await ready();
  const connectors = await configured(cp, 'NumberOfConnectors');
  await cp.call('ChangeConfiguration', { key: 'NumberOfConnectors', value: '97' }, { status: 'Rejected' });
  await cp.call('ChangeConfiguration', { key: 'HeartbeatInterval', value: 'often' }, { status: 'Rejected' });
  await cp.call('ChangeConfiguration', { key: 'NoSuchKeyHere', value: '1' }, { status: 'NotSupported' });
  expect(await configured(cp, 'NumberOfConnectors'), connectors, 'NumberOfConnectors afterwards');
});

// ---- availability -------------------------------------------------------------------------------------------------

scenario('a connector goes out of use and comes back', {
  checks:
    'ChangeAvailability of a connector is accepted, told in a StatusNotification, and keeps transactions '
    + 'away meanwhile.',
  by: 'OCPP 1.6 §5.2',
  timeout: LONG,
}, async () => {
  const cp = await readyAndFree();
  const connectorId = site.connector;
  const then = fromNow(cp);
  try {
    await cp.call('ChangeAvailability', { connectorId, type: 'Inoperative' }, { status: 'Accepted' });
    await then('StatusNotification', { connectorId, status: 'Unavailable' }, patient);
    step('once more, which changes nothing');
    await cp.call('ChangeAvailability', { connectorId, type: 'Inoperative' }, { status: 'Accepted' });
    await refusesStart(cp, connectorId, site.idTag);
  } finally {
    await cp.call('ChangeAvailability', { connectorId, type: 'Operative' }, { status: 'Accepted' });
  }
  await then('StatusNotification', { connectorId, status: 'Available' }, patient);
});

scenario('the whole charge point goes out of use and comes back', {
  checks: 'ChangeAvailability of connector 0 concerns all connectors, and each tells its status.',
  by: ['OCPP 1.6 §5.2', 'OCPP 1.6 §4.9'],
  timeout: LONG,
}, async () => {
  const cp = await ready();
  const connectors = await connectorCount(cp);
  const then = fromNow(cp);
  const all = async (status) => {
    for (let connectorId = 1; connectorId <= connectors; connectorId += 1) {
      await then('StatusNotification', { connectorId, status }, patient);
    }
  };
  try {
    const { status } = await cp.call('ChangeAvailability', { connectorId: 0, type: 'Inoperative' });
    if (status === 'Scheduled') {
      skip('somebody uses a connector');
    }
    expect(status, 'Accepted', 'the status of the answer');
    await all('Unavailable');
  } finally {
    await cp.call('ChangeAvailability', { connectorId: 0, type: 'Operative' }, { status: 'Accepted' });
  }
  await all('Available');
});

scenario('a connector in use goes out of use afterwards', {
  checks:
    'ChangeAvailability during a transaction is Scheduled; the connector becomes Unavailable when the '
    + 'transaction is over.',
  by: 'OCPP 1.6 §5.2',
  timeout: LONG,
}, async () => {
  const cp = await readyAndFree();
  const connectorId = site.connector;
  const transaction = await start(cp);
  try {
    const then = fromNow(cp);
    await cp.call('ChangeAvailability', { connectorId, type: 'Inoperative' }, { status: 'Scheduled' });
    await stop(cp, transaction);
    await operator(`Take the cable out of connector ${connectorId}.`, () => {});
    await then('StatusNotification', { connectorId, status: 'Unavailable' }, patient);
  } finally {
    await cleanUp(cp, transaction);
    await quietly(() => cp.call('ChangeAvailability', { connectorId, type: 'Operative' }));
  }
});

// ---- transactions -------------------------------------------------------------------------------------------------

scenario('a transaction from afar', {
  checks:
    'A remote start leads to StartTransaction and meter values, a remote stop to StopTransaction with the '
    + 'reason Remote.',
  by: ['OCPP 1.6 §5.11', 'OCPP 1.6 §5.12', 'OCPP 1.6 §4.7', 'OCPP 1.6 §4.8', 'OCPP 1.6 §4.10'],
  timeout: LONG,
}, async () => {
  const cp = await readyAndFree();
  const interval = foreign ? 10 : 1;
  await withConfiguration(cp, { MeterValueSampleInterval: String(interval) }, async () => {
    const then = fromNow(cp);
    const transaction = await start(cp);
    try {
      const { payload: begin } = transaction.call;
      expect(begin, { meterStart: any.integer, timestamp: any.time, reservationId: absent }, 'StartTransaction');

      step('meter values');
      const values = { connectorId: site.connector, transactionId: transaction.id };
      const readings = (list) => list.length > 0 && list.every((it) => 'value' in it);
      const sampled = { timestamp: any.time, sampledValue: readings };
      for (let count = 0; count < 2; count += 1) {
        const { payload } = await then('MeterValues', values, { within: interval * 1000 + 20000 });
        payload.meterValue.forEach((value) => expect(value, sampled, 'an element of meterValue'));
      }

      step('the end');
      const { payload: end } = await stop(cp, transaction);
      expect(end, { reason: 'Remote', timestamp: any.time, idTag: optional(site.idTag) });
      const used = end.meterStop - begin.meterStart;
      assert(used >= 0, `between meterStart and meterStop lie ${used} Wh`);
      const status = oneOf('Finishing', 'Available');
      await then('StatusNotification', { connectorId: site.connector, status }, patient);
    } finally {
      await cleanUp(cp, transaction);
    }
  });
});

scenario('a running transaction is not disturbed', {
  checks:
    'A remote start where a transaction runs is refused, and so is a remote stop of a transaction that '
    + 'nobody knows.',
  by: ['OCPP 1.6 §5.11', 'OCPP 1.6 §5.12'],
  timeout: LONG,
}, async () => {
  const cp = await readyAndFree();
  const transaction = await start(cp);
  try {
    await refusesStart(cp, site.connector, site.otherIdTag);
    await cp.call('RemoteStopTransaction', { transactionId: nextNumber() }, { status: 'Rejected' });
    await stop(cp, transaction);
  } finally {
    await cleanUp(cp, transaction);
  }
});

scenario('a tag that turns out invalid ends its transaction', {
  checks:
    'With StopTransactionOnInvalidId the charge point stops a transaction whose tag the central system '
    + 'does not accept.',
  by: ['OCPP 1.6 §4.8', 'OCPP 1.6 §9.1'],
  timeout: LONG,
}, async () => {
  const cp = await readyAndFree();
  await withConfiguration(cp, { StopTransactionOnInvalidId: 'true' }, async () => {
    const then = fromNow(cp);
    const transaction = await start(cp, { answer: { idTagInfo: { status: 'Invalid' } }, begins: false });
    try {
      await ends(transaction, then, { reason: 'DeAuthorized' });
    } finally {
      await cleanUp(cp, transaction);
    }
  });
});

scenario('no start at a connector that does not exist', {
  checks: 'A remote start at a connector that the charge point does not have is refused.',
  by: 'OCPP 1.6 §5.11',
}, async () => {
  const cp = await ready();
  const connectorId = (await connectorCount(cp)) + 1;
  try {
    await refusesStart(cp, connectorId, site.idTag);
  } catch (error) {
    // an error is as good a refusal, as long as it names the value
    expect(error.code, 'PropertyConstraintViolation', `the end of the call: ${error.message}`);
  }
});

// ---- the rest -----------------------------------------------------------------------------------------------------

scenario('unlocking a connector ends its transaction', {
  checks: 'UnlockConnector during a transaction stops it with the reason UnlockCommand.',
  by: 'OCPP 1.6 §5.18',
  timeout: LONG,
}, async () => {
  const cp = await readyAndFree();
  const transaction = await start(cp);
  try {
    const then = fromNow(cp);
    const { status } = await cp.call('UnlockConnector', { connectorId: site.connector });
    if (status === 'NotSupported') {
      skip('the cable cannot be unlocked from afar');
    }
    expect(status, oneOf('Unlocked', 'UnlockFailed'), 'the status of the answer');
    await ends(transaction, then, { reason: 'UnlockCommand' });
  } finally {
    await cleanUp(cp, transaction);
  }
});

scenario('unlocking where nothing is locked', {
  checks: 'UnlockConnector is answered for a free connector, and says NotSupported for one that does not exist.',
  by: 'OCPP 1.6 §5.18',
  timeout: LONG,
}, async () => {
  const cp = await readyAndFree();
  await cp.call('UnlockConnector', { connectorId: site.connector }, {
    status: oneOf('Unlocked', 'UnlockFailed', 'NotSupported'),
  });
  const connectorId = (await connectorCount(cp)) + 1;
  // only the errata say which word; before them, both of these were read out of the text
  await cp.call('UnlockConnector', { connectorId }, { status: oneOf('NotSupported', 'UnlockFailed') });
});

scenario('the authorisation cache can be cleared', {
  checks: 'ClearCache is accepted, or rejected where there is no cache.',
  by: 'OCPP 1.6 §5.4',
}, async () => {
  const cp = await ready();
  const enabled = (await configured(cp, 'AuthorizationCacheEnabled')) === 'true';
  await cp.call('ClearCache', {}, { status: enabled ? 'Accepted' : oneOf('Accepted', 'Rejected') });
});

scenario('data of an unknown vendor', {
  checks: 'DataTransfer of a vendor that nobody knows is answered with UnknownVendorId.',
  by: 'OCPP 1.6 §5.6',
}, async () => {
  const cp = await ready();
  const result = await cp.call('DataTransfer', { vendorId: 'example.no-such-vendor', data: 'hello' });
  // the simulated one takes everybody's data, for those who try an extension out
  expect(result.status, foreign ? 'UnknownVendorId' : oneOf('UnknownVendorId', 'Accepted'), 'the status of the answer');
});
