/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { alive } = require('../../lib/central-system.js');
const { official, ready } = require('../../lib/official-cases.js');
const { withPassword, letIn } = require('../../lib/passwords.js');

official('TC_085_CSMS', 'a charge point is let in with its password', {
  area: 'security',
  profiles: ['Security'],
  checks: 'A charge point with the right password is let in, and its boot and its heartbeat are answered; with another one, or none, it is not.',
  by: ['Improved security for OCPP 1.6-J, security profile 1', 'OCPP-J 1.6 §6.2'],
}, async () => {
  if (foreign && !withPassword) {
    skip('Nothing says that there is a password: give it with --password, and say so with --set withPassword=true.');
  }
  const link = await ready();
  await alive(link);
  if (foreign) {
    // the simulated central system takes every password
    await link.disconnect();
    assert(!(await letIn('not-the-password-of-this')), 'a wrong password is let in');
    assert(!(await letIn(null)), 'a charge point without a password is let in');
    await link.connect();
  }
});
