/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Block L, firmware management.

const { ask, begin, official, patient, quietly, rebooting } = require('./lib/station.js');

/** Where a foreign station gets firmware: no stranger's address is used. */
const location = parameter('signedFirmwareLocation', foreign ? null : 'https://firmware.example/new.bin');
const signature = parameter('firmwareSignature', 'MEYCIQDZg2QcmWt8i3GbEDQV8rRTNYzOAGvxhLF2zgVpWsgjxAIhAJP91AmIH7hDm5RzbRGZTVUq5PrnA5FHoX21uww4p4/z');
const signingCertificate = parameter('signingCertificate', '-----BEGIN CERTIFICATE-----\n\
MIIBlTCCATygAwIBAgIQUm5fPGwuF+XUJMS7fcmydTAKBggqhkjOPQQDAjAqMREw\n\
DwYDVQQKDAhvY3BwLXR1aTEVMBMGA1UEAwwMRXhhbXBsZSByb290MCAXDTIwMDEw\n\
MTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAqMREwDwYDVQQKDAhvY3BwLXR1aTEV\n\
MBMGA1UEAwwMRXhhbXBsZSByb290MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n\
ombOLA95sfxFMu4cMD8lu8YvS2kN+wvjg4bNpZpohe/rMRCt1TLtJpVUrpQZrYPZ\n\
SrKbh0M9kN2QtlsdmSDAR6NCMEAwDwYDVR0TAQH/BAUwAwEB/zAOBgNVHQ8BAf8E\n\
BAMCAQYwHQYDVR0OBBYEFCew8r8t7Ph1tPSaj/70hShAka4rMAoGCCqGSM49BAMC\n\
A0cAMEQCIACvy1kBanykbMvQ8lc90lqOJRgvHunvS1fVwnhHWOQIAiAsjtjTwzC2\n\
QLBg6FKmmJYHytMBlXWKEx6hwxBDH7dGcQ==\n\
-----END CERTIFICATE-----\n');

const inSeconds = (seconds) => new Date(now() + seconds * 1000).toISOString();

/** Asks for an update; `fields` are those of the firmware. */
async function update(cp, { requestId = 1, status = 'Accepted', ...fields } = {}) {
  if (location === null) {
    skip('--set signedFirmwareLocation=… names firmware that may be installed');
  }
  const firmware = { location, retrieveDateTime: inSeconds(0), signature, signingCertificate, ...fields };
  await ask(cp, 'UpdateFirmware', { requestId, retries: 0, firmware }, { status });
}

/** Waits for these statuses, in this order; others may come in between. */
async function course(cp, requestId, ...statuses) {
  for (const status of statuses) {
    await cp.expectCall('FirmwareStatusNotification', { status, requestId }, rebooting);
  }
}

const INSTALLED = ['Downloading', 'Downloaded', 'SignatureVerified', 'Installing', 'Installed'];

official('L_01', 'signed firmware is installed', {
  checks: 'UpdateFirmware is Accepted, and the statuses from Downloading over SignatureVerified to Installed follow.', by: 'L01',
}, async () => {
  const cp = await begin();
  await update(cp);
  await course(cp, 1, ...INSTALLED);
});

official('L_02', 'firmware is installed later', {
  checks: 'With a time for the installation InstallScheduled is told, and Installed after that time.', by: 'L01',
}, async () => {
  const cp = await begin();
  await update(cp, { installDateTime: inSeconds(60) });
  await course(cp, 1, 'Downloading', 'Downloaded', 'InstallScheduled');
  await cp.expectCall('FirmwareStatusNotification', { status: 'Installing', requestId: 1 }, { within: 60000 + rebooting.within });
  await course(cp, 1, 'Installed');
});

official('L_03', 'firmware is downloaded later', {
  checks: 'With a later time for the download DownloadScheduled is told, and Downloading after that time.', by: 'L01',
}, async () => {
  const cp = await begin();
  const from = now();
  await update(cp, { retrieveDateTime: inSeconds(20) });
  await course(cp, 1, 'DownloadScheduled');
  const { at } = await cp.expectCall('FirmwareStatusNotification', { status: 'Downloading', requestId: 1 }, { within: 60000 });
  assert(at >= from + 19000, `the download began after ${at - from} ms`);
  await course(cp, 1, 'Downloaded', 'Installed');
});

official('L_05', 'firmware with a certificate that is none', {
  checks: 'UpdateFirmware with a certificate that is not valid is answered with InvalidCertificate, and a security event follows.', by: 'L01',
}, async () => {
  const cp = await begin();
  await update(cp, { status: 'InvalidCertificate', signingCertificate: '-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n' });
  await cp.expectCall('SecurityEventNotification', { type: 'InvalidFirmwareSigningCertificate', timestamp: any.time }, patient);
});

official('L_06', 'firmware with a wrong signature', {
  checks: 'Firmware whose signature does not fit is told as InvalidSignature, and a security event follows.', by: 'L01',
}, async () => {
  const cp = await begin();
  if (!foreign) {
    after(() => quietly(() => hands.fail('signature', 'never')));
    await hands.fail('signature', 'always');
  }
  await update(cp, { signature: 'AAAA' });
  await course(cp, 1, 'Downloading', 'InvalidSignature');
  await cp.expectCall('SecurityEventNotification', { type: 'InvalidFirmwareSignature', timestamp: any.time }, patient);
});

official('L_07', 'firmware that cannot be downloaded', {
  checks: 'A download that fails is told as DownloadFailed.', by: 'L01',
}, async () => {
  const cp = await begin();
  if (!foreign) {
    after(() => quietly(() => hands.fail('download', 'never')));
    await hands.fail('download', 'always');
  }
  await update(cp, { location: 'https://firmware.invalid/none.bin' });
  await course(cp, 1, 'DownloadFailed');
});

official('L_08', 'firmware that cannot be installed', {
  checks: 'An installation that fails is told as InstallationFailed or InstallVerificationFailed.', by: 'L01',
}, async () => {
  const cp = await begin();
  after(() => quietly(() => hands.fail('install', 'never')));
  await hands.fail('install', 'always');
  await update(cp);
  await course(cp, 1, 'Downloading', oneOf('InstallationFailed', 'InstallVerificationFailed'));
});

official('L_10', 'an update in place of another', {
  checks: 'A second UpdateFirmware during the first one is answered with AcceptedCanceled, and its statuses follow.', by: 'L01',
}, async () => {
  const cp = await begin();
  await update(cp, { retrieveDateTime: inSeconds(0) });
  await course(cp, 1, 'Downloading');
  await update(cp, { requestId: 2, status: 'AcceptedCanceled' });
  await course(cp, 2, 'Downloading', 'Installed');
});
