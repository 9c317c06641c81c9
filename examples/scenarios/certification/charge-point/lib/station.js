/// <reference path="../../../ocpp-tui-scenario.d.ts" />

// Shared by the cases beside this folder: a charge point whose cable, card reader and power the case has in its hands.
// Questions, configuration, transactions and their cleanups are those of the scenarios about charge points, passed on.

const base = require('../../../charge-point/lib/charge-point.js');

const {
  configure, configured, ends, happens, keeping, leave, numbered, patient, quietly, rebooting, setting, site,
} = base;

const chosenCable = parameter('cable', '');
/** `socket`: the driver brings the cable, which the connector locks; `fixed`: the cable belongs to the charge point. */
const cable = chosenCable || 'socket';

/** How long somebody, or a machine, may do nothing before it counts as nothing. */
const pause = foreign ? 15000 : 5000;

/** The difference that clocks of two machines may have, in milliseconds. */
const tolerance = foreign ? 5000 : 1000;

/** The connectors in which the case has put a cable. */
const plugged = new Set();

/**
 * The charge point under test, with a free connector, and nobody but the case who does something at it. Its
 * transactions are stopped and its cables taken out at the end. `machine` is how a simulated one is built.
 */
async function begin({ profile, connectorId = site.connector, free = true, machine } = {}) {
  plugged.clear();
  const built = { driver: false, ...(chosenCable && { cable }), ...machine };
  const cp = await base.ready(profile, foreign ? {} : built);
  after(async () => {
    await leave(cp);
    for (const connector of [...plugged]) {
      await quietly(() => unplug(connector));
    }
  }, { within: 3 * patient.within });
  if (free) {
    await base.free(cp, connectorId);
  }
  return cp;
}

// ---- hands --------------------------------------------------------------------------------------------------------

/** Skips the case before it has changed anything, when nobody is there to plug a car in. */
function plugsLater(connector = site.connector) {
  if (!attended) {
    skip(`no one is there for this: Plug a car in at connector ${connector}.`);
  }
}

async function plug(connector = site.connector) {
  plugged.add(connector);
  await hands.plug(connector);
}

async function unplug(connector = site.connector) {
  plugged.delete(connector);
  await hands.unplug(connector);
}

/** A card at the reader. */
const card = (idTag = site.idTag, connector = site.connector) => hands.present(idTag, connector);

/** Cuts the network until `online`, or until the end of the case. */
async function offline(cp) {
  after(() => quietly(() => online(cp)), { within: 2 * patient.within });
  await hands.offline();
  if (cp.connected) {
    await cp.expectDisconnect(patient);
  }
}

async function online(cp) {
  if (!cp.connected) {
    await hands.online();
    await cp.expectConnect(patient);
  }
}

/** Cuts the power until `powerOn`, or until the end of the case. */
async function powerOff(cp, ...how) {
  after(() => quietly(() => powerOn(cp)), { within: 2 * rebooting.within });
  await hands.powerOff(...how);
  if (cp.connected && !(await happens(() => cp.expectDisconnect(patient)))) {
    // nothing says goodbye when the power fails
    await cp.drop();
  }
}

async function powerOn(cp) {
  if (!cp.connected) {
    await hands.powerOn();
    await cp.expectConnect(rebooting);
  }
}

/** A part of a connector is broken until the end of the case at the latest. */
async function faulted(connector = site.connector) {
  after(() => quietly(() => hands.recover(connector)));
  await hands.fault('GroundFailure', connector);
}

/** The lock of a connector is broken until the end of the case. */
async function lockFails(connector = site.connector) {
  if (cable === 'fixed') {
    skip('a fixed cable is not locked: --set cable=fixed');
  }
  after(() => quietly(() => hands.lock('ok', connector)));
  await hands.lock('fail', connector);
}

// ---- what the charge point tells ----------------------------------------------------------------------------------

/** Waits for a status of a connector. */
const tells = (cp, status, { connectorId = site.connector, ...fields } = {}, options = patient) => (
  cp.expectCall('StatusNotification', { connectorId, status, ...fields }, options));

/** Waits for the status of energy that flows, or may flow. */
const charges = (cp, connectorId = site.connector) => tells(cp, oneOf(...base.IN_USE), { connectorId });

/** Waits for a boot, and for the status of each connector after it. */
async function boots(cp, connectors) {
  const boot = await cp.expectCall('BootNotification', base.BOOT, rebooting);
  await reports(cp, connectors);
  return boot;
}

/** Waits for the status of connector 0 and of all others; `status` is what each of the others must be. */
async function reports(cp, connectors, status = any.string) {
  for (let connectorId = 0; connectorId <= connectors; connectorId += 1) {
    await tells(cp, connectorId === 0 ? oneOf('Available', 'Unavailable', 'Faulted') : status, { connectorId });
  }
}

/** From now on: returns what gives the calls of an action that have come since. */
function since(cp) {
  const from = cp.calls().length;
  return (action) => cp.calls().slice(from).filter((call) => call.action === action);
}

/** The statuses of a connector in order, each once, without pauses of the car or the charge point. */
const course = (heard, connectorId = site.connector) => heard('StatusNotification')
  .filter(({ payload }) => payload.connectorId === connectorId)
  .map(({ payload }) => payload.status)
  .filter((status) => !status.startsWith('Suspended'))
  .filter((status, index, all) => status !== all[index - 1]);

/** Expects that these calls came in this order. */
function inOrder(cp, ...calls) {
  // one that uses an id twice is found by the time of the call
  const name = ({ id, action, at }) => `${action} ${id} ${at}`;
  const order = cp.calls().map(name);
  const place = calls.map((call) => order.indexOf(name(call)));
  for (let index = 1; index < place.length; index += 1) {
    assert(place[index] > place[index - 1], `${calls[index].action} came before ${calls[index - 1].action}`);
  }
}

/** Expects that a connector has one of these statuses, and that no transaction begins there. */
async function remains(cp, statuses, connectorId = site.connector) {
  await cp.expectNoCall('StartTransaction', { for: pause, payload: { connectorId } });
  const status = await base.statusOf(cp, connectorId);
  expect(status, oneOf(...statuses), `the status of connector ${connectorId}`);
}

/** Expects that a transaction still runs: it was not stopped, and its connector is in use. */
async function goesOn(cp, transaction, connectorId = site.connector) {
  const own = { transactionId: transaction.id };
  await cp.expectNoCall('StopTransaction', { for: pause, payload: own });
  const stopped = cp.calls('StopTransaction').some(({ payload }) => payload.transactionId === transaction.id);
  assert(!stopped, `the transaction ${transaction.id} was stopped`);
  const status = await base.statusOf(cp, connectorId);
  expect(status, oneOf(...base.IN_USE), `the status of connector ${connectorId}`);
}

// ---- tags ---------------------------------------------------------------------------------------------------------

/** The charge point asks about every card: nothing that it knows itself starts a transaction. */
async function asks(cp) {
  const status = await setting(cp, 'LocalPreAuthorize', 'false');
  if (status !== 'Accepted' && status !== 'NotSupported') {
    skip(`LocalPreAuthorize cannot be set to false: ${status}`);
  }
  // a card that this case has refused is not remembered as such
  after(() => quietly(() => cp.call('ClearCache', {})));
}

/** What is answered about tags, by Authorize and StartTransaction; tags that are not named are accepted. */
function tagsAre(cp, infos) {
  cp.answer('Authorize', ({ idTag }, usual) => (infos[idTag] ? { idTagInfo: infos[idTag] } : usual));
}

/** Waits for the question about a tag. */
const asked = (cp, idTag = site.idTag) => cp.expectCall('Authorize', { idTag }, patient);

// ---- transactions -------------------------------------------------------------------------------------------------

/** Waits for a StartTransaction, and until the charge point knows the id. */
async function starts(cp, fields = {}) {
  const call = await cp.expectCall('StartTransaction', {
    connectorId: site.connector, idTag: site.idTag, meterStart: any.integer, timestamp: any.time, ...fields,
  }, patient);
  await base.answered();
  return call;
}

/** A car is plugged in, and waits. That the connector tells Preparing is for the cases about that. */
async function waitsAt(cp, connectorId = site.connector) {
  cp.forget();
  await plug(connectorId);
  await happens(() => tells(cp, 'Preparing', { connectorId }));
}

/** A transaction that a card starts, the cable first; `answer` is merged into the answer to its StartTransaction. */
async function session(cp, { idTag = site.idTag, connectorId = site.connector, answer } = {}) {
  const transaction = numbered(cp, answer);
  await waitsAt(cp, connectorId);
  await card(idTag, connectorId);
  transaction.call = await starts(cp, { idTag, connectorId });
  await charges(cp, connectorId);
  return transaction;
}

/** A transaction that is started remotely, before the cable; `fields` are further ones of RemoteStartTransaction. */
async function remoteSession(cp, { idTag = site.idTag, connectorId = site.connector, fields = {} } = {}) {
  plugsLater(connectorId);
  cp.forget();
  const transaction = numbered(cp);
  await cp.call('RemoteStartTransaction', { connectorId, idTag, ...fields }, { status: 'Accepted' });
  // the cable must not come too late
  await happens(() => tells(cp, 'Preparing', { connectorId }, { within: 5000 }));
  await plug(connectorId);
  transaction.call = await starts(cp, { idTag, connectorId });
  await charges(cp, connectorId);
  return transaction;
}

/** The reason of an end at the charge point itself, which may be left out (§4.10). */
const LOCAL = optional('Local');

/** Stops a transaction with a card; returns its StopTransaction. */
async function stopByCard(cp, transaction, { idTag = site.idTag, connectorId = site.connector } = {}) {
  await card(idTag, connectorId);
  return ends(cp, transaction, { reason: LOCAL, idTag: optional(idTag), timestamp: any.time });
}

/** The cable is taken out, and the connector is free. */
async function isLeft(cp, connectorId = site.connector) {
  await unplug(connectorId);
  await tells(cp, 'Available', { connectorId });
}

/** Lets the charge point learn in a transaction that a tag is accepted. */
async function remembered(cp, idTag = site.idTag) {
  if ((await configured(cp, 'AuthorizationCacheEnabled')) === undefined) {
    skip('there is no authorisation cache: the key AuthorizationCacheEnabled is missing');
  }
  await configure(cp, { AuthorizationCacheEnabled: 'true' });
  const transaction = await step('the charge point learns the tag', () => session(cp, { idTag }));
  await stopByCard(cp, transaction, { idTag });
  await isLeft(cp);
}

/** A short ConnectionTimeOut; returns it in milliseconds. */
async function shortTimeOut(cp) {
  const seconds = foreign ? 20 : 10;
  await configure(cp, { ConnectionTimeOut: String(seconds) });
  return seconds * 1000;
}

/** A connector that is Preparing is Available again after this time, because no cable has come. */
async function timesOut(cp, span) {
  const preparing = await tells(cp, 'Preparing');
  const available = await tells(cp, 'Available', {}, { within: span + patient.within });
  const wait = available.at - preparing.at;
  const told = `after ${wait} ms without a cable, with a ConnectionTimeOut of ${span} ms`;
  assert(wait >= span * 0.8 && wait <= span * 1.5 + 10000, `Available ${told}`);
  should(wait <= span * 1.2 + 3000, `Available on time, not ${told}`);
}

/** Statuses are told at once. */
const toldAtOnce = async (cp) => {
  const value = await keeping(cp, 'MinimumStatusDuration');
  if (value !== undefined && value !== '0') {
    await configure(cp, { MinimumStatusDuration: '0' });
  }
};

module.exports = {
  ...base, LOCAL, asked, asks, begin, boots, cable, card, charges, course, faulted, goesOn, inOrder, isLeft, lockFails,
  offline, online, pause, plug, plugsLater, powerOff, powerOn, remains, remembered, remoteSession, reports, session, shortTimeOut,
  since, starts, stopByCard, tagsAre, tells, timesOut,
  toldAtOnce, tolerance, unplug, waitsAt,
};
