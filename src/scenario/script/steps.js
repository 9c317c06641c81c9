// The steps of a scenario: each is told when it begins and when it is over, waits no longer than it may, and says with its place what
// was wrong. What is waited for is in `links.js` and `sides.js`.
(function (toolkit) {
  'use strict';
  const { define, send, nextNumber, startTimer, want, PlainPromise, PlainMap } = toolkit;
  /** How long an expectation waits when nobody says anything. */
  const PATIENCE = 10000;
  /** How long a person may take. */
  const OPERATOR = 120000;

  /** What was to be checked is not so. */
  class ExpectationError extends Error {
    constructor(message, facts) {
      super(message);
      this.name = 'ExpectationError';
      this.facts = facts || {};
    }
  }
  define('ExpectationError', ExpectationError);

  /** The side under test cannot be reached, or something of ours cannot be started. */
  class PeerError extends Error {
    constructor(message) {
      super(message);
      this.name = 'PeerError';
    }
  }
  define('PeerError', PeerError);

  let waiting = []; // expectations, in the order in which they were made
  const asked = new PlainMap(); // number → { resolve, reject }
  let patience = PATIENCE;

  /** A step begins: it is told, and remembered with its place until it is done. */
  function begin(text, link, stack = new Error().stack, idle = false) {
    const step = { number: nextNumber(), text, station: link ? link.key : null, stack, idle };
    send('step', step);
    return step;
  }

  const done = (step) => send('done', { number: step.number });

  /** Ends a step with what is wrong. */
  function wrong(step, message, { expected, found, records = [] } = {}) {
    const error = new ExpectationError(message, {
      step: step.text, stack: step.stack, station: step.station, expected, found, records: records.map((record) => record.sequence),
    });
    error.stack = step.stack; // of the step, also for whoever did not await it
    done(step);
    return error;
  }

  /** Ends a step because the side under test, or something of ours, is not there. */
  function missing(step, message) {
    const error = new PeerError(message);
    error.facts = { step: step.text, stack: step.stack, station: step.station, records: [] };
    error.stack = step.stack;
    done(step);
    return error;
  }

  /** What a difference is called in a sentence. */
  const at = (found, whole) => (found.path ? `${found.path} of ${whole}` : whole);

  /** Asks the program for something that takes its time. */
  function request(operation, value) {
    const number = nextNumber();
    return new PlainPromise((resolve, reject) => {
      asked.set(number, { resolve, reject });
      try {
        send(operation, { number, ...value });
      } catch (error) {
        asked.delete(number);
        reject(error);
      }
    });
  }

  /**
   * Waits until `look` finds something: it returns `{ value }`, `{ error }` or nothing. When the time is over, `late` makes the error.
   * A test that looks at the past finds it at once.
   */
  function wait(step, within, look, late) {
    return new PlainPromise((resolve, reject) => {
      const waiter = { over: false };
      waiter.look = () => {
        if (waiter.over) return;
        let found;
        try {
          found = look();
        } catch (error) {
          // A matcher that cannot judge stands where the step does.
          if (error instanceof Error) Reflect.set(error, 'stack', `${error.stack}${step.stack}`);
          found = { error };
        }
        if (!found) return;
        waiter.over = true;
        if (waiter.timer !== undefined) clear(waiter.timer);
        done(step);
        if (found.error) reject(found.error); else resolve(found.value);
      };
      waiter.look();
      if (waiter.over) return;
      waiting.push(waiter);
      waiter.timer = startTimer(() => {
        if (waiter.over) return;
        waiter.over = true;
        done(step);
        try {
          const ended = late();
          if (ended instanceof Error) reject(ended); else resolve(ended);
        } catch (error) {
          reject(error);
        }
      }, within, false, []);
    });
  }

  const clear = globalThis.clearTimeout;
  const look = () => {
    for (const waiter of [...waiting]) waiter.look();
    waiting = waiting.filter((waiter) => !waiter.over);
  };

  /** The time that an expectation has; a person at the side under test gets more, once. */
  function time(options, names = ['within']) {
    const wrongly = Object.keys(options || {}).find((name) => !names.includes(name));
    if (wrongly !== undefined) throw new TypeError(`there is no option ${wrongly} here; there is ${names.join(', ')}`);
    const own = options && options.within;
    const time = own === undefined ? patience : want('number', own, 'within');
    patience = PATIENCE;
    return time;
  }

  const seconds = (milliseconds) => `${milliseconds / 1000} s`;

  /** What was asked for has come to its end. */
  function answered({ number, ...value }) {
    const waiter = asked.get(number);
    asked.delete(number);
    if (waiter) waiter.resolve(value);
  }

  /** A scenario begins: nothing is awaited any more. */
  function forgetSteps() {
    waiting = [];
    asked.clear();
    patience = PATIENCE;
  }

  return {
    ExpectationError, PeerError, begin, done, wrong, missing, at, request, wait, look, time, seconds, clear, PATIENCE, OPERATOR, answered, forgetSteps,
    waitLonger: () => { patience = OPERATOR; },
  };
})
