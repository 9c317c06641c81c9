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

const { LONG, REFUSAL, ask, ready, readyAndFree } = require('./lib/charge-point.js');

// a simulated URL has no server; the simulated charge point only checks whether it supports the protocol
const firmwareLocation = parameter('firmwareLocation', foreign ? '' : 'ftp://firmware.example/new.bin');
const uploadLocation = parameter('uploadLocation', foreign ? '' : 'ftp://diagnostics.example/upload/');

// an unknown protocol, so nothing can be installed from there
const NOWHERE = 'nowhere://does-not-exist.invalid/';

// a real file must be transferred, and real hardware takes time to install it
const transferring = { within: foreign ? 600000 : 20000 };

/** Waits until a transfer has ended, and returns all its statuses in order, each once. */
async function course(cp, action, ends) {
  const told = [];
  while (!ends.includes(told[told.length - 1])) {
    const { payload } = await cp.expectCall(action, any, transferring);
    told.push(payload.status);
  }
  return told.filter((status, index) => status !== told[index - 1]);
}

const retrieveDate = () => new Date(now()).toISOString();

function hasFile({ fileName }) {
  if (!fileName) {
    skip('the charge point has no diagnostics to send');
  }
}

/** Requests a transfer that must fail, and expects one of these sequences of statuses. */
async function fails(action, payload, notification, ...courses) {
  const cp = await ready('FirmwareManagement');
  cp.forget();
  try {
    const result = await ask(cp, action, payload);
    if (action === 'GetDiagnostics') {
      hasFile(result);
    }
  } catch (error) {
    if (!(error instanceof CallError)) {
      throw error;
    }
    // a charge point that detects the problem immediately may answer with an error instead
    expect(error.code, REFUSAL, `the error after ${action}`);
    return;
  }
  const ends = ['DownloadFailed', 'Downloaded', 'UploadFailed', 'Uploaded'];
  expect(await course(cp, notification, ends), oneOf(...courses), 'the statuses');
}

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
  expect(told, ['Downloading', 'Downloaded', 'Installing', 'Installed'], 'the statuses');
});

scenario('a failed download of firmware is reported', {
  checks: 'UpdateFirmware from an unreachable location ends with DownloadFailed, or with an error at once.',
  by: ['OCPP 1.6 §5.19', 'OCPP 1.6 §4.5'],
  timeout: LONG,
}, async () => {
  const payload = { location: `${NOWHERE}new.bin`, retrieveDate: retrieveDate() };
  const courses = [['Downloading', 'DownloadFailed'], ['DownloadFailed']];
  await fails('UpdateFirmware', payload, 'FirmwareStatusNotification', ...courses);
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
  expect(told, ['Uploading', 'Uploaded'], 'the statuses');
});

scenario('a failed upload of diagnostics is reported', {
  checks: 'GetDiagnostics to an unreachable location ends with UploadFailed, or with an error at once.',
  by: ['OCPP 1.6 §5.9', 'OCPP 1.6 §4.4'],
  timeout: LONG,
}, async () => {
  const courses = [['Uploading', 'UploadFailed'], ['UploadFailed']];
  await fails('GetDiagnostics', { location: NOWHERE }, 'DiagnosticsStatusNotification', ...courses);
});
