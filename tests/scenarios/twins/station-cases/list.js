// Prints what is known of each twin.

const twins = require('./stations.js');

scenario('the twins', () => console.log(JSON.stringify(Object.entries(twins).map(([name, { about, fails }]) => ({ name, about, fails })))));
