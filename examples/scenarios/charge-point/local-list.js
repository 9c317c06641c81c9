/// <reference path="../ocpp-tui-scenario.d.ts" />

// The Local Auth List Management profile of an OCPP 1.6-J charge point: versions of the list, its updates, its use.
//
//     ocpp-tui test examples/scenarios/charge-point/local-list.js                 a simulated charge point
//     ocpp-tui test --listen 9000 examples/scenarios/charge-point/local-list.js   the one that connects
//
// The list of the charge point is lost: each scenario enables it, replaces it and leaves it empty. `listedIdTag` (LISTED1) is
// added to it and used for a transaction at `connector` (1), where a user must plug a car in.

const { LONG, ask, charging, configure, quietly, ready, readyAndFree, setting, stop } = require('./lib/charge-point.js');

const listedIdTag = parameter('listedIdTag', 'LISTED1');

/** How late Authorize is answered. */
const late = foreign ? 20000 : 5000;

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

const begin = () => ready('LocalAuthListManagement');

scenario('a full list replaces the one before', {
  checks: 'SendLocalList (Full) is accepted, twice, and GetLocalListVersion returns its version.',
  by: ['OCPP 1.6 §5.15', 'OCPP 1.6 §5.10'],
}, async () => {
  const cp = await begin();
  const current = await enabled(cp);
  await send(cp, 'Full', current + 1, [accepted(listedIdTag), blocked('LISTED2')]);
  expect(await version(cp), current + 1, 'the version');
  await send(cp, 'Full', current + 5, [accepted(listedIdTag)]);
  expect(await version(cp), current + 5, 'the version after the second one');
});

scenario('a differential list changes the one before', {
  checks: 'SendLocalList (Differential) adds, changes and removes tags, and GetLocalListVersion returns its version.',
  by: ['OCPP 1.6 §5.15', 'OCPP 1.6 §5.10'],
}, async () => {
  const cp = await begin();
  const current = await enabled(cp);
  await send(cp, 'Full', current + 1, [accepted(listedIdTag), accepted('LISTED2')]);
  await send(cp, 'Differential', current + 2, [accepted('LISTED3'), blocked('LISTED2')]);
  // an entry without idTagInfo removes the tag
  await send(cp, 'Differential', current + 3, [{ idTag: 'LISTED3' }]);
  expect(await version(cp), current + 3, 'the version');
});

scenario('a differential list must be newer', {
  checks:
    'SendLocalList (Differential) with the version of the list, or an older one, is a VersionMismatch and '
    + 'changes nothing.',
  by: 'OCPP 1.6 §5.15',
}, async () => {
  const cp = await begin();
  const current = await enabled(cp);
  await send(cp, 'Full', current + 2, [accepted(listedIdTag)]);
  await send(cp, 'Differential', current + 2, [accepted('LISTED2')], { status: 'VersionMismatch' });
  await send(cp, 'Differential', current + 1, [accepted('LISTED2')], { status: 'VersionMismatch' });
  expect(await version(cp), current + 2, 'the version');
});

scenario('an empty list is accepted', {
  checks: 'SendLocalList (Full) without any tag empties the list.',
  by: ['OCPP 1.6 §5.15', 'OCPP 1.6 §5.10'],
}, async () => {
  const cp = await begin();
  const current = await enabled(cp);
  await send(cp, 'Full', current + 1, [accepted(listedIdTag)]);
  await send(cp, 'Full', current + 2);
  // 0 is the version of an empty list, but this list was sent with its own version
  expect(await version(cp), oneOf(0, current + 2), 'the version');
});

scenario('a tag of the local list starts without Authorize', {
  checks:
    'With LocalPreAuthorize a tag in the list starts a transaction, which does not wait for an answer to '
    + 'Authorize.',
  by: ['OCPP 1.6 §3.5', 'OCPP 1.6 §5.11', 'OCPP 1.6 §9.1'],
  timeout: LONG,
}, async () => {
  const cp = await readyAndFree({ profile: 'LocalAuthListManagement' });
  const current = await enabled(cp);
  await send(cp, 'Full', current + 1, [accepted(listedIdTag)]);
  // with AuthorizeRemoteTxRequests=false a remote start is never authorised
  await configure(cp, { AuthorizeRemoteTxRequests: 'true', LocalPreAuthorize: 'true' });
  cp.answer('Authorize', ({ idTag }, usual) => (idTag === listedIdTag ? ocpp.delay(late) : usual));
  const transaction = await charging(cp, { idTag: listedIdTag });
  const { at, payload: { timestamp } } = transaction.call;
  const question = cp.calls('Authorize').find((call) => call.payload.idTag === listedIdTag && call.at <= at);
  if (question) {
    // it may ask, too (§5.11), and then StartTransaction may have to wait for its turn: its time tells when it started
    const answered = question.at + late;
    const waited = Math.min(at, Date.parse(timestamp)) - answered;
    assert(waited < -1000 || waited > 5000, `${listedIdTag} is in the list, but the start waited for the answer to Authorize`);
    remark(`${listedIdTag} is in the list, but Authorize asked about it`);
    if (waited > 5000) {
      warn('the car was plugged in late, so it is not known whether the start waited for the answer to Authorize');
    }
  }
  await stop(cp, transaction);
});
