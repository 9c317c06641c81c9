// Every action of a version, once: the calls of a charge point are sent to the central system under test, and the
// calls of a central system to the charge point under test. Each call must get a valid result. This file is not a
// scenario; `cp-1.6.js` and the other files in its folder are.
/// <reference path="../ocpp-tui-scenario.d.ts" />

/** A tag that may charge: `--set idTag=…`. */
const idTag = parameter('idTag', 'TAG1');

/** The actions that the side under test does not have: `--set 'without=["ReserveNow"]'`. */
const without = parameter('without', []);

function time() {
  return new Date(now()).toISOString();
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
 * Sends every call that a charge point of this version may send. The order is that of a charging session: a central
 * system may reject the end of a transaction that never started.
 */
async function fromChargePoint(options) {
  const link = await centralSystemUnderTest(options);
  const call = (action, payload, expected) =>
    without.includes(action) ? undefined : step(action, () => link.call(action, payload, expected));

  const boot = await call('BootNotification');
  if (boot && boot.status !== 'Accepted') {
    skip(`The central system answers ${boot.status} to the boot of ${link.id}: register this charge point there.`);
  }
  await call('Heartbeat');
  await call('StatusNotification');
  await call('Authorize', { idTag });
  const started = await call('StartTransaction',
    { connectorId: 1, idTag, meterStart: 1000, timestamp: time() }, { transactionId: any.integer });
  const transactionId = started ? started.transactionId : 1;
  await call('MeterValues', reading(options.version, transactionId));
  await call('StopTransaction', { transactionId, idTag, meterStop: 1500, timestamp: time() });
  if (options.version !== '1.2') {
    await call('DataTransfer');
  }
  await call('DiagnosticsStatusNotification');
  await call('FirmwareStatusNotification');
}

/**
 * The calls that a central system may send, in a possible order; the calls that cause a restart are
 * last.
 */
const orders = {
  '1.2': ['ChangeConfiguration', 'ChangeAvailability', 'ClearCache', 'UnlockConnector', 'RemoteStartTransaction',
    'RemoteStopTransaction', 'GetDiagnostics', 'UpdateFirmware', 'Reset'],
  '1.5': ['GetConfiguration', 'ChangeConfiguration', 'ChangeAvailability', 'ClearCache', 'DataTransfer',
    'GetLocalListVersion', 'SendLocalList', 'ReserveNow', 'CancelReservation', 'UnlockConnector',
    'RemoteStartTransaction', 'RemoteStopTransaction', 'GetDiagnostics', 'UpdateFirmware', 'Reset'],
  '1.6': ['GetConfiguration', 'ChangeConfiguration', 'ChangeAvailability', 'ClearCache', 'DataTransfer',
    'GetLocalListVersion', 'SendLocalList', 'ReserveNow', 'CancelReservation', 'SetChargingProfile',
    'GetCompositeSchedule', 'ClearChargingProfile', 'TriggerMessage', 'UnlockConnector', 'RemoteStartTransaction',
    'RemoteStopTransaction', 'GetDiagnostics', 'UpdateFirmware', 'Reset'],
};

/**
 * Sends every call that a central system of this version may send. The charge point need not accept it:
 * `Rejected` is a valid answer too.
 */
async function fromCentralSystem(options) {
  const link = await chargePointUnderTest(options);
  // for the others the samples are sufficient
  const payloads = { RemoteStartTransaction: { connectorId: 1, idTag } };
  for (const action of orders[options.version].filter(action => !without.includes(action))) {
    await step(action, () => link.call(action, payloads[action]));
  }
}

/** The actions of the security extension of OCPP 1.6-J, in both directions. SOAP does not have them. */
const extension = {
  fromChargePoint: ['SecurityEventNotification', 'LogStatusNotification', 'SignedFirmwareStatusNotification',
    'SignCertificate'],
  fromCentralSystem: ['InstallCertificate', 'GetInstalledCertificateIds', 'DeleteCertificate', 'CertificateSigned',
    'ExtendedTriggerMessage', 'GetLog', 'SignedUpdateFirmware'],
};

/** Sends these calls; if a peer supports none of them, it does not have the extension, which is not a fault. */
async function sendExtension(link, actions) {
  let known = 0;
  for (const action of actions.filter(action => !without.includes(action))) {
    await step(action, async () => {
      try {
        await link.call(action);
        known += 1;
      } catch (error) {
        const codes = ['NotImplemented', 'NotSupported'];
        const unknown = error instanceof CallError && codes.includes(error.code);
        if (!unknown || known > 0) {
          throw error;
        }
        link.mark(`${action} is not known`);
      }
    });
  }
  if (known === 0) {
    skip('The security extension is not known there.');
  }
}

async function extensionFromChargePoint() {
  const link = await centralSystemUnderTest({ version: '1.6' });
  await link.call('BootNotification', undefined, { status: 'Accepted' });
  await sendExtension(link, extension.fromChargePoint);
}

async function extensionFromCentralSystem() {
  const link = await chargePointUnderTest({ version: '1.6' });
  await sendExtension(link, extension.fromCentralSystem);
  if (foreign) {
    await firmwareIsThrough(link);
  }
}

/** Waits until a firmware update has ended: its restart would disturb the next scenario. */
async function firmwareIsThrough(link) {
  const latest = now() + 40000;
  try {
    let status;
    do {
      const { payload } = await link.expectCall('SignedFirmwareStatusNotification', any, { within: 10000 });
      status = payload.status;
    } while (!/^(Installed|InvalidSignature|.*Failed)$/.test(status) && now() < latest);
  } catch {
    // no update is in progress, or it takes too long
  }
}

module.exports = { fromChargePoint, fromCentralSystem, extensionFromChargePoint, extensionFromCentralSystem };
