/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official, goesOn, ready, wanted, messagesOnly } = require('../../lib/official-cases.js');
const { hashData } = require('../../lib/certificates.js');

official('TC_076_CSMS', 'a certificate is deleted', {
  area: 'security',
  profiles: ['Security'],
  checks: 'GetInstalledCertificateIds names a type, and DeleteCertificate the certificate of the answer, unchanged.',
  by: ['Improved security for OCPP 1.6-J, use case M04',
    'Improved security for OCPP 1.6-J §5.7', 'Improved security for OCPP 1.6-J §5.3'],
}, async () => {
  messagesOnly();
  const link = await ready();
  const certificateType = 'CentralSystemRootCertificate';
  await wanted(link, 'GetInstalledCertificateIds', {
    what: `of the type ${certificateType}`,
    payload: { certificateType },
    answer: { status: 'Accepted', certificateHashData: [hashData] },
    expected: { certificateType },
  });
  await wanted(link, 'DeleteCertificate', {
    what: 'for that certificate',
    payload: { certificateHashData: hashData },
    answer: { status: 'Accepted' },
    expected: { certificateHashData: exactly(hashData) },
  });
  await goesOn(link);
});
