/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { LONG, ask, begin } = require('./lib/station.js');
const { certificate, installed, removedAfterwards } = require('./lib/security.js');

/** Installs a root certificate, and finds it. */
const installs = (certificateType) => async () => {
  const cp = await begin({ free: false });
  const before = await installed(cp, certificateType);
  removedAfterwards(cp, certificateType, before);
  await ask(cp, 'InstallCertificate', { certificateType, certificate }, { status: 'Accepted' });
  const now = await installed(cp, certificateType);
  assert(now.length > 0, 'the certificate is not among those that are installed');
  should(now.length >= before.length, 'no other certificate is gone');
};

scenario('a root certificate of a manufacturer', {
  id: 'TC_075_1_CS', area: 'security', profiles: ['Security'],
  checks: 'A ManufacturerRootCertificate is installed, and GetInstalledCertificateIds tells it.',
  by: ['Improved security for OCPP 1.6-J M05', 'Improved security for OCPP 1.6-J M03'],
  timeout: LONG,
}, installs('ManufacturerRootCertificate'));

scenario('a root certificate of a central system', {
  id: 'TC_075_2_CS', area: 'security', profiles: ['Security'],
  checks: 'A CentralSystemRootCertificate is installed, and GetInstalledCertificateIds tells it.',
  by: ['Improved security for OCPP 1.6-J M05', 'Improved security for OCPP 1.6-J M03'],
  timeout: LONG,
}, installs('CentralSystemRootCertificate'));

scenario('a certificate is deleted', {
  id: 'TC_076_CS', area: 'security', profiles: ['Security'],
  checks: 'A certificate is deleted by its hash data, is not told any more, and is NotFound the second time.',
  by: ['Improved security for OCPP 1.6-J M04', 'Improved security for OCPP 1.6-J M03'],
  timeout: LONG,
}, async () => {
  const certificateType = 'ManufacturerRootCertificate';
  const cp = await begin({ free: false });
  const before = await installed(cp, certificateType);
  removedAfterwards(cp, certificateType, before);
  await ask(cp, 'InstallCertificate', { certificateType, certificate }, { status: 'Accepted' });
  const known = before.map(({ serialNumber }) => serialNumber);
  const [certificateHashData] = (await installed(cp, certificateType)).filter((it) => !known.includes(it.serialNumber));
  if (!certificateHashData) {
    skip('the certificate was installed before');
  }
  await cp.call('DeleteCertificate', { certificateHashData }, { status: 'Accepted' });
  const left = await installed(cp, certificateType);
  expect(left.map(({ serialNumber }) => serialNumber), known, 'the certificates that are left');
  await cp.call('DeleteCertificate', { certificateHashData }, { status: 'NotFound' });
});
