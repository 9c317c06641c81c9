// Prints what is known of each twin, for the table in docs/conformance.md.

const twins = require('./central-systems.js');

scenario('the twins', () => console.log(JSON.stringify(Object.entries(twins).map(([name, { about }]) => ({ name, about })))));
