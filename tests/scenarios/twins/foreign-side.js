// Makes a twin the charge point under test of all scenarios that are declared after this: to them it is another program.

const { Between, wake, rest } = require('./between.js');

/** Plays the twin from now on, `options` are those of its machine; returns what gives the man in the middle of the running scenario. */
function plays(twin, options) {
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
    afterwards(rest); // the first one is the last to run
    here = undefined;
    try {
      await run();
    } finally {
      await idle();
    }
  });

  globalThis.chargePointUnderTest = async () => {
    here = new Between(twin, options);
    const mine = here;
    afterwards(() => {
      wake();
      return mine.end();
    });
    return here.start();
  };

  return () => here;
}

/** The twin with the name in `--set twin=…`. */
function chosen(twins, usual) {
  const name = parameter('twin', usual);
  if (!twins[name]) throw new Error(`there is no twin ${name}`);
  return twins[name];
}

module.exports = { chosen, plays };
