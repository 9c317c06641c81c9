/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { alive, registered } = require('../../lib/central-system.js');
const { official } = require('../../lib/official-cases.js');
const { withPassword, newKey, letIn, letInWith } = require('../../lib/passwords.js');

official('TC_073_CSMS', 'a new password is set', {
  area: 'security',
  profiles: ['Security'],
  checks: 'ChangeConfiguration of AuthorizationKey is accepted, and the charge point is let in with the new password.',
  by: ['Improved security for OCPP 1.6-J, use case A01', 'OCPP-J 1.6 §6.2'],
}, async () => {
  if (foreign && !withPassword) {
    skip('Nothing says that there is a password: give it with --password, and say so with --set withPassword=true.');
  }
  const link = await registered();
  const key = await newKey(link);
  await link.disconnect();
  const again = await letInWith(key);
  if (foreign) {
    // the simulated central system takes every password
    await again.disconnect();
    should(!(await letIn(undefined)), 'the password before it, that of --password, is refused');
    const last = await letInWith(key);
    await newKey(last, 'for the key AuthorizationKey, with the password of --password as before');
    await last.disconnect();
    await alive(await registered());
  }
});
