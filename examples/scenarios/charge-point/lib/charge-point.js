/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Shared by the scenarios beside this folder: the parameters of the site, a charge point in its initial state,
// remote transactions, and the cleanup at the end. Nothing here depends on behaviour of a charge point that is not
// in OCPP.

/** The parameters of the site: `--set idTag=04A1B2 --set connector=2`. */
const site = {
  idTag: parameter('idTag', 'TAG1'),
  /** A second card, of another customer. */
  otherIdTag: parameter('otherIdTag', 'TAG2'),
  connector: parameter('connector', 1),
  /** How long a charge point without TriggerMessage may send messages after connecting. */
  settle: parameter('settle', foreign ? 3000 : 500),
};

// A user has to walk to a foreign charge point, and real hardware restarts slowly.
const patient = { within: foreign ? 120000 : 15000 };
const rebooting = { within: foreign ? 300000 : 15000 };

// Longer than any single wait, for scenarios in which a cable is handled or a charge point restarts.
const LONG = 900000;

// Ids of transactions and reservations must differ between runs, and a transaction that a scenario has left behind
// must not be mistaken for another one: our ids are in a range that is unlikely to be used by others.
// They contain the time, because the random values start with the same seed in every file of a run.
const OURS = 1600000000;
let lastNumber = OURS + (Math.floor(now() / 100) % 500000000);
function nextNumber() {
  lastNumber += 1;
  return lastNumber;
}
const isOurs = (number) => number >= OURS;

// The error codes for a value that is not accepted; the names were misprinted in some versions of the specification.
const REFUSAL = oneOf(
  'PropertyConstraintViolation', 'TypeConstraintViolation', 'FormationViolation', 'FormatViolation', 'GenericError',
);

/** Runs a cleanup. Errors in it are ignored, because the scenario does not check it. */
async function quietly(run) {
  try {
    await run();
  } catch {
    // The result of the scenario is reported already.
  }
}

/** Makes a call and returns its result or error; any other failure is thrown. */
async function attempt(cp, action, payload) {
  try {
    return { result: await cp.call(action, payload) };
  } catch (error) {
    if (error instanceof CallError && !['Timeout', 'Lost', 'Unreachable'].includes(error.code)) {
      return { error };
    }
    throw error;
  }
}

/** Makes a call that a charge point need not support, and skips the scenario if it does not. */
async function ask(cp, action, payload, expected) {
  const { result, error } = await attempt(cp, action, payload);
  const refusal = error ? error.code : result.status;
  if (refusal === 'NotSupported' || (error && refusal === 'NotImplemented')) {
    skip(`${action} is not supported: ${refusal}`);
  }
  if (error) {
    throw error;
  }
  return expected === undefined ? result : expect(result, expected, `the result of ${action}`);
}

/** Expects that a call is refused: by its status, or by an error about the value. */
async function refuses(cp, action, payload, status) {
  const { result, error } = await attempt(cp, action, payload);
  if (error) {
    expect(error.code, oneOf(REFUSAL, 'NotSupported', 'NotImplemented'), `the error after ${action}`);
  } else {
    expect(result.status, status, `the status of the answer to ${action}`);
  }
}

/** Waits for something that a charge point may do by itself; if it does not, asks a user to do it and waits again. */
async function byHand(sentence, follows) {
  await operator(sentence, () => {}, { optional: true });
  try {
    return await follows();
  } catch {
    // It did not happen by itself: an unattended run skips the scenario, an attended run asks the user again.
    await operator(sentence, () => {});
    return follows();
  }
}

/** Requests a message; returns the call, or nothing if the charge point does not accept the request. */
async function trigger(cp, requestedMessage, place = {}) {
  cp.forget();
  const { result } = await attempt(cp, 'TriggerMessage', { requestedMessage, ...place });
  return result && result.status === 'Accepted' ? cp.expectCall(requestedMessage, place) : undefined;
}

/** The charge point under test, after it has sent its messages of the connection. */
async function ready() {
  const cp = await chargePointUnderTest();
  // each transaction of the scenario gets an id that can be recognised later, also after a failed expectation
  const tags = [site.idTag, site.otherIdTag];
  cp.answer('StartTransaction', ({ idTag }, usual) =>
    (tags.includes(idTag) ? { transactionId: nextNumber() } : usual));
  // The first heartbeat comes after a pending boot, the second after the statuses that follow the answer to the boot.
  if (!(await trigger(cp, 'Heartbeat')) || !(await trigger(cp, 'Heartbeat'))) {
    await sleep(site.settle);
  }
  return cp;
}

/** The charge point under test, with a free connector. */
async function readyAndFree(connectorId = site.connector) {
  const cp = await ready();
  await free(cp, connectorId);
  return cp;
}

/** Makes a connector available. Without TriggerMessage the status is unknown, and the scenario starts anyway. */
async function free(cp, connectorId) {
  const told = await trigger(cp, 'StatusNotification', { connectorId });
  const status = told ? told.payload.status : 'Available';
  if (status === 'Available') {
    return;
  }
  const available = () => cp.expectCall('StatusNotification', { connectorId, status: 'Available' }, patient);
  if (status === 'Unavailable') {
    await cp.call('ChangeAvailability', { connectorId, type: 'Operative' }, { status: 'Accepted' });
    await available();
    return;
  }
  if (['Charging', 'SuspendedEV', 'SuspendedEVSE'].includes(status)) {
    const reading = await trigger(cp, 'MeterValues', { connectorId });
    const id = reading && reading.payload.transactionId;
    if (!isOurs(id)) {
      skip(`connector ${connectorId} is ${status}`);
    }
    await step(`stop the transaction ${id}, which a scenario has left behind`, () => stop(cp, { id }));
  } else if (status !== 'Finishing' && status !== 'Preparing') {
    skip(`connector ${connectorId} is ${status}`);
  }
  try {
    await byHand(`Take the cable out of connector ${connectorId}.`, available);
  } catch (error) {
    // the scenario has not started yet
    skip(`connector ${connectorId} does not become free: ${error.message}`);
  }
}

/** The number of connectors. */
async function connectorCount(cp) {
  return Number(expect(await configured(cp, 'NumberOfConnectors'), /^[1-9][0-9]*$/, 'NumberOfConnectors'));
}

/** The value of a configuration key; nothing if the key does not exist. */
async function configured(cp, key) {
  const { configurationKey = [] } = await cp.call('GetConfiguration', { key: [key] });
  const entry = configurationKey.find((it) => it.key.toLowerCase() === key.toLowerCase());
  return entry && entry.value;
}

/** Runs a function that may change these configuration keys, and restores their values. */
async function keepingConfiguration(cp, keys, run) {
  const before = [];
  for (const key of keys) {
    before.push([key, await configured(cp, key)]);
  }
  try {
    return await run();
  } finally {
    for (const [key, value] of before) {
      await quietly(async () => {
        if (value !== undefined && (await configured(cp, key)) !== value) {
          await cp.call('ChangeConfiguration', { key, value });
        }
      });
    }
  }
}

/** Runs a function with other values of configuration keys, and restores the old values. */
function withConfiguration(cp, values, run) {
  return keepingConfiguration(cp, Object.keys(values), async () => {
    for (const [key, value] of Object.entries(values)) {
      if ((await configured(cp, key)) !== value) {
        const { status } = await cp.call('ChangeConfiguration', { key, value });
        if (status !== 'Accepted') {
          skip(`${key} cannot be set to ${value}: ${status}`);
        }
      }
    }
    return run();
  });
}

/** Runs a function while a connector is out of use, and makes it operative again in any case. */
async function outOfUse(cp, connectorId, run) {
  try {
    await run();
  } finally {
    await quietly(() => cp.call('ChangeAvailability', { connectorId, type: 'Operative' }));
  }
}

/**
 * Starts a remote transaction, runs a function with it, and stops it if it has not ended by then. We choose its id,
 * so the scenario knows it; `call` is its StartTransaction. `answer` is merged into our answer to that call. With
 * `begins: false` the function does not wait for charging.
 */
async function charging(cp, run, { connector = site.connector, idTag = site.idTag, answer = {}, begins = true } = {}) {
  const transaction = { id: nextNumber() };
  const mine = { connectorId: connector, idTag };
  cp.forget();
  cp.answerOnce('StartTransaction', { transactionId: transaction.id, ...answer });
  await cp.call('RemoteStartTransaction', mine, { status: 'Accepted' });
  transaction.call = await byHand(
    `Plug a car in at connector ${connector}, unless there is one.`,
    () => cp.expectCall('StartTransaction', mine, patient),
  );
  try {
    if (begins) {
      const status = oneOf('Charging', 'SuspendedEV', 'SuspendedEVSE');
      await cp.expectCall('StatusNotification', { connectorId: connector, status }, patient);
    }
    return await run(transaction);
  } finally {
    if (!cp.calls('StopTransaction').some(({ payload }) => payload.transactionId === transaction.id)) {
      await quietly(() => stop(cp, transaction));
    }
  }
}

/** Stops a transaction remotely and returns the StopTransaction. */
async function stop(cp, transaction) {
  await cp.call('RemoteStopTransaction', { transactionId: transaction.id }, { status: 'Accepted' });
  return ends(cp, transaction);
}

/** Waits for the StopTransaction of a transaction. */
function ends(cp, transaction, expected = {}) {
  return cp.expectCall('StopTransaction', { transactionId: transaction.id, ...expected }, patient);
}

/** Expects that a remote start has no effect. It may be accepted, but then no transaction may start. */
async function refusesStart(cp, connectorId, idTag) {
  const { result, error } = await attempt(cp, 'RemoteStartTransaction', { connectorId, idTag });
  if (error) {
    expect(error.code, REFUSAL, 'the error after RemoteStartTransaction');
  } else if (result.status === 'Accepted') {
    await cp.expectNoCall('StartTransaction', { for: foreign ? 20000 : 5000, payload: { connectorId, idTag } });
  }
}

module.exports = {
  LONG, REFUSAL, ask, byHand, charging, configured, connectorCount, ends, free, keepingConfiguration, nextNumber,
  outOfUse, patient, quietly, ready, readyAndFree, rebooting, refuses, refusesStart, site, stop, withConfiguration,
};
