// Certificates in scenarios for a central system: how one is asked for and installed (Improved security for OCPP 1.6-J). The
// certificate and the request are for tests alone: nobody has their key. This file is not a scenario.
/// <reference path="../ocpp-tui-scenario.d.ts" />

const { callOptional } = require('./profiles.js');
const { wanted, pem } = require('./official-cases.js');

/** A root certificate. */
const rootCertificate = `
-----BEGIN CERTIFICATE-----
MIIBmDCCAT6gAwIBAgIBETAKBggqhkjOPQQDAjArMRAwDgYDVQQKDAdFeGFtcGxl
MRcwFQYDVQQDDA5Sb290IG9mIGEgdGVzdDAeFw0yNjExMzAwODI2MTlaFw00NjEx
MjUwODI2MTlaMCsxEDAOBgNVBAoMB0V4YW1wbGUxFzAVBgNVBAMMDlJvb3Qgb2Yg
YSB0ZXN0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE7J8NebjbX+7P8/xjYWDT
0LPBJTaGEg8qJ9gyFgsuPAnp5w1XNhQEEbAvIfUSJdUEyyvRf8RTAZUDeWCvNzJt
gaNTMFEwHQYDVR0OBBYEFJOrsjaFPlVAiMsG0kpaQp5MF0ScMB8GA1UdIwQYMBaA
FJOrsjaFPlVAiMsG0kpaQp5MF0ScMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0E
AwIDSAAwRQIhAPc20LITBRQhixlP/MIhkW98y/Fh6quQX3TNZ23Q2CxzAiBbQSuH
XNcHOIA6J6lllLYp7E6Pzib9/dy1f358ZLFalA==
-----END CERTIFICATE-----
`.trim();

/** A request for a certificate of the charge point CP1. */
const signingRequest = `
-----BEGIN CERTIFICATE REQUEST-----
MIHbMIGCAgEAMCAxEDAOBgNVBAoMB0V4YW1wbGUxDDAKBgNVBAMMA0NQMTBZMBMG
ByqGSM49AgEGCCqGSM49AwEHA0IABOyfDXm421/uz/P8Y2Fg09CzwSU2hhIPKifY
MhYLLjwJ6ecNVzYUBBGwLyH1EiXVBMsr0X/EUwGVA3lgrzcybYGgADAKBggqhkjO
PQQDAgNIADBFAiEAx05do+RDHq/46xRio4irEf7E1LiLzgscMPhBSaYqotkCIG76
atrG3bpl2Jn++geA9e3EcsMPCN1KMLLB5Nj7phWD
-----END CERTIFICATE REQUEST-----
`.trim();

/** The hash data of an installed certificate. */
const hashData = {
  hashAlgorithm: 'SHA256',
  issuerNameHash: '9d13a5a4de3ad5ad5a9c6c0a6ff4dbb93b6e4b1f0bfbd2a1e1d32fd44dc3b0cb',
  issuerKeyHash: '0d4ec3b51d5f1eab46fcbb2d1dd4c5dbdb3edd6f60bb2b0d5a4d5ad8bb4e1f0a',
  serialNumber: '11',
};

/**
 * Lets the central system renew the certificate of the charge point: it asks for a request, gets one, and sends the certificate, which is
 * answered with this status.
 */
async function renewed(link, status) {
  const requestedMessage = 'SignChargePointCertificate';
  await wanted(link, 'ExtendedTriggerMessage', {
    what: `for ${requestedMessage}`, payload: { requestedMessage }, answer: { status: 'Accepted' }, expected: { requestedMessage },
  });
  // It may come at once, without anybody.
  link.answer('CertificateSigned', { status });
  link.forget();
  await callOptional(link, 'SignCertificate', { csr: signingRequest }, { status: 'Accepted' });
  const payload = { certificateChain: rootCertificate };
  const how = `for example ${JSON.stringify(payload)}`;
  await operator(`Send CertificateSigned to ${link.id}, unless it is sent already, ${how}`,
    underTest => underTest.call('CertificateSigned', payload), { optional: true, link });
  await link.expectCall('CertificateSigned', { certificateChain: pem('CERTIFICATE', 10000) });
}

/** Lets the central system install a certificate of this type, which is answered with this status. */
function install(link, certificateType, status) {
  return wanted(link, 'InstallCertificate', {
    what: `of the type ${certificateType}`,
    payload: { certificateType, certificate: rootCertificate },
    answer: { status },
    expected: { certificateType, certificate: pem('CERTIFICATE', 5500) },
  });
}

module.exports = { rootCertificate, hashData, renewed, install };
