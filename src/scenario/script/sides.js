// The two sides of OCPP as a scenario starts them: the side under test, which is another program or a simulated one of ours, and further
// charge points and central systems. What is said on a link is in `links.js`.
(function (toolkit) {
  'use strict';
  const {
    define, send, ask, want, begin, done, wrong, missing, request, wait, time, seconds, linkOf, allLinks, waitLonger, PATIENCE, OPERATOR,
  } = toolkit;

  // ---- both sides ----------------------------------------------------------------------------------------------------------

  const foreign = ask('foreign');
  define('foreign', foreign.centralSystem || foreign.chargePoint);

  const stations = () => ask('stations').map(linkOf);

  async function ourChargePoint(step, options, lively) {
    const { station, failure } = await request('chargePoint', { ...options, lively });
    if (failure) throw missing(step, failure);
    return linkOf(station);
  }

  async function centralSystemUnderTest(options = {}) {
    const step = begin('connect to the central system under test');
    if (options.transport === 'soap' && !foreign.soap) skip('--url is an address for WebSocket, and this scenario is for SOAP');
    const within = time(options);
    const link = await ourChargePoint(step, options, false);
    await link.up(step, within, 0);
    return linkOf(ask('station', link.key));
  }

  async function chargePointUnderTest(options = {}) {
    const step = begin('wait for the charge point under test');
    const within = options.within === undefined ? (foreign.chargePoint ? OPERATOR : PATIENCE) : options.within;
    const listening = await request('listen', {});
    if (listening.failure) throw missing(step, listening.failure);
    const named = foreign.identity === null ? undefined : foreign.identity; // any charge point when nobody names one
    const id = foreign.chargePoint ? (options.id === undefined ? named : options.id) : (options.id || 'CP1');
    if (!foreign.chargePoint) await ourChargePoint(step, { ...options, id }, true);
    const link = await connectedStation(step, within, id, () => missing(
      step, `no charge point${id === undefined ? '' : ` ${id}`} connected to ${listening.url} within ${seconds(within)}`,
    ));
    const { version = '1.6', transport = 'websocket' } = options;
    if (foreign.chargePoint && link.version !== version) skip(`${link.id} speaks OCPP ${link.version}, and this scenario is for ${version}`);
    if (foreign.chargePoint && link.transport !== transport) skip(`${link.id} speaks over ${link.transport}, and this scenario is for ${transport}`);
    return link;
  }

  const given = new Set(); // stations that a scenario has a link to

  function connectedStation(step, within, id, late) {
    const fits = (link) => link.role === 'cs' && link.connected && (id === undefined ? !given.has(link.key) : link.id === String(id));
    return wait(step, within, () => {
      const link = stations().find(fits);
      if (!link) return undefined;
      given.add(link.key);
      for (const record of link.log) if (record.kind === 'connected') link.taken.add(record.sequence);
      return { value: link };
    }, late);
  }

  async function chargePoint(options = {}) {
    const step = begin('connect a charge point');
    const within = time(options);
    const link = await ourChargePoint(step, options, options.lively === true);
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

  async function operator(sentence, simulate) {
    want('string', sentence, 'what a person is to do');
    if (foreign.centralSystem || foreign.chargePoint) {
      send('operator', { text: sentence, patience: OPERATOR });
      waitLonger();
      return;
    }
    const step = begin(sentence);
    want('function', simulate, 'what does it at a simulated side');
    const ours = allLinks().find((link) => link.connected && given.has(link.key)) || allLinks().find((link) => link.connected);
    if (!ours) throw wrong(step, 'no side under test is connected');
    const other = await wait(step, PATIENCE, () => {
      const link = stations().find((link) => link.id === ours.id && link.role !== ours.role && link.connected);
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

  for (const [name, value] of Object.entries({ centralSystemUnderTest, chargePointUnderTest, chargePoint, centralSystem, operator, skip })) {
    define(name, value);
  }

  return { Skipped, forgetSides: () => given.clear() };
})
