// Every action of a version of OCPP 2.x, once: the calls of a charging station are sent to the CSMS under test, and the calls of a CSMS to the
// charging station under test. Each must get a valid result; calls of optional functional blocks may be answered with NotImplemented or
// NotSupported, which is a remark. This file is not a scenario; `cp-2.0.1.js` and the other files in its folder are.
/// <reference path="../ocpp-tui-scenario.d.ts" />

const { isUnsupported } = require('./profiles.js');

const idTag = parameter('idTag', 'TAG1');
const idToken = { idToken: idTag, type: parameter('idTokenType', 'Central') };

/** The actions that the side under test does not have: `--set 'without=["ReserveNow"]'`. */
const without = parameter('without', []);

/** Where a foreign station sends logs and gets firmware: no stranger's address gets its data. */
const uploadLocation = parameter('uploadLocation', null);
const firmwareLocation = parameter('firmwareLocation', null);

/** How long a station may take to boot after connecting, in milliseconds. */
const settle = parameter('settle', foreign ? 3000 : 500);

/** The calls that every side must support: those of the blocks that the basic certification asks for. */
const core = [
  'Authorize', 'BootNotification', 'ChangeAvailability', 'DataTransfer', 'GetBaseReport', 'GetTransactionStatus', 'GetVariables', 'Heartbeat',
  'LogStatusNotification', 'MeterValues', 'NotifyEvent', 'NotifyReport', 'RequestStartTransaction', 'RequestStopTransaction', 'Reset',
  'SecurityEventNotification', 'SetVariables', 'StatusNotification', 'TransactionEvent', 'TriggerMessage', 'UnlockConnector',
];

/** The id of a transaction, a reservation or a profile that nobody else uses. */
const ours = 1700000000 + (Math.floor(now() / 1000) % 100000000);

const time = (milliseconds = 0) => new Date(now() + milliseconds).toISOString();

/** Makes a call and returns its result; nothing, if it is left out, or if the peer does not support it and need not. */
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

// ---- from a station ---------------------------------------------------------------------------------------------------------------

/** The calls of a station besides those of a session, with their default payloads. */
const NOTICES = [
  'NotifyReport', 'NotifyEvent', 'NotifyMonitoringReport', 'NotifyCustomerInformation', 'NotifyDisplayMessages', 'NotifyChargingLimit',
  'ClearedChargingLimit', 'ReportChargingProfiles', 'NotifyEVChargingNeeds', 'NotifyEVChargingSchedule', 'ReservationStatusUpdate',
  'FirmwareStatusNotification', 'PublishFirmwareStatusNotification', 'LogStatusNotification', 'SecurityEventNotification', 'SignCertificate',
  'Get15118EVCertificate', 'GetCertificateStatus', 'DataTransfer',
];

/** Those that 2.1 has added. */
const NEW_NOTICES = [
  'BatterySwap', 'GetCertificateChainStatus', 'NotifyDERAlarm', 'NotifyDERStartStop', 'NotifyPriorityCharging', 'NotifySettlement',
  'OpenPeriodicEventStream', 'NotifyPeriodicEventStream', 'ClosePeriodicEventStream', 'PullDynamicScheduleUpdate', 'ReportDERControl',
  'VatNumberValidation',
];

/** Sends every call that a station of this version may send, in the order of a session. */
async function fromStation(version) {
  const link = await centralSystemUnderTest({ version });
  const boot = await call(link, 'BootNotification');
  if (boot && boot.status !== 'Accepted') {
    skip(`The CSMS answers ${boot.status} to the boot of ${link.id}: register this charging station there.`);
  }
  await call(link, 'Heartbeat');
  await call(link, 'StatusNotification', { timestamp: time(), connectorStatus: 'Available', evseId: 1, connectorId: 1 });
  await call(link, 'Authorize', { idToken });
  let seqNo = 0;
  const event = (eventType, triggerReason, fields = {}, info = {}) => ({
    eventType, triggerReason, timestamp: time(), seqNo: seqNo++, transactionInfo: { transactionId: `tx-${ours}`, ...info }, ...fields,
  });
  const end = () => event('Ended', 'EVCommunicationLost', {}, { stoppedReason: 'EVDisconnected' });
  let open = false;
  after(() => (open && link.connected ? link.call('TransactionEvent', end()) : undefined));
  const sampledValue = [{ value: 1200, measurand: 'Energy.Active.Import.Register', unitOfMeasure: { unit: 'Wh' } }];
  const meterValue = [{ timestamp: time(), sampledValue }];
  open = (await call(link, 'TransactionEvent', event('Started', 'Authorized', { idToken, evse: { id: 1, connectorId: 1 } }))) !== undefined;
  await call(link, 'TransactionEvent', event('Updated', 'MeterValuePeriodic', { meterValue }, { chargingState: 'Charging' }));
  await call(link, 'TransactionEvent', end());
  open = false;
  await call(link, 'MeterValues', { evseId: 1, meterValue });
  for (const action of version === '2.1' ? [...NOTICES, ...NEW_NOTICES] : NOTICES) {
    await call(link, action);
  }
}

// ---- from a CSMS ------------------------------------------------------------------------------------------------------------------

/** A call that names an address; a foreign station gets one of the person who runs the test, or no call. */
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

/** Makes a call, and the one that undoes it, also when the scenario ends in between. */
async function undone(link, action, payload, undo, undoing) {
  let accepted = false;
  after(() => (accepted && link.connected ? quietly(() => link.call(undo, undoing)) : undefined));
  const answer = await call(link, action, payload);
  accepted = answer !== undefined && answer.status === 'Accepted';
  await call(link, undo, undoing);
  accepted = false;
}

const variable = { component: { name: 'OCPPCommCtrlr' }, variable: { name: 'HeartbeatInterval' } };

/** Reads a variable and sets it to the same value. */
async function variables(link) {
  await call(link, 'GetBaseReport', { requestId: 1, reportBase: 'SummaryInventory' });
  await call(link, 'GetReport', { requestId: 2, componentVariable: [variable] });
  const read = await call(link, 'GetVariables', { getVariableData: [variable] });
  const { attributeValue = '300' } = (read && read.getVariableResult[0]) || {};
  await call(link, 'SetVariables', { setVariableData: [{ ...variable, attributeValue }] });
}

/** A monitor that is set, read and cleared; levels and bases stay as they are without one of ours. */
async function monitoring(link) {
  const set = await call(link, 'SetVariableMonitoring', {
    setMonitoringData: [{ ...variable, value: 1000000, type: 'UpperThreshold', severity: 9 }],
  });
  const [{ id, status } = {}] = (set && set.setMonitoringResult) || [];
  await call(link, 'GetMonitoringReport', { requestId: 3 });
  await call(link, 'ClearVariableMonitoring', { id: [status === 'Accepted' ? id : ours] });
  if (!foreign) {
    await call(link, 'SetMonitoringBase', { monitoringBase: 'FactoryDefault' });
    await call(link, 'SetMonitoringLevel', { severity: 9 });
  }
}

/** Installs the certificate of the default payload, asks for certificates, and deletes it. */
async function certificates(link) {
  const installed = await call(link, 'InstallCertificate');
  const { certificateHashDataChain: chains = [] } = (await call(link, 'GetInstalledCertificateIds', {})) || {};
  const sample = chains.find(({ certificateHashData: { serialNumber } }) => /^0*526e5f3c6c2e17e5d424c4bb7dc9b275$/i.test(serialNumber));
  await call(link, 'DeleteCertificate', installed && sample && { certificateHashData: sample.certificateHashData });
  await call(link, 'CertificateSigned');
}

const profile = {
  id: ours, stackLevel: 0, chargingProfilePurpose: 'TxDefaultProfile', chargingProfileKind: 'Relative',
  chargingSchedule: [{ id: ours, chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 16 }] }],
};
const message = (id) => ({ message: { id, priority: 'NormalCycle', message: { format: 'UTF8', content: 'This is a test.' } } });

/** A transaction from afar: its status is asked for, and it is stopped. */
async function transaction(link) {
  let running;
  link.answer('TransactionEvent', ({ eventType, transactionInfo }, usual) => {
    running = eventType === 'Ended' ? undefined : transactionInfo.transactionId;
    return usual;
  });
  after(() => (running && link.connected ? quietly(() => link.call('RequestStopTransaction', { transactionId: running })) : undefined));
  const started = await call(link, 'RequestStartTransaction', { idToken, remoteStartId: ours % 100000, evseId: 1 });
  if (started && started.status === 'Accepted') {
    // it may need a car
    await quietly(() => link.expectCall('TransactionEvent', any, { within: 5000, unchecked: true }));
  }
  const transactionId = running || `none-${ours}`;
  await call(link, 'GetTransactionStatus', { transactionId });
  await call(link, 'CostUpdated', { transactionId, totalCost: 1.5 });
  return transactionId;
}

/** The calls that 2.1 has added, about a transaction. */
async function newer(link, transactionId) {
  const tariff = { tariffId: `T-${ours}`, currency: 'EUR', energy: { prices: [{ priceKwh: 0.3 }] } };
  await call(link, 'ChangeTransactionTariff', { transactionId, tariff });
  await call(link, 'UsePriorityCharging', { transactionId, activate: false });
  await call(link, 'NotifyAllowedEnergyTransfer', { transactionId, allowedEnergyTransfer: ['AC_three_phase'] });
  await undone(link, 'SetDefaultTariff', { evseId: 0, tariff }, 'ClearTariffs', { tariffIds: [tariff.tariffId] });
  await call(link, 'GetTariffs', { evseId: 0 });
  await call(link, 'UpdateDynamicSchedule', { chargingProfileId: ours, scheduleUpdate: { limit: 10 } });
  await call(link, 'GetDERControl', { requestId: 4 });
  await call(link, 'ClearDERControl', { isDefault: false, controlId: `D-${ours}` });
  for (const action of ['SetDERControl', 'AFRRSignal', 'RequestBatterySwap', 'NotifyWebPaymentStarted', 'GetPeriodicEventStream', 'AdjustPeriodicEventStream']) {
    await call(link, action);
  }
}

/**
 * Sends every call that a CSMS of this version may send, in a possible order; the restart is last. The station need not accept them: `Rejected`
 * is a valid answer too. What a call changes is changed back.
 */
async function fromCsms(version) {
  const link = await chargePointUnderTest({ version });
  // before its boot is accepted, a station need not answer calls
  await quietly(() => link.expectCall('BootNotification', any, { within: settle, unchecked: true }));
  await variables(link);
  await monitoring(link);
  await call(link, 'ChangeAvailability', { operationalStatus: 'Operative', evse: { id: 1 } });
  await call(link, 'ClearCache');
  await call(link, 'DataTransfer');
  const { versionNumber = 0 } = (await call(link, 'GetLocalListVersion')) || {};
  await call(link, 'SendLocalList', { versionNumber: versionNumber + 1, updateType: 'Differential' });
  await undone(link, 'ReserveNow', { id: ours, expiryDateTime: time(60000), idToken, evseId: 1 }, 'CancelReservation', { reservationId: ours });
  await undone(link, 'SetChargingProfile', { evseId: 1, chargingProfile: profile }, 'ClearChargingProfile', { chargingProfileId: ours });
  await call(link, 'GetChargingProfiles', { requestId: 5, chargingProfile: { chargingProfilePurpose: 'TxDefaultProfile' } });
  await call(link, 'GetCompositeSchedule', { duration: 600, evseId: 1 });
  await undone(link, 'SetDisplayMessage', message(ours), 'ClearDisplayMessage', { id: ours });
  await call(link, 'GetDisplayMessages', { requestId: 6 });
  await call(link, 'CustomerInformation', { requestId: 7, report: true, clear: false, idToken });
  await call(link, 'TriggerMessage', { requestedMessage: 'Heartbeat' });
  await certificates(link);
  const transactionId = await transaction(link);
  if (version === '2.1') {
    await newer(link, transactionId);
  }
  await call(link, 'RequestStopTransaction', { transactionId });
  await call(link, 'UnlockConnector', { evseId: 1, connectorId: 1 });
  if (!foreign) {
    await call(link, 'SetNetworkProfile');
  }
  await callWithLocation(link, 'GetLog', uploadLocation, 'uploadLocation', {
    requestId: 8, logType: 'DiagnosticsLog', log: { remoteLocation: uploadLocation },
  });
  await callWithLocation(link, 'PublishFirmware', firmwareLocation, 'firmwareLocation', {
    requestId: 9, location: firmwareLocation, checksum: '0123456789abcdef0123456789abcdef',
  });
  await call(link, 'UnpublishFirmware', { checksum: '0123456789abcdef0123456789abcdef' });
  await callWithLocation(link, 'UpdateFirmware', firmwareLocation, 'firmwareLocation', {
    requestId: 10, firmware: { location: firmwareLocation, retrieveDateTime: time() },
  });
  link.forget();
  const reset = await call(link, 'Reset', { type: 'OnIdle' });
  if (foreign && reset && reset.status === 'Accepted') {
    // the restart would disturb the next scenario
    after(() => quietly(() => link.expectCall('BootNotification', any, { within: 120000, unchecked: true })), { within: 130000 });
  }
}

module.exports = { fromStation, fromCsms };
