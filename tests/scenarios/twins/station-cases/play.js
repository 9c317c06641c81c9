// Plays the cases for charging stations of OCPP 2.x against a twin of the simulated one, with a virtual clock: `--set twin="no statuses"`.

const { chosen } = require('../central-side.js');
const { plays } = require('../station-side.js');

const stations = require('./stations.js');

plays(chosen(stations));

const FILES = [
  'i-p-others', 'b-provisioning', 'b-reports', 'b-resets', 'c-authorization', 'd-local-list', 'e-transactions', 'e-offline', 'f-remote-control',
  'g-availability', 'h-reservation', 'j-meter-values', 'k-smart-charging', 'l-firmware', 'm-certificates', 'n-diagnostics', 'o-display-messages',
];
const { blocks } = stations[parameter('twin', 'plain')];
for (const file of FILES.filter((name) => blocks.includes(name[0].toUpperCase()))) require(`../../../../examples/scenarios/certification/charging-station/${file}.js`);
