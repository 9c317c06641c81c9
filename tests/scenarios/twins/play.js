// Plays a file of shipped scenarios about charge points against a twin: `--set twin="slow boot" --set file=core`.

const { chosen, plays } = require('./foreign-side.js');

const twin = chosen(require('./charge-points.js'), 'plain');
const here = plays(twin);

/** The person at the charge point. */
globalThis.operator = async (sentence, _, options = {}) => {
  const done = twin.person ? await twin.person(sentence, here()) : true;
  if (!done && !options.optional) skip(`no one is there for this: ${sentence}`);
};

require(`../../../examples/scenarios/charge-point/${parameter('file', 'core')}.js`);
