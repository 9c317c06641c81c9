/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official } = require('../../lib/official-cases.js');

official('TC_083_CSMS', 'the security profile is raised', {
  area: 'security',
  profiles: ['Security'],
  checks: 'ChangeConfiguration of SecurityProfile is accepted, and the charge point is let in with the higher profile.',
  by: 'Improved security for OCPP 1.6-J, use case A05',
  skip: 'A scenario cannot connect again with TLS or a password yet.',
}, () => {});
