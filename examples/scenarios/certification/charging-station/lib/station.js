/// <reference path="../../../ocpp-tui-scenario.d.ts" />

// Shared by the cases for charging stations of OCPP 2.x beside this folder: how a case is declared, a station whose cable and card reader the
// case has in its hands, its variables and its transactions. Whatever is changed here is registered with `after`. This file is not a scenario.

const { areaOf, books, versionOf } = require('../../lib/cases.js');

/** The parameters of the site: `--set idTag=04A1B2 --set evse=2`. */
const site = {
  idTag: parameter('idTag', 'TAG1'),
  otherIdTag: parameter('otherIdTag', 'TAG2'),
  /** The type of token that a card at the reader has. */
  cardType: parameter('cardType', 'ISO14443'),
  /** The EVSE that is used, whose connector is 1. */
  evse: parameter('evse', 1),
  settle: parameter('settle', foreign ? 3000 : 500),
};

// a person has to walk to a foreign station, and real hardware restarts slowly
const patient = { within: foreign ? 120000 : 15000 };
const rebooting = { within: foreign ? 300000 : 30000 };
const LONG = 900000;

/** How long nothing must happen before it counts as nothing, in milliseconds. */
const pause = foreign ? 15000 : 5000;

let version;

/**
 * Declares a case: its number in the list of the test house, a title of our own, what it checks, and the use cases or requirements that ask
 * for it. `skip` is the reason why it cannot be played.
 */
function official(id, title, { by, ...about }, run) {
  scenario(title, { id: `TC_${id}_CS`, area: areaOf(id), by: books(id, by), timeout: LONG, ...about }, () => {
    version = versionOf(id);
    return run();
  });
}

// ---- asking -----------------------------------------------------------------------------------------------------------------------

/** Runs a cleanup, whose errors are not what the case checks. */
async function quietly(run) {
  try {
    await run();
  } catch {
    // the verdict is made
  }
}

/** What a wait finds, or nothing if it ends in vain. */
async function happens(wait) {
  try {
    return await wait();
  } catch (error) {
    if (error instanceof ExpectationError) {
      return undefined;
    }
    throw error;
  }
}

/** Makes a call of an optional block; skips the case if the station does not have it. */
async function ask(cp, action, payload, expected) {
  try {
    return await cp.call(action, payload, expected);
  } catch (error) {
    if (error instanceof CallError && (error.code === 'NotSupported' || error.code === 'NotImplemented')) {
      skip(`${action} is not supported: ${error.code}`);
    }
    throw error;
  }
}

// ---- a station that is ready --------------------------------------------------------------------------------------------------------

/** The EVSEs in which the case has put a cable. */
const plugged = new Set();

/** The station under test, after it has sent what it sends after connecting, with nobody at it but the case. */
async function begin({ machine = {} } = {}) {
  plugged.clear();
  const cp = await chargePointUnderTest({ version, ...(foreign ? {} : { driver: false, ...machine }) });
  after(async () => {
    for (const id of running(cp)) {
      await quietly(() => cp.call('RequestStopTransaction', { transactionId: id }));
    }
    for (const evse of [...plugged]) {
      await quietly(() => unplug(evse));
    }
  }, { within: 3 * patient.within });
  if (cp.since !== undefined && (await happens(() => cp.expectCall('BootNotification', any, { within: site.settle })))) {
    // a call is taken when its answer has been read
    await sleep(Math.min(200, site.settle));
  }
  await sleep(site.settle);
  cp.forget();
  return cp;
}

/** The transactions that have begun and not ended in this case. */
function running(cp) {
  const open = new Set();
  for (const { payload: { eventType, transactionInfo } } of cp.calls('TransactionEvent')) {
    open[eventType === 'Ended' ? 'delete' : 'add'](transactionInfo.transactionId);
  }
  return [...open];
}

/** Waits for a boot, and for the status of a connector after it. */
async function boots(cp, reason = any.string) {
  const boot = await cp.expectCall('BootNotification', {
    reason, chargingStation: { model: /^.{1,20}$/, vendorName: /^.{1,50}$/, serialNumber: optional(/^.{0,25}$/), firmwareVersion: optional(/^.{0,50}$/) },
  }, rebooting);
  await tells(cp, any.string);
  return boot;
}

/** The token of a card. */
const token = (idToken = site.idTag) => ({ idToken, type: site.cardType });

// ---- hands ------------------------------------------------------------------------------------------------------------------------

async function plug(evse = site.evse) {
  plugged.add(evse);
  await hands.plug(evse);
}

async function unplug(evse = site.evse) {
  plugged.delete(evse);
  await hands.unplug(evse);
}

/** A card at the reader. */
const card = (idTag = site.idTag, evse = site.evse) => hands.present(idTag, evse);

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

// ---- what the station tells ---------------------------------------------------------------------------------------------------------

/** The status of a connector in a call, by StatusNotification or as an event about AvailabilityState (G01). */
function statusIn({ action, payload }, evse) {
  if (action === 'StatusNotification') {
    return payload.evseId === evse ? payload.connectorStatus : undefined;
  }
  const events = action === 'NotifyEvent' ? payload.eventData : [];
  const about = events.find(({ component, variable }) => (
    component.name === 'Connector' && component.evse && component.evse.id === evse && variable.name === 'AvailabilityState'));
  return about && about.actualValue;
}

/** Waits until a connector tells this status, in a call that no expectation has taken yet. */
async function tells(cp, status, { evse = site.evse, within = patient.within } = {}) {
  const latest = now() + within;
  const from = told.get(cp) || 0;
  for (;;) {
    const calls = cp.calls();
    const index = calls.findIndex((call, place) => place >= from && isStatus(statusIn(call, evse), status));
    if (index >= 0) {
      told.set(cp, index + 1);
      return calls[index];
    }
    if (now() >= latest) {
      expect(undefined, status, `the status of connector 1 of EVSE ${evse} within ${within / 1000} s`);
    }
    await sleep(100);
  }
}
const told = new Map();
const isStatus = (found, wanted) => found !== undefined && (wanted === any.string || found === wanted);

/** From now on, statuses that were told before do not count. */
function forget(cp) {
  cp.forget();
  told.set(cp, cp.calls().length);
}

/** From now on: returns what gives the payloads of an action that have come since. */
function since(cp) {
  const from = cp.calls().length;
  return (action) => cp.calls().slice(from).filter((call) => call.action === action).map(({ payload }) => payload);
}

/** The status of a connector now. */
async function statusOf(cp, evse = site.evse) {
  forget(cp);
  await cp.call('TriggerMessage', { requestedMessage: 'StatusNotification', evse: { id: evse, connectorId: 1 } }, { status: 'Accepted' });
  return statusIn(await tells(cp, any.string, { evse }), evse);
}

// ---- variables --------------------------------------------------------------------------------------------------------------------

/** A variable by its name, `TxCtrlr.TxStartPoint` or `OCPPCommCtrlr.MessageAttempts[TransactionEvent]`. */
function variable(name) {
  const [, component, of, instance] = /^(\w+)\.(\w+)(?:\[(\w+)\])?$/.exec(name);
  return { component: { name: component }, variable: { name: of, ...(instance && { instance }) } };
}

/** The result about one variable. */
async function read(cp, name) {
  const { getVariableResult: [result] } = await cp.call('GetVariables', { getVariableData: [variable(name)] });
  return result;
}

/** The value of a variable, or nothing where there is none. */
async function value(cp, name) {
  const { attributeStatus, attributeValue } = await read(cp, name);
  return attributeStatus === 'Accepted' ? attributeValue : undefined;
}

/** Sets a variable; returns the status. */
async function set(cp, name, attributeValue) {
  const { setVariableResult: [{ attributeStatus }] } = await cp.call('SetVariables', {
    setVariableData: [{ ...variable(name), attributeValue: String(attributeValue) }],
  });
  return attributeStatus;
}

/** Sets variables until the end of the case; skips it where one cannot be set. */
async function configure(cp, values) {
  for (const [name, wanted] of Object.entries(values)) {
    const before = await value(cp, name);
    if (before === String(wanted)) {
      continue;
    }
    const status = await set(cp, name, wanted);
    if (status !== 'Accepted') {
      skip(`${name} cannot be set to ${wanted}: ${status}`);
    }
    if (before !== undefined) {
      after(() => quietly(() => set(cp, name, before)));
    }
  }
}

// ---- transactions -------------------------------------------------------------------------------------------------------------------

/** What is answered about tokens, by Authorize and in events: token → its idTokenInfo; others are Accepted. */
function tokensAre(cp, infos) {
  const answer = ({ idToken }, usual) => (idToken ? { idTokenInfo: infos[idToken.idToken] || { status: 'Accepted' } } : usual);
  cp.answer('Authorize', answer);
  cp.answer('TransactionEvent', answer);
}

/** Waits for the question about a token. */
const asked = (cp, idTag = site.idTag) => cp.expectCall('Authorize', { idToken: { idToken: idTag, type: any.string } }, patient);

/** Waits for an event; `fields` are those of the event, `info` of its transactionInfo. */
const event = (cp, eventType, { info = {}, ...fields } = {}, options = patient) => cp.expectCall('TransactionEvent', {
  eventType, timestamp: any.time, seqNo: any.integer, ...fields, transactionInfo: { transactionId: any.string, ...info },
}, options);

/** Waits until a transaction charges, which its first event may tell already. */
async function charges(cp, started) {
  if (started.payload.transactionInfo.chargingState !== 'Charging') {
    await event(cp, 'Updated', { info: { transactionId: started.payload.transactionInfo.transactionId, chargingState: 'Charging' } });
  }
}

/** A transaction that a card starts, the cable first: its id, and its first event. */
async function session(cp, { idTag = site.idTag, evse = site.evse } = {}) {
  await plug(evse);
  await card(idTag, evse);
  const started = await event(cp, 'Started');
  await charges(cp, started);
  return { id: started.payload.transactionInfo.transactionId, started, idTag, evse };
}

/** Waits for the end of a transaction. */
const ends = (cp, { id }, { info = {}, ...fields } = {}, options = patient) => event(cp, 'Ended', { ...fields, info: { transactionId: id, ...info } }, options);

/**
 * Waits until a transaction is stopped by this: an event tells the trigger, and the last one the reason, which it is itself where the transaction
 * ends at once.
 */
async function stopped(cp, transaction, triggerReason, stoppedReason, fields = {}) {
  const call = await event(cp, any.string, { triggerReason, ...fields, info: { transactionId: transaction.id } });
  await unplug(transaction.evse);
  const last = call.payload.eventType === 'Ended' ? call : await ends(cp, transaction);
  expect(last.payload.transactionInfo.stoppedReason, stoppedReason, 'the reason of the end');
}

/** Ends a transaction: its card, and the car leaves. */
async function finish(cp, transaction) {
  await card(transaction.idTag, transaction.evse);
  await sleep(1000);
  await unplug(transaction.evse);
  return ends(cp, transaction);
}

/** Expects that a transaction goes on. */
async function goesOn(cp, { id }) {
  await cp.expectNoCall('TransactionEvent', { for: pause, payload: { eventType: 'Ended', transactionInfo: { transactionId: id } } });
  assert(running(cp).includes(id), `the transaction ${id} has ended`);
}

/** Expects that no energy flows: no transaction that begins from now on charges. */
async function chargesNothing(cp) {
  await cp.expectNoCall('TransactionEvent', { for: pause, payload: { transactionInfo: { chargingState: 'Charging' } } });
}

/** A remote start at our EVSE, which is accepted; `fields` are further ones. */
async function remoteStart(cp, { idTag = site.idTag, evse = site.evse, remoteStartId = 4711, ...fields } = {}) {
  return cp.call('RequestStartTransaction', {
    remoteStartId, idToken: token(idTag), evseId: evse, ...fields,
  }, { status: 'Accepted' });
}

/** Expects that the numbers of a transaction's events are those from 0 on, in order, once each. */
function numbered(payloads, id) {
  const numbers = payloads.filter(({ transactionInfo }) => transactionInfo.transactionId === id).map(({ seqNo }) => seqNo);
  expect(numbers, numbers.map((_, index) => index), 'the numbers of the events');
}

module.exports = {
  LONG, ask, asked, begin, boots, card, charges, chargesNothing, configure, ends, event, finish, forget, goesOn, happens, numbered, official, offline,
  online, patient, pause, plug, quietly, read, rebooting, remoteStart, running, session, set, since, site, statusOf, stopped, tells, token, tokensAre, unplug, value,
  variable,
};
