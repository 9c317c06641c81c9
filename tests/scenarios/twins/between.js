// A charge point under test that is not ours: a simulated one behind a man in the middle, who passes every call on, in both directions,
// unless the twin that is played does something else. To the scenarios it is another program: `foreign` is true, people are asked.
//
// The middle has two ends: `face`, the charge point that the scenarios see, and `machine`, the central system's end of the simulated one.

const TO_CHARGE_POINT = [
  'CancelReservation', 'ChangeAvailability', 'ChangeConfiguration', 'ClearCache', 'ClearChargingProfile', 'DataTransfer', 'GetCompositeSchedule',
  'GetConfiguration', 'GetDiagnostics', 'GetLocalListVersion', 'RemoteStartTransaction', 'RemoteStopTransaction', 'ReserveNow', 'Reset',
  'SendLocalList', 'SetChargingProfile', 'TriggerMessage', 'UnlockConnector', 'UpdateFirmware',
  'CertificateSigned', 'DeleteCertificate', 'ExtendedTriggerMessage', 'GetInstalledCertificateIds', 'GetLog', 'InstallCertificate',
  'SignedUpdateFirmware',
];
const FROM_CHARGE_POINT = [
  'Authorize', 'BootNotification', 'DataTransfer', 'DiagnosticsStatusNotification', 'FirmwareStatusNotification', 'Heartbeat', 'MeterValues',
  'StartTransaction', 'StatusNotification', 'StopTransaction',
  'LogStatusNotification', 'SecurityEventNotification', 'SignCertificate', 'SignedFirmwareStatusNotification',
];
// The keys that scenarios change, but for HeartbeatInterval, which is set by the answer to a boot.
const KEYS = [
  'AuthorizeRemoteTxRequests', 'LocalAuthListEnabled', 'LocalPreAuthorize', 'MeterValueSampleInterval', 'NumberOfConnectors',
  'StopTransactionOnInvalidId', 'TransactionMessageAttempts', 'TransactionMessageRetryInterval',
];
const EVER = { within: 1e9, unchecked: true };

// The cleanups of a scenario begin with no timer running: what waits here goes on after `wake`.
let waits = []; // { due, holds, resolve }
let ticking;

function wake() {
  clearTimeout(ticking);
  if (waits.length === 0) return;
  ticking = setTimeout(() => {
    const due = waits.filter(({ due, holds }) => (holds ? holds() : now() >= due));
    waits = waits.filter((it) => !due.includes(it));
    for (const { resolve } of due) resolve();
    wake();
  }, Math.min(...waits.map(({ due, holds }) => (holds ? 200 : Math.max(1, due - now())))));
}

/** What still waits never goes on: the scenario and its cleanups are over. */
function rest() {
  clearTimeout(ticking);
  waits = [];
}

function waitsFor(wait) {
  return new Promise((resolve) => {
    waits.push({ ...wait, resolve });
    wake();
  });
}

const pause = (milliseconds) => waitsFor({ due: now() + milliseconds });
const until = async (holds) => { if (!holds()) await waitsFor({ holds }); };
const later = (milliseconds, run) => { pause(milliseconds).then(run); };

/** The result as a whole: fields of the default answer that it does not have must not be added. */
function exactly(result, usual) {
  const missing = Object.keys(usual || {}).filter((name) => !(name in result));
  return { ...Object.fromEntries(missing.map((name) => [name, undefined])), ...result };
}

/** One charge point in the middle of one scenario. */
class Between {
  constructor(twin, options = {}) {
    this.twin = twin;
    this.options = options; // of the machine
    this.over = false;
    this.pending = new Set();
    this.links = 0; // how often the machine lost its link
    this.told = new Map(); // connector → the status that the machine told last
    this.open = 0; // calls that wait for an answer
    this.frames = 0; // frames of the twin's own
    this.registration = 'Accepted';
  }

  /** Starts it; returns the link of the central system that the scenario has. */
  async start() {
    waits = [];
    const one = { versions: ['1.6'], transports: ['websocket'] };
    const [inside, outside] = [await centralSystem(one), await centralSystem(one)];
    await chargePoint({ id: 'machine', url: inside.url, autonomous: true, ...this.options });
    this.machine = await inside.station('machine');
    await pause(3000);
    for (const action of FROM_CHARGE_POINT) {
      this.machine.answer(action, (payload, usual) => this.guarded(() => this.fromMachine(action, payload, usual)));
    }
    if (this.twin.starts) await this.twin.starts(this);
    this.before = await this.state();
    // It boots anew, and this time the scenario decides what it hears.
    if (this.twin.pending) {
      this.registration = 'Pending';
    } else {
      await this.machine.call('Reset', { type: 'Hard' });
      await until(() => !this.machine.connected);
      await until(() => this.machine.connected);
    }
    this.face = await chargePoint({ id: 'CP1', url: outside.url });
    for (const action of TO_CHARGE_POINT) {
      this.face.answer(action, (payload, usual) => this.guarded(() => this.toMachine(action, payload, usual)));
    }
    const link = await outside.station('CP1');
    this.track(this.watch());
    return this.intercept(link);
  }

  track(promise) {
    const kept = promise.catch((error) => { if (!this.over) console.log(`TWIN: ${error}\n${error.stack}`); });
    this.pending.add(kept);
    kept.then(() => this.pending.delete(kept));
    return promise;
  }

  /** The answer that `decide` gives; none when it fails or all is over. */
  guarded(decide) {
    if (this.over) return null;
    return this.track((async () => {
      try {
        return await decide();
      } catch (error) {
        if (error instanceof ExpectationError) return ocpp.silence();
        if (!(error instanceof CallError)) throw error;
        return ['Timeout', 'Lost', 'NotSent'].includes(error.code) ? ocpp.silence() : ocpp.error(error.code, error.description);
      }
    })());
  }

  async fromMachine(action, payload, usual) {
    await pause(2); // behind the answer that caused it
    if (action === 'StatusNotification') this.told.set(payload.connectorId, payload.status);
    if (action === 'BootNotification' && this.twin.boots) await this.twin.boots(this);
    const link = this.links;
    const pass = async (changed = payload) => {
      await until(() => this.over || link !== this.links || (this.face && this.face.connected));
      // a machine that has lost its link meanwhile sends it again
      if (this.over || link !== this.links) return ocpp.silence();
      this.open += 1;
      try {
        const give = this.twin.gives || ((...call) => this.face.call(...call.slice(0, 2), undefined, EVER));
        return exactly(await give(action, changed, this), usual);
      } finally {
        this.open -= 1;
      }
    };
    const own = this.twin.sends && this.twin.sends[action];
    const result = own ? await own(payload, pass, this) : await pass();
    if (action === 'BootNotification' && result && result.status) this.registration = result.status;
    return result;
  }

  async toMachine(action, payload, usual) {
    const pass = async (changed = payload) => {
      await until(() => this.over || this.machine.connected);
      return exactly(await this.machine.call(action, changed, undefined, EVER), usual);
    };
    if (this.twin.hears && !(await this.twin.hears(action, this))) return ocpp.silence();
    const own = this.twin.answers && this.twin.answers[action];
    if (own) return own(payload, pass, this);
    // Ours takes the data of every vendor.
    return action === 'DataTransfer' ? { status: 'UnknownVendorId', data: undefined } : pass();
  }

  /** Sends a call although another one waits for its answer, or with an id of the twin's own; returns its result. */
  async push(action, payload, id = `twin-${this.frames + 1}`) {
    this.frames += 1;
    await this.face.send([2, id, action, payload]);
    const [type, , ...rest] = await this.face.expectFrame((frame) => frame[0] !== 2 && frame[1] === id, { within: 1e9 });
    return type === 3 ? rest[0] : ocpp.error(rest[0], rest[1]);
  }

  /** Sends a call of the twin's own, beside those of the machine; what becomes of it does not matter. */
  say(action, payload) {
    this.track(this.face.call(action, payload, undefined, EVER).catch(() => {}));
  }

  /** What the twin does with calls and texts on their way to it. */
  intercept(link) {
    const { way, broken } = this.twin;
    if (way) {
      for (const name of ['call', 'callError']) {
        const send = link[name];
        link[name] = (action, payload, ...rest) => send.call(link, ...(way(action, payload || {}) || [action, payload]), ...rest);
      }
    }
    if (broken) {
      const send = link.send;
      link.send = async (frame) => {
        await send.call(link, frame);
        if (typeof frame === 'string' && !frame.startsWith('[9')) this.track(broken(this));
      };
    }
    return link;
  }

  /** Each end of the link behind the middle follows the one before it. */
  async watch() {
    while (!this.over) {
      await until(() => this.over || (!this.face.connected && !this.away) || !this.machine.connected);
      if (this.over) return;
      if (!this.machine.connected || this.restarting) {
        await until(() => this.over || !this.machine.connected);
        this.links += 1;
        this.restarting = false;
        if (this.face.connected) await this.face.drop();
        await until(() => this.over || this.machine.connected);
        if (!this.over && !this.face.connected) await this.face.connect({ within: 600000 });
      } else {
        this.links += 1;
        await this.machine.drop();
        await until(() => this.over || (this.machine.connected && this.face.connected));
        if (this.twin.connects) this.twin.connects(this);
      }
    }
  }

  /** What a scenario must leave as it was. */
  async state() {
    const { configurationKey } = await this.machine.call('GetConfiguration', { key: KEYS });
    return Object.fromEntries(configurationKey.map(({ key, value }) => [key, value]));
  }

  /** Nothing is on its way. */
  async idle() {
    for (let count = 0; count < 400 && this.pending.size > 1; count += 1) await pause(100);
  }

  /** Says what is not as it was, then ends. */
  async end() {
    await until(() => this.machine.connected);
    const said = (sentence) => console.log(`LEFT: ${sentence}`);
    if (this.registration !== 'Accepted') said(`the registration is ${this.registration}`);
    const after = await this.state();
    for (const [key, value] of Object.entries(this.before)) {
      if (after[key] !== value) said(`${key} is ${after[key]}, and was ${value}`);
    }
    this.over = true;
    for (const connectorId of [1, 2]) {
      this.machine.forget();
      await this.machine.call('TriggerMessage', { requestedMessage: 'StatusNotification', connectorId }, { status: 'Accepted' });
      const call = await this.machine.expectCall('StatusNotification', { connectorId });
      // a driver needs some seconds to leave
      if (!['Available', 'Finishing'].includes(call.payload.status)) said(`connector ${connectorId} is ${call.payload.status}`);
    }
    const { status } = await this.machine.call('ClearChargingProfile', {});
    if (status !== 'Unknown') said('there are charging profiles');
    for (const link of [this.face, this.machine]) {
      if (link.connected) await link.drop();
    }
  }
}

module.exports = { Between, later, pause, until, wake, rest };
