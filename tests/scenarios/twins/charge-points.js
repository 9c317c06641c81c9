// Charge points that behave as foreign ones did, or as none should. Each is what the man in the middle does otherwise than to pass on:
//
// - `about`: what it does, for docs/conformance.md
// - `files`: the scenario files that it is played with, all by default; `only`: texts in the names of the scenarios, all by default
// - `starts(twin)`: before it boots
// - `boots(twin)`: before a boot of the machine is passed on
// - `hears(action, twin)`: whether it takes a call of the central system
// - `answers`: action → what is answered: `(payload, pass, twin)`; `pass` lets the machine answer
// - `sends`: action → what becomes of a call of the machine, the same way
// - `person(sentence, twin)`: what a person does; false when nobody is there

const { later, pause } = require('./between.js');

const refused = (code) => async () => ocpp.error(code, 'this charge point does not have it');
const status = (name) => async () => ({ status: name });
const nobody = () => false;

const PROFILES = {
  FirmwareManagement: ['GetDiagnostics', 'UpdateFirmware'],
  LocalAuthListManagement: ['GetLocalListVersion', 'SendLocalList'],
  Reservation: ['CancelReservation', 'ReserveNow'],
  SmartCharging: ['ClearChargingProfile', 'GetCompositeSchedule', 'SetChargingProfile'],
  RemoteTrigger: ['TriggerMessage'],
};

/** A charge point with these feature profiles alone; `told` is its SupportedFeatureProfiles. */
function only(profiles, told = ['Core', ...profiles].join(',')) {
  const gone = Object.keys(PROFILES).filter((name) => !profiles.includes(name)).flatMap((name) => PROFILES[name]);
  const answers = Object.fromEntries(gone.map((action) => [action, refused('NotSupported')]));
  return { ...answers, GetConfiguration: changedValue('SupportedFeatureProfiles', told) };
}

/** GetConfiguration tells another value of a key. */
function changedValue(key, value) {
  return async (_, pass) => {
    const result = await pass();
    const configurationKey = result.configurationKey.map((entry) => (entry.key === key ? { ...entry, value } : entry));
    return { ...result, configurationKey };
  };
}

/** The cable stays in the connector until a person takes it out; then the connector is Available. */
const cable = {
  sends: {
    async StatusNotification(payload, pass, twin) {
      const { connectorId, status: told } = payload;
      twin.held = twin.held || {};
      if (told === 'Finishing') twin.held[connectorId] = true;
      if (twin.held[connectorId] && ['Available', 'Unavailable'].includes(told)) {
        twin.held[connectorId] = payload;
        return {};
      }
      return pass();
    },
  },
  async person(sentence, twin) {
    const found = /^Take the cable out of connector (\d+)/.exec(sentence);
    const held = found && twin.held && twin.held[found[1]];
    if (held && held !== true) {
      delete twin.held[found[1]];
      twin.say('StatusNotification', held);
    }
    return true;
  },
};

/** It takes every start and waits for a cable: the connector is Preparing meanwhile, for a minute. */
const patient = {
  async RemoteStartTransaction(payload, pass, twin) {
    const { connectorId } = payload;
    if (twin.told.get(connectorId) !== 'Available' || twin.waiting) return pass();
    twin.waiting = { connectorId, start: () => pass(payload) };
    const mine = twin.waiting;
    const told = (name) => twin.say('StatusNotification', { connectorId, status: name, errorCode: 'NoError' });
    later(10, () => told('Preparing'));
    later(60000, () => {
      if (twin.waiting !== mine) return;
      twin.waiting = undefined;
      told('Available');
    });
    return { status: 'Accepted' };
  },
  async TriggerMessage(payload, pass, twin) {
    const { requestedMessage, connectorId } = payload;
    if (requestedMessage !== 'StatusNotification' || !twin.waiting || connectorId !== twin.waiting.connectorId) return pass();
    later(10, () => twin.say('StatusNotification', { connectorId, status: 'Preparing', errorCode: 'NoError' }));
    return { status: 'Accepted' };
  },
};
async function plugsIn(sentence, twin) {
  if (/^Plug a car in/.test(sentence) && twin.waiting) {
    const { start } = twin.waiting;
    twin.waiting = undefined;
    await start();
  }
  return true;
}

/** A start that the machine refuses is accepted all the same; `then` is what follows. */
const accepting = (then = () => {}) => async (payload, pass, twin) => {
  const result = await pass();
  if (result.status === 'Accepted') return result;
  then(payload, twin);
  return { status: 'Accepted' };
};

/** A transaction that must not be. */
const starts = ({ connectorId, idTag }, twin) => later(1500, () => {
  twin.say('StartTransaction', { connectorId, idTag, meterStart: 0, timestamp: new Date(now()).toISOString() });
});

/** Its boot was answered, but not with Accepted: it does not boot again, and says nothing. `recovers` are the calls after which it boots. */
function neverAgain(...recovers) {
  const answers = {
    async Reset(payload, pass, twin) {
      twin.asked = recovers.includes('Reset');
      return recovers.includes('Reset') || twin.registration === 'Accepted' ? pass() : { status: 'Rejected' };
    },
    async TriggerMessage(payload, pass, twin) {
      if (twin.registration === 'Accepted') return pass();
      if (payload.requestedMessage !== 'BootNotification' || !recovers.includes('TriggerMessage')) return { status: 'Accepted' };
      twin.asked = true;
      return pass();
    },
  };
  const sends = {
    async BootNotification(payload, pass, twin) {
      if (twin.registration !== 'Accepted' && !twin.asked) return { status: twin.registration, interval: 20 };
      twin.asked = false;
      return pass();
    },
  };
  return { answers, sends };
}

/** Another call in place of an invalid one, on its way: our end of the link would refuse it. */
function invalid(action, payload, instead) {
  const good = {
    ChangeAvailability: ({ type }) => ['Operative', 'Inoperative'].includes(type),
    ChangeConfiguration: ({ key, value }) => value !== undefined && (key !== 'HeartbeatInterval' || /^\d+$/.test(value)),
    RemoteStopTransaction: ({ transactionId }) => Number.isInteger(transactionId),
  }[action];
  return good && !good(payload) && instead[action] ? [action, instead[action]] : undefined;
}

/** The middle passes statuses on with others in between. */
const told = (payload, twin, name, wait = 10) => later(wait, () => {
  twin.say('StatusNotification', { connectorId: payload.connectorId, status: name, errorCode: 'NoError' });
});

const deaf = (seconds) => ({
  boots: () => pause(seconds * 1000),
  starts(twin) { twin.registration = 'none'; },
  hears: (_, twin) => twin.registration === 'Accepted',
});

const CABLE = ['core', 'local-list', 'reservation', 'smart-charging'];

module.exports = {
  plain: { about: 'behaves as the simulator' },

  // ---- booting and the link ----

  'slow boot': { about: 'boots 8 s after it has connected, and answers no call before that', files: ['core', 'trigger'], ...deaf(8) },
  'deaf before its boot': { about: 'boots 1 s after it has connected, and answers no call before that', files: ['errors', 'local-list'], ...deaf(1) },
  'never boots again': {
    about: 'does not boot again after Pending or Rejected, unless TriggerMessage asks for it',
    files: ['core'],
    only: ['boot'],
    ...neverAgain('TriggerMessage'),
  },
  'never boots again before Reset': {
    about: 'does not boot again after Pending or Rejected, unless it is reset', only: ['boot'], files: ['core'], ...neverAgain('Reset'),
  },
  'never boots again at all': {
    about: 'does not boot again after Pending or Rejected, whatever is asked', only: ['boot'], files: ['core'], left: true, ...neverAgain(),
  },
  'found Pending': {
    about: 'was left Pending: it is connected, accepts TriggerMessage, and sends nothing before it is reset',
    files: ['core', 'trigger'],
    pending: true,
    answers: {
      async Reset(_, pass, twin) {
        twin.registration = 'none';
        return pass();
      },
      async TriggerMessage(payload, pass, twin) {
        return twin.registration === 'Pending' ? { status: 'Accepted' } : pass();
      },
    },
  },
  'leaves while Rejected': {
    about: 'closes the link while it is Rejected, and comes back to boot',
    files: ['core'],
    only: ['boot'],
    sends: {
      async BootNotification(_, pass, twin) {
        if (twin.registration === 'Rejected') await twin.face.connect();
        const result = await pass();
        if (result.status === 'Rejected') {
          twin.away = true;
          await twin.face.drop();
          twin.away = false;
        }
        return result;
      },
    },
  },
  'restarts before it answers Reset': {
    about: 'ends the link when it gets Reset, and does not answer it',
    files: ['core'],
    only: ['boot', 'reset'],
    answers: {
      async Reset(payload, pass, twin) {
        twin.restarting = true;
        twin.track(twin.machine.call('Reset', payload)).catch(() => {});
        await twin.face.drop();
        return ocpp.silence();
      },
    },
  },
  'boots at each connect': {
    about: 'boots when its link was lost',
    files: ['reconnect'],
    connects: (twin) => twin.say('BootNotification', { chargePointVendor: 'Twin', chargePointModel: 'Twin' }),
  },
  'hangs up at broken JSON': {
    about: 'closes the link after a text that is no message',
    files: ['errors'],
    broken: async (twin) => {
      await twin.face.drop();
      await pause(500);
      await twin.face.connect();
    },
  },

  // ---- calls ----

  'call timeout of 2 s': {
    about: 'gives its own calls up after 2 s and sends the next one',
    files: ['errors', 'local-list'],
    only: ['call', 'transaction', 'tag'],
    async gives(action, payload, twin) {
      if (twin.flying > 0) return twin.push(action, payload);
      twin.flying = 1;
      const call = twin.face.call(action, payload, undefined, { within: 1e9, unchecked: true });
      const result = await Promise.race([call, pause(2000)]);
      call.catch(() => {}).then(() => { twin.flying = 0; });
      return result || { currentTime: new Date(now()).toISOString(), idTagInfo: { status: 'Accepted' } };
    },
  },
  'two calls at once': {
    about: 'sends a call 1 ms after another, without waiting for its answer',
    files: ['errors'],
    answers: {
      async TriggerMessage(payload, pass, twin) {
        if (payload.requestedMessage !== 'StatusNotification' || twin.open === 0) return pass();
        const { connectorId } = payload;
        later(1, () => twin.track(twin.push('StatusNotification', { connectorId, status: 'Available', errorCode: 'NoError' })));
        return { status: 'Accepted' };
      },
    },
  },
  'sends nothing again': {
    about: 'drops a transaction message that is answered with an error',
    files: ['errors', 'reconnect'],
    only: ['again'],
    sends: {
      async StopTransaction(_, pass) {
        try {
          return await pass();
        } catch (error) {
          if (error instanceof CallError && error.code === 'InternalError') return {};
          throw error;
        }
      },
    },
  },
  'Rejected instead of an error': {
    about: 'answers an invalid call with the status Rejected',
    files: ['errors'],
    way: (action, payload) => invalid(action, payload, {
      ChangeAvailability: { connectorId: 99, type: 'Operative' },
      ChangeConfiguration: { key: 'NumberOfConnectors', value: '97' },
      RemoteStopTransaction: { transactionId: -7 },
    }),
  },
  'takes everything': {
    about: 'accepts invalid calls, and values that cannot be',
    files: ['core', 'errors'],
    only: ['refused'],
    way: (action, payload) => invalid(action, payload, {
      ChangeAvailability: { connectorId: 1, type: 'Inoperative' },
      ChangeConfiguration: { key: 'HeartbeatInterval', value: '123' },
      RemoteStopTransaction: undefined,
    }),
  },
  'another error code': {
    about: 'answers an invalid call with the error NotImplemented, and an unknown one with InternalError',
    files: ['errors'],
    way(action, payload) {
      if (action === 'MakeCoffee') return ['ChangeAvailability', {}];
      const codeless = { ChangeAvailability: {}, ChangeConfiguration: {}, RemoteStopTransaction: {} };
      return invalid(action, payload, codeless) && ['NoSuchAction', {}];
    },
  },

  // ---- profiles and configuration ----

  'Core alone': { about: 'lists the profile Core alone, and answers NotSupported to the others', answers: only([]) },
  'Core alone, all listed': {
    about: 'lists all profiles, and answers NotSupported to all but Core',
    answers: only([], ['Core', ...Object.keys(PROFILES)].join(',')),
  },
  'no RemoteTrigger, the cable stays': {
    about: 'has no RemoteTrigger; the cable stays in until a person takes it out',
    files: ['core', 'errors', 'reconnect', 'reservation', 'trigger'],
    answers: only(Object.keys(PROFILES).filter((name) => name !== 'RemoteTrigger')),
    ...cable,
  },
  'the list is off': {
    about: 'has LocalAuthListEnabled=false, reports version 0 and answers Failed meanwhile',
    files: ['local-list'],
    starts: (twin) => twin.machine.call('ChangeConfiguration', { key: 'LocalAuthListEnabled', value: 'false' }),
    answers: {
      async GetLocalListVersion(_, pass) {
        return { listVersion: Math.max(0, (await pass()).listVersion) };
      },
      async SendLocalList(_, pass) {
        const { status: answer } = await pass();
        return { status: answer === 'NotSupported' ? 'Failed' : answer };
      },
    },
  },
  'keys are missing': {
    about: 'does not have ConnectionTimeOut and ConnectorPhaseRotation',
    files: ['core'],
    only: ['read'],
    answers: {
      async GetConfiguration(_, pass) {
        const result = await pass();
        const gone = ['ConnectionTimeOut', 'ConnectorPhaseRotation'];
        return { ...result, configurationKey: result.configurationKey.filter(({ key }) => !gone.includes(key)) };
      },
    },
  },
  'Rejected to every vendor': {
    about: 'answers DataTransfer with Rejected', only: ['data transfer'], files: ['core'], answers: { DataTransfer: status('Rejected') },
  },
  'cannot unlock': {
    about: 'answers UnlockConnector with NotSupported', only: ['unlocking', 'refused'], files: ['core', 'errors'], answers: { UnlockConnector: status('NotSupported') },
  },
  'Reset is Rejected': { about: 'answers Reset with Rejected', only: ['boot', 'reset'], files: ['core'], answers: { Reset: status('Rejected') } },

  // ---- transactions ----

  'waits for the cable': {
    about: 'accepts a start at a free connector and waits a minute for the cable; a person plugs it in', files: CABLE, answers: patient, person: plugsIn,
  },
  'waits for the cable, no one there': {
    about: 'the same, and no one plugs it in', files: CABLE, answers: patient, person: nobody,
  },
  'accepts and does nothing': {
    about: 'accepts every start; where it must not start, it does nothing',
    files: ['core', 'reservation'],
    only: ['no start', 'again', 'running', 'tag only'],
    answers: { RemoteStartTransaction: accepting() },
  },
  'accepts and is Preparing': {
    about: 'accepts every start, and is Preparing where it must not start; no one plugs a car in',
    files: ['core', 'reservation'],
    only: ['no start', 'again', 'running', 'tag only'],
    answers: {
      RemoteStartTransaction: accepting((payload, twin) => {
        twin.waiting = payload;
        later(60000, () => {
          twin.waiting = undefined;
          told(payload, twin, twin.told.get(payload.connectorId));
        });
      }),
      TriggerMessage: patient.TriggerMessage,
    },
    person: nobody,
  },
  'accepts, no RemoteTrigger': {
    about: 'accepts every start, where it must not start, too, and has no RemoteTrigger; a person plugs the car in',
    files: ['core', 'reservation'],
    only: ['no start', 'again', 'running', 'tag only'],
    answers: {
      ...only(Object.keys(PROFILES).filter((name) => name !== 'RemoteTrigger')),
      RemoteStartTransaction: accepting((payload, twin) => { twin.wanted = payload; }),
    },
    person(sentence, twin) {
      if (/^Plug a car in/.test(sentence) && twin.wanted) starts(twin.wanted, twin);
      twin.wanted = undefined;
      return true;
    },
  },
  'accepts, no RemoteTrigger, no one there': {
    about: 'the same, and no one plugs it in',
    files: ['core', 'reservation'],
    only: ['no start', 'again', 'running', 'tag only'],
    answers: {
      ...only(Object.keys(PROFILES).filter((name) => name !== 'RemoteTrigger')), RemoteStartTransaction: accepting(),
    },
    person: nobody,
  },
  'starts everywhere': {
    about: 'accepts every start, and starts a transaction where it must not',
    files: ['core', 'reservation'],
    only: ['no start', 'again', 'running', 'tag only'],
    answers: {
      RemoteStartTransaction: accepting(starts),
      RemoteStopTransaction: async ({ transactionId }, pass, twin) => {
        if (!twin.wrong || transactionId !== twin.wrong) return pass();
        const end = { transactionId, meterStop: 0, timestamp: new Date(now()).toISOString(), reason: 'Remote' };
        later(10, () => twin.say('StopTransaction', end));
        return { status: 'Accepted' };
      },
    },
  },
  'always Remote': {
    about: 'reports the reason Remote after a Reset and an unlocking',
    files: ['core'],
    only: ['reset', 'ends'],
    sends: { StopTransaction: async (payload, pass) => pass({ ...payload, reason: 'Remote' }) },
  },

  // ---- the list ----

  'asks beside': {
    about: 'starts with a tag of the list at once, and sends Authorize all the same',
    files: ['local-list'],
    answers: {
      async RemoteStartTransaction({ idTag }, pass, twin) {
        later(1, () => twin.say('Authorize', { idTag }));
        return pass();
      },
    },
  },
  'asks first': {
    about: 'sends Authorize for a tag of the list, and waits for the answer',
    files: ['local-list'],
    answers: {
      // it says that it does, and does not
      ChangeConfiguration: async ({ key }, pass) => (key === 'LocalPreAuthorize' ? { status: 'Accepted' } : pass()),
    },
  },

  // ---- reservations ----

  'Rejected instead of Occupied': {
    about: 'answers a second ReserveNow with Rejected',
    files: ['reservation'],
    answers: {
      async ReserveNow(_, pass) {
        const { status: answer } = await pass();
        return { status: answer === 'Occupied' ? 'Rejected' : answer };
      },
    },
  },
  'takes no reservations': { about: 'answers every ReserveNow with Rejected', files: ['reservation'], answers: { ReserveNow: status('Rejected') } },
  'Available too early': {
    about: 'is Reserved, and sends Available 0.3 s later, and at the expiry once more',
    files: ['reservation'],
    sends: {
      async StatusNotification(payload, pass, twin) {
        if (payload.status === 'Reserved') told(payload, twin, 'Available', 300);
        return pass();
      },
    },
  },
  'Reserved for ever': {
    about: 'stays Reserved after the expiry date, and cancels nothing then',
    files: ['reservation'],
    answers: {
      async ReserveNow(payload, pass) {
        return pass({ ...payload, expiryDate: '2035-01-01T00:00:00Z' });
      },
    },
  },

  // ---- charging profiles ----

  'no limit': {
    about: 'reports the limit −1 in every composite schedule', files: ['smart-charging'], answers: { GetCompositeSchedule: limited(() => -1) },
  },
  'no power': {
    about: 'reports the limit 0 in every composite schedule', files: ['smart-charging'], answers: { GetCompositeSchedule: limited(() => 0) },
  },
  'above the maximum': {
    about: 'reports a limit of 20 A where 12 A are the maximum of the charge point',
    files: ['smart-charging'],
    answers: { GetCompositeSchedule: limited((limit) => (limit === 12 ? 20 : limit)) },
  },
  'no schedule of a free connector': {
    about: 'answers GetCompositeSchedule with Rejected unless a transaction runs',
    files: ['smart-charging'],
    answers: {
      GetCompositeSchedule: async ({ connectorId }, pass, twin) =>
        (['Charging', 'SuspendedEV'].includes(twin.told.get(connectorId)) ? pass() : { status: 'Rejected' }),
    },
  },

  // ---- triggers ----

  'periodic when triggered': {
    about: 'sends triggered meter values with the context Sample.Periodic',
    files: ['trigger'],
    sends: {
      MeterValues: async (payload, pass) => {
        const sampledValue = (list) => list.map((it) => ({ ...it, context: 'Sample.Periodic' }));
        return pass({ ...payload, meterValue: payload.meterValue.map((it) => ({ ...it, sampledValue: sampledValue(it.sampledValue) })) });
      },
    },
  },
  'accepts every trigger': {
    about: 'accepts every TriggerMessage, and sends nothing where it cannot',
    files: ['trigger'],
    answers: { TriggerMessage: async (_, pass) => ({ ...(await pass()), status: 'Accepted' }) },
    way: (action, payload) =>
      (payload.requestedMessage === 'StartTransaction' ? [action, { ...payload, requestedMessage: 'FirmwareStatusNotification' }] : undefined),
  },
};

/** GetCompositeSchedule with other limits. */
function limited(change) {
  return async (_, pass) => {
    const result = await pass();
    for (const period of (result.chargingSchedule || {}).chargingSchedulePeriod || []) period.limit = change(period.limit);
    return result;
  };
}
