// Every action of a version, once: the calls of a charge point are sent to the central system under test, and the
// calls of a central system to the charge point under test. Each call must get a valid result; calls of optional
// profiles may be answered with NotImplemented or NotSupported, which is a remark. This file is not a scenario;
// `cp-1.6.js` and the other files in its folder are.
/// <reference path="../ocpp-tui-scenario.d.ts" />

const { core, isUnsupported } = require('./profiles.js');

/** A tag that may charge: `--set idTag=…`. */
const idTag = parameter('idTag', 'TAG1');

/** The actions that the side under test does not have: `--set 'without=["ReserveNow"]'`. */
const without = parameter('without', []);

/** Where a foreign charge point sends diagnostics and gets firmware: no stranger's address gets its data. */
const uploadLocation = parameter('uploadLocation', null);
const firmwareLocation = parameter('firmwareLocation', null);

/** How long a charge point may take to boot after connecting, in milliseconds: `--set settle=…`. */
const settle = parameter('settle', foreign ? 3000 : 500);

/** The id of a transaction, a reservation or a profile that nobody else uses. */
const ours = 1700000000 + (Math.floor(now() / 1000) % 100000000);

function time(milliseconds = 0) {
  return new Date(now() + milliseconds).toISOString();
}

/** A meter reading during a transaction, in the format of each version. */
function reading(version, transactionId) {
  switch (version) {
    case '1.2':
      return { connectorId: 1, values: [{ timestamp: time(), value: 1200 }] };
    case '1.5': {
      const values = [{ value: '1200', measurand: 'Energy.Active.Import.Register', unit: 'Wh' }];
      return { connectorId: 1, transactionId, values: [{ timestamp: time(), values }] };
    }
    default: {
      const sampledValue = [{ value: '1200', measurand: 'Energy.Active.Import.Register', unit: 'Wh' }];
      return { connectorId: 1, transactionId, meterValue: [{ timestamp: time(), sampledValue }] };
    }
  }
}

/**
 * Makes a call and returns its result. Nothing is returned, and nothing is wrong, if the call is left out, or if the
 * peer does not support it and need not.
 */
function call(link, action, payload, expected) {
  if (without.includes(action)) {
    return undefined;
  }
  return step(action, async () => {
    try {
      return await link.call(action, payload, expected);
    } catch (error) {
      if (core.includes(action) || !isUnsupported(error)) {
        throw error;
      }
      remark(`${action} is not supported there: ${error.code}`);
      return undefined;
    }
  });
}

/** Does something that need not succeed. */
async function quietly(run) {
  try {
    await run();
  } catch {
    // the scenario does not check it
  }
}

/**
 * Sends every call that a charge point of this version may send. The order is that of a charging session: a central
 * system may reject the end of a transaction that never started.
 */
async function fromChargePoint(options) {
  const link = await centralSystemUnderTest(options);
  const boot = await call(link, 'BootNotification');
  if (boot && boot.status !== 'Accepted') {
    skip(`The central system answers ${boot.status} to the boot of ${link.id}: register this charge point there.`);
  }
  await call(link, 'Heartbeat');
  await call(link, 'StatusNotification');
  await call(link, 'Authorize', { idTag });
  const started = await call(link, 'StartTransaction',
    { connectorId: 1, idTag, meterStart: 1000, timestamp: time() }, { transactionId: any.integer });
  const transactionId = started ? started.transactionId : 1;
  const end = () => ({ transactionId, idTag, meterStop: 1500, timestamp: time() });
  let open = started !== undefined;
  after(() => (open && link.connected ? link.call('StopTransaction', end()) : undefined));
  await call(link, 'MeterValues', reading(options.version, transactionId));
  await call(link, 'StopTransaction', end());
  open = false;
  if (options.version !== '1.2') {
    await call(link, 'DataTransfer');
  }
  await call(link, 'DiagnosticsStatusNotification');
  await call(link, 'FirmwareStatusNotification');
}

/** Waits for the boot of a charge point that has just connected: before it is accepted, it need not answer calls. */
async function booted(link) {
  await quietly(() => link.expectCall('BootNotification', any, { within: settle, unchecked: true }));
}

/** A call that names an address; a foreign charge point gets one of the person who runs the test, or no call. */
function callWithLocation(link, action, location, name, payload) {
  if (without.includes(action)) {
    return undefined;
  }
  if (foreign && location === null) {
    remark(`${action} is not sent: --set ${name}=… says where to`);
    return undefined;
  }
  return call(link, action, location === null ? undefined : payload);
}

/**
 * Sends every call that a central system of this version may send, in a possible order; the restart is last. The
 * charge point need not accept them: `Rejected` is a valid answer too. What a call changes is changed back.
 */
async function fromCentralSystem(options) {
  const link = await chargePointUnderTest(options);
  await booted(link);
  const newer = options.version !== '1.2';
  const remote = transactions(link);

  let interval = '300';
  if (newer) {
    const configuration = await call(link, 'GetConfiguration');
    // the same value as before
    const keys = (configuration && configuration.configurationKey) || [];
    const known = keys.find(({ key }) => /^HeartBeatInterval$/i.test(key));
    interval = (known && known.value) || interval;
  }
  const key = options.version === '1.6' ? 'HeartbeatInterval' : 'HeartBeatInterval';
  await call(link, 'ChangeConfiguration', { key, value: interval });
  await call(link, 'ChangeAvailability', { connectorId: 1, type: 'Operative' });
  await call(link, 'ClearCache');
  if (newer) {
    await call(link, 'DataTransfer');
    await localList(link);
    await reservation(link);
  }
  if (options.version === '1.6') {
    await chargingProfile(link);
    await call(link, 'TriggerMessage', { requestedMessage: 'Heartbeat' });
  }
  await call(link, 'UnlockConnector', { connectorId: 1 });
  const started = await call(link, 'RemoteStartTransaction', { connectorId: 1, idTag });
  if (started && started.status === 'Accepted') {
    await remote.begins(5000); // it may need a car
  }
  const [transactionId = ours] = remote.open();
  await call(link, 'RemoteStopTransaction', { transactionId });
  await callWithLocation(link, 'GetDiagnostics', uploadLocation, 'uploadLocation', { location: uploadLocation });
  const updated = await callWithLocation(link, 'UpdateFirmware', firmwareLocation, 'firmwareLocation',
    { location: firmwareLocation, retrieveDate: time() });
  if (foreign && updated) {
    await firmwareIsThrough(link, 'FirmwareStatusNotification');
  }
  link.forget();
  const reset = await call(link, 'Reset', { type: 'Soft' });
  remote.over = reset !== undefined && reset.status === 'Accepted';
  if (foreign && reset && reset.status === 'Accepted') {
    // the restart would disturb the next scenario
    after(() => quietly(() => link.expectCall('BootNotification', any, { within: 120000, unchecked: true })),
      { within: 130000 });
  }
}

/**
 * Keeps the transactions that begin in this scenario, and stops those that are left after it, also one that begins
 * late. `open` has the ids of those that are not stopped, and `begins` waits for one.
 */
function transactions(link) {
  const ids = [];
  let expected = false; // whether one may still begin
  link.answer('StartTransaction', (payload, usual) => {
    if (payload.idTag === idTag) {
      ids.push(usual.transactionId);
    }
    return usual;
  });
  const open = () => {
    const stopped = link.calls('StopTransaction').map(({ payload }) => payload.transactionId);
    return ids.filter(id => !stopped.includes(id));
  };
  const begins = async within => {
    expected = true;
    await quietly(async () => {
      await link.expectCall('StartTransaction', { idTag }, { within, unchecked: true });
      expected = false;
    });
  };
  const remote = { open, begins, over: false };
  after(async () => {
    if (expected && !remote.over) {
      await begins(10000);
    }
    for (const transactionId of open()) {
      if (link.connected) {
        await quietly(() => link.call('RemoteStopTransaction', { transactionId }));
      }
    }
  });
  return remote;
}

/** Asks for the version of the local list, and sends a change that changes nothing. */
async function localList(link) {
  const known = await call(link, 'GetLocalListVersion');
  const listVersion = known && known.listVersion > 0 ? known.listVersion + 1 : 1;
  await call(link, 'SendLocalList', { updateType: 'Differential', listVersion });
}

/** Reserves connector 1 for a minute, and cancels the reservation. */
async function reservation(link) {
  const cancel = () => link.call('CancelReservation', { reservationId: ours });
  let reserved = false;
  after(() => (reserved && link.connected ? quietly(cancel) : undefined));
  const answer = await call(link, 'ReserveNow',
    { connectorId: 1, expiryDate: time(60000), idTag, reservationId: ours });
  reserved = answer !== undefined && answer.status === 'Accepted';
  await call(link, 'CancelReservation', { reservationId: ours });
  reserved = false;
}

/** Sets a charging profile of its own id, and clears this one only. */
async function chargingProfile(link) {
  let set = false;
  after(() => (set && link.connected ? quietly(() => link.call('ClearChargingProfile', { id: ours })) : undefined));
  const answer = await call(link, 'SetChargingProfile', {
    connectorId: 1,
    csChargingProfiles: {
      chargingProfileId: ours, stackLevel: 0, chargingProfilePurpose: 'TxDefaultProfile', chargingProfileKind: 'Relative',
      chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 16 }] },
    },
  });
  set = answer !== undefined && answer.status === 'Accepted';
  await call(link, 'GetCompositeSchedule', { connectorId: 1, duration: 600 });
  await call(link, 'ClearChargingProfile', { id: ours });
  set = false;
}

/** The actions of the security extension of OCPP 1.6-J, in both directions. SOAP does not have them. */
const extension = {
  fromChargePoint: ['SecurityEventNotification', 'LogStatusNotification', 'SignedFirmwareStatusNotification',
    'SignCertificate'],
  fromCentralSystem: ['InstallCertificate', 'GetInstalledCertificateIds', 'DeleteCertificate', 'CertificateSigned',
    'ExtendedTriggerMessage', 'GetLog', 'SignedUpdateFirmware'],
};

/** Skips the scenario if none of the calls of the extension was answered with a result: it is not there. */
function needsOne(results) {
  if (results.every(result => result === undefined)) {
    skip('The security extension is not known there.');
  }
}

async function extensionFromChargePoint() {
  const link = await centralSystemUnderTest({ version: '1.6' });
  const boot = await link.call('BootNotification');
  if (boot.status !== 'Accepted') {
    skip(`The central system answers ${boot.status} to the boot of ${link.id}: register this charge point there.`);
  }
  const results = [];
  for (const action of extension.fromChargePoint) {
    results.push(await call(link, action));
  }
  needsOne(results);
}

/** Installs a certificate that no other scenario knows; afterwards those that were not there before are removed. */
async function certificate(link) {
  const certificateType = 'CentralSystemRootCertificate';
  const installed = async () => {
    const { certificateHashData = [] } = await link.call('GetInstalledCertificateIds', { certificateType });
    return certificateHashData;
  };
  const serial = hash => `${hash.hashAlgorithm} ${hash.issuerNameHash} ${hash.issuerKeyHash} ${hash.serialNumber}`;
  let before = [];
  await quietly(async () => { before = (await installed()).map(serial); });
  let accepted = false;
  after(async () => {
    if (accepted && link.connected) {
      await quietly(async () => {
        for (const certificateHashData of (await installed()).filter(hash => !before.includes(serial(hash)))) {
          await link.call('DeleteCertificate', { certificateHashData });
        }
      });
    }
  });
  const answer = await call(link, 'InstallCertificate');
  accepted = answer !== undefined && answer.status === 'Accepted';
  return answer;
}

async function extensionFromCentralSystem() {
  const link = await chargePointUnderTest({ version: '1.6' });
  await booted(link);
  const results = [];
  for (const action of extension.fromCentralSystem) {
    switch (action) {
      case 'GetLog':
        results.push(await callWithLocation(link, action, uploadLocation, 'uploadLocation',
          { logType: 'DiagnosticsLog', requestId: 1, log: { remoteLocation: uploadLocation } }));
        break;
      case 'SignedUpdateFirmware':
        results.push(await callWithLocation(link, action, firmwareLocation, 'firmwareLocation', {
          requestId: 1,
          firmware: {
            location: firmwareLocation, retrieveDateTime: time(), signature: 'none',
            signingCertificate: '-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----',
          },
        }));
        break;
      case 'InstallCertificate':
        results.push(await certificate(link));
        break;
      default:
        results.push(await call(link, action));
    }
  }
  needsOne(results);
  if (foreign && results[results.length - 1]) {
    await firmwareIsThrough(link, 'SignedFirmwareStatusNotification');
  }
}

/** Waits until an update of the firmware has ended: its restart would disturb what follows. */
async function firmwareIsThrough(link, action) {
  const latest = now() + 40000;
  await quietly(async () => {
    let status;
    do {
      const { payload } = await link.expectCall(action, any, { within: 10000 });
      status = payload.status;
    } while (!/^(Installed|InvalidSignature|.*Failed)$/.test(status) && now() < latest);
  });
}

module.exports = { fromChargePoint, fromCentralSystem, extensionFromChargePoint, extensionFromCentralSystem };
