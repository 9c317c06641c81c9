/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { LONG, ask, begin, nextNumber, patient } = require('./lib/station.js');
const { course: statuses, retrieveDate } = require('../../charge-point/lib/firmware.js');
const { certificate } = require('./lib/security.js');

// A charge point that checks signatures wants real ones; a simulated one checks none.
const location = parameter('signedFirmwareLocation', foreign ? '' : 'ftp://firmware.example/signed.bin');
const signingCertificate = parameter('signingCertificate', foreign ? '' : certificate);
const signature = parameter('firmwareSignature', foreign ? '' : 'MEYCIQDZg2QcmWt8i3GbEDQV8rRTNYzOAGvx');

/** Sends an update; returns its statuses. */
async function update(cp, fields = {}) {
  const requestId = nextNumber();
  const firmware = { location, retrieveDateTime: retrieveDate(), signingCertificate, signature, ...fields };
  cp.forget();
  await ask(cp, 'SignedUpdateFirmware', { requestId, firmware }, { status: 'Accepted' });
  const ends = ['Installed', 'DownloadFailed', 'InstallationFailed', 'InvalidSignature', 'InstallVerificationFailed'];
  return statuses(cp, 'SignedFirmwareStatusNotification', ends);
}

function isThere() {
  if (!location || !signingCertificate || !signature) {
    skip('no signed firmware is named: --set signedFirmwareLocation=…, signingCertificate=…, firmwareSignature=…');
  }
}

scenario('signed firmware', {
  id: 'TC_080_CS', area: 'security', profiles: ['Security'],
  checks: 'SignedUpdateFirmware leads to Downloading, Downloaded, SignatureVerified, Installing and Installed.',
  by: ['Improved security for OCPP 1.6-J L01', 'Improved security for OCPP 1.6-J §5'],
  timeout: LONG,
}, async () => {
  const cp = await begin();
  isThere();
  const told = (await update(cp)).filter((status) => status !== 'InstallRebooting');
  expect(told, ['Downloading', 'Downloaded', 'SignatureVerified', 'Installing', 'Installed'], 'the order of the statuses');
});

scenario('firmware with an invalid signature', {
  id: 'TC_081_CS', area: 'security', profiles: ['Security'],
  checks:
    'SignedUpdateFirmware with a signature of something else ends with InvalidSignature, and with the event about it.',
  by: ['Improved security for OCPP 1.6-J L01', 'Improved security for OCPP 1.6-J §8'],
  timeout: LONG,
}, async () => {
  if (!foreign) {
    skip('the simulated charge point checks no signature');
  }
  const cp = await begin();
  isThere();
  const told = await update(cp, { signature: [...signature].reverse().join('') });
  expect(told, ['Downloading', 'Downloaded', 'InvalidSignature'], 'the order of the statuses');
  await cp.expectCall('SecurityEventNotification', { type: 'InvalidFirmwareSignature', timestamp: any.time }, patient);
});
