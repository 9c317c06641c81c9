/// <reference path="../ocpp-tui-scenario.d.ts" />

// The Core profile of an OCPP 1.6-J charge point: booting, statuses, configuration, availability, and remote
// transactions.
//
//     ocpp-tui test examples/scenarios/charge-point/core.js                                    a simulated charge point
//     ocpp-tui test --listen 9000 --set idTag=04A1B2 examples/scenarios/charge-point/core.js   the one that connects
//
// `idTag` must be a tag that may charge; `connector` (1) is the connector that is used; `unknownVendor` is a vendor
// whose data transfers are not supported, `null` if all are accepted. The charge point restarts several times, and a
// user must plug a car in and out. The configuration is restored at the end of each scenario, whatever its outcome.

const {
  BOOT, IN_USE, LONG, REQUIRED_KEYS, bootsNow, byHand, charging, configure, configured, connectorCount, ends, free,
  keeping, nextNumber, operativeAfterwards, patient, quietly, ready, readyAndFree, rebooting, refuses, refusesStart, site, stop,
} = require('./lib/charge-point.js');

const unknownVendor = parameter('unknownVendor', 'com.example.nobody');

// ---- booting ------------------------------------------------------------------------------------------------------

/** Restarts the charge point and waits for its boot. If Reset is what is checked, it must be answered first. */
async function reboot(cp, type, { checked = false } = {}) {
  cp.forget();
  try {
    const { status } = await cp.call('Reset', { type }, { status: oneOf('Accepted', 'Rejected') });
    if (status === 'Rejected') {
      skip(`the charge point does not reset itself: Reset (${type}) is Rejected`);
    }
  } catch (error) {
    if (checked || !(error instanceof CallError) || error.code !== 'Lost') {
      throw error;
    }
    remark('the charge point restarted before it answered Reset');
  }
  return cp.expectCall('BootNotification', BOOT, rebooting);
}

scenario('a soft reset leads to a boot', {
  checks:
    'After Reset (Soft) the charge point boots with its vendor and model, and reports the status of '
    + 'connector 0 and of all others.',
  by: ['OCPP 1.6 §5.14', 'OCPP 1.6 §4.2', 'OCPP 1.6 errata §3.22'],
  timeout: LONG,
}, async () => {
  const cp = await readyAndFree();
  const connectors = await connectorCount(cp);
  await reboot(cp, 'Soft', { checked: true });

  step('the statuses after the boot');
  cp.forget();
  for (let connectorId = 0; connectorId <= connectors; connectorId += 1) {
    // connector 0 is the charge point as a whole, which cannot be used for charging
    const status = connectorId === 0 ? oneOf('Available', 'Unavailable', 'Faulted') : any.string;
    await cp.expectCall('StatusNotification', { connectorId, status, errorCode: any.string }, patient);
  }
});

scenario('heartbeats use the interval of the boot answer', {
  checks: 'The interval in the answer to BootNotification is the time between heartbeats.',
  by: ['OCPP 1.6 §4.2', 'OCPP 1.6 §4.6'],
  timeout: LONG,
}, async () => {
  const cp = await readyAndFree();
  const interval = foreign ? 5 : 1;
  await keeping(cp, 'HeartbeatInterval');
  cp.answerOnce('BootNotification', { interval });
  await reboot(cp, 'Soft');
  const first = await cp.expectCall('Heartbeat', any, { within: interval * 1000 + 10000 });
  const second = await cp.expectCall('Heartbeat', any, { within: interval * 1000 + 10000 });
  // another message in between can make the wait longer, but never shorter
  assert(second.at - first.at >= interval * 800, `${second.at - first.at} ms between two heartbeats`);
});

/** A boot that is not accepted, followed by one that is. */
function bootsAgain(status, whileItWaits) {
  return async () => {
    const cp = await readyAndFree();
    const interval = foreign ? 10 : 1;
    let registration;
    cp.answer('BootNotification', (_, usual) => {
      registration = registration === undefined ? status : 'Accepted';
      return registration === status ? { status, interval } : usual;
    });
    // one that does not boot again is not left like this
    after(() => quietly(async () => {
      if (registration === status && !(await bootsNow(cp))) {
        remark(`the charge point does not boot again: it stays ${status} and has to be restarted by hand`);
      }
    }), { within: rebooting.within + 60000 });
    const first = await reboot(cp, 'Soft');

    step(`nothing is said while ${status}`);
    await whileItWaits(cp);
    await sleep(interval * 700);
    const said = cp.calls().filter(({ at }) => at > first.at);
    expect(said.map(({ action }) => action), [], `the calls while ${status}`);

    step('the next boot');
    const second = await cp.expectCall('BootNotification', BOOT, patient);
    const wait = second.at - first.at;
    assert(wait >= interval * 900, `booted again after ${wait} ms, not after ${interval} s`);
    await cp.expectCall('StatusNotification', { connectorId: site.connector }, patient);
  };
}

scenario('a pending boot is repeated', {
  checks: 'While Pending the charge point answers calls, sends none itself, and boots again after the interval.',
  by: 'OCPP 1.6 §4.2',
  timeout: LONG,
}, bootsAgain('Pending', async (cp) => {
  await cp.call('GetConfiguration', { key: ['HeartbeatInterval'] }, { configurationKey: [{ key: any.string }] });
}));

scenario('a rejected boot is repeated', {
  checks: 'While Rejected the charge point sends nothing, and boots again after the interval.',
  by: 'OCPP 1.6 §4.2',
  timeout: LONG,
}, bootsAgain('Rejected', async () => {}));

scenario('a soft reset ends a transaction', {
  checks: 'Reset (Soft) during a transaction: StopTransaction has the reason SoftReset, and a boot follows.',
  by: ['OCPP 1.6 §5.14', 'OCPP 1.6 errata §3.36', 'OCPP 1.6 §4.10'],
  timeout: LONG,
}, async () => {
  const cp = await readyAndFree();
  const transaction = await charging(cp);
  const boot = await reboot(cp, 'Soft');
  const end = await ends(cp, transaction, { reason: 'SoftReset' });
  should(end.at <= boot.at, 'the end of the transaction is told before the restart');
});

scenario('a hard reset ends a transaction', {
  checks:
    'Reset (Hard) during a transaction: StopTransaction comes, before the restart or after it, and the '
    + 'charge point boots.',
  by: ['OCPP 1.6 §5.14', 'OCPP 1.6 errata §3.36', 'OCPP 1.6 §4.10'],
  timeout: LONG,
}, async () => {
  const cp = await readyAndFree();
  const transaction = await charging(cp);
  await reboot(cp, 'Hard');
  // a hard reset need not be graceful: a transaction that was not stopped before is reported with PowerLoss
  await ends(cp, transaction, { reason: oneOf('HardReset', 'PowerLoss', 'Reboot') });
});

// ---- configuration ------------------------------------------------------------------------------------------------

scenario('the whole configuration can be read', {
  checks: 'GetConfiguration without keys returns all keys, including those that the Core profile requires.',
  by: ['OCPP 1.6 §5.8', 'OCPP 1.6 §9.1'],
}, async () => {
  const cp = await ready();
  const { configurationKey, unknownKey } = await cp.call('GetConfiguration', {});
  assert(unknownKey === undefined || unknownKey.length === 0, 'no key was asked for, but unknownKey names some');
  // keys are not case-sensitive
  const known = new Map(configurationKey.map((entry) => [entry.key.toLowerCase(), entry]));
  const missing = REQUIRED_KEYS.filter((key) => !known.has(key.toLowerCase()));
  expect(missing, [], 'the required keys that are missing');
  expect(known.get('supportedfeatureprofiles'), { readonly: true, value: /\bCore\b/ }, 'SupportedFeatureProfiles');
});

scenario('single keys can be read', {
  checks: 'GetConfiguration with keys returns these keys, and the names of unknown keys.',
  by: 'OCPP 1.6 §5.8',
}, async () => {
  const cp = await ready();
  const one = { key: /^HeartbeatInterval$/i, readonly: any.boolean, value: /^[0-9]+$/ };
  await cp.call('GetConfiguration', { key: ['HeartbeatInterval'] }, { configurationKey: [one] });
  await cp.call('GetConfiguration', { key: ['HeartbeatInterval', 'NoSuchKeyHere'] }, {
    configurationKey: [one],
    unknownKey: [/^NoSuchKeyHere$/i],
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
  // heartbeats that are as frequent before would prove nothing
  const before = Number(await configured(cp, 'HeartbeatInterval'));
  const seconds = before > 0 && before <= interval + 10 ? before + 12 : interval;
  await configure(cp, { HeartbeatInterval: String(seconds) });
  expect(await configured(cp, 'HeartbeatInterval'), String(seconds), 'HeartbeatInterval');
  cp.forget();
  const first = await cp.expectCall('Heartbeat', any, { within: seconds * 1000 + 10000 });
  const second = await cp.expectCall('Heartbeat', any, { within: seconds * 1000 + 10000 });
  assert(second.at - first.at >= seconds * 800, `${second.at - first.at} ms between two heartbeats`);
});

scenario('an unknown or read-only key is refused', {
  checks:
    'ChangeConfiguration of a read-only key or to an invalid value is Rejected, of an unknown key '
    + 'NotSupported.',
  by: 'OCPP 1.6 §5.3',
}, async () => {
  const cp = await ready();
  const connectors = await keeping(cp, 'NumberOfConnectors');
  await keeping(cp, 'HeartbeatInterval');
  await cp.call('ChangeConfiguration', { key: 'NumberOfConnectors', value: '97' }, { status: 'Rejected' });
  await cp.call('ChangeConfiguration', { key: 'HeartbeatInterval', value: 'often' }, { status: 'Rejected' });
  await cp.call('ChangeConfiguration', { key: 'NoSuchKeyHere', value: '1' }, { status: 'NotSupported' });
  expect(await configured(cp, 'NumberOfConnectors'), connectors, 'NumberOfConnectors afterwards');
});

// ---- availability -------------------------------------------------------------------------------------------------

scenario('a connector becomes unavailable and available again', {
  checks:
    'ChangeAvailability of a connector is accepted, reported in a StatusNotification, and prevents '
    + 'transactions until it is reverted.',
  by: 'OCPP 1.6 §5.2',
  timeout: LONG,
}, async () => {
  const connectorId = site.connector;
  const cp = await readyAndFree();
  const change = (type) => cp.call('ChangeAvailability', { connectorId, type }, { status: 'Accepted' });
  operativeAfterwards(cp, connectorId);
  cp.forget();
  await change('Inoperative');
  await cp.expectCall('StatusNotification', { connectorId, status: 'Unavailable' }, patient);
  step('once more, which changes nothing');
  await change('Inoperative');
  await refusesStart(cp, connectorId, site.idTag, 'Unavailable');
  step('back');
  cp.forget();
  await change('Operative');
  // a cable may have been plugged in meanwhile
  await cp.expectCall('StatusNotification', { connectorId, status: oneOf('Available', 'Preparing') }, patient);
});

scenario('the whole charge point becomes unavailable and available again', {
  checks: 'ChangeAvailability of connector 0 applies to all connectors, and each reports its status.',
  by: ['OCPP 1.6 §5.2', 'OCPP 1.6 §4.9'],
  timeout: LONG,
}, async () => {
  const cp = await ready();
  const connectors = await connectorCount(cp);
  for (let connectorId = 1; connectorId <= connectors; connectorId += 1) {
    await free(cp, connectorId);
  }
  const change = async (type, status) => {
    cp.forget();
    await cp.call('ChangeAvailability', { connectorId: 0, type }, { status: 'Accepted' });
    for (let connectorId = 1; connectorId <= connectors; connectorId += 1) {
      await cp.expectCall('StatusNotification', { connectorId, status }, patient);
    }
  };
  operativeAfterwards(cp, 0);
  await change('Inoperative', 'Unavailable');
  await change('Operative', 'Available');
});

scenario('a connector in use becomes unavailable afterwards', {
  checks:
    'ChangeAvailability during a transaction is Scheduled; the connector becomes Unavailable when the '
    + 'transaction is over.',
  by: 'OCPP 1.6 §5.2',
  timeout: LONG,
}, async () => {
  const connectorId = site.connector;
  const cp = await readyAndFree();
  operativeAfterwards(cp, connectorId);
  const transaction = await charging(cp);
  await cp.call('ChangeAvailability', { connectorId, type: 'Inoperative' }, { status: 'Scheduled' });
  await stop(cp, transaction);
  await byHand(
    `Take the cable out of connector ${connectorId}.`,
    () => cp.expectCall('StatusNotification', { connectorId, status: 'Unavailable' }, patient),
  );
});

// ---- transactions -------------------------------------------------------------------------------------------------

scenario('a transaction is started remotely', {
  checks:
    'A remote start leads to StartTransaction and meter values, a remote stop to StopTransaction with the '
    + 'reason Remote.',
  by: ['OCPP 1.6 §5.11', 'OCPP 1.6 §5.12', 'OCPP 1.6 §4.7', 'OCPP 1.6 §4.8', 'OCPP 1.6 §4.10'],
  timeout: LONG,
}, async () => {
  const cp = await readyAndFree();
  const interval = foreign ? 10 : 1;
  const connectorId = site.connector;
  await configure(cp, { MeterValueSampleInterval: String(interval) });
  const sampled = await configured(cp, 'MeterValuesSampledData');
  const transaction = await charging(cp);
  const { payload: begin } = transaction.call;
  expect(begin, { meterStart: any.integer, timestamp: any.time, reservationId: absent }, 'StartTransaction');

  if (sampled === '') {
    remark('MeterValuesSampledData is empty, so no meter values are due');
  } else {
    step('meter values');
    const values = { connectorId, transactionId: transaction.id };
    const readings = (list) => list.length > 0 && list.every((it) => 'value' in it);
    for (let count = 0; count < 2; count += 1) {
      const { payload } = await cp.expectCall('MeterValues', values, { within: interval * 1000 + 20000 });
      for (const value of payload.meterValue) {
        expect(value, { timestamp: any.time, sampledValue: readings }, 'an element of meterValue');
      }
    }
  }

  step('the end');
  const { payload: end } = await stop(cp, transaction);
  expect(end, { reason: 'Remote', timestamp: any.time, idTag: optional(site.idTag) }, 'StopTransaction');
  const used = end.meterStop - begin.meterStart;
  assert(used >= 0, `between meterStart and meterStop lie ${used} Wh`);
  const status = oneOf('Finishing', 'Available');
  await cp.expectCall('StatusNotification', { connectorId, status }, patient);
});

scenario('a running transaction is not interrupted', {
  checks:
    'A remote start where a transaction runs is refused, and so is a remote stop of an unknown '
    + 'transaction.',
  by: ['OCPP 1.6 §5.11', 'OCPP 1.6 §5.12'],
  timeout: LONG,
}, async () => {
  const cp = await readyAndFree();
  const transaction = await charging(cp);
  await refusesStart(cp, site.connector, site.otherIdTag, ...IN_USE);
  await cp.call('RemoteStopTransaction', { transactionId: nextNumber() }, { status: 'Rejected' });
  await stop(cp, transaction);
});

scenario('an invalid tag ends its transaction', {
  checks:
    'With StopTransactionOnInvalidId the charge point stops a transaction whose tag the central system '
    + 'does not accept.',
  by: ['OCPP 1.6 §4.8', 'OCPP 1.6 §9.1'],
  timeout: LONG,
}, async () => {
  const cp = await readyAndFree();
  await configure(cp, { StopTransactionOnInvalidId: 'true' });
  // the cache of the charge point may contain the tag as not valid afterwards
  after(() => quietly(() => cp.call('ClearCache', {})));
  const transaction = await charging(cp, { answer: { idTagInfo: { status: 'Invalid' } }, begins: false });
  await ends(cp, transaction, { reason: 'DeAuthorized' });
});

scenario('no start at a connector that does not exist', {
  checks: 'A remote start at an unknown connector is refused.',
  by: 'OCPP 1.6 §5.11',
}, async () => {
  const cp = await ready();
  await refusesStart(cp, (await connectorCount(cp)) + 1, site.idTag);
});

// ---- other --------------------------------------------------------------------------------------------------------

scenario('unlocking a connector ends its transaction', {
  checks: 'UnlockConnector during a transaction stops it with the reason UnlockCommand.',
  by: 'OCPP 1.6 §5.18',
  timeout: LONG,
}, async () => {
  const cp = await readyAndFree();
  const transaction = await charging(cp);
  const { status } = await cp.call('UnlockConnector', { connectorId: site.connector });
  if (status !== 'Unlocked') {
    skip(`the cable was not unlocked from afar: ${status}`);
  }
  await ends(cp, transaction, { reason: 'UnlockCommand' });
});

scenario('unlocking a free connector is answered', {
  checks: 'UnlockConnector is answered for a free connector; for an unknown one the status is not Unlocked.',
  by: 'OCPP 1.6 §5.18',
  timeout: LONG,
}, async () => {
  const cp = await readyAndFree();
  await cp.call('UnlockConnector', { connectorId: site.connector });
  // only the errata specify the word; before them, both were valid interpretations of the text
  const connectorId = (await connectorCount(cp)) + 1;
  await refuses(cp, 'UnlockConnector', { connectorId }, oneOf('NotSupported', 'UnlockFailed'));
});

scenario('the authorisation cache can be cleared', {
  checks: 'ClearCache is accepted, or rejected where there is no cache.',
  by: ['OCPP 1.6 §5.4', 'OCPP 1.6 errata §3.23'],
}, async () => {
  const cp = await ready();
  const enabled = (await configured(cp, 'AuthorizationCacheEnabled')) === 'true';
  await cp.call('ClearCache', {}, { status: enabled ? 'Accepted' : oneOf('Accepted', 'Rejected') });
});

scenario('a data transfer of an unknown vendor is refused', {
  checks: 'DataTransfer of an unknown vendor is answered with UnknownVendorId.',
  by: 'OCPP 1.6 §5.6',
}, async () => {
  if (unknownVendor === null) {
    skip('the data of every vendor are taken there');
  }
  const cp = await ready();
  if (!foreign) {
    // the simulated charge point accepts the data of every vendor, to allow tests of extensions
    await operator(`Forget the vendor ${unknownVendor}`, (underTest) => {
      underTest.answer('DataTransfer', { status: 'UnknownVendorId' });
    });
  }
  await cp.call('DataTransfer', { vendorId: unknownVendor, data: 'hello' }, { status: 'UnknownVendorId' });
});
