/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { registered } = require('../../lib/central-system.js');
const { official, wanted } = require('../../lib/official-cases.js');
const { withPassword, newKey, letInWith } = require('../../lib/passwords.js');

official('TC_083_CSMS', 'the security profile is raised', {
  area: 'security',
  profiles: ['Security'],
  checks: 'ChangeConfiguration of SecurityProfile is accepted, and the charge point is let in with the higher profile.',
  by: 'Improved security for OCPP 1.6-J, use case A05',
}, async () => {
  if (withPassword) {
    skip('The charge point has a password, which is profile 1: the profiles above it need another URL, and a scenario connects to that of --url alone.');
  }
  const link = await registered();
  const key = await newKey(link, 'for the key AuthorizationKey, with a password, which profile 1 needs');
  const { value } = await wanted(link, 'ChangeConfiguration', {
    what: 'for the key SecurityProfile',
    payload: { key: 'SecurityProfile', value: '1' },
    answer: { status: 'Accepted' },
    expected: { key: /^SecurityProfile$/i, value: /^[1-3]$/ },
  });
  if (value !== '1') {
    skip(`The profile ${value} needs another URL, with wss://, and a scenario connects to that of --url alone.`);
  }
  // the charge point restarts by itself to use the profile
  await link.disconnect();
  await letInWith(key);
  remark('From profile 0 to 1 alone: the profiles above need another URL. A profile is not lowered by messages; do it at the central system.');
});
