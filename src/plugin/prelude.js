// The API of plugins, in addition to the toolkit and `calls.js`: the interface of ocppjs, and the one of this program. It reaches the program
// only through the toolkit's `send` and `ask`; a plugin that changes objects here affects itself only. The engine limits memory and time.
(function (toolkit) {
  'use strict';
  const {
    scriptName: pluginName, version, compile, parse, stringify, PlainPromise, PlainMap, nextNumber, send, ask, fault, guarded,
    thenable, watch, want, startTimer, timer, define, CallError, onPurpose, formOf, handsThat,
  } = toolkit;
  const { isArray } = Array;
  const { defineProperty } = Object;

  const handlers = new PlainMap(); // 'call Reset' → function
  const commands = new PlainMap(); // name → function
  const calls = new PlainMap(); // number → { resolve, reject }
  const acts = new PlainMap(); // number → { resolve, reject }
  const stations = new PlainMap(); // key → Station
  let over = false;

  // ---- calls ---------------------------------------------------------------------------------------------------------------

  function call(side, station, action, payload, merge) {
    want('string', action, 'the action of a call');
    const number = nextNumber();
    const order = { number, side, station, action, payload: payload === undefined ? null : payload, merge };
    return new PlainPromise((resolve, reject) => {
      calls.set(number, { resolve, reject, action });
      try {
        send('call', order);
      } catch (error) {
        calls.delete(number);
        reject(error);
      }
    });
  }

  /** As in ocppjs: half a second later, to the only station, with members that replace those of the default payload, without a result. */
  const callLater = (side) => (action, payload) => {
    want('string', action, 'the action of a call');
    startTimer(() => {
      call(side, null, action, payload, true).catch((error) => {
        if (error instanceof CallError && error.code === 'NotSent') fault(`${side}.call`, error);
      });
    }, 500, false, []);
  };

  // ---- hands ---------------------------------------------------------------------------------------------------------------

  /** Does something at the machine that `machine` finds. */
  const handsAt = (machine) => handsThat((action) => new PlainPromise((resolve, reject) => {
    const number = nextNumber();
    const station = machine().key;
    acts.set(number, { resolve, reject });
    try {
      send('act', { number, station, action });
    } catch (error) {
      acts.delete(number);
      throw error;
    }
  }));

  /** The simulated charge point that is a station, or is at its other end. */
  function machineOf(known) {
    if (known.role === 'cp') return known;
    const found = all('cp').find((other) => other.id === known.id);
    if (!found) throw new Error(`there is no simulated charge point behind ${known.id}`);
    return found;
  }

  /** The only charge point of ours, with a link or without one. */
  function onlyMachine() {
    const ours = all('cp');
    if (ours.length !== 1) throw new Error(ours.length ? 'there is more than one charge point of ours; name one' : 'there is no charge point of ours');
    return ours[0];
  }

  class Station {
    constructor(key) {
      defineProperty(this, 'key', { value: key });
      this.state = {};
      this.hands = handsAt(() => machineOf(this));
    }

    call(action, payload) {
      return call(this.role, this.key, action, payload, false);
    }

    mark(text) {
      send('mark', { station: this.key, text: String(text) });
    }
  }

  /** The one object of a station, refreshed; the `state` that a plugin keeps in it stays. */
  function station({ key, id, role, pair, version, connected }) {
    let known = stations.get(key);
    if (!known) {
      known = new Station(key);
      stations.set(key, known);
    }
    known.id = known.chargePointId = id;
    known.role = role;
    known.pair = pair;
    known.version = known.ocpp_version = version;
    known.connected = connected;
    return known;
  }

  const all = (side) => ask('stations').filter((facts) => !side || facts.role === side).map(station);

  function find(side, id) {
    const found = all(side).find((candidate) => candidate.id === String(id));
    if (!found) throw new Error(`there is no ${side === 'cp' ? 'charge point of ours' : 'charge point at our central system'} called ${id}`);
    return found;
  }

  const cp = (id) => find('cp', id);
  cp.call = (action, payload) => call('cp', null, action, payload, false);
  cp.stations = () => all('cp');
  cp.hands = handsAt(onlyMachine);
  const cs = {
    call: (action, payload) => call('cs', null, action, payload, false),
    station: (id) => find('cs', id),
    stations: () => all('cs'),
  };
  define('cp', cp);
  define('cs', cs);

  // ---- the members of `ocpp` -------------------------------------------------------------------------------------------------

  const ocpp = {
    ...onPurpose,
    sleep: (milliseconds) => new PlainPromise((resolve) => startTimer(resolve, milliseconds, false, [])),
    toast: (text) => { send('toast', { text: String(text) }); },
    stations: () => all(),
    version,
  };
  define('ocpp', ocpp);

  const settings = {
    get(key, fallback) {
      const found = ask('settings');
      return Object.prototype.hasOwnProperty.call(found, key) ? found[key] : fallback;
    },
    set(key, value) { ask('set', { key: String(key), value: value === undefined ? null : value }); },
    all: () => ask('settings'),
  };
  define('settings', settings);

  // ---- the plugin's own object, `this` in onLoad -----------------------------------------------------------------------------

  /** The words of a line, split at blanks outside quotes. */
  function words(line) {
    const found = [];
    let word = '';
    let inside = false;
    let quote = '';
    for (const letter of String(line)) {
      if (quote) {
        if (letter === quote) quote = ''; else word += letter;
      } else if (letter === '"' || letter === "'") {
        quote = letter;
        inside = true;
      } else if (letter === ' ' || letter === '\t') {
        if (inside || word) found.push(word);
        word = '';
        inside = false;
      } else {
        word += letter;
      }
    }
    if (inside || word) found.push(word);
    return found;
  }

  function handle(kind, action, run) {
    want('function', run, 'a handler');
    handlers.set(action === undefined ? kind : `${kind} ${action}`, run);
    send('handle', { kind, action: action === undefined ? null : action });
  }

  const handleAction = (kind) => (action, run) => { handle(kind, want('string', action, 'the action'), run); };

  const plugin = {
    name: pluginName,
    log(text, prefix) { send('log', { text: prefix === undefined ? String(text) : `${prefix}: ${text}` }); },
    parse(line) {
      const parsed = { command: '', arguments: [], options: {} };
      words(line).forEach((word, index) => {
        const equals = word.indexOf('=');
        if (index === 0) parsed.command = word;
        else if (equals > 0) parsed.options[word.slice(0, equals)] = word.slice(equals + 1);
        else parsed.arguments.push(word);
      });
      return parsed;
    },
    cp: { call: callLater('cp') },
    cs: { call: callLater('cs') },
    onCall: handleAction('call'),
    onResult: handleAction('result'),
    onConnectionEvent: (run) => { handle('connection', undefined, run); },
    onClientConnectionEvent: (run) => { handle('client', undefined, run); },
    onCommand: (run) => { handle('line', undefined, run); },
    onIdle: (run) => { handle('idle', undefined, run); },
    onIncoming: (run) => { handle('incoming', undefined, run); },
    onOutgoing: (run) => { handle('outgoing', undefined, run); },
    command(commandName, options, run) {
      if (typeof options === 'function') { run = options; options = {}; }
      want('string', commandName, 'the name of a command');
      want('function', run, 'what a command does');
      const help = options.help === undefined ? '' : String(options.help);
      const complete = isArray(options.complete) ? options.complete.map(String) : [];
      send('command', { name: commandName, help, complete });
      commands.set(commandName, run);
    },
    unload() { send('unload', null); },
    settings,
    ocpp,
  };
  for (const field of ['ocpp_version', 'system', 'protocol', 'chargePointId']) {
    defineProperty(plugin, field, { get: () => ask('session')[field], enumerable: true });
  }

  // ---- events --------------------------------------------------------------------------------------------------------------

  const settle = {
    call({ ticket, station: facts, action, payload, usual }) {
      const run = handlers.get(`call ${action}`) || handlers.get('call *');
      if (!run) return undefined;
      const where = `onCall ${action}`;
      const value = guarded(where, () => run.call(station(facts), payload, { action, usual }));
      // Inside the guard, because a getter or toJSON of the answer may throw.
      if (!thenable(value)) return guarded(where, () => stringify(formOf(value)), undefined);
      const decide = (form) => send('answer', { ticket, answer: form });
      PlainPromise.resolve(value).then((late) => decide(formOf(late))).catch((error) => {
        fault(where, error);
        decide(null);
      });
      return 'later';
    },

    result({ station: facts, action, payload }) {
      const run = handlers.get(`result ${action}`) || handlers.get('result *');
      const where = `onResult ${action}`;
      if (run) watch(where, guarded(where, () => run.call(station(facts), payload, { action })));
    },

    connection({ station: facts, kind, type }) {
      const where = kind === 'client' ? 'onClientConnectionEvent' : 'onConnectionEvent';
      const run = handlers.get(kind);
      if (run) watch(where, guarded(where, () => run.call(station(facts), type, facts.id)));
    },

    line({ line }) {
      const run = handlers.get('line');
      const done = run && guarded('onCommand', () => run.call(words(line), line));
      watch('onCommand', done);
      return done === true ? 'true' : undefined;
    },

    command({ line }) {
      const [first, ...rest] = words(line);
      // A command whose name the program has is called with the name of the plugin before it.
      const run = commands.get(first) || commands.get(first.slice(pluginName.length + 1));
      const where = `command ${first}`;
      if (run) watch(where, guarded(where, () => run.call(plugin, rest, line)));
    },

    frame({ direction, station: facts, text }) {
      const where = direction === 'outgoing' ? 'onOutgoing' : 'onIncoming';
      const run = handlers.get(direction);
      if (!run) return undefined;
      return guarded(where, () => {
        const changed = run.call(station(facts), text);
        if (changed === undefined) return undefined;
        if (changed === null) return 'null';
        return stringify(typeof changed === 'string' ? changed : stringify(changed));
      });
    },

    idle() {
      const run = handlers.get('idle');
      if (run) watch('onIdle', guarded('onIdle', () => run.call(plugin)));
    },

    timer,

    ended({ number, result, code, description }) {
      const waiting = calls.get(number);
      if (!waiting) return;
      calls.delete(number);
      if (code === undefined) waiting.resolve(result);
      else waiting.reject(new CallError(waiting.action, code, description));
    },

    acted({ number, failure }) {
      const waiting = acts.get(number);
      if (!waiting) return;
      acts.delete(number);
      if (failure === undefined) waiting.resolve();
      else waiting.reject(new Error(failure));
    },

    unload() {
      if (over) return;
      over = true;
      if (typeof exported.onUnload === 'function') guarded('onUnload', () => exported.onUnload.call(plugin));
    },
  };

  let exported = {};

  /** Runs the file. Its `this` and its five names are those of a module of Node.js. */
  function start(text) {
    const body = compile(`${pluginName}.js`, text, false);
    const module = { exports: {} };
    const require = (what) => {
      throw new Error(`require('${what}') is not possible: a plugin is one file, without the modules of node, files or network`);
    };
    body.call(module.exports, module.exports, require, module, `${pluginName}.js`, '.');
    exported = module.exports;
    if (exported === null || typeof exported !== 'object' && typeof exported !== 'function' || typeof exported.onLoad !== 'function') return 'no onLoad';
    watch('onLoad', exported.onLoad.call(plugin));
    return 'loaded';
  }

  return { start, event: (kind, json) => settle[kind](parse(json)) };
})
