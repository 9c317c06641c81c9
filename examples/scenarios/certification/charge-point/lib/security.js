/// <reference path="../../../ocpp-tui-scenario.d.ts" />

// Shared by the cases about the security extension: a root certificate, and those that the charge point has installed.

const { ask, quietly } = require('./station.js');

/** A root certificate, whose private key does not exist any more. */
const certificate = [
  '-----BEGIN CERTIFICATE-----',
  'MIIBlTCCATygAwIBAgIQUm5fPGwuF+XUJMS7fcmydTAKBggqhkjOPQQDAjAqMREw',
  'DwYDVQQKDAhvY3BwLXR1aTEVMBMGA1UEAwwMRXhhbXBsZSByb290MCAXDTIwMDEw',
  'MTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAqMREwDwYDVQQKDAhvY3BwLXR1aTEV',
  'MBMGA1UEAwwMRXhhbXBsZSByb290MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE',
  'ombOLA95sfxFMu4cMD8lu8YvS2kN+wvjg4bNpZpohe/rMRCt1TLtJpVUrpQZrYPZ',
  'SrKbh0M9kN2QtlsdmSDAR6NCMEAwDwYDVR0TAQH/BAUwAwEB/zAOBgNVHQ8BAf8E',
  'BAMCAQYwHQYDVR0OBBYEFCew8r8t7Ph1tPSaj/70hShAka4rMAoGCCqGSM49BAMC',
  'A0cAMEQCIACvy1kBanykbMvQ8lc90lqOJRgvHunvS1fVwnhHWOQIAiAsjtjTwzC2',
  'QLBg6FKmmJYHytMBlXWKEx6hwxBDH7dGcQ==',
  '-----END CERTIFICATE-----',
  '',
].join('\n');

/** The hash data of the installed certificates. */
async function installed(cp, certificateType) {
  const { status, certificateHashData = [] } = await ask(cp, 'GetInstalledCertificateIds', { certificateType });
  expect(status, oneOf('Accepted', 'NotFound'), 'the status of GetInstalledCertificateIds');
  return certificateHashData;
}

/** Deletes what was installed meanwhile at the end of the case. */
function removedAfterwards(cp, certificateType, before) {
  const known = before.map(({ serialNumber }) => serialNumber);
  after(() => quietly(async () => {
    for (const certificateHashData of await installed(cp, certificateType)) {
      if (!known.includes(certificateHashData.serialNumber)) {
        await cp.call('DeleteCertificate', { certificateHashData });
      }
    }
  }));
}

/** Asks for a message of the security extension. */
async function extended(cp, requestedMessage) {
  cp.forget();
  await ask(cp, 'ExtendedTriggerMessage', { requestedMessage }, { status: 'Accepted' });
}

module.exports = { certificate, extended, installed, removedAfterwards };
