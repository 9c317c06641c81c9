// What a scenario does wrong on purpose, at one end of a link or for all connections of a role: a line of the command `misbehave`. It ends with
// the scenario.
(function (toolkit) {
  'use strict';
  const { define, want, stringify, startTimer, PlainPromise, begin, done, wrong, request } = toolkit;
  /** Lengths of time, which are milliseconds here. */
  const TIMES = ['delay', 'pause'];
  /** The time in which links take it on, in milliseconds. */
  const TAKEN_ON = 20;

  /** A name as the command has it: `retryAfter` is `retry_after`. */
  const written = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

  function value(name, given) {
    if (typeof given === 'string') return stringify(given);
    want('number', given, `${name} of a misbehaviour`);
    return TIMES.includes(name) ? `${given}ms` : String(given);
  }

  /** Switches one on, or with `null` all off. `end` is the end of the line that switches one on. */
  async function misbehaveAt(target, name, parameters, link, end = '') {
    const off = name === null;
    if (!off) want('string', name, 'the name of a misbehaviour');
    const step = begin(off ? 'misbehave no more' : `misbehave: ${name}`, link);
    const given = Object.entries(parameters || {}).map(([key, it]) => ` ${written(key)}=${value(key, it)}`).join('');
    const line = off ? `misbehave off ${target}` : `misbehave ${target} ${name}${given}${end}`;
    const { output, failed } = await request('command', { station: link ? link.key : null, line });
    if (failed) throw wrong(step, output);
    // Links that are up hear of it by an order.
    await new PlainPromise((resolve) => startTimer(resolve, TAKEN_ON, false, []));
    done(step);
  }

  async function misbehave(who, name, parameters) {
    if (!['cs', 'cp', 'all'].includes(who)) {
      throw new TypeError("the first argument of misbehave is 'cs', 'cp' or 'all'; for one link it is link.misbehave");
    }
    await misbehaveAt(who, name, parameters);
  }
  define('misbehave', misbehave);

  return { misbehaveAt };
})
