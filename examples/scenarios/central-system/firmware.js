// Firmware, diagnostics and the security extension of OCPP 1.6-J, with the central system under test. Against a
// foreign one, at which the charge point CP1 is registered:
//
//   ocpp-tui test central-system/firmware.js --url ws://host:9000/ocpp --identity CP1
//
// --set 'without=["GetDiagnostics"]'   calls that the central system cannot send
/// <reference path="../ocpp-tui-scenario.d.ts" />

const { byHand, registered, alive, ago, order, atLeast, uri } = require('../lib/central-system.js');
const { callOptional } = require('../lib/profiles.js');

/** The number of attempts of a transfer, and the seconds between them. */
const retries = { retries: optional(atLeast(0)), retryInterval: optional(atLeast(0)) };

scenario('every status of the firmware is accepted', {
  checks: 'FirmwareStatusNotification is acknowledged for all statuses.',
  by: ['OCPP 1.6 §4.5', 'OCPP 1.6 §7.25'],
}, async () => {
  const link = await registered();
  for (const status of ['Idle', 'Downloading', 'DownloadFailed', 'Downloading', 'Downloaded', 'Installing',
    'InstallationFailed', 'Installing', 'Installed']) {
    await step(status, () => callOptional(link, 'FirmwareStatusNotification', { status }));
  }
  await alive(link);
});

scenario('every status of the diagnostics is accepted', {
  checks: 'DiagnosticsStatusNotification is acknowledged for all statuses.',
  by: ['OCPP 1.6 §4.4', 'OCPP 1.6 §7.24'],
}, async () => {
  const link = await registered();
  for (const status of ['Idle', 'Uploading', 'UploadFailed', 'Uploading', 'Uploaded']) {
    await step(status, () => callOptional(link, 'DiagnosticsStatusNotification', { status }));
  }
  await alive(link);
});

scenario('firmware is updated', Object.assign({
  checks: 'UpdateFirmware has a location and a time; the statuses and the boot that follow are accepted.',
  by: ['OCPP 1.6 §5.19', 'OCPP 1.6 §4.5'],
}, byHand), async () => {
  const link = await registered();
  await order(link, 'UpdateFirmware', { expected: Object.assign({ location: uri, retrieveDate: any.time }, retries) });
  for (const status of ['Downloading', 'Downloaded', 'Installing']) {
    await link.call('FirmwareStatusNotification', { status });
  }
  await link.drop();
  await link.connect();
  await link.call('BootNotification', {
    chargePointVendor: 'ocpp-tui', chargePointModel: 'Scenario', firmwareVersion: '1.0.1',
  }, { status: 'Accepted' });
  await link.call('FirmwareStatusNotification', { status: 'Installed' });
});

scenario('an update of the firmware may fail', Object.assign({
  checks: 'The central system continues after UpdateFirmware is refused, or the download fails.',
  by: ['OCPP 1.6 §5.19', 'OCPP-J 1.6 §4.2.3'],
}, byHand), async () => {
  const link = await registered();
  await order(link, 'UpdateFirmware', { how: 'which ends in an error', error: 'NotSupported' });
  await alive(link);
  await order(link, 'UpdateFirmware', { how: 'of which the download fails' });
  await link.call('FirmwareStatusNotification', { status: 'Downloading' });
  await link.call('FirmwareStatusNotification', { status: 'DownloadFailed' });
  await alive(link);
});

scenario('diagnostics are fetched', Object.assign({
  checks: 'GetDiagnostics has a location and ordered times; answers with and without a file name are accepted.',
  by: ['OCPP 1.6 §5.9', 'OCPP 1.6 §4.4'],
}, byHand), async () => {
  const link = await registered();
  const times = { startTime: optional(any.time), stopTime: optional(any.time) };
  const expected = Object.assign({ location: uri }, times, retries);
  const wanted = await order(link, 'GetDiagnostics', { answer: { fileName: 'diagnostics.zip' }, expected });
  if (wanted.startTime && wanted.stopTime) {
    assert(Date.parse(wanted.startTime) <= Date.parse(wanted.stopTime), 'the begin of the log is not after its end');
  }
  await link.call('DiagnosticsStatusNotification', { status: 'Uploading' });
  await link.call('DiagnosticsStatusNotification', { status: 'Uploaded' });
  await order(link, 'GetDiagnostics', { how: 'which ends in an error', error: 'NotSupported' });
  await alive(link);
});

scenario('security events are accepted', {
  checks: 'SecurityEventNotification is acknowledged, with and without technical information.',
  by: 'Improved security for OCPP 1.6-J §5.15',
}, async () => {
  const link = await registered();
  await callOptional(link, 'SecurityEventNotification', { type: 'SettingSystemTime', timestamp: ago(0) });
  await callOptional(link, 'SecurityEventNotification',
    { type: 'TamperDetectionActivated', timestamp: ago(0), techInfo: 'Part of a test' });
});

scenario('the statuses of logs and of signed firmware are accepted', {
  checks: 'LogStatusNotification and SignedFirmwareStatusNotification are acknowledged for all statuses.',
  by: ['Improved security for OCPP 1.6-J §5.13', 'Improved security for OCPP 1.6-J §5.19'],
}, async () => {
  const link = await registered();
  for (const status of ['Uploading', 'Uploaded', 'UploadFailure', 'BadMessage', 'NotSupportedOperation',
    'PermissionDenied']) {
    await callOptional(link, 'LogStatusNotification', { status, requestId: 1 });
  }
  await callOptional(link, 'LogStatusNotification', { status: 'Idle' });
  for (const status of ['DownloadScheduled', 'Downloading', 'DownloadPaused', 'Downloading', 'DownloadFailed',
    'Downloaded', 'InvalidSignature', 'SignatureVerified', 'InstallScheduled', 'Installing',
    'InstallVerificationFailed', 'InstallationFailed', 'InstallRebooting', 'Installed']) {
    await callOptional(link, 'SignedFirmwareStatusNotification', { status, requestId: 1 });
  }
  await callOptional(link, 'SignedFirmwareStatusNotification', { status: 'Idle' });
});
