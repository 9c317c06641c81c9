/// <reference path="../../ocpp-tui-scenario.d.ts" />

// What the scenarios beside this folder share: the site's parameters, a charge point at rest to begin with,
// transactions that are started and stopped from afar, and what is put back at the end. Nothing here knows more of the
// charge point than OCPP says.

/** What depends on the site: `--set idTag=04A1B2 --set connector=2`. */
const site = {
  idTag: parameter('idTag', 'TAG1'),
  /** A second card, of another customer. */
  otherIdTag: parameter('otherIdTag', 'TAG2'),
  connector: parameter('connector', 1),
  /** How long one that cannot be asked for messages gets to finish what it says after connecting. */
  settle: parameter('settle', foreign ? 3000 : 500),
};

// A person has to walk to a foreign charge point, and hardware restarts slowly. A simulated one does neither.
const patient = { within: foreign ? 120000 : 15000 };
const rebooting = { within: foreign ? 300000 : 15000 };

// Above the time limit of any single wait, for scenarios in which a cable is handled or a charge point restarts.
const LONG = 900000;

// Transactions and reservations of one run must not be taken for those of the run before, and a transaction that a
// scenario has left behind must not be taken for somebody's: ours lie where nobody else's are likely to be.
// The time goes into them, because every file of a run begins with the same chance.
const OURS = 1600000000;
let lastNumber = OURS + (Math.floor(now() / 100) % 500000000);
function nextNumber() {
  lastNumber += 1;
  return lastNumber;
}
const isOurs = (number) => number >= OURS;

// How an error says that a value is not accepted; the names were misprinted in some versions of the specification.
const REFUSAL = oneOf(
  'PropertyConstraintViolation', 'TypeConstraintViolation', 'FormationViolation', 'FormatViolation', 'GenericError',
);

/** Cleans up: what goes wrong here is not what the scenario is about. */
async function quietly(run) {
  try {
    await run();
  } catch {
    // The scenario's own end is told already.
  }
}

/** Calls, and gives the result or the error that came instead; anything else that goes wrong is thrown. */
async function attempt(cp, action, payload) {
  try {
    return { result: await cp.call(action, payload) };
  } catch (error) {
    if (error instanceof CallError && error.code !== 'Timeout' && error.code !== 'Lost') {
      return { error };
    }
    throw error;
  }
}

/** Calls something that a charge point need not have, and ends the scenario without a judgement when it has not. */
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

/** Expects that a call is refused: a status says so, or an error that is about the value. */
async function refuses(cp, action, payload, status) {
  const { result, error } = await attempt(cp, action, payload);
  if (error) {
    expect(error.code, oneOf(REFUSAL, 'NotSupported', 'NotImplemented'), `the error after ${action}`);
  } else {
    expect(result.status, status, `the status of the answer to ${action}`);
  }
}

/** Has a person do something that a charge point may also do by itself, and waits for what follows from it. */
async function byHand(sentence, follows) {
  await operator(sentence, () => {}, { optional: true });
  try {
    return await follows();
  } catch {
    // It did not happen by itself: here an unattended run skips the scenario, and a person is reminded.
    await operator(sentence, () => {});
    return follows();
  }
}

/** Asks for a message; gives the call, or nothing when the charge point does not want to. */
async function trigger(cp, requestedMessage, place = {}) {
  cp.forget();
  const { result } = await attempt(cp, 'TriggerMessage', { requestedMessage, ...place });
  return result && result.status === 'Accepted' ? cp.expectCall(requestedMessage, place) : undefined;
}

/** The charge point under test, when it has said what it says after connecting. */
async function ready() {
  const cp = await chargePointUnderTest();
  // whatever begins during a scenario gets an id by which it is known later, also when nobody waits for it any more
  const tags = [site.idTag, site.otherIdTag];
  cp.answer('StartTransaction', ({ idTag }, usual) =>
    (tags.includes(idTag) ? { transactionId: nextNumber() } : usual));
  // The first heartbeat comes behind a boot under way, the second behind the statuses that follow from its answer.
  if (!(await trigger(cp, 'Heartbeat')) || !(await trigger(cp, 'Heartbeat'))) {
    await sleep(site.settle);
  }
  return cp;
}

/** The charge point under test with a connector that nobody uses. */
async function readyAndFree(connectorId = site.connector) {
  const cp = await ready();
  await free(cp, connectorId);
  return cp;
}

/** Makes a connector available. Without TriggerMessage nobody can ask, and the scenario will find out. */
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
    // the scenario has not begun yet
    skip(`connector ${connectorId} does not become free: ${error.message}`);
  }
}

/** How many connectors there are. */
async function connectorCount(cp) {
  return Number(expect(await configured(cp, 'NumberOfConnectors'), /^[1-9][0-9]*$/, 'NumberOfConnectors'));
}

/** The value of a configuration key; nothing when there is no such key. */
async function configured(cp, key) {
  const { configurationKey = [] } = await cp.call('GetConfiguration', { key: [key] });
  const entry = configurationKey.find((it) => it.key.toLowerCase() === key.toLowerCase());
  return entry && entry.value;
}

/** Runs something that may change these configuration keys, and puts their values back. */
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

/** Runs something with other values of configuration keys, and puts the old ones back. */
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

/** Runs something while a connector is out of use, and brings it back in any case. */
async function outOfUse(cp, connectorId, run) {
  try {
    await run();
  } finally {
    await quietly(() => cp.call('ChangeAvailability', { connectorId, type: 'Operative' }));
  }
}

/**
 * Starts a transaction from afar, runs something with it, and stops it if it has not ended by then. Its id is ours, so
 * that the scenario knows it; `call` is its StartTransaction. `answer` goes into our answer to that; with
 * `begins: false` charging is not waited for.
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

/** Stops a transaction from afar and gives the StopTransaction. */
async function stop(cp, transaction) {
  await cp.call('RemoteStopTransaction', { transactionId: transaction.id }, { status: 'Accepted' });
  return ends(cp, transaction);
}

/** Waits for the StopTransaction of a transaction. */
function ends(cp, transaction, expected = {}) {
  return cp.expectCall('StopTransaction', { transactionId: transaction.id, ...expected }, patient);
}

/** Expects that a remote start leads to nothing. The answer may be that it is tried; then it must not succeed. */
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
