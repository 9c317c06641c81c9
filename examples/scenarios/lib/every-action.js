// Every action of a version, once: what a charge point may send is sent to the central system under test, and what a
// central system may send to the charge point under test. Each call has to get a valid result. It is no scenario
// itself; `cp-1.6.js` and its neighbours are.
/// <reference path="../ocpp-tui-scenario.d.ts" />

/** A tag that may charge: `--set idTag=…`. */
const idTag = parameter('idTag', 'TAG1');

/** The actions that the side under test does not have: `--set 'without=["ReserveNow"]'`. */
const without = parameter('without', []);

function time() {
  return new Date(now()).toISOString();
}

/** The reading of a meter in the middle of a transaction, which each version writes in its own way. */
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
 * Sends everything that a charge point of this version may send. The order is that of a charge: a central system may
 * rightly be surprised by the end of a transaction that never began.
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
 * What a central system may send, in an order in which one thing can follow from the other; what restarts the machine
 * is last.
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
 * Sends everything that a central system of this version may send. Whether the charge point does what it is told is
 * another question: `Rejected` is a valid answer too.
 */
async function fromCentralSystem(options) {
  const link = await chargePointUnderTest(options);
  // for the others the samples will do
  const payloads = { RemoteStartTransaction: { connectorId: 1, idTag } };
  for (const action of orders[options.version].filter(action => !without.includes(action))) {
    await step(action, () => link.call(action, payloads[action]));
  }
}

/** What the security extension of OCPP 1.6-J adds, in both directions. SOAP does not have it. */
const extension = {
  fromChargePoint: ['SecurityEventNotification', 'LogStatusNotification', 'SignedFirmwareStatusNotification',
    'SignCertificate'],
  fromCentralSystem: ['InstallCertificate', 'GetInstalledCertificateIds', 'DeleteCertificate', 'CertificateSigned',
    'ExtendedTriggerMessage', 'GetLog', 'SignedUpdateFirmware'],
};

/** Sends these calls; a peer that knows none of them does not have the extension, and that is no fault. */
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

/** Lets an update of the firmware end: its restart would come in the middle of the scenario behind this one. */
async function firmwareIsThrough(link) {
  const latest = now() + 40000;
  try {
    let status;
    do {
      const { payload } = await link.expectCall('SignedFirmwareStatusNotification', any, { within: 10000 });
      status = payload.status;
    } while (!/^(Installed|InvalidSignature|.*Failed)$/.test(status) && now() < latest);
  } catch {
    // nothing is under way, or it takes too long to be waited for
  }
}

module.exports = { fromChargePoint, fromCentralSystem, extensionFromChargePoint, extensionFromCentralSystem };
