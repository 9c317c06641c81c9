/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { LONG, ask, begin } = require('./lib/station.js');
const {
  NOWHERE, course: statuses, fails, firmwareLocation, retrieveDate,
} = require('../../charge-point/lib/firmware.js');

/** A file that can be downloaded, and not be installed. */
const brokenFirmwareLocation = parameter('brokenFirmwareLocation', foreign ? '' : firmwareLocation);

/** Lets the charge point install firmware; returns the statuses. */
async function install(cp, location) {
  cp.forget();
  await ask(cp, 'UpdateFirmware', { location, retrieveDate: retrieveDate() });
  return statuses(cp, 'FirmwareStatusNotification', ['Installed', 'DownloadFailed', 'InstallationFailed']);
}

scenario('new firmware', {
  id: 'TC_044_1_CS', area: 'firmware management', profiles: ['FirmwareManagement'],
  checks: 'UpdateFirmware leads to Downloading, Downloaded, Installing and Installed, in this order.',
  by: ['OCPP 1.6 §5.19', 'OCPP 1.6 §4.5'],
  timeout: LONG,
}, async () => {
  const cp = await begin({ profile: 'FirmwareManagement' });
  if (!firmwareLocation) {
    skip('there is no firmware: --set firmwareLocation=… names it');
  }
  const told = await install(cp, firmwareLocation);
  expect(told, ['Downloading', 'Downloaded', 'Installing', 'Installed'], 'the order of the statuses');
});

scenario('new firmware that cannot be downloaded', {
  id: 'TC_044_2_CS', area: 'firmware management', profiles: ['FirmwareManagement'],
  checks: 'UpdateFirmware from where nothing is ends with DownloadFailed, or with an error at once.',
  by: ['OCPP 1.6 §5.19', 'OCPP 1.6 §4.5'],
  timeout: LONG,
}, async () => {
  const cp = await begin({ free: false, profile: 'FirmwareManagement' });
  const payload = { location: `${NOWHERE}new.bin`, retrieveDate: retrieveDate() };
  const courses = [['Downloading', 'DownloadFailed'], ['DownloadFailed']];
  await fails(cp, 'UpdateFirmware', payload, 'FirmwareStatusNotification', ...courses);
});

scenario('new firmware that cannot be installed', {
  id: 'TC_044_3_CS', area: 'firmware management', profiles: ['FirmwareManagement'],
  checks: 'UpdateFirmware with a file that is no firmware ends with InstallationFailed.',
  by: ['OCPP 1.6 §5.19', 'OCPP 1.6 §4.5'],
  timeout: LONG,
}, async () => {
  const cp = await begin({ profile: 'FirmwareManagement' });
  if (!brokenFirmwareLocation) {
    skip('there is no broken firmware: --set brokenFirmwareLocation=… names it');
  }
  if (!foreign) {
    await hands.fail('install');
  }
  const told = await install(cp, brokenFirmwareLocation);
  expect(told, oneOf(
    ['Downloading', 'Downloaded', 'Installing', 'InstallationFailed'],
    ['Downloading', 'Downloaded', 'InstallationFailed'],
  ), 'the order of the statuses');
});
