// Shared by the scenarios for a central system: registration, transactions, calls that a user must cause, and matchers
// for the limits of texts and numbers in OCPP 1.6. This file is not a scenario.
/// <reference path="../ocpp-tui-scenario.d.ts" />

/** A tag that may charge at the central system: `--set idTag=…`. */
const idTag = parameter('idTag', 'TAG1');

/** The allowed difference between the central system's clock and ours, in milliseconds: `--set clockTolerance=…`. */
const clockTolerance = parameter('clockTolerance', 60000);

/** The actions that the central system cannot send: `--set 'without=["ReserveNow"]'`. */
const without = parameter('without', []);

/** The time limit for scenarios with user actions at the central system. */
const byHand = foreign ? { timeout: 15 * 60 * 1000 } : {};

/** The timeout of a call that a user must cause. */
const patience = foreign ? { within: 2 * 60 * 1000 } : {};

/** Our link, after the central system has accepted the boot: before that it need not answer (OCPP 1.6 §4.2). */
async function registered(options) {
  const link = await centralSystemUnderTest(options);
  const boot = await link.call('BootNotification');
  if (boot.status !== 'Accepted') {
    skip(`The central system answers ${boot.status} to the boot of ${link.id}: register this charge point there.`);
  }
  return link;
}

/** A call that every central system answers: it shows that the link works and that we are still registered. */
function alive(link) {
  return link.call('Heartbeat', {}, { currentTime: any.time });
}

/** A time this number of seconds ago, in the format of OCPP. */
function ago(seconds) {
  return new Date(now() - seconds * 1000).toISOString();
}

/**
 * Starts a transaction and returns the answer. Fields of the call can be replaced. If the scenario ends before it stops
 * the transaction, it is stopped afterwards: none is left at the central system.
 */
async function begin(link, fields, expected = { transactionId: any.integer }) {
  const payload = Object.assign({ connectorId: 1, idTag, meterStart: 1000, timestamp: ago(0) }, fields);
  const transaction = { link, id: undefined };
  after(async () => {
    if (transaction.id === undefined || stopped.has(transaction.id)) {
      return;
    }
    if (!link.connected) {
      await link.connect();
    }
    await stop(link, transaction.id, { idTag: payload.idTag, reason: 'Other' });
  });
  const answer = await link.call('StartTransaction', payload);
  stopped.delete(answer.transactionId);
  transaction.id = answer.transactionId;
  return expect(answer, expected, 'the result of StartTransaction');
}

/** The transactions that this scenario has stopped. */
const stopped = new Set();

/** Starts a transaction and returns its id. */
async function start(link, fields) {
  const answer = await begin(link, fields);
  return answer.transactionId;
}

/** Stops a transaction. Fields can be replaced, or left out with `undefined`. */
async function stop(link, transactionId, fields, expected) {
  const payload = Object.assign({ transactionId, idTag, meterStop: 1500, timestamp: ago(0) }, fields);
  const answer = await link.call('StopTransaction', payload, expected);
  stopped.add(transactionId);
  return answer;
}

/** Runs a function during a transaction. Fields of its start and of its stop can be replaced. */
async function during(link, run, { started, stopped } = {}) {
  const transactionId = await start(link, started);
  await run(transactionId);
  await stop(link, transactionId, stopped);
}

/** Skips the scenario if the central system cannot send this call. */
function needs(action) {
  if (without.includes(action)) {
    skip(`The central system cannot send ${action}.`);
  }
}

/**
 * Makes the central system send a call, by a user or in the simulation, and returns the received payload.
 *
 * `how` explains the call to the user; `payload` is sent in the simulation instead of the default sample; `answer`
 * contains fields of our answer, and `error` is a code for an error answer instead.
 */
async function order(link, action, { how = '', payload, answer = {}, error, expected = any } = {}) {
  needs(action);
  // not only the next time: some central systems make such calls by themselves, for example after a boot
  link.answer(action, error ? ocpp.error(error, 'This is part of a test.') : answer);
  link.forget();
  await operator(`Send ${action} to ${link.id}${how && `, ${how}`}`, underTest =>
    error ? underTest.callError(action, payload, error) : underTest.call(action, payload));
  const call = await link.expectCall(action, any, patience);
  return expect(call.payload, expected, `the payload of ${action}`);
}

/** A text with at least one character and at most this number. */
function textUpTo(length) {
  return value => typeof value === 'string' && value.length > 0 && value.length <= length;
}

/** A whole number of at least this value. */
function atLeast(least) {
  return value => Number.isInteger(value) && value >= least;
}

/** The URL of a file: a scheme and more text. */
const uri = /^[A-Za-z][A-Za-z0-9+.-]*:[^\s]+$/;

/** The schedule of a charging profile: the first period starts at 0, the others follow in order (OCPP 1.6 §7.14). */
function inOrder(periods) {
  return Array.isArray(periods) && periods.length > 0 && periods[0].startPeriod === 0 &&
    periods.every((period, index) => typeof period.limit === 'number' && period.limit >= 0 &&
      (index === 0 || period.startPeriod > periods[index - 1].startPeriod));
}

/** The fields of every charging profile. */
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
  idTag, clockTolerance, byHand, registered, alive, ago, begin, start, stop, during, needs, order, textUpTo, atLeast, uri,
  profile,
};
