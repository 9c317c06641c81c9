/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { ago, uri } = require('../../lib/central-system.js');
const { callOptional } = require('../../lib/profiles.js');
const { official, ready, restarted, statuses, wanted, atLeast } = require('../../lib/official-cases.js');

const about = { area: 'firmware', profiles: ['FirmwareManagement'], by: ['OCPP 1.6 §5.19', 'OCPP 1.6 §4.5', 'OCPP 1.6 §7.25'] };

/** Lets the central system update the firmware, and tells what becomes of it. */
async function update(...told) {
  const link = await ready();
  await wanted(link, 'UpdateFirmware', {
    payload: { location: 'ftp://firmware.invalid/new.bin', retrieveDate: ago(0) },
    expected: {
      location: uri, retrieveDate: any.time, retries: optional(atLeast(0)), retryInterval: optional(atLeast(0)),
    },
  });
  for (const status of told) {
    await step(status, () => callOptional(link, 'FirmwareStatusNotification', { status }));
  }
  return link;
}

official('TC_044_1_CSMS', 'firmware is installed', Object.assign({
  checks: 'UpdateFirmware has a location and a time; the statuses, the boot and the last status are taken.',
}, about), async () => {
  const link = await update('Downloading', 'Downloaded', 'Installing');
  await restarted(link, { firmwareVersion: '1.0.1' });
  await statuses(link);
  await link.call('FirmwareStatusNotification', { status: 'Installed' });
});

official('TC_044_2_CSMS', 'firmware cannot be downloaded', Object.assign({
  checks: 'UpdateFirmware has a location and a time, and the status DownloadFailed is taken.',
}, about), async () => {
  await update('Downloading', 'DownloadFailed');
});

official('TC_044_3_CSMS', 'firmware cannot be installed', Object.assign({
  checks: 'UpdateFirmware has a location and a time, and the status InstallationFailed is taken.',
}, about), async () => {
  await update('Downloading', 'Downloaded', 'Installing', 'InstallationFailed');
});
