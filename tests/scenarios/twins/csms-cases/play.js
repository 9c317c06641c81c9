// Plays the cases for CSMSs of OCPP 2.x against a twin of the simulated CSMS, with a virtual clock: `--set twin="no groups"`.

const { chosen, plays } = require('../central-side.js');

plays(chosen(require('./csms.js')));

const BLOCKS = [
  'a-security', 'b-provisioning', 'c-authorization', 'd-local-list', 'e-transactions', 'f-remote-control', 'g-availability', 'h-reservation', 'i-cost',
  'j-meter-values', 'k-smart-charging', 'l-firmware', 'm-certificates', 'n-diagnostics', 'o-display-messages', 'p-data-transfer',
];
for (const block of BLOCKS) require(`../../../../examples/scenarios/certification/csms/${block}.js`);
