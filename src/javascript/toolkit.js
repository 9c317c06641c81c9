// The environment of every script: the parts that QuickJS does not have (timers, a console), and the tools of which the preludes of plugins
// and scenarios are made. It runs in the script's own context and reaches the program only through `host(operation, json)`; a script that
// changes objects here affects itself only. The engine limits memory and time.
(function (host, compile, scriptName, version) {
  'use strict';
  // Copies, so that a script which replaces these globals does not break the toolkit.
  const { parse, stringify } = JSON;
  const { defineProperty } = Object;
  const PlainPromise = Promise;
  const PlainMap = Map;

  const timers = new PlainMap(); // number → { run, repeat }
  let numbers = 0;
  const nextNumber = () => ++numbers;

  const send = (operation, value) => host(operation, stringify(value === undefined ? null : value));
  const ask = (operation, value) => parse(host(operation, stringify(value === undefined ? null : value)));

  // ---- faults ---------------------------------------------------------------------------------------------------------------

  /** Reports an exception. A getter of it may throw again. */
  function fault(where, error) {
    let message = 'something was thrown that cannot be shown';
    let stack = '';
    try {
      message = typeof error === 'object' && error !== null && 'message' in error ? `${error.name || 'Error'}: ${error.message}` : String(error);
      stack = typeof error === 'object' && error !== null ? String(error.stack || '') : '';
    } catch (_) { /* the sentence above is used */ }
    send('fault', { where, message, stack });
  }

  function guarded(where, run, otherwise) {
    try {
      return run();
    } catch (error) {
      fault(where, error);
      return otherwise;
    }
  }

  const thenable = (value) => typeof value === 'object' && value !== null && typeof value.then === 'function';

  /** Watches the promise of a handler without a result: only its failure matters. */
  function watch(where, value) {
    if (thenable(value)) {
      PlainPromise.resolve(value).then(undefined, (error) => fault(where, error));
    }
  }

  function want(kind, value, what) {
    if (typeof value !== kind || Number.isNaN(value)) {
      throw new TypeError(`${what} must be a ${kind}, not ${value === null ? 'null' : Number.isNaN(value) ? 'NaN' : typeof value}`);
    }
    return value;
  }

  // ---- timers and the console ----------------------------------------------------------------------------------------------

  function startTimer(run, delay, repeat, values) {
    want('function', run, 'the first argument of a timer');
    const number = nextNumber();
    timers.set(number, { run: () => run(...values), repeat });
    send('timer', { number, delay: Math.max(0, Number(delay) || 0), repeat });
    return number;
  }

  function stopTimer(number) {
    if (timers.delete(number)) {
      send('clear', { number });
    }
  }

  function shown(value) {
    if (typeof value === 'string') return value;
    if (value instanceof Error) return `${value.name}: ${value.message}`;
    if (typeof value === 'object' && value !== null) {
      try {
        const text = stringify(value);
        if (text !== undefined) return text;
      } catch (_) { /* a cycle, or a getter that throws */ }
    }
    return String(value);
  }

  const print = (failure) => (...values) => { send('console', { failure, text: values.map(shown).join(' ') }); };

  const define = (name, value) => defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
  define('setTimeout', (run, delay, ...values) => startTimer(run, delay, false, values));
  define('setInterval', (run, delay, ...values) => startTimer(run, delay, true, values));
  define('clearTimeout', stopTimer);
  define('clearInterval', stopTimer);
  define('console', { log: print(false), info: print(false), debug: print(false), warn: print(true), error: print(true) });

  /** A timer is due. */
  function timer(number) {
    const timer = timers.get(number);
    if (!timer) return;
    if (!timer.repeat) timers.delete(number);
    watch('timer', guarded('timer', timer.run));
  }

  return {
    scriptName, version, compile, parse, stringify, PlainPromise, PlainMap, nextNumber, send, ask, fault, guarded, thenable, watch, want,
    shown, startTimer, timer, define,
  };
})
