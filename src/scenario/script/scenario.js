// The file of a scenario: its declarations, how each scenario runs and ends, and the rest of its global object. Matchers are in
// `matchers.js`, links in `links.js`, the test framework of ocppjs in `framework.js`.
(function (toolkit) {
  'use strict';
  const {
    scriptName, compile, parse, PlainPromise, PlainMap, define, send, ask, want, thenable, shown, startTimer, timer, compare,
    onPurpose, CallError, ExpectationError, PeerError, Skipped, begin, done, happened, forgetLinks, forgetSides, forgetBound,
  } = toolkit;
  const PlainDate = Date;

  // ---- time and random numbers ------------------------------------------------------------------------------------------------------

  const now = () => ask('now');
  toolkit.now = now;

  /** The time of the program, which may be a virtual one. */
  function Now(...values) {
    if (!new.target) return new PlainDate(now()).toString();
    return Reflect.construct(PlainDate, values.length === 0 ? [now()] : values, new.target);
  }
  Object.setPrototypeOf(Now, PlainDate);
  Now.prototype = PlainDate.prototype;
  Object.defineProperty(Now, 'now', { value: now });
  define('Date', Now);
  Math.random = () => ask('random');

  // ---- expectations that need no link ----------------------------------------------------------------------------------------

  /** A promise cannot be compared: it would always count as true. */
  function here(value, name) {
    if (thenable(value)) throw new TypeError(`${name} got a promise; put \`await\` before it`);
  }

  let judged = false; // whether the file has checked anything outside its scenarios

  function expect(value, matcher, what = 'the value') {
    if (arguments.length < 2) throw new TypeError('expect wants a value and what it must be');
    judged = true;
    here(value, 'expect');
    const found = compare(value, matcher);
    if (found) {
      const message = `${found.path ? `${found.path} of ${what}` : what} is not as expected`;
      throw new ExpectationError(message, { step: `expect ${what}`, expected: found.expected, found: found.found });
    }
    return value;
  }

  function assert(condition, sentence = 'an assertion does not hold') {
    here(condition, 'assert');
    judged = true;
    if (!condition) throw new ExpectationError(String(sentence), { step: 'assert' });
  }

  function fail(sentence) { throw new ExpectationError(String(sentence), { step: 'fail' }); }

  let sections = [];
  const insides = new WeakMap(); // what was thrown → the names of the sections in which it was

  function step(name, run) {
    send('note', { station: null, text: String(name) });
    if (run === undefined) {
      sections = [String(name)];
      return undefined;
    }
    const outer = sections;
    sections = [...outer, String(name)];
    const leave = () => { sections = outer; };
    const inside = sections.join(' › ');
    /** The innermost section counts. */
    const mark = (error) => {
      if (typeof error === 'object' && error !== null && !insides.has(error)) insides.set(error, inside);
    };
    let value;
    try {
      value = run();
    } catch (error) {
      mark(error);
      leave();
      throw error;
    }
    if (!thenable(value)) {
      leave();
      return value;
    }
    return PlainPromise.resolve(value).then((result) => {
      leave();
      return result;
    }, (error) => {
      mark(error);
      leave();
      throw error;
    });
  }

  function sleep(milliseconds) {
    want('number', milliseconds, 'the time to sleep');
    // Idle: a wait that lost a race need not be awaited.
    const step = begin(`sleep ${milliseconds / 1000} s`, undefined, new Error().stack, true);
    return new PlainPromise((resolve) => startTimer(() => { done(step); resolve(); }, milliseconds, false, []));
  }

  const parameters = ask('parameters'); // name → text

  function parameter(name, otherwise) {
    if (!Object.prototype.hasOwnProperty.call(parameters, name)) return otherwise;
    const text = parameters[name];
    try {
      const value = parse(text);
      // Where a text is expected, digits are a text.
      return typeof otherwise === 'string' && value !== null && typeof value !== 'string' ? text : value;
    } catch (_) {
      return text;
    }
  }

  // ---- the file --------------------------------------------------------------------------------------------------------------

  const ABOUT = ['checks', 'by', 'timeout', 'skip'];
  const scenarios = [];
  const names = new Set();
  let declared = false; // no more once the file has run

  function scenario(name, about, run) {
    if (typeof about === 'function') [about, run] = [{}, about];
    want('string', name, 'the name of a scenario');
    want('function', run, `what the scenario ${name} does`);
    if (declared) throw new TypeError(`the scenario ${name} is declared too late: declare all of them while the file runs`);
    if (names.has(name)) throw new TypeError(`there is a scenario ${name} already; give each a name of its own`);
    const unknown = Object.keys(about).find((key) => !ABOUT.includes(key));
    if (unknown !== undefined) throw new TypeError(`nothing is known of ${unknown} about a scenario; there is ${ABOUT.join(', ')}`);
    names.add(name);
    scenarios.push(run);
    const { checks = '', by = [], timeout = null, skip = null } = about;
    send('declare', { name, checks: String(checks), by: [].concat(by).map(String), timeout, skip: skip === null ? null : String(skip) });
  }

  // ---- other files -----------------------------------------------------------------------------------------------------------

  class RequireError extends Error {
    constructor(message) {
      super(message);
      this.name = 'RequireError';
    }
  }

  const modules = new PlainMap(); // file → module

  const requireFrom = (folder) => (what) => {
    want('string', what, 'what require loads');
    if (/(^|\/)framework(\.js)?$/.test(what)) return toolkit.framework();
    const found = ask('module', { folder, what });
    if (found.failure) throw new RequireError(`require('${what}'): ${found.failure}`);
    const known = modules.get(found.file);
    if (known) return known.exports;
    const module = { exports: {} };
    modules.set(found.file, module);
    if (found.file.endsWith('.json')) {
      try {
        module.exports = parse(found.text);
      } catch (error) {
        error.stack = String(error.stack).replace('<input>', found.shown); // which is what the engine calls any text
        throw error;
      }
    } else {
      const body = compile(found.shown, found.text, false);
      body.call(module.exports, module.exports, requireFrom(found.folder), module, found.shown, found.folder);
    }
    return module.exports;
  };

  // ---- how a scenario ends ---------------------------------------------------------------------------------------------------

  /** The outcome of an error. A fault of the script, or something missing that it needs, is no failure of the peer. */
  function outcomeOf(error) {
    if (error instanceof Skipped) return 'skipped';
    if (error instanceof ExpectationError || error instanceof CallError) return 'failed';
    const broken = [PeerError, RequireError, SyntaxError, ReferenceError, TypeError, RangeError];
    return broken.some((kind) => error instanceof kind) ? 'broken' : 'failed';
  }

  function settle(index, error) {
    if (error === undefined) {
      send('settled', { index, outcome: 'passed', message: '', stack: '', section: '', facts: null, judged });
      return;
    }
    let message = 'something was thrown that cannot be shown';
    let stack = '';
    let section = '';
    let outcome = 'failed';
    let facts = null;
    try {
      outcome = outcomeOf(error);
      const plain = ['failed', 'skipped'].includes(outcome) || error instanceof PeerError || error instanceof RequireError;
      message = error instanceof Error ? (plain && error.name !== 'Error' ? error.message : `${error.name}: ${error.message}`) : shown(error);
      stack = (error && typeof error === 'object' && String(error.stack || '')) || '';
      section = insides.get(error) || sections.join(' › ');
      facts = (error && error.facts) || null;
      if (facts && facts.step === undefined) facts = null;
    } catch (_) { /* the sentence above is used */ }
    try {
      send('settled', { index, outcome, message: String(message), stack, section: String(section), facts });
    } catch (_) {
      // An invalid text or foreign facts: the outcome is reported all the same.
      send('settled', { index, outcome, message: 'something was thrown that cannot be told', stack: '', section: '', facts: null });
    }
  }

  function carry(index, run) {
    sections = [];
    let value;
    try {
      value = run();
    } catch (error) {
      settle(index, error === undefined ? 'undefined was thrown' : error);
      return;
    }
    PlainPromise.resolve(value).then(() => settle(index), (error) => settle(index, error === undefined ? 'undefined was thrown' : error));
  }

  const FILE = -1;

  function start(text) {
    const body = compile(scriptName, text, true);
    const module = { exports: {} };
    const folder = ask('folder');
    carry(FILE, () => PlainPromise.resolve(body.call(module.exports, module.exports, requireFrom(folder), module, scriptName, folder))
      .then(() => { declared = true; }));
    return undefined;
  }

  const events = {
    ...happened,
    timer,
    run({ index }) {
      forgetLinks();
      forgetSides();
      forgetBound();
      carry(index, scenarios[index]);
    },
  };

  const ocpp = { ...onPurpose };
  for (const [name, value] of Object.entries({ scenario, parameter, expect, assert, fail, step, sleep, now, ocpp })) define(name, value);

  const event = (kind, json) => {
    events[kind](parse(json));
    return undefined;
  };
  return { start, event, scenario };
})
