// Shared by the scenarios in `certification/`: how a case is declared, and what the cases for a central system need beyond
// `central-system.js`. This file is not a scenario.
/// <reference path="../ocpp-tui-scenario.d.ts" />

const { idTag, byHand, registered, ago, begin, order, stop, atLeast } = require('./central-system.js');

/** The profiles of the side under test: `--set profiles=Core,Reservation`; all when it is not set. */
const chosen = parameter('profiles', '').toLowerCase().split(/[\s,]+/).filter(name => name !== '');

/** Whether the side under test has a profile, as far as it was said. */
function has(profile) {
  return chosen.length === 0 || chosen.includes(profile.toLowerCase());
}

/**
 * Declares a case: its id in the list of the test house, a title of our own, what it checks and the paragraphs that require it. `profiles`
 * are those beyond Core that it needs, `skip` is the reason why it cannot be played.
 */
function official(id, title, { area = 'core', ...about }, run) {
  scenario(title, { id, area, ...about, ...byHand }, run);
}

// ---- the charge point that the scenario plays -----------------------------------------------------------------------------------

/** What a case needs and only the owner of the central system knows; without it the case is skipped against another program. */
const tags = {
  invalid: parameter('unknownTag', 'NOBODYS-TAG'),
  expired: parameter('expiredTag', foreign ? '' : 'EXPIRED1'),
  blocked: parameter('blockedTag', foreign ? '' : 'BLOCKED1'),
  group: parameter('groupTag', foreign ? '' : 'TAG3'),
  parent: parameter('parentTag', foreign ? '' : 'GROUP1'),
};

/** The tag for a purpose; skips the case if none is known. */
function tagFor(purpose, name) {
  const tag = tags[purpose];
  if (tag === null || tag === '') {
    skip(`Which tag is ${purpose} there is not known: --set ${name}=… names one.`);
  }
  return tag;
}

/** Registers tags at the simulated central system, which knows none: tag → its idTagInfo. Elsewhere they are there already. */
async function known(link, infos) {
  if (foreign) {
    return;
  }
  const answer = (payload, usual) => (infos[payload.idTag] ? { idTagInfo: infos[payload.idTag] } : usual);
  await operator(`Register the tags ${Object.keys(infos).join(', ')}`, underTest => {
    underTest.answer('Authorize', answer);
    underTest.answer('StartTransaction', answer);
  }, { link });
}

/** The status that each connector told last in this scenario. */
const told = new Map();

/** Tells the status of a connector. */
async function tell(link, status, fields = {}) {
  const payload = Object.assign({ connectorId: 1, status, errorCode: 'NoError', timestamp: ago(0) }, fields);
  await link.call('StatusNotification', payload);
  told.set(payload.connectorId, status);
}

/** Connects again if the link is down. */
async function online(link) {
  if (!link.connected) {
    await link.connect();
  }
}

/** Our link after an accepted boot, with connector 1 free; it is free afterwards, too. */
async function ready() {
  const link = await registered();
  told.clear();
  after(async () => {
    await online(link);
    for (const [connectorId, status] of told) {
      if (status !== 'Available') {
        await tell(link, 'Available', { connectorId });
      }
    }
  });
  await tell(link, 'Available');
  return link;
}

/** The central system goes on: it takes the status of the connector, which is free. */
function goesOn(link) {
  return tell(link, 'Available');
}

/** Asks for a tag, and requires this status. */
function authorize(link, tag = idTag, expected = { status: 'Accepted' }) {
  return link.call('Authorize', { idTag: tag }, { idTagInfo: expected });
}

/** Starts a transaction of a tag that may charge, and returns its id. */
async function startAccepted(link, fields) {
  const accepted = { transactionId: any.integer, idTagInfo: { status: 'Accepted' } };
  const { transactionId } = await begin(link, fields, accepted);
  return transactionId;
}

/** A card, a cable, a transaction: connector 1 charges, and the id of its transaction is returned. */
async function charging(link, fields = {}) {
  await authorize(link, fields.idTag);
  await tell(link, 'Preparing');
  const transactionId = await startAccepted(link, fields);
  await tell(link, 'Charging');
  return transactionId;
}

/** Ends a transaction and frees the connector. */
async function finished(link, transactionId, fields = { reason: 'Local' }) {
  await stop(link, transactionId, fields);
  await tell(link, 'Finishing');
  await tell(link, 'Available');
}

/** A reading of the meter during a transaction. */
function metered(link, transactionId, value = '1200') {
  const sampledValue = [{ value, measurand: 'Energy.Active.Import.Register', unit: 'Wh', context: 'Sample.Periodic' }];
  return link.call('MeterValues', { connectorId: 1, transactionId, meterValue: [{ timestamp: ago(0), sampledValue }] });
}

/** Restarts the charge point: the link is lost, and it boots. */
async function restarted(link, fields = {}) {
  await link.drop();
  await link.connect();
  const identity = Object.assign({ chargePointVendor: 'ocpp-tui', chargePointModel: 'Scenario' }, fields);
  await link.call('BootNotification', identity, { status: 'Accepted', currentTime: any.time });
}

/** Tells the status of all connectors, as after a boot. */
async function statuses(link) {
  await tell(link, 'Available', { connectorId: 0 });
  await tell(link, 'Available');
}

/**
 * Makes the central system send a call, as `order` does: `what` tells the user in words what is wanted, and `payload` is shown to him as an
 * example, and sent in the simulation.
 */
function wanted(link, action, { what = '', payload, answer, error, expected }) {
  const how = `${what}${what && ', '}for example ${JSON.stringify(payload)}`;
  return order(link, action, { how, payload, answer, error, expected });
}

/** A remote start of the usual tag, which is accepted. */
function remoteStart(link, { answer = { status: 'Accepted' }, chargingProfile, expected = {} } = {}) {
  const payload = Object.assign({ connectorId: 1, idTag }, chargingProfile && { chargingProfile });
  return wanted(link, 'RemoteStartTransaction', {
    what: `for the tag ${idTag} at connector 1${chargingProfile ? ', with a charging profile' : ''}`,
    payload,
    answer,
    // without a connector the charge point may choose one
    expected: Object.assign({ idTag, connectorId: optional(1) }, expected),
  });
}

/** A reservation of the usual tag; returns the call. */
function reserve(link, { connectorId = 1, answer = { status: 'Accepted' }, seconds = 3600, parentIdTag, what = '', expected = {} } = {}) {
  const reservation = {
    connectorId, expiryDate: ago(-seconds), idTag, reservationId: 1 + Math.floor(Math.random() * 1e6),
  };
  return wanted(link, 'ReserveNow', {
    what: `for the tag ${idTag} at connector ${connectorId}${what && `, ${what}`}`,
    payload: Object.assign(reservation, parentIdTag && { parentIdTag }),
    answer,
    expected: Object.assign({
      connectorId, idTag, reservationId: any.integer, parentIdTag: optional(any.string),
      expiryDate: time => Date.parse(time) > now(),
    }, expected),
  });
}

/** A text with a certificate, a request for one, or more of them, in PEM. */
function pem(kind, length) {
  const begins = `-----BEGIN ${kind}-----`;
  return text => typeof text === 'string' && text.length <= length && text.trim().startsWith(begins);
}

/** Tells what the case leaves out: a station of the test house has a link with TLS here. */
function messagesOnly() {
  remark('The messages are checked, and not that a link uses what they are about.');
}

module.exports = {
  official, has, goesOn, idTag, tagFor, known, tell, ready, authorize, startAccepted, charging, finished, metered, restarted, statuses, wanted,
  remoteStart, reserve, pem, messagesOnly, atLeast,
};
