/// <reference path="../../ocpp-tui-scenario.d.ts" />

// What the scenarios beside this folder share: the site's parameters, a charge point at rest to begin with,
// transactions that are started and stopped from afar, and configuration that is put back. Nothing here knows more
// of the charge point than OCPP says.

/** What depends on the site: `--set idTag=04A1B2 --set connector=2`. */
const site = {
  idTag: parameter('idTag', 'TAG1'),
  /** A second card, of another customer. */
  otherIdTag: parameter('otherIdTag', 'TAG2'),
  connector: parameter('connector', 1),
};

// A person has to walk to a foreign charge point, and hardware restarts slowly. A simulated one does neither.
const patient = { within: foreign ? 120000 : 15000 };
const rebooting = { within: foreign ? 300000 : 15000 };

// Above the time limit of any single wait, for scenarios in which a cable is handled or a charge point restarts.
const LONG = 900000;

// Transactions and reservations of one run must not be taken for those of the run before.
let lastNumber = Math.floor(Math.random() * 1000000);
function nextNumber() {
  lastNumber += 1;
  return lastNumber;
}

/**
 * Expects calls that come from now on. A charge point may have said the same before, after its boot for example,
 * and a plain `expectCall` would be content with that.
 */
function fromNow(cp) {
  const before = new Set(cp.calls().map((call) => call.id));
  return async (action, payload, options) => {
    for (;;) {
      const call = await cp.expectCall(action, payload, options);
      if (!before.has(call.id)) {
        return call;
      }
    }
  };
}

/** The calls that have come since `before` was taken with `cp.calls(action).length`. */
function since(cp, action, before) {
  return cp.calls(action).slice(before);
}

/** Cleans up: what goes wrong here is not what the scenario is about. */
async function quietly(run) {
  try {
    await run();
  } catch {
    // The scenario's own end is told already.
  }
}

/** Calls something that a charge point need not have, and ends the scenario without a judgement when it has not. */
async function ask(cp, action, payload, expected) {
  let result;
  try {
    result = await cp.call(action, payload);
  } catch (error) {
    if (error.code === 'NotImplemented' || error.code === 'NotSupported') {
      skip(`${action} is not supported: ${error.code}`);
    }
    throw error;
  }
  if (result.status === 'NotSupported') {
    skip(`${action} is not supported`);
  }
  return expected === undefined ? result : expect(result, expected, `the result of ${action}`);
}

/** Asks for a message; gives the call, or nothing when the charge point does not want to. */
async function trigger(cp, requestedMessage, connectorId) {
  const then = fromNow(cp);
  const place = connectorId === undefined ? {} : { connectorId };
  try {
    const { status } = await cp.call('TriggerMessage', { requestedMessage, ...place });
    if (status !== 'Accepted') {
      return undefined;
    }
  } catch (error) {
    if (error.code === 'NotImplemented' || error.code === 'NotSupported') {
      return undefined;
    }
    throw error;
  }
  return then(requestedMessage, place);
}

/** The charge point under test, when it has said what it says after connecting. */
async function ready() {
  const cp = await chargePointUnderTest();
  // The first heartbeat comes behind a boot under way, the second behind the statuses that follow from its answer.
  if (!(await trigger(cp, 'Heartbeat')) || !(await trigger(cp, 'Heartbeat'))) {
    await sleep(foreign ? 3000 : 500);
  }
  return cp;
}

/** The charge point under test with a connector that nobody uses. */
async function readyAndFree(connector = site.connector) {
  const cp = await ready();
  await free(cp, connector);
  return cp;
}

/** Waits until a connector is available. Without TriggerMessage nobody can ask, and the scenario will find out. */
async function free(cp, connector) {
  const then = fromNow(cp);
  const told = await trigger(cp, 'StatusNotification', connector);
  const status = told ? told.payload.status : 'Available';
  if (status === 'Unavailable') {
    await cp.call('ChangeAvailability', { connectorId: connector, type: 'Operative' }, { status: 'Accepted' });
  } else if (status === 'Finishing' || status === 'Preparing') {
    await operator(`Take the cable out of connector ${connector}.`, () => {});
  } else if (status === 'Available') {
    return;
  } else {
    skip(`connector ${connector} is ${status}`);
  }
  await then('StatusNotification', { connectorId: connector, status: 'Available' }, patient);
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

/** Runs something with other values of configuration keys, and puts the old ones back. */
async function withConfiguration(cp, values, run) {
  const before = [];
  try {
    for (const [key, value] of Object.entries(values)) {
      const old = await configured(cp, key);
      if (old === value) {
        continue;
      }
      const { status } = await cp.call('ChangeConfiguration', { key, value });
      if (status !== 'Accepted') {
        skip(`${key} cannot be set to ${value}: ${status}`);
      }
      before.push([key, old]);
    }
    return await run();
  } finally {
    for (const [key, value] of before.reverse()) {
      if (value !== undefined) {
        await quietly(() => cp.call('ChangeConfiguration', { key, value }));
      }
    }
  }
}

/**
 * Starts a transaction from afar. The transaction id is ours, so that the scenario knows it. `answer` goes into our
 * answer to StartTransaction; with `begins: false` charging is not waited for.
 */
async function start(cp, { connector = site.connector, idTag = site.idTag, answer = {}, begins = true } = {}) {
  const then = fromNow(cp);
  const id = nextNumber();
  cp.answerOnce('StartTransaction', { transactionId: id, ...answer });
  await cp.call('RemoteStartTransaction', { connectorId: connector, idTag }, { status: 'Accepted' });
  await operator(`Plug a car in at connector ${connector}, unless there is one.`, () => {});
  const call = await then('StartTransaction', { connectorId: connector, idTag }, patient);
  if (begins) {
    const status = oneOf('Charging', 'SuspendedEV', 'SuspendedEVSE');
    await then('StatusNotification', { connectorId: connector, status }, patient);
  }
  return { id, connector, call, ended: false };
}

/** Stops a transaction from afar and gives the StopTransaction. */
async function stop(cp, transaction) {
  const then = fromNow(cp);
  await cp.call('RemoteStopTransaction', { transactionId: transaction.id }, { status: 'Accepted' });
  return ends(transaction, then);
}

/** Waits for the StopTransaction of a transaction that something else ends. */
async function ends(transaction, then, expected = {}, options = patient) {
  const call = await then('StopTransaction', { transactionId: transaction.id, ...expected }, options);
  transaction.ended = true;
  return call;
}

/** Stops a transaction if it still runs, at the end of a scenario. */
async function cleanUp(cp, transaction) {
  if (transaction && !transaction.ended) {
    await quietly(() => stop(cp, transaction));
  }
}

/** Expects that a remote start leads to nothing. The answer may be that it is tried; then it must not succeed. */
async function refusesStart(cp, connectorId, idTag) {
  const { status } = await cp.call('RemoteStartTransaction', { connectorId, idTag });
  if (status === 'Accepted') {
    await cp.expectNoCall('StartTransaction', { for: foreign ? 20000 : 5000, payload: { connectorId, idTag } });
  }
}

module.exports = {
  LONG, ask, cleanUp, configured, connectorCount, ends, fromNow, nextNumber, patient, quietly, ready, readyAndFree,
  rebooting, refusesStart, since, site, start, stop, trigger, withConfiguration,
};
