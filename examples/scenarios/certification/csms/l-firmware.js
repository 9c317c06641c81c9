/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Block L, firmware management: updates that the CSMS starts, and firmware that a local controller publishes.

const { ago, asksFor, atLeast, boot, charging, finished, goesOn, messagesOnly, official, ready, requestId, tell, textUpTo, uri, wanted } = require('./lib/csms.js');

const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

/** An update as an example. */
const firmware = (fields) => ({
  location: 'https://firmware.example/new.bin', retrieveDateTime: ago(0), signingCertificate: CERTIFICATE, signature: 'MEYCIQDZ', ...fields,
});

/** What a signed update must have. */
const SIGNED = {
  location: uri, retrieveDateTime: any.time, installDateTime: optional(any.time), signature: textUpTo(800),
  signingCertificate: (text) => textUpTo(5500)(text) && text.includes('-----BEGIN CERTIFICATE-----'),
};

const status = (link, id, of) => step(of, () => link.call('FirmwareStatusNotification', { status: of, requestId: id }));

/** UpdateFirmware, which is answered with `answer`; returns the id of the request. */
async function updates(link, { answer = 'Accepted', fields = {}, right = {}, what = 'with signed firmware', number = 6 } = {}) {
  const { requestId: id } = await wanted(link, 'UpdateFirmware', {
    what, payload: { requestId: number, firmware: firmware(fields) }, answer: { status: answer },
    expected: { requestId, firmware: { ...SIGNED, ...right }, retries: optional(atLeast(0)), retryInterval: optional(atLeast(0)) },
  });
  return id;
}

const DOWNLOAD = ['Downloading', 'Downloaded'];
const VERIFIED = [...DOWNLOAD, 'SignatureVerified'];
const later = { installDateTime: (time) => Date.parse(time) > now() };

/** Updates by what becomes of them. */
for (const [id, title, statuses, update = {}] of [
  ['L_01', 'firmware is installed', [...VERIFIED, 'Installing', 'InstallRebooting', 'Installed']],
  ['L_02', 'firmware that is installed later', [...VERIFIED, 'InstallScheduled', 'Installing', 'InstallRebooting', 'Installed'],
    { what: 'with signed firmware that is installed in an hour', fields: { installDateTime: ago(-3600) }, right: later }],
  ['L_03', 'firmware that is downloaded later', ['DownloadScheduled', ...VERIFIED, 'Installing', 'InstallRebooting', 'Installed'],
    { what: 'with signed firmware that is downloaded in an hour', fields: { retrieveDateTime: ago(-3600) }, right: { retrieveDateTime: (time) => Date.parse(time) > now() } }],
  ['L_06', 'firmware with a wrong signature', [...DOWNLOAD, 'InvalidSignature']],
  ['L_07', 'firmware that cannot be downloaded', ['Downloading', 'DownloadFailed']],
  ['L_08', 'firmware that is not as it should be', [...VERIFIED, 'Installing', 'InstallVerificationFailed']],
  ['L_09', 'firmware that cannot be installed', [...VERIFIED, 'Installing', 'InstallationFailed']],
]) {
  official(id, title, { checks: 'UpdateFirmware has a location, a time, a signature and its certificate; each status is taken.', by: 'L01' }, async () => {
    const link = await ready();
    const number = await updates(link, update);
    for (const of of statuses) {
      if (of === 'Installed') {
        await link.drop();
        await link.connect();
        await boot(link, 'FirmwareUpdate');
        await tell(link, 'Available');
      }
      await status(link, number, of);
    }
    if (statuses.includes('InvalidSignature')) {
      await link.call('SecurityEventNotification', { type: 'InvalidFirmwareSignature', timestamp: ago(0) });
    }
    await goesOn(link);
  });
}

for (const [id, title, answer] of [
  ['L_04', 'firmware with a revoked certificate', 'RevokedCertificate'], ['L_05', 'firmware with a certificate that is not valid', 'InvalidCertificate'],
]) {
  official(id, title, { checks: `The answer ${answer} to UpdateFirmware is taken, and so is the security event.`, by: 'L01' }, async () => {
    messagesOnly();
    const link = await ready();
    await updates(link, { answer });
    await link.call('SecurityEventNotification', { type: 'InvalidFirmwareSigningCertificate', timestamp: ago(0) });
    await goesOn(link);
  });
}

for (const [id, title, answer] of [['L_10', 'an update in place of another', 'AcceptedCanceled'], ['L_11', 'an update that cannot be stopped', 'Rejected']]) {
  official(id, title, { checks: `A second UpdateFirmware has another request id, and the answer ${answer} is taken.`, by: 'L01' }, async () => {
    const link = await ready();
    const first = await updates(link);
    await status(link, first, 'Downloading');
    const second = await updates(link, { answer, number: 7, what: 'a second time' });
    assert(second !== first, 'the second update has the request id of the first one');
    await status(link, answer === 'Rejected' ? first : second, 'Downloading');
    await goesOn(link);
  });
}

official('L_13', 'firmware waits for a transaction', {
  checks: 'InstallScheduled is taken while a transaction runs, and the rest after it.', by: 'L01',
}, async () => {
  const link = await ready();
  const transaction = await charging(link);
  const number = await updates(link);
  for (const of of [...VERIFIED, 'InstallScheduled']) {
    await status(link, number, of);
  }
  await finished(link, transaction);
  await status(link, number, 'Installing');
  await goesOn(link);
});

// ---- published firmware -------------------------------------------------------------------------------------------------------------

/** PublishFirmware, and the statuses of the local controller. */
for (const [id, title, statuses] of [
  ['L_17', 'firmware is published', [...DOWNLOAD, 'ChecksumVerified', 'Published']],
  ['L_19', 'firmware with a wrong checksum is not published', [...DOWNLOAD, 'InvalidChecksum']],
  ['L_20', 'firmware that cannot be published', [...DOWNLOAD, 'ChecksumVerified', 'PublishFailed']],
  ['L_24', 'firmware to publish that cannot be downloaded', ['Downloading', 'DownloadFailed']],
]) {
  asksFor(id, title, { checks: 'PublishFirmware has a location and a checksum of 32 digits; each status is taken.', by: 'L03' }, 'PublishFirmware', {
    payload: { location: 'https://firmware.example/new.bin', checksum: '0123456789abcdef0123456789abcdef', requestId: 8 },
    answer: { status: 'Accepted' },
    expected: { location: uri, checksum: /^[0-9a-f]{32}$/i, requestId },
  }, async (link, { requestId: number }) => {
    for (const of of statuses) {
      await link.call('PublishFirmwareStatusNotification', {
        status: of, requestId: number, ...(of === 'Published' && { location: ['https://controller.example/new.bin'] }),
      });
    }
  });
}

for (const [id, title, answer] of [
  ['L_21', 'firmware is published no more', 'Unpublished'], ['L_22', 'firmware that was not published', 'NoFirmware'],
  ['L_23', 'firmware that is being downloaded', 'DownloadOngoing'],
]) {
  asksFor(id, title, { checks: `UnpublishFirmware has a checksum, and the answer ${answer} is taken.`, by: 'L04' }, 'UnpublishFirmware', {
    payload: { checksum: '0123456789abcdef0123456789abcdef' }, answer: { status: answer }, expected: { checksum: /^[0-9a-f]{32}$/i },
  });
}
