/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official, goesOn, ready, messagesOnly } = require('../../lib/official-cases.js');
const { renewed } = require('../../lib/certificates.js');

official('TC_074_CSMS', 'the certificate of the charge point is renewed', {
  area: 'security',
  profiles: ['Security'],
  checks: 'ExtendedTriggerMessage asks for a request, SignCertificate is accepted, and CertificateSigned brings the certificate.',
  by: ['Improved security for OCPP 1.6-J, use case A02', 'Improved security for OCPP 1.6-J §5.1',
    'Improved security for OCPP 1.6-J §5.5', 'Improved security for OCPP 1.6-J §5.17'],
}, async () => {
  messagesOnly();
  const link = await ready();
  await renewed(link, 'Accepted');
  await goesOn(link);
});
