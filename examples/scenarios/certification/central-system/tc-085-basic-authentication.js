/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { alive } = require('../../lib/central-system.js');
const { official, ready } = require('../../lib/official-cases.js');

/** Whether the charge point shows a password: a script cannot see the one of `--password`. */
const withPassword = parameter('withPassword', false);

official('TC_085_CSMS', 'a charge point is let in with its password', {
  area: 'security',
  profiles: ['Security'],
  checks: 'A charge point with the right password is let in, and its boot and its heartbeat are answered.',
  by: 'Improved security for OCPP 1.6-J, security profile 1',
  ...(withPassword ? {} : { skip: 'Nothing says that there is a password: give it with --password, and say so with --set withPassword=true.' }),
}, async () => {
  await alive(await ready());
});
