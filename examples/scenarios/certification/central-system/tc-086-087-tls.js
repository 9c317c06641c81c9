/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { registered } = require('../../lib/central-system.js');
const { official } = require('../../lib/official-cases.js');
const { keptOut, secured, shown } = require('../../lib/tls-cases.js');

official('TC_086_CSMS', 'the certificate of the server is valid', {
  area: 'security',
  profiles: ['Security'],
  checks: 'The server shows a certificate that is valid for its name, over TLS 1.2 or later.',
  by: 'Improved security for OCPP 1.6-J, security profile 2',
}, async () => { secured(await registered()); });

official('TC_087_CSMS', 'the certificate of the charge point is valid', {
  area: 'security',
  profiles: ['Security'],
  checks: 'A charge point with a valid certificate is let in, and one with a certificate of another CA is not.',
  by: 'Improved security for OCPP 1.6-J, security profile 3',
}, async () => {
  const link = await registered();
  secured(link);
  shown(link);
  await keptOut(link);
});
