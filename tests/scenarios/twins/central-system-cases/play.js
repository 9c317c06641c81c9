// Plays the official cases for central systems against a twin of the simulated central system, with a virtual clock.
//
//   --set twin="lets everybody in" --set 'files=["tc-001-cold-boot"]'

const { chosen, plays } = require('../central-side.js');

plays(chosen(require('./central-systems.js')));

for (const file of parameter('files', [])) require(`../../../../examples/scenarios/certification/central-system/${file}.js`);
