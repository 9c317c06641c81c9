/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official, goesOn, ready, messagesOnly } = require('../../lib/official-cases.js');
const { install } = require('../../lib/certificates.js');

for (const [id, title, certificateType] of [
  ['TC_075_1_CSMS', 'a root certificate of the manufacturer is installed', 'ManufacturerRootCertificate'],
  ['TC_075_2_CSMS', 'a root certificate of the central system is installed', 'CentralSystemRootCertificate'],
]) {
  official(id, title, {
    area: 'security',
    profiles: ['Security'],
    checks: `InstallCertificate has the type ${certificateType} and a certificate, and the answer Accepted is taken.`,
    by: ['Improved security for OCPP 1.6-J, use case M05', 'Improved security for OCPP 1.6-J §5.11'],
  }, async () => {
    messagesOnly();
    const link = await ready();
    await install(link, certificateType, 'Accepted');
    await goesOn(link);
  });
}
