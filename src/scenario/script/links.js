// Links as a scenario sees them: our end of each, what came in on it, and the expectations that take it. What happens arrives as the
// records of the trace; what is asked for goes out by number and comes back as an event.
(function (toolkit) {
  'use strict';
  const {
    define, send, nextNumber, startTimer, want, thenable, PlainPromise, PlainMap, CallError, formOf, stringify, compare, words,
  } = toolkit;
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

  let links = new PlainMap(); // station key → Link
  let waiting = []; // expectations, in the order in which they were made
  const asked = new PlainMap(); // number → { resolve, reject }
  let patience = PATIENCE;

  // ---- steps ---------------------------------------------------------------------------------------------------------------

  /** A step begins: it is told, and remembered with its place until it is done. */
  function begin(text, link) {
    const step = { number: nextNumber(), text, station: link ? link.key : null, stack: new Error().stack };
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

  /** Ends a step that needs a peer, or something of ours, which is not there. */
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
  function time(options) {
    const own = options && options.within;
    const time = own === undefined ? patience : want('number', own, 'within');
    patience = PATIENCE;
    return time;
  }

  const seconds = (milliseconds) => `${milliseconds / 1000} s`;

  // ---- a link --------------------------------------------------------------------------------------------------------------

  class Link {
    constructor(key) {
      const hide = (name, value) => Object.defineProperty(this, name, { value, writable: true, enumerable: false });
      hide('key', key);
      hide('log', []); // records since the scenario began
      hide('taken', new Set()); // sequences that an expectation has taken
      hide('taking', -1); // the last taken call
      hide('rules', new PlainMap()); // action → { answer, once }
      hide('facts', {});
    }

    get id() { return this.facts.id; }
    get role() { return this.facts.role; }
    get version() { return this.facts.version; }
    get transport() { return this.facts.transport; }
    get connected() { return this.facts.connected === true; }

    async call(action, payload, expected, options) {
      const step = begin(`call ${action}`, this);
      const { end, answer } = await this.asked(step, action, payload, options);
      const records = this.exchange(answer);
      if (end.code !== undefined) {
        const error = new CallError(action, end.code, end.description, end.details);
        error.facts = {
          step: step.text, stack: step.stack, station: this.key, records: records.map((record) => record.sequence),
          expected: expected === undefined ? 'a result' : words(expected), found: `${end.code} ${end.description || ''}`.trim(),
        };
        error.stack = step.stack;
        done(step);
        throw error;
      }
      if (answer && answer.valid === false && !(options && options.unchecked)) {
        const found = (answer.remarks || []).join('; ');
        throw wrong(step, `the result of ${action} breaks the definitions: ${found}`, { expected: 'a valid result', found, records });
      }
      const found = expected === undefined ? null : compare(end.result, expected);
      if (found) {
        throw wrong(step, `${at(found, `the result of ${action}`)} is not as expected`, { ...found, records });
      }
      done(step);
      return end.result;
    }

    async callError(action, payload, code) {
      const step = begin(`call ${action}, expecting an error`, this);
      const { end, answer } = await this.asked(step, action, payload);
      const expected = code === undefined ? 'an error' : `the error ${words(code)}`;
      const records = this.exchange(answer);
      if (end.code === undefined) {
        throw wrong(step, `${action} got a result instead of an error`, { expected, found: words(end.result), records });
      }
      if (end.code === 'Timeout' || end.code === 'Lost') {
        throw wrong(step, `${action} got no answer: ${end.description}`, { expected, found: 'no answer', records });
      }
      const found = code === undefined ? null : compare(end.code, code);
      if (found) throw wrong(step, `${action} got another error than expected`, { ...found, records });
      done(step);
      return { code: end.code, description: end.description, details: end.details };
    }

    async callUnanswered(action, payload, options) {
      const step = begin(`call ${action}, expecting no answer`, this);
      const { end, answer } = await this.asked(step, action, payload, options, true);
      if (end.code !== 'Timeout' && end.code !== 'Lost') {
        const found = end.code === undefined ? words(end.result) : end.code;
        throw wrong(step, `${action} got an answer`, { expected: 'no answer', found, records: this.exchange(answer) });
      }
      done(step);
    }

    /** Makes a call and waits for its end. The answer is the record of it, as far as there is one. */
    async asked(step, action, payload, options, silently) {
      want('string', action, 'the action of a call');
      const within = time(options);
      const ended = request('call', { station: this.key, action, payload: payload === undefined ? null : payload });
      let timer;
      const late = new PlainPromise((resolve) => {
        timer = startTimer(resolve, within, false, [{ code: 'Timeout', within, description: `no answer within ${seconds(within)}` }]);
      });
      const end = await PlainPromise.race([ended, late]);
      clear(timer);
      if (end.code === 'NotSent') {
        throw wrong(step, `${action} was not sent: ${end.description}`);
      }
      if (end.code === 'Timeout' && !silently) {
        const limit = end.within === undefined ? 'the time of --call-timeout' : seconds(end.within);
        throw wrong(step, `${action} got no answer within ${limit}`, { expected: 'an answer', found: 'nothing' });
      }
      const isAnswer = (record) => record.direction === 'in' && record.action === action && record.kind !== 'call';
      const answer = this.log.filter(isAnswer).pop();
      if (answer && answer.kind === 'error') end.details = answer.details;
      return { end, answer };
    }

    /** The records of the exchange that an answer ends. */
    exchange(answer) {
      if (!answer) return [];
      const call = this.log.find((record) => record.kind === 'call' && record.id === answer.id && record.direction !== answer.direction);
      return call ? [call, answer] : [answer];
    }

    async send(frame) {
      const text = typeof frame === 'string' ? frame : stringify(frame);
      const step = begin('send a frame', this);
      const { failure } = await request('raw', { station: this.key, text });
      if (failure) throw wrong(step, `the frame was not sent: ${failure}`);
      done(step);
    }

    expectCall(action, payload, options) {
      want('string', action, 'the action of a call');
      const step = begin(`expect the call ${action}`, this);
      const within = time(options);
      let closest = null;
      return wait(step, within, () => {
        for (const record of this.log) {
          if (!isCall(record) || record.action !== action || this.taken.has(record.sequence)) continue;
          const found = payload === undefined ? null : compare(record.payload, payload);
          if (!found) return { value: this.take(record) };
          closest = { found, record };
        }
        return undefined;
      }, () => {
        const expected = payload === undefined ? action : `${action} ${words(payload)}`;
        if (closest) {
          const message = `no call ${action} came as expected within ${seconds(within)}; ${at(closest.found, 'the last one')} differs`;
          return wrong(step, message, { ...closest.found, records: [closest.record] });
        }
        return wrong(step, `no call ${action} came within ${seconds(within)}`, { expected, found: this.heard() });
      });
    }

    expectNext(action, payload, options) {
      want('string', action, 'the action of a call');
      const step = begin(`expect ${action} as the next call`, this);
      const within = time(options);
      return wait(step, within, () => {
        const record = this.log.find((record) => isCall(record) && record.sequence > this.taking && !this.taken.has(record.sequence));
        if (!record) return undefined;
        const found = record.action !== action
          ? { path: '', expected: action, found: record.action }
          : payload === undefined ? null : compare(record.payload, payload);
        if (!found) return { value: this.take(record) };
        return { error: wrong(step, `${at(found, 'the next call')} is not as expected`, { ...found, records: [record] }) };
      }, () => wrong(step, `no call came within ${seconds(within)}`, { expected: action, found: 'nothing' }));
    }

    expectNoCall(action, options) {
      const span = want('number', options && options.for, 'the time of expectNoCall, { for: milliseconds },');
      const step = begin(`expect no call${action === undefined ? '' : ` ${action}`} for ${seconds(span)}`, this);
      const from = this.log.length;
      return wait(step, span, () => {
        const unwanted = this.log.slice(from).find((record) => isCall(record) && (action === undefined || record.action === action)
          && (options.payload === undefined || !compare(record.payload, options.payload)));
        if (!unwanted) return undefined;
        const facts = { expected: 'no such call', found: `${unwanted.action} ${words(unwanted.payload)}`, records: [unwanted] };
        return { error: wrong(step, `${unwanted.action} was called`, facts) };
      }, () => undefined);
    }

    expectFrame(frame, options) {
      const step = begin('expect a frame', this);
      const within = time(options);
      let closest = null;
      return wait(step, within, () => {
        for (const record of this.log) {
          if (record.direction !== 'in' || record.frame === undefined || this.taken.has(`frame ${record.sequence}`)) continue;
          const value = frame instanceof RegExp ? record.frame : read(record.frame);
          const found = compare(value, frame);
          if (!found) {
            this.taken.add(`frame ${record.sequence}`);
            return { value };
          }
          closest = { found, record };
        }
        return undefined;
      }, () => {
        if (!closest) return wrong(step, `no frame came within ${seconds(within)}`, { expected: words(frame), found: 'nothing' });
        const message = `no such frame came within ${seconds(within)}; ${at(closest.found, 'the last one')} differs`;
        return wrong(step, message, { ...closest.found, records: [closest.record] });
      });
    }

    answer(action, answer) { this.rule(action, answer, false); }

    answerOnce(action, answer) { this.rule(action, answer, true); }

    rule(action, answer, once) {
      want('string', action, 'the action of an answer');
      const known = this.rules.get(action) || { always: null, next: [] };
      if (once) known.next.push(answer); else known.always = answer === undefined ? null : answer;
      this.rules.set(action, known);
    }

    /** The form of the answer to a call. */
    async decide(action, payload, usual) {
      const rule = this.rules.get(action);
      let answer = rule ? (rule.next.length > 0 ? rule.next.shift() : rule.always) : null;
      for (let depth = 0; typeof answer === 'function' && depth < 10; depth += 1) answer = await answer.call(this, payload, usual);
      if (thenable(answer)) answer = await answer;
      const form = formOf(answer);
      return complete(form, usual);
    }

    async disconnect() { await this.cut('disconnect', 'close the link'); }

    async drop() { await this.cut('drop', 'cut the connection'); }

    async cut(deed, text) {
      const step = begin(text, this);
      const from = this.log.length;
      const { failure } = await request('deed', { station: this.key, deed });
      if (failure) throw wrong(step, `${this.id} is not connected: ${failure}`);
      const record = await this.await(step, PATIENCE, 'the end of the link', (record) => record.kind === 'disconnected', from);
      this.taken.add(record.sequence);
    }

    async connect(options) {
      const step = begin('connect', this);
      const from = this.log.length;
      const within = time(options);
      const { failure } = await request('deed', { station: this.key, deed: 'connect' });
      if (failure) throw wrong(step, failure);
      await this.up(step, within, from);
    }

    /** Waits until the link is up; `from` is where in the log that may be told. */
    up(step, within, from) {
      return wait(step, within, () => {
        const told = this.log.slice(from);
        const failed = told.find((record) => record.kind === 'retry' || record.kind === 'refused');
        if (failed) return { error: missing(step, `${this.id} could not connect to the central system: ${failed.text}`) };
        const record = told.find((record) => record.kind === 'connected' && !this.taken.has(record.sequence));
        if (!record) return undefined;
        this.taken.add(record.sequence);
        return { value: undefined };
      }, () => missing(step, `${this.id} could not connect to the central system within ${seconds(within)}`));
    }

    async expectConnect(options) {
      const step = begin('expect the link to come up', this);
      const within = time(options);
      const comes = (record) => record.kind === 'connected' && !this.taken.has(record.sequence);
      const record = await this.await(step, within, 'a new link', comes, 0);
      this.taken.add(record.sequence);
    }

    async expectDisconnect(options) {
      const step = begin('expect the link to go down', this);
      const within = time(options);
      const ends = (record) => record.kind === 'disconnected' && !this.taken.has(record.sequence);
      const record = await this.await(step, within, 'the end of the link', ends, 0);
      this.taken.add(record.sequence);
      return record.text || '';
    }

    async ping(options) {
      const step = begin('ping', this);
      const from = this.log.length;
      const within = time(options);
      const { failure } = await request('deed', { station: this.key, deed: 'ping' });
      if (failure) throw wrong(step, failure);
      const pong = await this.await(step, within, 'a pong', (record) => record.kind === 'pong' && record.direction === 'in', from);
      return (pong.latency || 0) * 1000;
    }

    calls(action) {
      return this.log.filter((record) => isCall(record) && (action === undefined || record.action === action)).map(seen);
    }

    mark(text) { send('note', { station: this.key, text: String(text) }); }

    /** Waits for a record behind a place in the log. */
    await(step, within, what, fits, from) {
      const find = () => {
        const value = this.log.slice(from).find(fits);
        return value && { value };
      };
      return wait(step, within, find, () => wrong(step, `${what} did not come within ${seconds(within)}`, { expected: what, found: 'nothing' }));
    }

    take(record) {
      this.taken.add(record.sequence);
      this.taking = record.sequence;
      return seen(record);
    }

    /** What calls came, for whoever missed one. */
    heard() {
      const calls = this.log.filter(isCall).map((record) => record.action);
      return calls.length === 0 ? 'no call at all' : `the calls ${[...new Set(calls)].join(', ')}`;
    }
  }

  const isCall = (record) => record.kind === 'call' && record.direction === 'in';
  const seen = (record) => ({ action: record.action, payload: record.payload, id: record.id, at: record.at });

  function read(text) {
    try {
      return JSON.parse(text);
    } catch (_) {
      return text;
    }
  }

  /** Fields that a person names stand on top of the usual answer, also in a delayed one. */
  function complete(form, usual) {
    if (form && form.kind === 'result') return { kind: 'result', payload: { ...usual, ...form.payload } };
    if (form && form.kind === 'delay') return { ...form, answer: complete(form.answer, usual) };
    return form;
  }

  /** The link of a station, brought up to date. */
  function linkOf(facts) {
    let link = links.get(facts.key);
    if (!link) {
      link = new Link(facts.key);
      links.set(facts.key, link);
    }
    link.facts = facts;
    return link;
  }

  // ---- what happens --------------------------------------------------------------------------------------------------------

  const happened = {
    /** New records of the trace, oldest first, with the stations that they are about as they are now. */
    records({ records, stations }) {
      for (const facts of stations) linkOf(facts);
      for (const record of records) {
        const link = links.get(record.key);
        if (link) link.log.push(record);
      }
      look();
    },

    /** What was asked for has come to its end. */
    answered({ number, ...value }) {
      const waiter = asked.get(number);
      asked.delete(number);
      if (waiter) waiter.resolve(value);
    },

    /** The peer has called, and there is a rule for its answer. */
    question({ ticket, station, action, payload, usual }) {
      const link = links.get(station);
      const decided = link ? link.decide(action, payload, usual) : PlainPromise.resolve(null);
      decided.then((form) => send('answer', { ticket, station, form }), (error) => {
        send('answer', { ticket, station, form: null });
        throw error;
      });
    },
  };

  /** A scenario begins: nothing of the one before is known any more. */
  function forgetLinks() {
    links = new PlainMap();
    waiting = [];
    asked.clear();
    patience = PATIENCE;
  }

  return {
    ExpectationError, PeerError, Link, begin, done, wrong, missing, request, wait, time, seconds, linkOf, allLinks: () => [...links.values()],
    waitLonger: () => { patience = OPERATOR; }, PATIENCE, OPERATOR, happened, forgetLinks,
  };
})
