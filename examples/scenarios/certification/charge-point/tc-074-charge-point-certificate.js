/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { LONG, ask, begin, patient } = require('./lib/station.js');
const { certificate, extended } = require('./lib/security.js');
const { certified, securedHere, staysAway } = require('../../lib/tls-cases.js');

scenario('a new certificate of the charge point', {
  id: 'TC_074_CS', area: 'security', profiles: ['Security'],
  checks: 'A charge point that is asked for it signs a request for a certificate, and connects with the new one.',
  by: ['Improved security for OCPP 1.6-J A02', 'Improved security for OCPP 1.6-J §5'],
  timeout: LONG,
}, async () => {
  const cp = await begin({ free: false });
  await securedHere(cp, patient);
  certified(cp);
  const [{ sha256: before }] = cp.tls.peerChain;
  await extended(cp, 'SignChargePointCertificate');
  // with TLS the central system of the session signs it with the test CA
  await cp.expectCall('SignCertificate', { csr: /BEGIN CERTIFICATE REQUEST/ }, patient);
  await cp.expectFrame([3, any.string, { status: 'Accepted' }], patient);
  await cp.drop();
  await cp.expectConnect(patient);
  certified(cp);
  assert(cp.tls.peerChain[0].sha256 !== before, 'the charge point connects with its old certificate');
});

scenario('an invalid certificate of the charge point', {
  id: 'TC_077_CS', area: 'security', profiles: ['Security'],
  checks: 'A certificate that is none is Rejected, and reported with the event InvalidChargePointCertificate.',
  by: ['Improved security for OCPP 1.6-J A02', 'Improved security for OCPP 1.6-J §8'],
  timeout: LONG,
}, async () => {
  const cp = await begin({ free: false });
  await extended(cp, 'SignChargePointCertificate');
  await cp.expectCall('SignCertificate', { csr: /BEGIN CERTIFICATE REQUEST/ }, patient);
  const chain = certificate.replace(/[A-Z]/g, 'x');
  await ask(cp, 'CertificateSigned', { certificateChain: chain }, { status: 'Rejected' });
  const event = { type: 'InvalidChargePointCertificate', timestamp: any.time };
  await cp.expectCall('SecurityEventNotification', event, patient);
});

scenario('an invalid certificate of the central system', {
  id: 'TC_078_CS', area: 'security', profiles: ['Security'],
  checks:
    'A certificate of the central system that is not trusted is reported with the event '
    + 'InvalidCentralSystemCertificate.',
  by: ['Improved security for OCPP 1.6-J A00', 'Improved security for OCPP 1.6-J §8'],
  timeout: LONG,
}, async () => {
  const cp = await begin({ free: false });
  await securedHere(cp, patient);
  await staysAway(cp, 'foreign-certificate', 'InvalidCentralSystemCertificate', patient);
});
