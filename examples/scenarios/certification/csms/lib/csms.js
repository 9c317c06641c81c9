/// <reference path="../../../ocpp-tui-scenario.d.ts" />

// Shared by the cases for CSMSs of OCPP 2.x beside this folder: how a case is declared, the charging station that the scenario plays, and its
// transactions. The calls that an operator causes at the CSMS are those of the scenarios about central systems. This file is not a scenario.

const { idTag, byHand, registered, alive, ago, order, textUpTo, atLeast, uri } = require('../../../lib/central-system.js');
const { areaOf, books, versionOf } = require('../../lib/cases.js');

/** The version of the case that runs. */
let version;

/**
 * Declares a case: its number in the list of the test house, a title of our own, what it checks, and the use cases or requirements that ask
 * for it. `skip` is the reason why it cannot be played.
 */
function official(id, title, { by, ...about }, run) {
  scenario(title, { id: `TC_${id}_CSMS`, area: areaOf(id), by: books(id, by), ...about, ...byHand }, () => {
    version = versionOf(id);
    return run();
  });
}

// ---- the station ------------------------------------------------------------------------------------------------------------------

/** The type of the tokens that are named by parameters. */
const tokenType = parameter('idTokenType', 'Central');

/** A token as messages have it. */
const token = (idToken = idTag) => ({ idToken, type: tokenType });

/** The EVSE of ours. */
const evse = { id: 1, connectorId: 1 };

/** The connector and its last status in this case. */
let told;

/** Our link after an accepted boot, with a free connector, which is free again afterwards. */
async function ready() {
  told = undefined;
  const link = await registered({ version });
  after(async () => {
    if (!link.connected) {
      await link.connect();
    }
    if (told !== 'Available') {
      await tell(link, 'Available');
    }
  });
  await tell(link, 'Available');
  return link;
}

/** Tells the status of the connector. */
async function tell(link, connectorStatus) {
  await link.call('StatusNotification', { timestamp: ago(0), connectorStatus, evseId: evse.id, connectorId: evse.connectorId });
  told = connectorStatus;
}

/** A boot that is answered with this status. */
const boot = (link, reason = 'PowerUp', status = 'Accepted') => link.call('BootNotification', {
  reason, chargingStation: { vendorName: 'ocpp-tui', model: 'Scenario' },
}, { status, currentTime: near(), interval: atLeast(0) });

/** Restarts: the link is lost, and the station boots for this reason. */
async function restarts(link, reason = 'RemoteReset') {
  await link.drop();
  await link.connect();
  await boot(link, reason);
  await tell(link, 'Available');
}

/** Asks about a token, and requires this `idTokenInfo`. */
const authorize = (link, idToken = token(), idTokenInfo = { status: 'Accepted' }) => (
  link.call('Authorize', { idToken }, { idTokenInfo }));

/** A reading of the energy register in Wh. */
const reading = (value = 1200, context = 'Sample.Periodic', fields = {}) => ([{
  timestamp: ago(0),
  sampledValue: [{ value, context, measurand: 'Energy.Active.Import.Register', unitOfMeasure: { unit: 'Wh' }, ...fields }],
}]);

// ---- transactions -----------------------------------------------------------------------------------------------------------------

/** A transaction that the station reports. One that still runs at the end of the case is ended then. */
class Transaction {
  constructor(link) {
    this.link = link;
    this.id = `tx-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 12)}`;
    this.next = 0;
    this.open = false;
    after(async () => {
      if (!link.connected) {
        await link.connect();
      }
      if (this.open) {
        await this.ended('AbnormalCondition', 'Other');
      }
    });
  }

  /** Sends an event; `info` are further fields of transactionInfo, `fields` of the event. */
  async event(eventType, triggerReason, info = {}, fields = {}, expected = any.object) {
    const first = this.next === 0;
    const payload = {
      eventType, triggerReason, timestamp: ago(0), seqNo: this.next, transactionInfo: { transactionId: this.id, ...info },
      ...(first && { evse }), ...fields,
    };
    this.next += 1;
    this.open = eventType !== 'Ended';
    return this.link.call('TransactionEvent', payload, expected);
  }

  started(triggerReason, chargingState, fields, expected) {
    return this.event('Started', triggerReason, { chargingState }, fields, expected);
  }

  updated(triggerReason, chargingState, fields, expected) {
    return this.event('Updated', triggerReason, chargingState ? { chargingState } : {}, fields, expected);
  }

  ended(triggerReason, stoppedReason, fields, expected) {
    return this.event('Ended', triggerReason, { stoppedReason, chargingState: 'Idle' }, fields, expected);
  }
}

/** What the answer to an event with an accepted token must say. */
const ACCEPTED = { idTokenInfo: { status: 'Accepted' } };

/** A cable, a token, energy: a transaction that charges. */
async function charging(link, idToken = token()) {
  const transaction = new Transaction(link);
  await tell(link, 'Occupied');
  await transaction.started('CablePluggedIn', 'EVConnected', { meterValue: reading(1000, 'Transaction.Begin') });
  await authorize(link, idToken);
  await transaction.updated('Authorized', 'EVConnected', { idToken }, ACCEPTED);
  await transaction.updated('ChargingStateChanged', 'Charging');
  return transaction;
}

/** Ends a transaction with its token, and the car leaves. */
async function finished(link, transaction, idToken = token()) {
  await transaction.updated('StopAuthorized', 'EVConnected', { idToken }, ACCEPTED);
  await transaction.ended('EVCommunicationLost', 'Local', { meterValue: reading(2000, 'Transaction.End') });
  await tell(link, 'Available');
}

// ---- the operator -----------------------------------------------------------------------------------------------------------------

/**
 * Makes the CSMS send a call, and returns its payload: `what` says in words what is wanted, `payload` is an example, which is sent in the
 * simulation, `expected` is what the call must be, and `answer` or `error` what the station answers.
 */
function wanted(link, action, { what = '', payload = {}, answer = {}, error, expected = any }) {
  const how = `${what}${what && ', '}for example ${JSON.stringify(payload)}`;
  return order(link, action, { how, payload, answer, error, expected });
}

/**
 * Declares a case in which the CSMS sends one call, `call` as `wanted` takes it; `then` is what the station does after its answer. The CSMS
 * must go on afterwards.
 */
function asksFor(id, title, about, action, call, then = () => {}) {
  official(id, title, about, async () => {
    const link = await ready();
    const payload = await wanted(link, action, typeof call === 'function' ? call() : call);
    await then(link, payload);
    await goesOn(link);
  });
}

/** The CSMS goes on after an answer: it takes what follows. */
const goesOn = (link) => alive(link);

/** Registers tokens at the simulated CSMS, which knows none: token → its idTokenInfo. Elsewhere they are there already. */
async function known(link, infos) {
  if (foreign) {
    return;
  }
  const answer = ({ idToken }, usual) => (idToken && infos[idToken.idToken] ? { idTokenInfo: infos[idToken.idToken] } : usual);
  await operator(`Register the tokens ${Object.keys(infos).join(', ')}`, (underTest) => {
    underTest.answer('Authorize', answer);
    underTest.answer('TransactionEvent', answer);
  }, { link });
}

const tags = {
  unknown: parameter('unknownTag', 'NOBODYS-TAG'),
  expired: parameter('expiredTag', foreign ? '' : 'EXPIRED1'),
  blocked: parameter('blockedTag', foreign ? '' : 'BLOCKED1'),
  group: parameter('groupTag', foreign ? '' : 'TAG3'),
  parent: parameter('parentTag', foreign ? '' : 'GROUP1'),
  empty: parameter('emptyTag', foreign ? '' : 'EMPTY1'),
  master: parameter('masterTag', foreign ? '' : 'MASTER1'),
  masterGroup: parameter('masterGroup', foreign ? '' : 'MASTERS'),
};

/** The token for a purpose; skips the case if none is named. */
function tokenFor(purpose, name) {
  const tag = tags[purpose];
  if (tag === null || tag === '') {
    skip(`Which token is ${purpose} there is not known: --set ${name}=… names one.`);
  }
  return token(tag);
}

/** Tells what the case leaves out. */
function messagesOnly() {
  remark('The messages are checked, and not that a link uses what they are about.');
}

/** A whole number that a request is known by. */
const requestId = any.integer;

module.exports = {
  ACCEPTED, Transaction, ago, asksFor, atLeast, authorize, boot, charging, evse, finished, goesOn, idTag, known, messagesOnly, official, reading, ready,
  requestId, restarts, tell, textUpTo, token, tokenFor, uri, wanted,
};
