// Prints what is known of each twin with a fault, for the table in docs/conformance.md.

const twins = require('./faulty-charge-points.js');

scenario('the twins', () => {
  console.log(JSON.stringify(Object.entries(twins).map(([name, { about, fails, warns = [] }]) => ({ name, about, fails, warns }))));
});
