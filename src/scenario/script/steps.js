// The steps of a scenario: each reports its start and its end, has a timeout, and reports a failure with its place. The conditions
// themselves are in `links.js` and `sides.js`.
(function (toolkit) {
  'use strict';
  const { define, send, nextNumber, startTimer, want, PlainPromise, PlainMap } = toolkit;
  /** The default timeout of an expectation. */
  const DEFAULT_TIMEOUT = 10000;
  /** The timeout of a step of the user. */
  const OPERATOR = 120000;

  /** A check has failed. */
  class ExpectationError extends Error {
    constructor(message, facts) {
      super(message);
      this.name = 'ExpectationError';
      this.facts = facts || {};
    }
  }
  define('ExpectationError', ExpectationError);

  /** The side under test cannot be reached, or a simulated side cannot be started. */
  class PeerError extends Error {
    constructor(message) {
      super(message);
      this.name = 'PeerError';
    }
  }
  define('PeerError', PeerError);

  let waiting = []; // expectations, in the order in which they were made
  const asked = new PlainMap(); // number → { resolve, reject }
  let nextTimeout = DEFAULT_TIMEOUT;

  /** Starts a step: reports it, and keeps it with its place until it is done. */
  function begin(text, link, stack = new Error().stack, idle = false) {
    const step = { number: nextNumber(), text, station: link ? link.key : null, stack, idle };
    send('step', step);
    return step;
  }

  const done = (step) => send('done', { number: step.number });

  /** Ends a step with a failure. */
  function wrong(step, message, { expected, found, records = [] } = {}) {
    const error = new ExpectationError(message, {
      step: step.text, stack: step.stack, station: step.station, expected, found, records: records.map((record) => record.sequence),
    });
    error.stack = step.stack; // of the step, also when it was not awaited
    done(step);
    return error;
  }

  /** Ends a step because a side is missing. */
  function missing(step, message) {
    const error = new PeerError(message);
    error.facts = { step: step.text, stack: step.stack, station: step.station, records: [] };
    error.stack = step.stack;
    done(step);
    return error;
  }

  /** The description of a difference in a sentence. */
  const at = (found, whole) => (found.path ? `${found.path} of ${whole}` : whole);

  /** Makes an asynchronous request to the program. */
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
   * Waits until `look` finds something: it returns `{ value }`, `{ error }` or nothing. After the timeout, `late` makes the error.
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
          // The error of a matcher gets the place of the step.
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

  /** The timeout of an expectation; after a request to the user it is longer, once. */
  function time(options, names = ['within']) {
    const wrongly = Object.keys(options || {}).find((name) => !names.includes(name));
    if (wrongly !== undefined) throw new TypeError(`there is no option ${wrongly} here; there is ${names.join(', ')}`);
    const own = options && options.within;
    const time = own === undefined ? nextTimeout : want('number', own, 'within');
    nextTimeout = DEFAULT_TIMEOUT;
    return time;
  }

  const seconds = (milliseconds) => `${milliseconds / 1000} s`;

  /** The result of a request. */
  function answered({ number, ...value }) {
    const waiter = asked.get(number);
    asked.delete(number);
    if (waiter) waiter.resolve(value);
  }

  /** Forgets the waits of the scenario before. */
  function forgetSteps() {
    waiting = [];
    asked.clear();
    nextTimeout = DEFAULT_TIMEOUT;
  }

  return {
    ExpectationError, PeerError, begin, done, wrong, missing, at, request, wait, look, time, seconds, clear,
    DEFAULT_TIMEOUT, OPERATOR, answered, forgetSteps,
    waitLonger: () => { nextTimeout = OPERATOR; },
  };
})
