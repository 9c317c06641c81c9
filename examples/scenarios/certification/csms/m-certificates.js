/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Block M, certificate management: root certificates at the station, and certificates of cars.

const { asksFor, goesOn, messagesOnly, official, ready, textUpTo } = require('./lib/csms.js');

const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const isCertificate = (length) => (text) => textUpTo(length)(text) && text.trim().startsWith('-----BEGIN CERTIFICATE-----');

/** The hash data of a certificate. */
const hash = {
  hashAlgorithm: 'SHA256', issuerNameHash: '946832cab39c76cc20f1575c84a0bf52626c462e9762b1a88668bec1f762181d',
  issuerKeyHash: 'ff4e505e74e560518edf095f4dc543ce308f2faeb0ae2926b3d4fc4a40d742c7', serialNumber: '526e5f3c',
};
const HEX = /^[0-9a-f]+$/i;

// ---- installed ----------------------------------------------------------------------------------------------------------------------

for (const [id, certificateType, status] of [
  ['M_01', 'CSMSRootCertificate', 'Accepted'], ['M_02', 'ManufacturerRootCertificate', 'Accepted'], ['M_03', 'V2GRootCertificate', 'Accepted'],
  ['M_04', 'MORootCertificate', 'Accepted'], ['M_05', 'CSMSRootCertificate', 'Failed'], ['M_101', 'OEMRootCertificate', 'Accepted'],
]) {
  asksFor(id, `a ${certificateType} is ${status === 'Accepted' ? 'installed' : 'not installed'}`, {
    checks: `InstallCertificate has a ${certificateType} as PEM, and the answer ${status} is taken.`, by: 'M05',
  }, 'InstallCertificate', {
    what: `of the type ${certificateType}`, payload: { certificateType, certificate: PEM }, answer: { status },
    expected: { certificateType, certificate: isCertificate(id === 'M_101' ? 10000 : 5500) },
  });
}

// ---- read ---------------------------------------------------------------------------------------------------------------------------

for (const [id, title, types, found = types] of [
  ['M_12', 'of the CSMS', ['CSMSRootCertificate']], ['M_13', 'of the manufacturer', ['ManufacturerRootCertificate']],
  ['M_14', 'of vehicle to grid', ['V2GRootCertificate']], ['M_15', 'the chain of vehicle to grid', ['V2GCertificateChain']],
  ['M_16', 'of mobility operators', ['MORootCertificate']], ['M_17', 'of two types', ['CSMSRootCertificate', 'ManufacturerRootCertificate']],
  ['M_18', 'of all types', undefined, ['CSMSRootCertificate', 'V2GRootCertificate']], ['M_19', 'none is found', ['CSMSRootCertificate'], []],
]) {
  asksFor(id, `certificates are read: ${title}`, {
    checks: `GetInstalledCertificateIds ${types ? `asks for ${types.join(' and ')}` : 'asks for every type'}, and the answer is taken.`, by: 'M03',
  }, 'GetInstalledCertificateIds', {
    what: types ? `for ${types.join(' and ')}` : 'for all types', payload: types ? { certificateType: types } : {},
    answer: found.length === 0 ? { status: 'NotFound', certificateHashDataChain: undefined } : {
      status: 'Accepted',
      certificateHashDataChain: found.map((certificateType) => ({
        certificateType, certificateHashData: hash, ...(certificateType === 'V2GCertificateChain' && { childCertificateHashData: [hash] }),
      })),
    },
    // all types may be named, or none
    expected: { certificateType: types ? (list) => types.every((type) => list.includes(type)) && list.length === types.length : optional((list) => list.length > 1) },
  });
}

// ---- deleted ------------------------------------------------------------------------------------------------------------------------

for (const [id, title, status] of [['M_20', 'a certificate is deleted', 'Accepted'], ['M_21', 'a certificate cannot be deleted', 'Failed']]) {
  asksFor(id, title, { checks: `DeleteCertificate has the hashes of a certificate, and the answer ${status} is taken.`, by: 'M04' }, 'DeleteCertificate', {
    what: `of the certificate with the serial number ${hash.serialNumber}`, payload: { certificateHashData: hash }, answer: { status },
    expected: { certificateHashData: { issuerNameHash: HEX, issuerKeyHash: HEX, serialNumber: HEX } },
  });
}

// ---- of others ----------------------------------------------------------------------------------------------------------------------

official('M_24', 'the status of a certificate', {
  checks: 'GetCertificateStatus is answered, with an OCSP response where it is Accepted.', by: 'M06',
}, async () => {
  const link = await ready();
  const { status, ocspResult } = await link.call('GetCertificateStatus', { ocspRequestData: { ...hash, responderURL: 'http://ocsp.example/' } });
  expect(status, 'Accepted', 'the status');
  expect(ocspResult, textUpTo(5500), 'the OCSP response');
  await goesOn(link);
});

for (const [id, title, action, schema] of [
  ['M_26', 'a car gets a certificate', 'Install', 'urn:iso:15118:2:2013:MsgDef'], ['M_28', 'the certificate of a car is renewed', 'Update', 'urn:iso:15118:2:2013:MsgDef'],
  ['M_100', 'a car of ISO 15118-20 gets a certificate', 'Install', 'urn:iso:std:iso:15118:-20:CommonMessages'],
]) {
  official(id, title, { checks: `Get15118EVCertificate with ${action} is Accepted, with a response for the car.`, by: action === 'Install' ? 'M01' : 'M02' }, async () => {
    messagesOnly();
    const link = await ready();
    await link.call('Get15118EVCertificate', { iso15118SchemaVersion: schema, action, exiRequest: 'RVhJ' }, { status: 'Accepted', exiResponse: textUpTo(5600) });
    await goesOn(link);
  });
}
