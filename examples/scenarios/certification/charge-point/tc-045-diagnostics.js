/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { LONG, ask, begin } = require('./lib/station.js');
const { NOWHERE, course: statuses, fails, hasFile, uploadLocation } = require('../../charge-point/lib/firmware.js');

scenario('diagnostics', {
  id: 'TC_045_1_CS', area: 'diagnostics', profiles: ['FirmwareManagement'],
  checks: 'GetDiagnostics names a file, and leads to Uploading and Uploaded.',
  by: ['OCPP 1.6 §5.9', 'OCPP 1.6 §4.4'],
  timeout: LONG,
}, async () => {
  const cp = await begin({ free: false, profile: 'FirmwareManagement' });
  if (!uploadLocation) {
    skip('there is nowhere to upload to: --set uploadLocation=… names a place');
  }
  cp.forget();
  hasFile(await ask(cp, 'GetDiagnostics', { location: uploadLocation }));
  const told = await statuses(cp, 'DiagnosticsStatusNotification', ['Uploaded', 'UploadFailed']);
  expect(told, ['Uploading', 'Uploaded'], 'the order of the statuses');
});

scenario('diagnostics that cannot be uploaded', {
  id: 'TC_045_2_CS', area: 'diagnostics', profiles: ['FirmwareManagement'],
  checks: 'GetDiagnostics to where nothing is ends with UploadFailed, or with an error at once.',
  by: ['OCPP 1.6 §5.9', 'OCPP 1.6 §4.4'],
  timeout: LONG,
}, async () => {
  const cp = await begin({ free: false, profile: 'FirmwareManagement' });
  const courses = [['Uploading', 'UploadFailed'], ['UploadFailed']];
  await fails(cp, 'GetDiagnostics', { location: NOWHERE }, 'DiagnosticsStatusNotification', ...courses);
});
