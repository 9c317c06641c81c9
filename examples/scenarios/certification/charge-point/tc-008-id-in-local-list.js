/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { LONG, askedLate, begin, configure, remoteSession, session, stop, stopByCard } = require('./lib/station.js');
const list = require('../../charge-point/lib/local-list.js');

const listed = parameter('listedIdTag', 'LISTED1');

/** A charge point with the tag in its list, which starts without a question. */
async function listedThere(values) {
  const cp = await begin({ profile: 'LocalAuthListManagement' });
  const current = await list.enabled(cp);
  await list.send(cp, 'Full', current + 1, [list.accepted(listed)]);
  await configure(cp, { LocalPreAuthorize: 'true', ...values });
  return cp;
}

scenario('a card that is in the local list', {
  id: 'TC_008_1_CS', area: 'local authorization list', profiles: ['LocalAuthListManagement'],
  checks: 'With LocalPreAuthorize a card in the local list starts a transaction, which waits for no Authorize.',
  by: ['OCPP 1.6 §3.5.2', 'OCPP 1.6 §4.1', 'OCPP 1.6 §9.1'],
  timeout: LONG,
}, async () => {
  const cp = await listedThere();
  const unasked = askedLate(cp, listed);
  const transaction = await session(cp, { idTag: listed });
  unasked(transaction.call);
  await stopByCard(cp, transaction, { idTag: listed });
});

scenario('a remote start with a tag that is in the local list', {
  id: 'TC_008_2_CS', area: 'local authorization list', profiles: ['LocalAuthListManagement'],
  checks:
    'With LocalPreAuthorize and AuthorizeRemoteTxRequests a tag in the local list is started remotely, and the start '
    + 'waits for no Authorize.',
  by: ['OCPP 1.6 §3.5.2', 'OCPP 1.6 §5.11', 'OCPP 1.6 §9.1'],
  timeout: LONG,
}, async () => {
  const cp = await listedThere({ AuthorizeRemoteTxRequests: 'true' });
  const unasked = askedLate(cp, listed);
  const transaction = await remoteSession(cp, { idTag: listed });
  unasked(transaction.call);
  await stop(cp, transaction);
});
