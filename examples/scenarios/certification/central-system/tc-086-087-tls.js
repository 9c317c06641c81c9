/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official } = require('../../lib/official-cases.js');

const about = { area: 'security', profiles: ['Security'], skip: 'A scenario cannot connect with TLS yet.' };

official('TC_086_CSMS', 'the certificate of the server is valid', Object.assign({
  checks: 'The server shows a certificate that is valid for its name, over TLS 1.2 or later.',
  by: 'Improved security for OCPP 1.6-J, security profile 2',
}, about), () => {});

official('TC_087_CSMS', 'the certificate of the charge point is valid', Object.assign({
  checks: 'A charge point with a valid certificate is let in.',
  by: 'Improved security for OCPP 1.6-J, security profile 3',
}, about), () => {});
