/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Block M, certificate management, and the cases of block A about certificates of the station: the messages, and not that a link uses them.

const { ask, begin, official, patient, quietly, value } = require('./lib/station.js');

const ROOT = '-----BEGIN CERTIFICATE-----\n\
MIIBlTCCATygAwIBAgIQUm5fPGwuF+XUJMS7fcmydTAKBggqhkjOPQQDAjAqMREw\n\
DwYDVQQKDAhvY3BwLXR1aTEVMBMGA1UEAwwMRXhhbXBsZSByb290MCAXDTIwMDEw\n\
MTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAqMREwDwYDVQQKDAhvY3BwLXR1aTEV\n\
MBMGA1UEAwwMRXhhbXBsZSByb290MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n\
ombOLA95sfxFMu4cMD8lu8YvS2kN+wvjg4bNpZpohe/rMRCt1TLtJpVUrpQZrYPZ\n\
SrKbh0M9kN2QtlsdmSDAR6NCMEAwDwYDVR0TAQH/BAUwAwEB/zAOBgNVHQ8BAf8E\n\
BAMCAQYwHQYDVR0OBBYEFCew8r8t7Ph1tPSaj/70hShAka4rMAoGCCqGSM49BAMC\n\
A0cAMEQCIACvy1kBanykbMvQ8lc90lqOJRgvHunvS1fVwnhHWOQIAiAsjtjTwzC2\n\
QLBg6FKmmJYHytMBlXWKEx6hwxBDH7dGcQ==\n\
-----END CERTIFICATE-----\n';

/** A text that looks like a certificate. */
const NONE = '-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n';

const isOurs = ({ certificateHashData: { serialNumber } }) => /^0*526e5f3c6c2e17e5d424c4bb7dc9b275$/i.test(serialNumber);
const HEX = /^[0-9a-f]+$/i;

/** What the hash data of a certificate must be. */
const HASHES = { hashAlgorithm: oneOf('SHA256', 'SHA384', 'SHA512'), issuerNameHash: HEX, issuerKeyHash: HEX, serialNumber: HEX };

/** The certificates of these types. */
async function installed(cp, ...types) {
  const { status, certificateHashDataChain = [] } = await ask(cp, 'GetInstalledCertificateIds', types.length > 0 ? { certificateType: types } : {});
  expect(status, certificateHashDataChain.length > 0 ? 'Accepted' : 'NotFound', 'the status');
  return certificateHashDataChain;
}

/** Installs our root certificate until the end of the case. */
async function install(cp, certificateType, certificate = ROOT, status = 'Accepted') {
  after(() => quietly(async () => {
    for (const { certificateHashData } of (await installed(cp, certificateType)).filter(isOurs)) {
      await cp.call('DeleteCertificate', { certificateHashData });
    }
  }));
  await ask(cp, 'InstallCertificate', { certificateType, certificate }, { status });
}

for (const [id, certificateType] of [
  ['M_01', 'CSMSRootCertificate'], ['M_02', 'ManufacturerRootCertificate'], ['M_03', 'V2GRootCertificate'], ['M_04', 'MORootCertificate'],
  ['M_101', 'OEMRootCertificate'],
]) {
  official(id, `a ${certificateType} is installed`, { checks: 'InstallCertificate is Accepted, and the certificate is told.', by: 'M05' }, async () => {
    const cp = await begin();
    await install(cp, certificateType);
    const [found] = (await installed(cp, certificateType)).filter(isOurs);
    expect(found, { certificateType, certificateHashData: HASHES }, 'the certificate');
  });
}

official('M_07', 'a certificate that is none', {
  checks: 'InstallCertificate with a text that is no certificate is Rejected or Failed.', by: 'M05',
}, async () => {
  const cp = await begin();
  await install(cp, 'CSMSRootCertificate', NONE, oneOf('Rejected', 'Failed'));
});

for (const [id, title, ...types] of [
  ['M_12', 'of the CSMS', 'CSMSRootCertificate'], ['M_13', 'of the manufacturer', 'ManufacturerRootCertificate'], ['M_14', 'of vehicle to grid', 'V2GRootCertificate'],
  ['M_16', 'of mobility operators', 'MORootCertificate'], ['M_17', 'of two types', 'CSMSRootCertificate', 'ManufacturerRootCertificate'], ['M_18', 'of all types'],
]) {
  official(id, `certificates are read: ${title}`, {
    checks: 'GetInstalledCertificateIds tells the certificates of these types, and no others.', by: 'M03',
  }, async () => {
    const cp = await begin();
    const wanted = types.length > 0 ? types : ['CSMSRootCertificate', 'V2GRootCertificate'];
    for (const type of wanted) {
      await install(cp, type);
    }
    await install(cp, 'MORootCertificate');
    const found = await installed(cp, ...types);
    for (const type of wanted) {
      assert(found.some((one) => one.certificateType === type && isOurs(one)), `the ${type} is not told`);
    }
    if (types.length > 0) {
      expect(found.map(({ certificateType }) => certificateType), found.map(() => oneOf(...types)), 'the types');
    }
  });
}

official('M_19', 'no certificate is there', {
  checks: 'GetInstalledCertificateIds of a type without certificates is answered with NotFound.', by: 'M03',
}, async () => {
  const cp = await begin();
  const { certificateHashDataChain = [] } = await ask(cp, 'GetInstalledCertificateIds', { certificateType: ['MORootCertificate'] });
  if (certificateHashDataChain.length > 0) {
    skip('there are certificates of mobility operators, which are not ours to delete');
  }
  await cp.call('GetInstalledCertificateIds', { certificateType: ['MORootCertificate'] }, { status: 'NotFound', certificateHashDataChain: absent });
});

official('M_20', 'a certificate is deleted', {
  checks: 'DeleteCertificate is Accepted, and the certificate is no longer told.', by: 'M04',
}, async () => {
  const cp = await begin();
  await install(cp, 'ManufacturerRootCertificate');
  const [{ certificateHashData }] = (await installed(cp, 'ManufacturerRootCertificate')).filter(isOurs);
  await cp.call('DeleteCertificate', { certificateHashData }, { status: 'Accepted' });
  expect((await installed(cp, 'ManufacturerRootCertificate')).filter(isOurs), [], 'our certificates');
});

official('M_22', 'a certificate that is not there is deleted', {
  checks: 'DeleteCertificate of an unknown certificate is answered with NotFound.', by: 'M04',
}, async () => {
  const cp = await begin();
  await ask(cp, 'DeleteCertificate', {
    certificateHashData: { hashAlgorithm: 'SHA256', issuerNameHash: 'ab'.repeat(32), issuerKeyHash: 'cd'.repeat(32), serialNumber: '1234' },
  }, { status: 'NotFound' });
});

// ---- certificates of the station ----------------------------------------------------------------------------------------------------------

/** The station is asked for a request, which is signed with something that is no certificate of it, or not at all. */
for (const [id, title, status, by] of [
  ['A_14', 'a new certificate that is none', 'Accepted', 'A02'], ['A_15', 'a request that is not signed', 'Rejected', 'A02'],
]) {
  official(id, title, {
    checks: status === 'Accepted' ? 'SignCertificate is sent, and a certificate that is none is Rejected, with a security event.'
      : 'SignCertificate is sent; after Rejected the station goes on.',
    by,
  }, async () => {
    remark('The messages are checked, and not that a link uses what they are about.');
    const cp = await begin();
    cp.answer('SignCertificate', { status });
    const { status: triggered } = await cp.call('TriggerMessage', { requestedMessage: 'SignChargingStationCertificate' });
    if (triggered !== 'Accepted') {
      skip(`SignChargingStationCertificate cannot be triggered: ${triggered}`);
    }
    await cp.expectCall('SignCertificate', { csr: /-----BEGIN CERTIFICATE REQUEST-----/ }, patient);
    if (status === 'Accepted') {
      await cp.call('CertificateSigned', { certificateChain: NONE, certificateType: 'ChargingStationCertificate' }, { status: 'Rejected' });
      await cp.expectCall('SecurityEventNotification', { type: 'InvalidChargingStationCertificate', timestamp: any.time }, patient);
    } else {
      await value(cp, 'OCPPCommCtrlr.HeartbeatInterval');
    }
  });
}

official('A_23', 'a certificate that does not come', {
  checks: 'Without CertificateSigned the station sends its request again, after SecurityCtrlr.CertSigningWaitMinimum.', by: 'A02',
}, async () => {
  const cp = await begin();
  const wait = Number(await value(cp, 'SecurityCtrlr.CertSigningWaitMinimum'));
  if (!(wait > 0)) {
    skip('SecurityCtrlr.CertSigningWaitMinimum is not there');
  }
  cp.answer('SignCertificate', { status: 'Accepted' });
  const { status } = await cp.call('TriggerMessage', { requestedMessage: 'SignChargingStationCertificate' });
  if (status !== 'Accepted') {
    skip(`SignChargingStationCertificate cannot be triggered: ${status}`);
  }
  await cp.expectCall('SignCertificate', any, patient);
  await cp.expectCall('SignCertificate', any, { within: 2 * wait * 1000 + 10000 });
});
