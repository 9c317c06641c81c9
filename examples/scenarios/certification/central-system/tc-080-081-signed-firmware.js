/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { ago, uri } = require('../../lib/central-system.js');
const { callOptional } = require('../../lib/profiles.js');
const { official, ready, restarted, statuses, wanted, pem, atLeast } = require('../../lib/official-cases.js');
const { rootCertificate } = require('../../lib/certificates.js');

const about = {
  area: 'security',
  profiles: ['Security'],
  by: ['Improved security for OCPP 1.6-J, use case L01', 'Improved security for OCPP 1.6-J §5.21', 'Improved security for OCPP 1.6-J §5.19'],
};

/** Lets the central system update the firmware, and tells what becomes of it. */
async function update(...told) {
  remark('The messages are checked; no firmware is downloaded, and no signature is verified.');
  const link = await ready();
  const { requestId } = await wanted(link, 'SignedUpdateFirmware', {
    payload: {
      requestId: 80,
      firmware: {
        location: 'ftp://firmware.invalid/new.bin', retrieveDateTime: ago(0), signature: 'none', signingCertificate: rootCertificate,
      },
    },
    answer: { status: 'Accepted' },
    expected: {
      requestId: any.integer, retries: optional(atLeast(0)), retryInterval: optional(atLeast(0)),
      firmware: {
        location: uri, retrieveDateTime: any.time, installDateTime: optional(any.time), signature: /./,
        signingCertificate: pem('CERTIFICATE', 5500),
      },
    },
  });
  for (const status of told) {
    await step(status, () => callOptional(link, 'SignedFirmwareStatusNotification', { status, requestId }));
  }
  return { link, requestId };
}

official('TC_080_CSMS', 'signed firmware is installed', Object.assign({
  checks: 'SignedUpdateFirmware has a location, a certificate and a signature; the statuses, the boot and the event are taken.',
}, about), async () => {
  const { link, requestId } = await update('Downloading', 'Downloaded', 'SignatureVerified', 'Installing', 'InstallRebooting');
  await restarted(link, { firmwareVersion: '1.0.1' });
  await statuses(link);
  await callOptional(link, 'SecurityEventNotification', { type: 'FirmwareUpdated', timestamp: ago(0) });
  await callOptional(link, 'SignedFirmwareStatusNotification', { status: 'Installed', requestId });
});

official('TC_081_CSMS', 'the signature of firmware is not valid', Object.assign({
  checks: 'SignedUpdateFirmware has a location, a certificate and a signature; the status InvalidSignature and the event are taken.',
}, about), async () => {
  const { link } = await update('Downloading', 'Downloaded', 'InvalidSignature');
  await callOptional(link, 'SecurityEventNotification', { type: 'InvalidFirmwareSignature', timestamp: ago(0) });
});
