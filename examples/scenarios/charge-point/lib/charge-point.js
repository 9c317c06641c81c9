/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Shared by the scenarios beside this folder: the parameters of the site, a charge point that is ready, and remote
// transactions. Whatever is changed here is registered with `after`, so that the charge point is left as it was,
// however the scenario ends. Nothing here depends on behaviour of a charge point that is not in OCPP.

/** The parameters of the site: `--set idTag=04A1B2 --set connector=2`. */
const site = {
  idTag: parameter('idTag', 'TAG1'),
  /** A second card, of another customer. */
  otherIdTag: parameter('otherIdTag', 'TAG2'),
  connector: parameter('connector', 1),
  /** The feature profiles that count as supported, in place of those that the charge point names. */
  profiles: parameter('profiles', ''),
  /** How long a charge point may send messages, or boot, after connecting. */
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
const IN_USE = ['Charging', 'SuspendedEV', 'SuspendedEVSE'];

/** What every boot must tell (§4.2). */
const BOOT = {
  chargePointVendor: /^.{1,20}$/,
  chargePointModel: /^.{1,20}$/,
  chargePointSerialNumber: optional(/^.{0,25}$/),
  firmwareVersion: optional(/^.{0,50}$/),
};

// What the scenarios of this file have learned about the charge point.
const known = {
  /** The status of each connector that it told last. */
  statuses: new Map(),
  /** `SupportedFeatureProfiles`; undefined until it was asked for. */
  profiles: undefined,
  /** Why no scenario can be played with it any more. */
  hopeless: '',
  /** Whether it sends no heartbeat that is triggered, although its boot was accepted. */
  mute: false,
};

// ---- asking -------------------------------------------------------------------------------------------------------

/** Runs a cleanup. Errors in it are ignored, because the scenario does not check it. */
async function quietly(run) {
  try {
    await run();
  } catch {
    // The result of the scenario is reported already.
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

/** Makes a call and returns its result or error; any other failure is thrown. */
async function attempt(cp, action, payload, options) {
  try {
    return { result: await cp.call(action, payload, undefined, options) };
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
  const done = await happens(follows);
  if (done !== undefined) {
    return done;
  }
  // It did not happen by itself: an unattended run skips the scenario, an attended run asks the user again.
  await operator(sentence, () => {});
  return follows();
}

/** Requests a message: whether the request is `refused`, `unanswered`, `silent` or `sent`, and the message. */
async function request(cp, requestedMessage, place = {}, options = undefined) {
  cp.forget();
  let answer;
  try {
    answer = await attempt(cp, 'TriggerMessage', { requestedMessage, ...place }, options);
  } catch (failure) {
    return { how: 'unanswered', failure };
  }
  if (!answer.result || answer.result.status !== 'Accepted') {
    return { how: 'refused' };
  }
  const call = await happens(() => cp.expectCall(requestedMessage, place));
  return call ? { how: 'sent', call } : { how: 'silent' };
}

/** Requests a message; returns the call, or nothing if there is none. */
const trigger = async (cp, requestedMessage, place) => (await request(cp, requestedMessage, place)).call;

// ---- a charge point that is ready ---------------------------------------------------------------------------------

/**
 * A call that has come is answered a moment later: nothing must be sent before the answer to a boot, and a charge point
 * knows the id of its transaction only when it has read it.
 */
const answered = () => sleep(Math.min(200, site.settle));

/** Gets a charge point that may wait for its registration to boot; returns whether it did. */
async function bootsNow(cp) {
  if (await trigger(cp, 'BootNotification')) {
    return true;
  }
  cp.forget();
  await quietly(() => cp.call('Reset', { type: 'Hard' }));
  return (await happens(() => cp.expectCall('BootNotification', any, rebooting))) !== undefined;
}

/**
 * Waits until the charge point has sent what it sends after connecting. One that does not speak, because its boot was
 * never accepted, is restarted.
 */
async function settled(cp) {
  // Before the boot is accepted, a charge point sends nothing else (§4.2), and may not answer either.
  const fresh = cp.since !== undefined;
  const boot = fresh && (await happens(() => cp.expectCall('BootNotification', any, { within: site.settle })));
  if (boot) {
    await answered();
  }
  // a call that it does not take occupies the link until --call-timeout
  let first = await request(cp, 'Heartbeat', {}, fresh && !boot ? { within: 60000 } : undefined);
  if (first.how === 'unanswered') {
    if (!fresh || boot || !(await happens(() => cp.expectCall('BootNotification', any, patient)))) {
      throw first.failure;
    }
    await answered();
    first = await request(cp, 'Heartbeat');
  }
  if (first.how === 'silent' && !known.mute) {
    step('it accepts TriggerMessage and sends nothing, so it may wait for its registration');
    if (!(await bootsNow(cp))) {
      known.hopeless = 'the charge point sends nothing by itself, not even a boot after Reset';
      fail(known.hopeless);
    }
    await answered();
    first = await request(cp, 'Heartbeat');
    known.mute = first.how === 'silent';
  }
  // The first heartbeat comes after a pending boot, the second after the statuses that follow the answer to the boot.
  if (first.how !== 'sent' || !(await trigger(cp, 'Heartbeat'))) {
    await sleep(site.settle);
  }
}

/** Stops the transactions of this scenario that still run, and remembers what the charge point told. */
async function leave(cp) {
  const stopped = new Set(cp.calls('StopTransaction').map(({ payload }) => payload.transactionId));
  for (const id of given.filter((id) => !stopped.has(id))) {
    await quietly(() => stop(cp, { id }));
  }
  remember(cp);
}

function remember(cp) {
  for (const { payload } of cp.calls('StatusNotification')) {
    known.statuses.set(payload.connectorId, payload.status);
  }
}

/** The ids of the transactions that this scenario has given. */
let given = [];

/**
 * The charge point under test, after it has sent its messages of the connection. One that does not list `profile`
 * among its feature profiles skips the scenario. `options` are those of `chargePointUnderTest`.
 */
async function ready(profile, options = {}) {
  if (known.hopeless) {
    skip(known.hopeless);
  }
  const cp = await chargePointUnderTest(options);
  // each transaction of the scenario gets an id that can be recognised later, also after a failed expectation
  given = [];
  const tags = [site.idTag, site.otherIdTag];
  cp.answer('StartTransaction', ({ idTag }, usual) => {
    if (!tags.includes(idTag)) {
      return usual;
    }
    given.push(nextNumber());
    return { transactionId: lastNumber };
  });
  after(() => leave(cp), { within: 2 * patient.within });
  await settled(cp);
  if (profile) {
    await lists(cp, profile);
  }
  return cp;
}

/** Skips the scenario if the charge point says that it does not have this feature profile. */
async function lists(cp, profile) {
  if (!(await hasProfile(cp, profile))) {
    skip(`${site.profiles ? 'the parameter profiles' : 'SupportedFeatureProfiles'} does not list ${profile}`);
  }
}

/** Whether the charge point has this feature profile, as far as it is known. */
async function hasProfile(cp, profile) {
  if (known.profiles === undefined) {
    known.profiles = site.profiles || (await configured(cp, 'SupportedFeatureProfiles')) || '';
  }
  const names = known.profiles.split(',').map((name) => name.trim().toLowerCase());
  // without the key nothing is known
  return !known.profiles || names.includes(profile.toLowerCase());
}

/** The charge point under test, with a free connector. */
async function readyAndFree({ connectorId = site.connector, profile } = {}) {
  const cp = await ready(profile);
  await free(cp, connectorId);
  return cp;
}

/** The status of a connector; without TriggerMessage the one that was told last. */
async function statusOf(cp, connectorId) {
  remember(cp);
  const told = await trigger(cp, 'StatusNotification', { connectorId });
  return told ? told.payload.status : known.statuses.get(connectorId);
}

/** Makes a connector available. If its status is not known, the scenario starts anyway. */
async function free(cp, connectorId) {
  const status = await statusOf(cp, connectorId);
  if (status === 'Available') {
    return;
  }
  const available = () => cp.expectCall('StatusNotification', { connectorId, status: 'Available' }, patient);
  const takeOut = `Take the cable out of connector ${connectorId}.`;
  if (status === undefined) {
    await operator(takeOut.replace('.', ', if there is one.'), () => {}, { optional: true });
    return;
  }
  if (status === 'Unavailable') {
    await cp.call('ChangeAvailability', { connectorId, type: 'Operative' }, { status: 'Accepted' });
    await available();
    return;
  }
  if (IN_USE.includes(status)) {
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
    await byHand(takeOut, available);
  } catch (error) {
    // the scenario has not started yet
    skip(`connector ${connectorId} does not become free: ${error.message}`);
  }
}

// ---- configuration ------------------------------------------------------------------------------------------------

/** The keys that the Core profile requires (§9.1). */
const REQUIRED_KEYS = [
  'AuthorizeRemoteTxRequests', 'ClockAlignedDataInterval', 'ConnectionTimeOut', 'ConnectorPhaseRotation',
  'GetConfigurationMaxKeys', 'HeartbeatInterval', 'LocalAuthorizeOffline', 'LocalPreAuthorize',
  'MeterValuesAlignedData', 'MeterValuesSampledData', 'MeterValueSampleInterval', 'NumberOfConnectors',
  'ResetRetries', 'StopTransactionOnEVSideDisconnect', 'StopTransactionOnInvalidId', 'StopTxnAlignedData',
  'StopTxnSampledData', 'SupportedFeatureProfiles', 'TransactionMessageAttempts',
  'TransactionMessageRetryInterval', 'UnlockConnectorOnEVSideDisconnect',
];

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

/** Restores the value of a configuration key at the end of the scenario, and returns it. */
async function keeping(cp, key) {
  const value = await configured(cp, key);
  if (value !== undefined) {
    after(() => quietly(async () => {
      if ((await configured(cp, key)) !== value) {
        await cp.call('ChangeConfiguration', { key, value });
      }
    }));
  }
  return value;
}

/** Sets a configuration key for this scenario. Returns the status of the answer, `Accepted` if nothing was to be done. */
async function setting(cp, key, value) {
  if ((await keeping(cp, key)) === value) {
    return 'Accepted';
  }
  const { result, error } = await attempt(cp, 'ChangeConfiguration', { key, value });
  return error ? error.code : result.status;
}

/** Sets configuration keys for this scenario; skips it if one of them cannot be set. */
async function configure(cp, values) {
  for (const [key, value] of Object.entries(values)) {
    const status = await setting(cp, key, value);
    if (status !== 'Accepted') {
      skip(`${key} cannot be set to ${value}: ${status}`);
    }
  }
}

// ---- authorisation ------------------------------------------------------------------------------------------------

/** How late a question about a tag that is locally known is answered. */
const late = foreign ? 20000 : 5000;

/**
 * From now on Authorize about this tag is answered late. Returns what judges a StartTransaction: it must not have waited
 * for that answer.
 */
function askedLate(cp, idTag) {
  const from = cp.calls().length;
  cp.answer('Authorize', (payload, usual) => (payload.idTag === idTag ? ocpp.delay(late) : usual));
  return ({ at, payload: { timestamp } }) => {
    const asked = ({ action, payload, at: when }) => action === 'Authorize' && payload.idTag === idTag && when <= at;
    const question = cp.calls().slice(from).find(asked);
    if (question) {
      // it may ask, too (§5.11), and then StartTransaction may have to wait for its turn: its time tells when it started
      const waited = Math.min(at, Date.parse(timestamp)) - (question.at + late);
      assert(waited < -1000 || waited > 5000, `${idTag} is known locally, but the start waited for the answer to Authorize`);
      remark(`${idTag} is known locally, but Authorize asked about it`);
      if (waited > 5000) {
        warn('the car was plugged in late, so it is not known whether the start waited for the answer to Authorize');
      }
    }
  };
}

// ---- transactions -------------------------------------------------------------------------------------------------

/** Makes a connector operative again at the end of the scenario. */
function operativeAfterwards(cp, connectorId) {
  after(() => quietly(() => cp.call('ChangeAvailability', { connectorId, type: 'Operative' })));
}

/**
 * Starts a remote transaction; it is stopped at the end of the scenario at the latest. We choose its id, so the
 * scenario knows it; `call` is its StartTransaction. `answer` is merged into our answer to that call. With
 * `begins: false` it does not wait for charging.
 */
async function charging(cp, { connector = site.connector, idTag = site.idTag, answer = {}, begins = true } = {}) {
  const mine = { connectorId: connector, idTag };
  cp.forget();
  const transaction = numbered(cp, answer);
  await cp.call('RemoteStartTransaction', mine, { status: 'Accepted' });
  transaction.call = await byHand(
    `Plug a car in at connector ${connector}, unless there is one.`,
    () => cp.expectCall('StartTransaction', mine, patient),
  );
  await answered();
  if (begins) {
    const status = oneOf(...IN_USE);
    await cp.expectCall('StatusNotification', { connectorId: connector, status }, patient);
  }
  return transaction;
}

/** A transaction with an id that we choose: the next one that starts gets it. `answer` is merged into our answer. */
function numbered(cp, answer = {}) {
  const id = nextNumber();
  cp.answerOnce('StartTransaction', () => {
    given.push(id);
    return { transactionId: id, ...answer };
  });
  return { id };
}

/** Stops a transaction remotely and returns the StopTransaction. */
async function stop(cp, transaction) {
  await cp.call('RemoteStopTransaction', { transactionId: transaction.id }, { status: 'Accepted' });
  return ends(cp, transaction);
}

/** Waits for the StopTransaction of a transaction. */
async function ends(cp, transaction, expected = {}) {
  const call = await cp.expectCall('StopTransaction', { transactionId: transaction.id }, patient);
  expect(call.payload, expected, 'StopTransaction');
  return call;
}

/**
 * Expects that a remote start at a connector has no effect. `state` is the status that the connector keeps; nothing if
 * there is no such connector. An accepted start may wait for a cable: silence proves nothing, so the status is asked
 * for, and a car is plugged in.
 */
async function refusesStart(cp, connectorId, idTag, ...state) {
  const { result, error } = await attempt(cp, 'RemoteStartTransaction', { connectorId, idTag });
  if (error) {
    expect(error.code, REFUSAL, 'the error after RemoteStartTransaction');
    return;
  }
  if (result.status !== 'Accepted') {
    return;
  }
  // "accepted, and will attempt to start" (§5.11)
  warn('RemoteStartTransaction was accepted, though no transaction may start');
  after(() => quietly(() => lapses(cp, connectorId, state)), { within: 2 * patient.within });
  const payload = { connectorId, idTag };
  const span = foreign ? 20000 : 5000;
  if (state.length === 0) {
    await cp.expectNoCall('StartTransaction', { for: span, payload });
    return;
  }
  await cp.expectNoCall('StartTransaction', { for: 2000, payload });
  const told = await trigger(cp, 'StatusNotification', { connectorId });
  if (told) {
    expect(told.payload.status, oneOf(...state), `the status of connector ${connectorId} after the start`);
  } else if (!state.some((status) => IN_USE.includes(status))) {
    // nothing but a car shows whether it would start
    await operator(`Plug a car in at connector ${connectorId}. It must not be charged.`, () => {});
  }
  await cp.expectNoCall('StartTransaction', { for: told ? span : 3 * span, payload });
}

/** Waits until the connector no longer waits for a cable. */
async function lapses(cp, connectorId, state) {
  const status = await statusOf(cp, connectorId);
  if (status === 'Preparing' && !state.includes('Preparing')) {
    await cp.expectCall('StatusNotification', { connectorId, status: not('Preparing') }, patient);
  }
}

module.exports = {
  BOOT, IN_USE, LONG, REFUSAL, REQUIRED_KEYS, answered, ask, askedLate, attempt, bootsNow, byHand, charging, configure, configured, connectorCount,
  ends, free, happens, hasProfile, keeping, leave, nextNumber, numbered, operativeAfterwards, patient, quietly, ready,
  readyAndFree, rebooting, refuses, refusesStart, request, setting, site, statusOf, stop, trigger,
};
