// The two sides of OCPP that a scenario starts: the side under test, which is another program or a simulated one, and further charge
// points and central systems. Messages on a link are in `links.js`.
(function (toolkit) {
  'use strict';
  const {
    define, send, ask, want, begin, done, wrong, missing, request, wait, time, seconds, linkOf, allLinks, waitLonger,
    DEFAULT_TIMEOUT, OPERATOR,
  } = toolkit;

  // ---- both sides ----------------------------------------------------------------------------------------------------------

  const foreign = ask('foreign');
  const anyone = foreign.identity === null ? undefined : foreign.identity;
  define('foreign', foreign.centralSystem || foreign.chargePoint);
  define('attended', !(foreign.unattended && (foreign.centralSystem || foreign.chargePoint)));

  /** The options of a side. */
  const SIDE = [
    'id', 'version', 'transport', 'within', 'url', 'lively', 'autonomous', 'patience', 'headers', 'password',
    // the machine of a simulated charge point
    'driver', 'connectors', 'cable', 'profiles', 'phases', 'maxCurrent', 'vendor', 'model', 'serial', 'firmware', 'quirk',
  ];

  const stations = () => ask('stations').map(linkOf);

  /** A password as the program takes it: a text, bytes, or null for none. */
  function passwordOf(password) {
    if (password instanceof Uint8Array) return Array.from(password);
    return password === undefined || password === null ? password : want('string', password, 'a password');
  }

  async function ourChargePoint(step, options, autonomous) {
    const { headers, password, ...others } = options;
    const handshake = { headers: headers || {}, password: passwordOf(password) };
    if (options.transport === 'soap' && (headers || password)) {
      throw new TypeError('headers and password are for the handshake of a WebSocket; there is none over SOAP');
    }
    const { station, failure, other } = await request('chargePoint', { ...others, autonomous, handshake });
    if (other) {
      done(step);
      skip(other);
    }
    if (failure) throw missing(step, failure);
    const link = linkOf(station);
    // A central system of the scenario has no reason to refuse for a moment.
    const defaultPatience = foreign.centralSystem && options.url === undefined ? foreign.patience : 0;
    link.patience = options.patience === undefined ? defaultPatience : want('number', options.patience, 'patience');
    return link;
  }

  /** Extends the time limit while the scenario waits for a peer to connect; returns a function that gives unused time back. */
  function grant(timeout) {
    if (timeout <= 0) return () => {};
    const from = toolkit.now();
    send('grant', { timeout });
    return () => send('grant', { timeout: Math.min(0, toolkit.now() - from - timeout) });
  }

  async function centralSystemUnderTest(options = {}) {
    if (foreign.chargePoint && !foreign.centralSystem) skip('it tests a central system; --url names one');
    const step = begin('connect to the central system under test');
    const within = time(options, SIDE);
    const link = await ourChargePoint(step, options, false);
    const timeout = foreign.centralSystem ? ask('wait') : 0;
    const giveBack = grant(timeout);
    await link.up(step, within, 0, undefined, timeout);
    giveBack();
    return linkOf(ask('station', link.key));
  }

  async function chargePointUnderTest(options = {}) {
    if (foreign.centralSystem && !foreign.chargePoint) skip('it tests a charge point; --listen says where one connects');
    const step = begin('wait for the charge point under test');
    const within = time({ within: foreign.chargePoint ? OPERATOR : DEFAULT_TIMEOUT, ...options }, SIDE);
    const giveBack = grant(foreign.chargePoint ? within : 0);
    const listening = await request('listen', {});
    if (listening.failure) throw missing(step, listening.failure);
    const id = foreign.chargePoint ? (options.id === undefined ? anyone : options.id) : (options.id || 'CP1');
    if (!foreign.chargePoint) await ourChargePoint(step, { ...options, id }, true);
    else if (!stations().some((link) => link.role === 'cs')) {
      // None has been here yet: the user at the charge point must know where to.
      const [who, path] = id === undefined ? ['the charge point', '<identity>'] : [id, encodeURIComponent(id)];
      send('operator', { text: `Let ${who} connect to ${listening.url}/${path}.` });
    }
    const link = await connectedStation(step, within, id, () => missing(
      step, `no charge point${id === undefined ? '' : ` ${id}`} connected to ${listening.url} within ${seconds(within)}${other()}`,
    ), foreign.chargePoint && options.id === undefined);
    giveBack();
    const { version = '1.6', transport = 'websocket' } = options;
    if (foreign.chargePoint && link.version !== version) skip(`${link.id} speaks OCPP ${link.version}, and this scenario is for ${version}`);
    if (foreign.chargePoint && link.transport !== transport) skip(`${link.id} speaks over ${link.transport}, and this scenario is for ${transport}`);
    return link;
  }

  const given = new Set(); // stations that a scenario has a link to

  let reported = false; // that a charge point with another identity is connected

  /** What is connected instead of the charge point that `--identity` names. */
  function other() {
    const link = stations().find((link) => link.role === 'cs' && !link.pair && link.connected && !given.has(link.key));
    return link ? `; ${link.id} is connected: name it with --identity ${link.id}` : '';
  }

  /** Waits for a charge point. With `awaited` the user is informed when the one who has come has another identity. */
  function connectedStation(step, within, id, late, awaited = false, pair = false) {
    const fits = (link) => link.role === 'cs' && link.pair === pair && link.connected && (id === undefined ? !given.has(link.key) : link.id === String(id));
    return wait(step, within, () => {
      const link = stations().find(fits);
      if (!link && awaited && !reported && other()) {
        reported = true;
        send('operator', { text: `Let the charge point connect as ${id}${other()}.` });
      }
      if (!link) return undefined;
      given.add(link.key);
      for (const record of link.log.records) if (record.kind === 'connected') record.taken = true;
      return { value: link };
    }, late);
  }

  async function chargePoint(options = {}) {
    const step = begin('connect a charge point');
    const within = time(options, SIDE);
    const link = await ourChargePoint(step, options, options.lively === true || options.autonomous === true);
    await link.up(step, within, 0);
    return linkOf(ask('station', link.key));
  }

  async function centralSystem(options = {}) {
    const step = begin('start a central system');
    const made = await request('centralSystem', options);
    if (made.failure) throw missing(step, made.failure);
    done(step);
    const { url, service, port } = made;
    return {
      url, service, port,
      station(id, options) {
        const step = begin(`wait for ${id === undefined ? 'a charge point' : id} at ${url}`);
        const within = time(options);
        return connectedStation(step, within, id, () => wrong(step, `no charge point${id === undefined ? '' : ` ${id}`} connected within ${seconds(within)}`));
      },
    };
  }

  async function proxy(options = {}) {
    const step = begin('start a proxy');
    const { to, also, keep = false, port = 0 } = options;
    want('string', to, 'the URL of the central system, in `to`,');
    const made = await request('proxy', { to, also, keep, port });
    if (made.failure) throw missing(step, made.failure);
    done(step);
    const { url } = made;
    return {
      url,
      port: made.port,
      station(id, options) {
        const step = begin(`wait for ${id === undefined ? 'a station' : id} at the proxy`);
        const late = () => wrong(step, `no station${id === undefined ? '' : ` ${id}`} was passed on`);
        return connectedStation(step, time(options), id, late, false, true);
      },
      async rewrite(rule) {
        const step = begin(`rewrite ${want('string', rule, 'a rule')}`);
        const { failed, output } = await request('command', { line: `rewrite ${rule}` });
        if (failed) throw wrong(step, output);
        done(step);
      },
    };
  }

  async function operator(sentence, simulate, options) {
    want('string', sentence, 'what a person is to do');
    if (foreign.centralSystem || foreign.chargePoint) {
      if (foreign.unattended) {
        if (options && options.optional) return;
        skip(`no one is there for this: ${sentence}`);
      }
      send('operator', { text: sentence });
      send('grant', { timeout: OPERATOR });
      waitLonger();
      return;
    }
    const step = begin(sentence);
    want('function', simulate, 'what does it at a simulated side');
    const known = allLinks();
    // The link may be down: the user may reconnect it.
    const ours = (options && options.link) || known.find((link) => link.connected && given.has(link.key)) || known.find((link) => link.connected)
      || known.find((link) => given.has(link.key)) || known[0];
    if (!ours) throw wrong(step, 'there is no side under test');
    const other = await wait(step, DEFAULT_TIMEOUT, () => {
      const link = stations().find((link) => link.id === ours.id && link.role !== ours.role && (link.connected || !ours.connected));
      return link && { value: link };
    }, () => wrong(step, `there is no simulated side under test behind ${ours.id}`));
    await simulate(other);
  }

  class Skipped extends Error {
    constructor(reason) {
      super(reason);
      this.name = 'Skipped';
    }
  }

  function skip(reason) { throw new Skipped(String(reason)); }

  for (const [name, value] of Object.entries({ centralSystemUnderTest, chargePointUnderTest, chargePoint, centralSystem, proxy, operator, skip })) {
    define(name, value);
  }

  return { Skipped, forgetSides: () => given.clear(), stations, operator, foreign, isGiven: (link) => given.has(link.key) };
})
