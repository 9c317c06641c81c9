/// <reference path="../ocpp-tui-scenario.d.ts" />

// The Local Auth List Management profile of an OCPP 1.6-J charge point: versions of the list, its updates, its use.
//
//     ocpp-tui test examples/scenarios/charge-point/local-list.js                 a simulated charge point
//     ocpp-tui test --listen 9000 examples/scenarios/charge-point/local-list.js   the one that connects
//
// The list of the charge point is lost: each scenario enables it, replaces it and leaves it empty. `listedIdTag` (LISTED1) is
// added to it and used for a transaction at `connector` (1), where a user must plug a car in.

const { LONG, askedLate, charging, configure, ready, readyAndFree, stop } = require('./lib/charge-point.js');
const { accepted, blocked, enabled, send, version } = require('./lib/local-list.js');

const listedIdTag = parameter('listedIdTag', 'LISTED1');

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
  const unasked = askedLate(cp, listedIdTag);
  const transaction = await charging(cp, { idTag: listedIdTag });
  unasked(transaction.call);
  await stop(cp, transaction);
});
