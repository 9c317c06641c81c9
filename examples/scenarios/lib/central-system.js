// What the scenarios about a central system share: being registered, transactions, calls that a person has to cause,
// and the matchers for what OCPP 1.6 says about texts and numbers. It is no scenario itself.
/// <reference path="../ocpp-tui-scenario.d.ts" />

/** A tag that the central system lets charge: `--set idTag=…`. */
const idTag = parameter('idTag', 'TAG1');

/** How far the central system's clock may be away from ours, in milliseconds: `--set clockTolerance=…`. */
const clockTolerance = parameter('clockTolerance', 60000);

/** The actions that the central system cannot send: `--set 'without=["ReserveNow"]'`. */
const without = parameter('without', []);

/** For scenarios in which a person has to do something at the central system: people need longer than programs. */
const byHand = foreign ? { timeout: 15 * 60 * 1000 } : {};

/** How long a call is awaited that somebody has to cause. */
const patience = foreign ? { within: 2 * 60 * 1000 } : {};

/** Our link, after the central system has accepted us: before that it owes us nothing else (OCPP 1.6 §4.2). */
async function registered(options) {
  const link = await centralSystemUnderTest(options);
  const boot = await link.call('BootNotification');
  if (boot.status !== 'Accepted') {
    skip(`The central system answers ${boot.status} to the boot of ${link.id}: register this charge point there.`);
  }
  return link;
}

/** A call that every central system answers: it is there, it understands us, and it still knows us. */
function alive(link) {
  return link.call('Heartbeat', {}, { currentTime: any.time });
}

/** A time so many seconds ago, as OCPP writes it. */
function ago(seconds) {
  return new Date(now() - seconds * 1000).toISOString();
}

/** Starts a transaction and returns its id. Fields can be replaced. */
async function start(link, fields) {
  const payload = Object.assign({ connectorId: 1, idTag, meterStart: 1000, timestamp: ago(0) }, fields);
  const started = await link.call('StartTransaction', payload, { transactionId: any.integer });
  return started.transactionId;
}

/** Stops a transaction. Fields can be replaced. */
function stop(link, transactionId, fields) {
  const payload = Object.assign({ transactionId, idTag, meterStop: 1500, timestamp: ago(0) }, fields);
  return link.call('StopTransaction', payload);
}

/**
 * Runs something during a transaction, which is stopped afterwards in any case: nothing is to be left charging at the
 * central system. Fields of its start and of its stop can be replaced.
 */
async function during(link, run, { started, stopped } = {}) {
  const transactionId = await start(link, started);
  try {
    await run(transactionId);
  } catch (error) {
    // how this ends is not what the scenario is about
    await stop(link, transactionId, stopped).catch(() => {});
    throw error;
  }
  await stop(link, transactionId, stopped);
}

/** Ends the scenario when the central system cannot send this. */
function needs(action) {
  if (without.includes(action)) {
    skip(`The central system cannot send ${action}.`);
  }
}

/**
 * Has the central system send a call, by a person or in the simulation, and returns the payload with which it comes.
 *
 * `how` tells the person more about it; `payload` is what the simulation sends instead of the usual sample; `answer`
 * are fields of our answer, and `error` is a code with which we answer instead.
 */
async function order(link, action, { how = '', payload, answer = {}, error, expected = any } = {}) {
  needs(action);
  // not only the next time: there are central systems that make such calls by themselves, after a boot for example
  link.answer(action, error ? ocpp.error(error, 'This is part of a test.') : answer);
  link.forget();
  await operator(`Send ${action} to ${link.id}${how && `, ${how}`}`, underTest =>
    error ? underTest.callError(action, payload, error) : underTest.call(action, payload));
  const call = await link.expectCall(action, any, patience);
  return expect(call.payload, expected, `the payload of ${action}`);
}

/** A text with at least one character and at most so many. */
function textUpTo(length) {
  return value => typeof value === 'string' && value.length > 0 && value.length <= length;
}

/** A whole number of at least so much. */
function atLeast(least) {
  return value => Number.isInteger(value) && value >= least;
}

/** The address of a file: a scheme, and something behind it. */
const uri = /^[A-Za-z][A-Za-z0-9+.-]*:[^\s]+$/;

/** The schedule of a charging profile: the first period begins at once and the later ones in order (OCPP 1.6 §7.14). */
function inOrder(periods) {
  return Array.isArray(periods) && periods.length > 0 && periods[0].startPeriod === 0 &&
    periods.every((period, index) => typeof period.limit === 'number' && period.limit >= 0 &&
      (index === 0 || period.startPeriod > periods[index - 1].startPeriod));
}

/** What every charging profile must have. */
const profile = {
  chargingProfileId: any.integer,
  stackLevel: atLeast(0),
  chargingProfilePurpose: oneOf('ChargePointMaxProfile', 'TxDefaultProfile', 'TxProfile'),
  chargingProfileKind: oneOf('Absolute', 'Recurring', 'Relative'),
  recurrencyKind: optional(oneOf('Daily', 'Weekly')),
  validFrom: optional(any.time),
  validTo: optional(any.time),
  chargingSchedule: {
    chargingRateUnit: oneOf('A', 'W'),
    duration: optional(atLeast(0)),
    startSchedule: optional(any.time),
    chargingSchedulePeriod: inOrder,
  },
};

module.exports = {
  idTag, clockTolerance, byHand, registered, alive, ago, start, stop, during, needs, order, textUpTo, atLeast, uri,
  profile,
};
