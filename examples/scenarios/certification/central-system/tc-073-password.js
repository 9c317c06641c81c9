/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official } = require('../../lib/official-cases.js');

official('TC_073_CSMS', 'a new password is set', {
  area: 'security',
  profiles: ['Security'],
  checks: 'ChangeConfiguration of AuthorizationKey is accepted, and the charge point is let in with the new password.',
  by: 'Improved security for OCPP 1.6-J, use case A01',
  skip: 'A scenario cannot connect again with another password yet.',
}, () => {});
