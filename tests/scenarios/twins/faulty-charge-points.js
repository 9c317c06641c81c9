// Charge points with one fault each, for the cases by number. Each is what the man in the middle does otherwise than to pass on, as in
// `charge-points.js`; `about` is for docs/conformance.md, and `fails` are the cases about its fault: no others may fail. `warns` are those
// that only warn, because OCPP recommends what the twin does not do.

const { later, pause } = require('./between.js');

const status = (name) => async () => ({ status: name });

/** A field of calls is not there. */
const without = (field) => async (payload, pass) => {
  const { [field]: gone, ...rest } = payload;
  return pass(rest);
};

/** A status of a connector is told only when it is asked for. */
const silentAbout = (name) => ({
  answers: {
    async TriggerMessage(payload, pass, twin) {
      if (payload.requestedMessage === 'StatusNotification') twin.asked = payload.connectorId;
      return pass();
    },
  },
  sends: {
    async StatusNotification(payload, pass, twin) {
      const asked = twin.asked === payload.connectorId;
      if (asked) twin.asked = undefined;
      return asked || payload.status !== name ? pass() : {};
    },
  },
});

/** A key is taken, and told as it was set; what it does stays as it was. */
function pretends(...keys) {
  const of = (twin) => { twin.pretended = twin.pretended || {}; return twin.pretended; };
  return {
    async ChangeConfiguration({ key, value }, pass, twin) {
      if (!keys.includes(key)) return pass();
      of(twin)[key] = value;
      return { status: 'Accepted' };
    },
    async GetConfiguration(_, pass, twin) {
      const result = await pass();
      const configurationKey = (result.configurationKey || []).map((entry) => (
        entry.key in of(twin) ? { ...entry, value: of(twin)[entry.key] } : entry));
      return { ...result, configurationKey };
    },
  };
}

/** The time of a transaction message is when it leaves. */
const timeOfDelivery = async (payload, pass) => pass({ ...payload, timestamp: new Date(now()).toISOString() });

module.exports = {
  none: { about: 'has no fault', fails: [] },

  'no Preparing': {
    about: 'does not report Preparing unless it is asked',
    ...silentAbout('Preparing'),
    fails: ['TC_003_CS', 'TC_004_1_CS', 'TC_004_2_CS', 'TC_010_CS', 'TC_011_1_CS', 'TC_011_2_CS'],
  },
  'no Finishing': {
    about: 'does not report Finishing unless it is asked',
    ...silentAbout('Finishing'),
    fails: ['TC_003_CS', 'TC_004_1_CS', 'TC_005_2_CS', 'TC_012_CS', 'TC_015_CS', 'TC_016_CS'],
  },
  'asks nobody': {
    about: 'sends no Authorize, and takes every card',
    sends: { Authorize: async () => ({ idTagInfo: { status: 'Accepted' } }) },
    fails: [
      'TC_003_CS', 'TC_004_1_CS', 'TC_004_2_CS', 'TC_023_4_CS', 'TC_023_5_CS', 'TC_053_1_CS', 'TC_053_2_CS', 'TC_061_1_CS',
      'TC_061_2_CS', 'TC_069_CS',
    ],
  },
  'knows nobody': {
    about: 'takes LocalPreAuthorize=true, and waits for Authorize all the same',
    answers: pretends('LocalPreAuthorize'),
    fails: ['TC_007_1_CS', 'TC_007_2_CS', 'TC_008_1_CS', 'TC_008_2_CS'],
  },
  'forgets no card': {
    about: 'answers ClearCache with Accepted, and keeps its cache',
    answers: { ClearCache: status('Accepted') },
    fails: ['TC_061_1_CS', 'TC_061_2_CS'],
  },
  'waits for ever': {
    about: 'takes ConnectionTimeOut, and waits longer',
    answers: pretends('ConnectionTimeOut'),
    fails: ['TC_004_2_CS', 'TC_011_2_CS'],
  },
  'no reason': {
    about: 'leaves the reason out of StopTransaction',
    sends: { StopTransaction: without('reason') },
    fails: ['TC_005_1_CS', 'TC_005_2_CS', 'TC_012_CS', 'TC_015_CS', 'TC_016_CS', 'TC_018_1_CS', 'TC_032_1_CS', 'TC_032_2_CS', 'TC_037_3_CS'],
  },
  'no reservation id': {
    about: 'does not name the reservation in StartTransaction',
    sends: { StartTransaction: without('reservationId') },
    fails: ['TC_046_1_CS', 'TC_046_2_CS', 'TC_049_CS', 'TC_053_1_CS', 'TC_053_2_CS'],
  },
  'time of delivery': {
    about: 'gives its transaction messages the time of their delivery',
    sends: { StartTransaction: timeOfDelivery, StopTransaction: timeOfDelivery },
    fails: ['TC_037_1_CS', 'TC_037_2_CS', 'TC_037_3_CS', 'TC_038_CS', 'TC_039_CS'],
  },
  'unlocks everything': {
    about: 'answers UnlockConnector with Unlocked, whatever happens',
    answers: {
      async UnlockConnector(_, pass) {
        await pass();
        return { status: 'Unlocked' };
      },
    },
    fails: ['TC_030_CS', 'TC_031_CS'],
  },
  'takes every profile': {
    about: 'accepts a charging profile that it cannot use',
    answers: {
      async SetChargingProfile(_, pass) {
        await pass();
        return { status: 'Accepted' };
      },
    },
    fails: ['TC_058_1_CS', 'TC_058_2_CS'],
  },
  'stops everything': {
    about: 'accepts a remote stop of a transaction that does not exist',
    answers: {
      async RemoteStopTransaction(_, pass) {
        await pass();
        return { status: 'Accepted' };
      },
    },
    fails: ['TC_028_CS'],
  },
  'starts anywhere': {
    about: 'takes a remote start at connector 0 for connector 1',
    answers: {
      RemoteStartTransaction: (payload, pass) => pass(payload.connectorId === 0 ? { ...payload, connectorId: 1 } : payload),
    },
    fails: ['TC_027_CS'],
  },
  'no error code': {
    about: 'reports every status with NoError',
    sends: { StatusNotification: (payload, pass) => pass({ ...payload, errorCode: 'NoError' }) },
    fails: ['TC_024_CS', 'TC_041_CS'],
  },
  'available after each boot': {
    about: 'forgets at a loss of power what is not available',
    hands: {
      async powerOff(twin) { twin.fresh = true; },
    },
    sends: {
      StatusNotification: (payload, pass, twin) => pass(
        twin.fresh && payload.status === 'Unavailable' ? { ...payload, status: 'Available' } : payload),
    },
    fails: ['TC_034_CS'],
  },
  'boots early': {
    about: 'does not wait for the interval when its boot is Pending',
    sends: {
      async BootNotification(payload, pass, twin) {
        const result = await pass();
        if (result.status === 'Pending') later(500, () => twin.say('BootNotification', payload));
        return result;
      },
    },
    fails: ['TC_002_CS'],
  },
  'id reused': {
    about: 'sends every call with the same id',
    gives: (action, payload, twin) => twin.push(action, payload, 'the-only-one'),
    fails: ['TC_001_CS'],
  },
  'late answer': {
    about: 'answers UnlockConnector after two minutes',
    answers: {
      async UnlockConnector(_, pass) {
        const result = await pass();
        await pause(120000);
        return result;
      },
    },
    fails: ['TC_005_2_CS', 'TC_017_1_CS', 'TC_018_1_CS', 'TC_030_CS', 'TC_031_CS'],
  },
  'two calls at once': {
    about: 'sends a Heartbeat while a status waits for its answer',
    sends: {
      StatusNotification(payload, pass, twin) {
        if (payload.connectorId === 0) later(1, () => twin.track(twin.push('Heartbeat', {})));
        return pass();
      },
    },
    fails: [],
    warns: ['TC_001_CS'],
  },
  'another clock': {
    about: 'sends clock-aligned values 7 s late',
    sends: {
      MeterValues: (payload, pass) => pass({
        ...payload,
        meterValue: payload.meterValue.map((reading) => (reading.sampledValue.some(({ context }) => context === 'Sample.Clock')
          ? { ...reading, timestamp: new Date(Date.parse(reading.timestamp) + 7000).toISOString() } : reading)),
      }),
    },
    fails: ['TC_071_CS'],
  },
};
