/// <reference path="../ocpp-tui-scenario.d.ts" />

// The Firmware Management profile of an OCPP 1.6-J charge point: updates, diagnostics, and what is told of their
// progress.
//
//     ocpp-tui test examples/scenarios/charge-point/firmware.js                    a simulated charge point
//     ocpp-tui test --listen 9000 --set firmwareLocation=ftp://10.0.0.5/new.bin \
//         --set uploadLocation=ftp://10.0.0.5/up/ examples/scenarios/charge-point/firmware.js   the one that connects
//
// A foreign charge point really installs what is at `firmwareLocation` and really sends its diagnostics to
// `uploadLocation`; where one of them is not given, the scenarios that need it are left out.

const { LONG, ask, fromNow, ready, readyAndFree, since } = require('./lib/charge-point.js');

// nobody listens at a simulated place; the simulated charge point only looks whether it knows the way
const firmwareLocation = parameter('firmwareLocation', foreign ? '' : 'ftp://firmware.example/new.bin');
const uploadLocation = parameter('uploadLocation', foreign ? '' : 'ftp://diagnostics.example/upload/');

// no charge point knows this protocol, and nothing can be installed from there
const NOWHERE = 'nowhere://does-not-exist.invalid/';

// a real file has to travel, and hardware takes its time to install it
const transferring = { within: foreign ? 600000 : 20000 };

/** Waits until a transfer has ended and gives all its statuses in order, each once. */
async function course(cp, action, before, then, ends) {
  await then(action, { status: oneOf(...ends) }, transferring);
  const told = since(cp, action, before).map(({ payload }) => payload.status);
  return told.filter((status, index) => status !== told[index - 1]);
}

function update(cp, location) {
  return ask(cp, 'UpdateFirmware', { location, retrieveDate: new Date(now()).toISOString() });
}

async function getDiagnostics(cp, location) {
  const { fileName } = await ask(cp, 'GetDiagnostics', { location }, { fileName: optional(/^.{0,255}$/) });
  if (!fileName) {
    skip('the charge point has no diagnostics to send');
  }
}

scenario('new firmware is installed', {
  checks: 'UpdateFirmware is answered, and the statuses from Downloading to Installed follow in order.',
  by: ['OCPP 1.6 §5.19', 'OCPP 1.6 §4.5'],
  timeout: LONG,
}, async () => {
  if (!firmwareLocation) {
    skip('no firmwareLocation was given');
  }
  const cp = await readyAndFree();
  const action = 'FirmwareStatusNotification';
  const [before, then] = [cp.calls(action).length, fromNow(cp)];
  await update(cp, firmwareLocation);
  const told = await course(cp, action, before, then, ['Installed', 'DownloadFailed', 'InstallationFailed']);
  expect(told, ['Downloading', 'Downloaded', 'Installing', 'Installed'], 'the statuses');
});

scenario('firmware that cannot be had', {
  checks: 'UpdateFirmware from a place that nobody can reach ends with DownloadFailed.',
  by: ['OCPP 1.6 §5.19', 'OCPP 1.6 §4.5'],
  timeout: LONG,
}, async () => {
  const cp = await ready();
  const action = 'FirmwareStatusNotification';
  const [before, then] = [cp.calls(action).length, fromNow(cp)];
  await update(cp, `${NOWHERE}new.bin`);
  const told = await course(cp, action, before, then, ['DownloadFailed', 'Downloaded']);
  // whoever sees at once that there is no way need not say that it begins
  expect(told, oneOf(['Downloading', 'DownloadFailed'], ['DownloadFailed']), 'the statuses');
});

scenario('diagnostics are uploaded', {
  checks: 'GetDiagnostics names the file that is sent, and the statuses Uploading and Uploaded follow.',
  by: ['OCPP 1.6 §5.9', 'OCPP 1.6 §4.4'],
  timeout: LONG,
}, async () => {
  if (!uploadLocation) {
    skip('no uploadLocation was given');
  }
  const cp = await ready();
  const action = 'DiagnosticsStatusNotification';
  const [before, then] = [cp.calls(action).length, fromNow(cp)];
  await getDiagnostics(cp, uploadLocation);
  const told = await course(cp, action, before, then, ['Uploaded', 'UploadFailed']);
  expect(told, ['Uploading', 'Uploaded'], 'the statuses');
});

scenario('diagnostics that cannot be uploaded', {
  checks: 'GetDiagnostics to a place that nobody can reach ends with UploadFailed.',
  by: ['OCPP 1.6 §5.9', 'OCPP 1.6 §4.4'],
  timeout: LONG,
}, async () => {
  const cp = await ready();
  const action = 'DiagnosticsStatusNotification';
  const [before, then] = [cp.calls(action).length, fromNow(cp)];
  await getDiagnostics(cp, NOWHERE);
  const told = await course(cp, action, before, then, ['UploadFailed', 'Uploaded']);
  expect(told, oneOf(['Uploading', 'UploadFailed'], ['UploadFailed']), 'the statuses');
});
