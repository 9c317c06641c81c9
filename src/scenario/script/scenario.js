// The file of a scenario: its declarations, how each scenario runs and ends, and the rest of its global object. Matchers are in
// `matchers.js`, links in `links.js`, the test framework of ocppjs in `framework.js`.
(function (toolkit) {
  'use strict';
  const {
    scriptName, compile, parse, stringify, PlainPromise, PlainMap, define, send, ask, want, thenable, shown, startTimer, timer, compare,
    onPurpose, CallError, ExpectationError, PeerError, Skipped, begin, done, happened, forgetLinks, forgetSides, forgetBound, forgetSteps,
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
    if (run === undefined) {
      sections = [String(name)];
      send('section', { name: sections[0], again: false });
      return undefined;
    }
    const outer = sections;
    sections = [...outer, String(name)];
    const inside = sections.join(' › ');
    send('section', { name: inside, again: false });
    const leave = () => {
      sections = outer;
      send('section', { name: outer.join(' › '), again: true });
    };
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

  // ---- what is no failure, and what is done afterwards ---------------------------------------------------------------------------------

  /** Reports a warning or a remark; with an error, its place and its facts are those of the error. */
  function report(level, message, { facts, stack } = new Error()) {
    const known = facts && facts.step !== undefined ? facts : null;
    send('remark', { level, message, stack: String(stack || ''), section: sections.join(' › '), facts: known });
  }

  /**
   * What OCPP recommends: when the condition does not hold, or the function fails or returns false, there is a warning, and the scenario
   * goes on. Returns whether it held; a promise of that for an asynchronous function.
   */
  function should(what, sentence) {
    want('string', sentence, 'the sentence that says what should be');
    here(what, 'should');
    judged = true;
    const missed = (error) => {
      // Only what a peer can be blamed for is a warning.
      if (error !== undefined && outcomeOf(error) !== 'failed') throw error;
      if (error instanceof Error) report('warning', `${sentence}: ${error.message}`, error); else report('warning', sentence);
      return false;
    };
    if (typeof what !== 'function') return what ? true : missed();
    let value;
    try {
      value = what();
    } catch (error) {
      return missed(error);
    }
    const judge = (result) => (result === false ? missed() : true);
    return thenable(value) ? PlainPromise.resolve(value).then(judge, missed) : judge(value);
  }

  function warn(sentence) { report('warning', want('string', sentence, 'a warning')); }
  function remark(sentence) { report('remark', want('string', sentence, 'a remark')); }

  /** The default time limit of a cleanup. */
  const CLEANUP_TIMEOUT = 60000;
  const cleanups = []; // those of the running scenario

  function after(run, { within = CLEANUP_TIMEOUT } = {}) {
    want('function', run, 'what is done after the scenario');
    want('number', within, 'within');
    cleanups.push(run);
    send('cleanup', { timeout: within });
  }

  function sleep(milliseconds) {
    want('number', milliseconds, 'the time to sleep');
    // Idle: a wait that lost a race need not be awaited.
    const step = begin(`sleep ${milliseconds / 1000} s`, undefined, new Error().stack, true);
    return new PlainPromise((resolve) => startTimer(() => { done(step); resolve(); }, milliseconds, false, []));
  }

  // ---- timers of the script ----------------------------------------------------------------------------------------------------

  let armed = new PlainMap(); // number → the timer of the running scenario that has not run yet, or repeats

  const arm = (start, repeats) => (run, delay, ...values) => {
    want('function', run, 'the first argument of a timer');
    const number = start((...given) => {
      if (!repeats) armed.delete(number);
      return run(...given);
    }, delay, ...values);
    armed.set(number, { delay: Math.max(0, Number(delay) || 0), repeats, stack: new Error().stack });
    return number;
  };
  const disarm = (stop) => (number) => {
    armed.delete(number);
    stop(number);
  };
  const { setTimeout, setInterval, clearTimeout, clearInterval } = globalThis;
  for (const [name, value] of Object.entries({
    setTimeout: arm(setTimeout, false), setInterval: arm(setInterval, true),
    clearTimeout: disarm(clearTimeout), clearInterval: disarm(clearInterval),
  })) define(name, value);

  const parameters = ask('parameters'); // name → text

  function parameter(name, otherwise) {
    if (!Object.prototype.hasOwnProperty.call(parameters, name)) return otherwise;
    const text = parameters[name];
    let value;
    try {
      value = parse(text);
    } catch (_) {
      value = text;
    }
    // `null` is for "none". Where a text is expected, digits are a text.
    if (value === null) return value;
    if (typeof otherwise === 'string') return typeof value === 'string' ? value : text;
    // A list of texts may be written without brackets.
    if (Array.isArray(otherwise)) return Array.isArray(value) ? value : text.split(',').map((part) => part.trim()).filter(Boolean);
    for (const [type, words] of [['number', `a number, like ${otherwise}`], ['boolean', 'true or false']]) {
      if (typeof otherwise === type && typeof value !== type) throw new TypeError(`the parameter ${name} is ${words}, not ${text}`);
    }
    return value;
  }

  // ---- the file --------------------------------------------------------------------------------------------------------------

  const ABOUT = ['checks', 'by', 'grade', 'timeout', 'skip', 'id', 'area', 'profiles'];
  const GRADES = ['must', 'should', 'may'];
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
    const { checks = '', by = [], grade = 'must', timeout = null, skip = null, id = '', area = '', profiles = [] } = about;
    if (!GRADES.includes(grade)) throw new TypeError(`the grade of the scenario ${name} is one of ${GRADES.join(', ')}, not ${shown(grade)}`);
    names.add(name);
    scenarios.push(run);
    const texts = (given) => [].concat(given).map(String);
    send('declare', {
      name, checks: String(checks), by: texts(by), grade, timeout, skip: skip === null ? null : String(skip),
      id: String(id), area: String(area), profiles: texts(profiles),
    });
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
      send('settled', { index, outcome, message: 'something was thrown that cannot be shown', stack: '', section: '', facts: null });
    }
  }

  function carry(index, run, section) {
    sections = section === undefined ? [] : [section];
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
  const CLEANUP = -2;

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
      armed = new PlainMap();
      forgetLinks();
      forgetSides();
      forgetBound();
      cleanups.length = 0;
      carry(index, scenarios[index]);
    },
    /** Runs the last cleanup. What the scenario itself still waits for never comes. */
    cleanup() {
      forgetSteps();
      carry(CLEANUP, cleanups.pop() || (() => {}), 'after the scenario');
    },
    /** The timer that was set first and is still pending, after the scenario and its cleanups. */
    pending() {
      const [first] = armed.values();
      armed = new PlainMap();
      return first === undefined ? undefined : stringify(first);
    },
  };

  const ocpp = { ...onPurpose };
  for (const [name, value] of Object.entries({ scenario, parameter, expect, assert, fail, should, warn, remark, after, step, sleep, now, ocpp })) define(name, value);

  const event = (kind, json) => {
    const answer = events[kind](parse(json));
    return kind === 'pending' ? answer : undefined;
  };
  return { start, event, scenario };
})
