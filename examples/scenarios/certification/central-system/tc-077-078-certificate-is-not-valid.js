/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { ago } = require('../../lib/central-system.js');
const { callOptional } = require('../../lib/profiles.js');
const { official, ready, messagesOnly } = require('../../lib/official-cases.js');
const { renewed, install } = require('../../lib/certificates.js');

const about = { area: 'security', profiles: ['Security'] };

official('TC_077_CSMS', 'the certificate of the charge point is not valid', Object.assign({
  checks: 'CertificateSigned is answered with Rejected; that and the event InvalidChargePointCertificate are taken.',
  by: ['Improved security for OCPP 1.6-J §5.1', 'Improved security for OCPP 1.6-J §5.15'],
}, about), async () => {
  messagesOnly();
  const link = await ready();
  await renewed(link, 'Rejected');
  await callOptional(link, 'SecurityEventNotification', { type: 'InvalidChargePointCertificate', timestamp: ago(0) });
});

official('TC_078_CSMS', 'the certificate of the central system is not valid', Object.assign({
  checks: 'InstallCertificate is answered with Rejected; that and the event InvalidCentralSystemCertificate are taken.',
  by: ['Improved security for OCPP 1.6-J §5.11', 'Improved security for OCPP 1.6-J §5.15'],
}, about), async () => {
  messagesOnly();
  const link = await ready();
  await install(link, 'CentralSystemRootCertificate', 'Rejected');
  await callOptional(link, 'SecurityEventNotification', { type: 'InvalidCentralSystemCertificate', timestamp: ago(0) });
});
