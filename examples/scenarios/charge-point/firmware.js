/// <reference path="../ocpp-tui-scenario.d.ts" />

// The Firmware Management profile of an OCPP 1.6-J charge point: updates, diagnostics, and the notifications about
// their progress.
//
//     ocpp-tui test examples/scenarios/charge-point/firmware.js                    a simulated charge point
//     ocpp-tui test --listen 9000 --set firmwareLocation=ftp://10.0.0.5/new.bin \
//         --set uploadLocation=ftp://10.0.0.5/up/ examples/scenarios/charge-point/firmware.js   the one that connects
//
// A foreign charge point really installs what is at `firmwareLocation` and really sends its diagnostics to
// `uploadLocation`; without one of them, the scenarios that need it are skipped.

const { LONG, ask, ready, readyAndFree } = require('./lib/charge-point.js');
const {
  NOWHERE, course, fails, firmwareLocation, hasFile, retrieveDate, uploadLocation,
} = require('./lib/firmware.js');

scenario('new firmware is installed', {
  checks: 'UpdateFirmware is answered, and the statuses from Downloading to Installed follow in order.',
  by: ['OCPP 1.6 §5.19', 'OCPP 1.6 §4.5'],
  timeout: LONG,
}, async () => {
  if (!firmwareLocation) {
    skip('no firmwareLocation was given');
  }
  const cp = await readyAndFree({ profile: 'FirmwareManagement' });
  cp.forget();
  await ask(cp, 'UpdateFirmware', { location: firmwareLocation, retrieveDate: retrieveDate() });
  const ends = ['Installed', 'DownloadFailed', 'InstallationFailed'];
  const told = await course(cp, 'FirmwareStatusNotification', ends);
  expect(told, ['Downloading', 'Downloaded', 'Installing', 'Installed'], 'the order of the statuses');
});

scenario('a failed download of firmware is reported', {
  checks: 'UpdateFirmware from an unreachable location ends with DownloadFailed, or with an error at once.',
  by: ['OCPP 1.6 §5.19', 'OCPP 1.6 §4.5'],
  timeout: LONG,
}, async () => {
  const payload = { location: `${NOWHERE}new.bin`, retrieveDate: retrieveDate() };
  const courses = [['Downloading', 'DownloadFailed'], ['DownloadFailed']];
  await fails(await ready('FirmwareManagement'), 'UpdateFirmware', payload, 'FirmwareStatusNotification', ...courses);
});

scenario('diagnostics are uploaded', {
  checks: 'GetDiagnostics names the file that is sent, and the statuses Uploading and Uploaded follow.',
  by: ['OCPP 1.6 §5.9', 'OCPP 1.6 §4.4'],
  timeout: LONG,
}, async () => {
  if (!uploadLocation) {
    skip('no uploadLocation was given');
  }
  const cp = await ready('FirmwareManagement');
  cp.forget();
  hasFile(await ask(cp, 'GetDiagnostics', { location: uploadLocation }));
  const told = await course(cp, 'DiagnosticsStatusNotification', ['Uploaded', 'UploadFailed']);
  expect(told, ['Uploading', 'Uploaded'], 'the order of the statuses');
});

scenario('a failed upload of diagnostics is reported', {
  checks: 'GetDiagnostics to an unreachable location ends with UploadFailed, or with an error at once.',
  by: ['OCPP 1.6 §5.9', 'OCPP 1.6 §4.4'],
  timeout: LONG,
}, async () => {
  const courses = [['Uploading', 'UploadFailed'], ['UploadFailed']];
  await fails(await ready('FirmwareManagement'), 'GetDiagnostics', { location: NOWHERE }, 'DiagnosticsStatusNotification', ...courses);
});
