/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official } = require('../../lib/official-cases.js');

official('TC_085_CSMS', 'a charge point is let in with its password', {
  area: 'security',
  profiles: ['Security'],
  checks: 'A charge point with the right password is let in and its boot is answered.',
  by: 'Improved security for OCPP 1.6-J, security profile 1',
  skip: 'A scenario cannot connect with a password yet.',
}, () => {});
