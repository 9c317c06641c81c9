/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Shared by scenarios about the local authorisation list: its version, its updates, and the switch that enables it.

const { ask, quietly, setting } = require('./charge-point.js');

const accepted = (idTag) => ({ idTag, idTagInfo: { status: 'Accepted' } });
const blocked = (idTag) => ({ idTag, idTagInfo: { status: 'Blocked' } });

const version = async (cp) => (await ask(cp, 'GetLocalListVersion', {}, { listVersion: any.integer })).listVersion;

/** Sends a list. Without the third argument it is an empty list; the field is omitted. */
function send(cp, updateType, listVersion, localAuthorizationList, expected = { status: 'Accepted' }) {
  const list = localAuthorizationList === undefined ? {} : { localAuthorizationList };
  return ask(cp, 'SendLocalList', { listVersion, updateType, ...list }, expected);
}

/** Enables the list, and empties it at the end of the scenario; returns its version. */
async function enabled(cp) {
  // a list that is switched off has the version 0 or −1 and takes nothing; not every charge point has the switch
  await setting(cp, 'LocalAuthListEnabled', 'true');
  const current = await version(cp);
  if (current < 0) {
    skip('there is no local list');
  }
  after(() => quietly(async () => send(cp, 'Full', (await version(cp)) + 1)));
  return current;
}

module.exports = { accepted, blocked, enabled, send, version };
