// Plays the cases for CSMSs of OCPP 2.x against a twin of the simulated CSMS, with a virtual clock: `--set twin="no groups"`.

const { chosen, plays } = require('../central-side.js');

const twins = require('./csms.js');

plays(chosen(twins));

const BLOCKS = [
  'a-security', 'b-provisioning', 'c-authorization', 'd-local-list', 'e-transactions', 'f-remote-control', 'g-availability', 'h-reservation', 'i-cost',
  'j-meter-values', 'k-smart-charging', 'l-firmware', 'm-certificates', 'n-diagnostics', 'o-display-messages', 'p-data-transfer',
];
// Only the blocks that the fault is about: no run may take long on a busy machine.
const about = new Set(twins[parameter('twin', 'plain')].fails.map((id) => id[0].toLowerCase()));
for (const block of BLOCKS.filter((name) => about.has(name[0]) || name[0] === 'p')) require(`../../../../examples/scenarios/certification/csms/${block}.js`);
