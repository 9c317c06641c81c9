// Plays a file of shipped scenarios about charge points against a twin: `--set twin="slow boot" --set file=core`.

const { Between, wake, rest } = require('./between.js');
const twins = require('./charge-points.js');

const name = parameter('twin', 'plain');
const twin = twins[name];
if (!twin) throw new Error(`there is no twin ${name}`);

globalThis.foreign = true;

let here;
const idle = async () => { if (here) await here.idle(); };

// What is on its way when a scenario or a part of its cleanup ends must arrive: the middle is no other program.
const afterwards = after;
globalThis.after = (run, options) => afterwards(async () => {
  wake();
  await run();
  await idle();
}, options);
const declare = scenario;
globalThis.scenario = (sentence, about, run) => declare(sentence, about, async () => {
  after(rest); // the first one is the last to run
  here = undefined;
  try {
    await run();
  } finally {
    await idle();
  }
});

globalThis.chargePointUnderTest = async () => {
  here = new Between(twin);
  const mine = here;
  afterwards(() => {
    wake();
    return mine.end();
  });
  return here.start();
};

/** The person at the charge point. */
globalThis.operator = async (sentence, _, options = {}) => {
  const done = twin.person ? await twin.person(sentence, here) : true;
  if (!done && !options.optional) skip(`nobody is there for this: ${sentence}`);
};

require(`../../../examples/scenarios/charge-point/${parameter('file', 'core')}.js`);
