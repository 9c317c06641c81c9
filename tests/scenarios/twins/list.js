// Prints what is known of each twin, for the table in docs/conformance.md.

const twins = require('./charge-points.js');

const ALL = ['core', 'errors', 'firmware', 'local-list', 'reconnect', 'reservation', 'smart-charging', 'trigger'];

scenario('the twins', () => {
  const rows = Object.entries(twins).map(([name, { about, files = ALL, only = [], left = false }]) => ({ name, about, files, only, left }));
  console.log(JSON.stringify(rows));
});
