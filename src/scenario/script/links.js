// The links of a scenario: one end of each, the messages that it received, and the expectations about them. Events arrive as records of
// the trace; requests are numbered, and their results arrive as events.
(function (toolkit) {
  'use strict';
  const {
    send, ask, startTimer, want, PlainPromise, PlainMap, CallError, stringify, compare, words, fieldsOf, begin, done, wrong, missing, at,
    request, wait, look, time, seconds, clear, DEFAULT_TIMEOUT, answered, forgetSteps, Log, forgetLogs, read, Rules, misbehaveAt,
  } = toolkit;
  /** The options of expectations. */
  const EXPECTING = ['within', 'unchecked'];
  /** The first pause before a charge point of ours connects again, which doubles, and the longest one, in milliseconds. */
  const FIRST_PAUSE = 50;
  const LONGEST_PAUSE = 1000;
  /** No program listens there: that does not change within moments, and `--wait` is for it. */
  const NO_LISTENER = /\b(ECONNREFUSED|ENOTFOUND|EHOSTUNREACH|ENETUNREACH)\b/;
  /** A record that says why a link is not there. */
  const isEnd = (record) => ['disconnected', 'lost', 'retry', 'refused'].includes(record.kind);

  let gaveUp = false; // whether patience was in vain: the next scenarios do not wait as long for the same refusal

  let links = new PlainMap(); // station key → Link

  class Link {
    constructor(key) {
      const hide = (name, value) => Object.defineProperty(this, name, { value, writable: true, enumerable: false });
      hide('key', key);
      hide('log', new Log());
      hide('received', []); // all calls of the peer
      hide('open', new PlainMap()); // action → its calls that no expectation has matched
      hide('taking', 0); // the index after the last matched call, among all calls
      hide('rules', new Rules());
      hide('patience', 0); // for how long a refused or unanswered link is made again, in milliseconds
      hide('unanswered', false); // whether the link has had no answer since it came up
      hide('facts', {});
    }

    get id() { return this.facts.id; }
    get role() { return this.facts.role; }
    get version() { return this.facts.version; }
    get transport() { return this.facts.transport; }
    get connected() { return this.facts.connected === true; }
    get pair() { return this.facts.pair === true; }

    /** The hands at the charge point of this link. */
    get hands() { return toolkit.handsAt(() => this); }

    /** When the link came up, if that was during this scenario. */
    get since() {
      const record = this.log.records.findLast((it) => it.kind === 'connected');
      return record && record.at;
    }

    /** What TLS agreed on, with the certificates and the verdict about them; `null` without TLS. */
    get tls() {
      const record = this.log.records.findLast((it) => it.kind === 'connected');
      return (record && record.tls) || null;
    }

    async call(action, payload, expected, options) {
      this.mayHave(action, true, expected, options);
      const step = begin(`call ${action}`, this);
      const { end, answer } = await this.asked(step, action, payload, options);
      const records = this.log.exchange(answer);
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
      const records = this.log.exchange(answer);
      if (end.code === undefined) {
        throw wrong(step, `${action} got a result instead of an error`, { expected, found: words(end.result), records });
      }
      if (end.unanswered) {
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
      if (!end.unanswered) {
        const found = end.code === undefined ? words(end.result) : end.code;
        throw wrong(step, `${action} got an answer`, { expected: 'no answer', found, records: this.log.exchange(answer) });
      }
      done(step);
    }

    /** Makes a call and waits for its result. Returns the record of the answer, when there is one. */
    async asked(step, action, payload, options, silently) {
      want('string', action, 'the action of a call');
      const within = time(options, EXPECTING);
      const from = this.log.end;
      let end = await this.attempt(action, payload, within);
      // A central system may still hold the link before this one. A call without an answer is repeated only if nothing was ever answered.
      const latest = toolkit.now() + (silently ? 0 : this.patience);
      const unheard = () => this.unanswered && ((end.unanswered && end.code === 'Lost') || (end.code === 'NotSent' && !end.unknown));
      for (let pause = FIRST_PAUSE; unheard() && toolkit.now() + pause < latest; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
        await this.again(pause, latest - toolkit.now() - pause, step.stack);
        end = await this.attempt(action, payload, within);
      }
      if (end.code === 'Lost') end.description = this.whyLost(from, end.description);
      return this.judged(step, action, end, from, within, silently);
    }

    /** Connects again after a pause, because the link ended before its first answer. */
    async again(pause, within, stack) {
      const step = begin(`connect again, because ${this.whyLost(0, 'the link was lost')}`, this, stack);
      const from = this.log.end;
      await new PlainPromise((resolve) => startTimer(resolve, pause, false, []));
      if (!this.connected) {
        await request('link', { station: this.key, order: 'connect' });
        await this.up(step, within, 0, within);
      }
      for (const record of this.log.from(from)) if (record.kind === 'connected') record.taken = true;
      done(step);
    }

    /** Why the link was lost, as far as it is known. */
    whyLost(from, otherwise) {
      const end = this.log.from(from).findLast((record) => isEnd(record) && record.text);
      return end ? `${otherwise}: ${end.text}` : otherwise;
    }

    /** Makes a call once. */
    async attempt(action, payload, within) {
      const ended = request('call', { station: this.key, action, payload: payload === undefined ? null : payload });
      let timer;
      const late = new PlainPromise((resolve) => {
        timer = startTimer(resolve, within, false, [{ code: 'Timeout', within, unanswered: true }]);
      });
      const end = await PlainPromise.race([ended, late]);
      clear(timer);
      return end;
    }

    /** The end of a call, with the record of its answer. */
    judged(step, action, end, from, within, silently) {
      if (end.unknown) throw missing(step, end.description);
      if (end.code === 'NotSent') throw wrong(step, `${action} was not sent: ${end.description}`);
      const left = this.log.from(from).some((record) => asks(record) && record.direction === 'out' && record.action === action);
      const timedOut = end.unanswered && end.code === 'Timeout';
      if (silently && end.unanswered && !timedOut && !left) throw wrong(step, `${action} never left: ${end.description}`);
      if (timedOut && !left) {
        const found = 'a call before it that still waits for its answer';
        throw wrong(step, `${action} could not be sent within ${seconds(within)}`, { expected: 'one call at a time', found });
      }
      if (timedOut && !silently) {
        const limit = end.within === undefined ? 'the time of --call-timeout' : seconds(end.within);
        throw wrong(step, `${action} got no answer within ${limit}`, { expected: 'an answer', found: 'nothing' });
      }
      const isAnswer = (record) => record.direction === 'in' && record.action === action && !asks(record) && record.kind !== 'resulterror' && !record.judged;
      const answer = this.log.from(from).findLast(isAnswer);
      if (answer) answer.judged = true; // one call for each answer, also when two calls of an action end at once
      if (answer && answer.kind === 'error') end.details = answer.details;
      return { end, answer };
    }

    async send(frame) {
      const text = typeof frame === 'string' ? frame : stringify(frame);
      const step = begin('send a frame', this);
      const { failure } = await request('raw', { station: this.key, text });
      if (failure) throw wrong(step, `the frame was not sent: ${failure}`);
      done(step);
    }

    expectCall(action, payload, options) {
      this.mayCall(action, options);
      this.mayHave(action, false, payload, options);
      const step = begin(`expect the call ${action}`, this);
      const within = time(options, EXPECTING);
      let closest = null;
      let seenUpTo = -1; // records that did not match are not compared again
      return wait(step, within, () => {
        for (const record of this.open.get(action) || []) {
          if (record.sequence <= seenUpTo) continue;
          seenUpTo = record.sequence;
          const found = payload === undefined ? null : compare(record.payload, payload);
          if (!found) return this.taken(step, record, options);
          closest = { found, record };
        }
        return undefined;
      }, () => {
        const expected = payload === undefined ? action : `${action} ${words(payload)}`;
        if (closest) {
          const named = expected.length <= 100 ? `${expected} came` : `${action} came as expected`;
          const message = `no call ${named} within ${seconds(within)}; ${at(closest.found, 'the last one')} differs`;
          return wrong(step, message, { ...closest.found, records: [closest.record] });
        }
        return wrong(step, `no call ${action} came within ${seconds(within)}`, { expected, found: this.whatCame() });
      });
    }

    expectNext(action, payload, options) {
      this.mayCall(action, options);
      this.mayHave(action, false, payload, options);
      const step = begin(`expect ${action} as the next call`, this);
      const within = time(options, EXPECTING);
      return wait(step, within, () => {
        while (this.taking < this.received.length && this.received[this.taking].taken) this.taking += 1;
        const record = this.received[this.taking];
        if (!record) return undefined;
        const found = record.action !== action
          ? { path: '', expected: action, found: record.action }
          : payload === undefined ? null : compare(record.payload, payload);
        if (!found) return this.taken(step, record, options);
        return { error: wrong(step, `${at(found, 'the next call')} is not as expected`, { ...found, records: [record] }) };
      }, () => wrong(step, `no call came within ${seconds(within)}`, { expected: action, found: 'nothing' }));
    }

    expectNoCall(action, options) {
      const span = want('number', options && options.for, 'the time of expectNoCall, { for: milliseconds },');
      if (action !== undefined) {
        this.mayCall(action, options);
        this.mayHave(action, false, options.payload, options);
      }
      if (span <= 0) throw new RangeError(`the time of expectNoCall is ${span}, in which nothing can come`);
      const step = begin(`expect no call${action === undefined ? '' : ` ${action}`} for ${seconds(span)}`, this);
      const couldCall = this.connected;
      const search = this.log.search(this.log.end, (record) => isCall(record) && (action === undefined || record.action === action)
        && (options.payload === undefined || !compare(record.payload, options.payload)));
      return wait(step, span, () => {
        const unwanted = search();
        if (!unwanted) return undefined;
        const facts = { expected: 'no such call', found: `${unwanted.action} ${words(unwanted.payload)}`, records: [unwanted] };
        return { error: wrong(step, `${unwanted.action} was called`, facts) };
      }, () => {
        // Without a link the absence of a call proves nothing.
        if (!couldCall || this.connected) return undefined;
        return wrong(step, 'the link went down meanwhile', { expected: 'a link on which nothing is called', found: 'no link' });
      });
    }

    expectFrame(frame, options) {
      const step = begin('expect a frame', this);
      const within = time(options);
      let closest = null;
      const valueOf = (record) => (frame instanceof RegExp ? record.frame : read(record.frame));
      const search = this.log.search(0, (record) => {
        if (record.direction !== 'in' || record.frame === undefined || record.frameTaken) return false;
        const found = compare(valueOf(record), frame);
        if (found) closest = { found, record };
        return !found;
      });
      return wait(step, within, () => {
        const record = search();
        if (!record) return undefined;
        record.frameTaken = true;
        return { value: valueOf(record) };
      }, () => {
        if (!closest) return wrong(step, `no frame came within ${seconds(within)}`, { expected: words(frame), found: 'nothing' });
        const message = `no such frame came within ${seconds(within)}; ${at(closest.found, 'the last one')} differs`;
        return wrong(step, message, { ...closest.found, records: [closest.record] });
      });
    }

    answer(action, answer) { this.rule(action, answer, false); }
    answerOnce(action, answer) { this.rule(action, answer, true); }

    rule(action, answer, once) {
      this.mayCall(action);
      this.rules.set(action, answer, once);
    }

    /** Does something wrong on purpose at our end of this link; with `null` nothing any more. */
    async misbehave(name, parameters) {
      await misbehaveAt(stringify(this.id), name, parameters, this, ` as=${this.role}`);
    }

    async disconnect() { await this.cut('disconnect', 'close the link'); }
    async drop() { await this.cut('drop', 'cut the connection'); }

    async cut(order, text) {
      const step = begin(text, this);
      const from = this.log.end;
      const { failure } = await request('link', { station: this.key, order });
      if (failure) throw wrong(step, `${this.id} is not connected: ${failure}`);
      const ends = (record) => record.kind === 'disconnected';
      const record = await this.await(step, DEFAULT_TIMEOUT, 'the end of the link', ends, from);
      record.taken = true;
    }

    async connect(options) {
      const step = begin('connect', this);
      const from = this.log.end;
      const within = time(options, ['within', 'patience']);
      if (options && options.patience !== undefined) this.patience = want('number', options.patience, 'patience');
      const { failure } = await request('link', { station: this.key, order: 'connect' });
      if (failure) throw wrong(step, failure);
      await this.up(step, within, from);
    }

    /**
     * Waits until the link is up; `from` is the place in the log where the search begins. Refused attempts are repeated after pauses that
     * grow, as long as `patience` lasts; with `waits`, which is a time, failed ones of any kind.
     */
    up(step, defaultTime, from, patience = gaveUp ? 0 : this.patience, waits = 0) {
      const within = waits || Math.max(defaultTime, patience);
      const latest = toolkit.now() + patience;
      let failed;
      let pause = FIRST_PAUSE;
      let seen = 0;
      return wait(step, within, () => {
        const records = this.log.from(from);
        const failures = records.filter((record) => record.kind === 'retry' || record.kind === 'refused');
        failed = failures[failures.length - 1];
        const patient = waits > 0 || (failed && !NO_LISTENER.test(failed.text) && toolkit.now() + pause < latest);
        if (failed && !patient && patience > 0 && !NO_LISTENER.test(failed.text)) gaveUp = true;
        if (patient && failures.length > seen) {
          seen = failures.length;
          // The end waits by itself, too, but for longer.
          if (!waits) startTimer(() => { if (!this.connected) request('link', { station: this.key, order: 'connect' }); }, pause, false, []);
          pause = Math.min(2 * pause, LONGEST_PAUSE);
        }
        if (failed && !patient) {
          const remedy = toolkit.foreign.centralSystem && NO_LISTENER.test(failed.text) ? '; start it, or wait for it with --wait 30' : '';
          return { error: missing(step, `${this.id} could not connect to the central system: ${failed.text}${remedy}`) };
        }
        const record = records.find((record) => record.kind === 'connected' && !record.taken);
        if (!record) return undefined;
        record.taken = true;
        gaveUp = false;
        return { value: undefined };
      }, () => missing(
        step, `${this.id} could not connect to the central system within ${seconds(within)}${failed ? `: ${failed.text}` : ''}`,
      ));
    }

    async expectConnect(options) {
      const step = begin('expect the link to come up', this);
      const within = time(options);
      const comes = (record) => record.kind === 'connected' && !record.taken;
      const record = await this.await(step, within, 'a new link', comes, 0);
      record.taken = true;
    }

    async expectDisconnect(options) {
      const step = begin('expect the link to go down', this);
      const within = time(options);
      const ends = (record) => record.kind === 'disconnected' && !record.taken;
      const record = await this.await(step, within, 'the end of the link', ends, 0);
      record.taken = true;
      return record.text || '';
    }

    async ping(options) {
      const step = begin('ping', this);
      const from = this.log.end;
      const within = time(options);
      const { failure } = await request('link', { station: this.key, order: 'ping' });
      if (failure) throw wrong(step, failure);
      const pong = await this.await(step, within, 'a pong', (record) => record.kind === 'pong' && record.direction === 'in', from);
      return (pong.latency || 0) * 1000;
    }

    forget() {
      for (const record of this.log.records) record.taken = record.frameTaken = true;
      this.open.clear();
      this.taking = this.received.length;
    }

    calls(action) {
      if (action !== undefined) this.mayCall(action);
      return this.received.filter((record) => action === undefined || record.action === action).map(seen);
    }

    mark(text) { send('note', { station: this.key, text: String(text) }); }

    /** Waits for a record after a place in the log. */
    await(step, within, what, fits, from) {
      const search = this.log.search(from, fits);
      const find = () => {
        const value = search();
        return value && { value };
      };
      return wait(step, within, find, () => wrong(step, `${what} did not come within ${seconds(within)}`, { expected: what, found: 'nothing' }));
    }

    /** Adds a new record. */
    add(record) {
      this.log.push(record);
      if (record.kind === 'connected') this.unanswered = true;
      else if (record.direction === 'in' && (record.kind === 'result' || record.kind === 'error')) this.unanswered = false;
      if (!isCall(record)) return;
      // All calls are kept, without the text of their frames.
      const { sequence, action, payload, id, at, valid, remarks } = record;
      const call = { sequence, action, payload, id, at, valid, remarks, place: this.received.length };
      this.received.push(call);
      const open = this.open.get(action);
      if (open) open.push(call); else this.open.set(action, [call]);
    }

    /** Checks a matched call against the definitions, unless the option `unchecked` is set. */
    taken(step, call, options) {
      const value = this.take(call);
      if (call.valid !== false || (options && options.unchecked)) return { value };
      const found = (call.remarks || []).join('; ');
      const facts = { expected: 'a valid call', found, records: [call] };
      return { error: wrong(step, `the call ${call.action} breaks the definitions: ${found}`, facts) };
    }

    /** Refuses an action that the peer of this link cannot call: a typing error would wait in vain, or never fail. */
    mayCall(action, options) {
      want('string', action, 'the action of a call');
      if (options && options.unchecked) return;
      const nearest = ask('answers', { station: this.key, action });
      if (nearest === true) return;
      const hint = typeof nearest === 'string' ? `; did you mean ${nearest}?` : '';
      throw new TypeError(`${action} is no action that the peer of ${this.id} may call in OCPP ${this.version}${hint}`);
    }

    /** A matcher names only fields that the message has: the result of our call, or the call of the peer. */
    mayHave(action, ours, matcher, options) {
      if (matcher === undefined || (options && options.unchecked)) return;
      const paths = fieldsOf(matcher);
      const unknown = paths.length > 0 ? ask('fields', { station: this.key, action: String(action), ours, paths }) : null;
      if (unknown === null) return;
      const message = ours ? `the result of ${action}` : `the call ${action}`;
      const hint = unknown.near ? `; did you mean ${unknown.near}?` : '';
      throw new TypeError(`${unknown.field} of the expectation is no field of ${message} in OCPP ${this.version}${hint}`);
    }

    take(call) {
      call.taken = true;
      const open = this.open.get(call.action) || [];
      const index = open.indexOf(call);
      if (index >= 0) open.splice(index, 1);
      this.taking = call.place + 1;
      return seen(call);
    }

    /** The calls that were received, for a message about a missing one. */
    whatCame() {
      const actions = new Set(this.received.map((call) => call.action));
      return actions.size === 0 ? 'no call at all' : `the calls ${[...actions].join(', ')}`;
    }
  }

  // A SEND of OCPP 2.1 is expected like a call; what is answered to it is not sent.
  const asks = (record) => record.kind === 'call' || record.kind === 'send';
  const isCall = (record) => asks(record) && record.direction === 'in';
  const seen = (record) => ({ action: record.action, payload: record.payload, id: record.id, at: record.at });

  /** The link of a station, refreshed. */
  function linkOf(facts) {
    let link = links.get(facts.key);
    if (!link) {
      link = new Link(facts.key);
      links.set(facts.key, link);
    }
    link.facts = facts;
    return link;
  }

  // ---- events --------------------------------------------------------------------------------------------------------------

  const happened = {
    /** New records of the trace, oldest first, with the current state of their stations. */
    records({ records, stations }) {
      for (const facts of stations) linkOf(facts);
      for (const record of records) {
        const link = links.get(record.key);
        if (link) link.add(record);
      }
      look();
    },

    answered,

    /** The peer has called; returns the answer of the rules. */
    question({ ticket, station, action, payload, defaultAnswer }) {
      const link = links.get(station);
      const decided = link ? link.rules.decide(link, action, payload, defaultAnswer) : PlainPromise.resolve(null);
      decided.then((form) => send('answer', { ticket, station, form }), (error) => {
        send('answer', { ticket, station, form: null });
        throw error;
      });
    },
  };

  /** Forgets the state of the scenario before. */
  function forgetLinks() {
    links = new PlainMap();
    forgetSteps();
    forgetLogs();
  }

  return { linkOf, allLinks: () => [...links.values()], happened, forgetLinks };
})
