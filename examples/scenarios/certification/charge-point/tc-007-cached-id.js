/// <reference path="../../ocpp-tui-scenario.d.ts" />

const {
  LONG, askedLate, begin, configure, remembered, remoteSession, session, site, stop, stopByCard,
} = require('./lib/station.js');

scenario('a card that is in the cache', {
  id: 'TC_007_1_CS', area: 'cache',
  checks:
    'With LocalPreAuthorize a card in the authorisation cache starts a transaction, which waits for no Authorize.',
  by: ['OCPP 1.6 §3.5.1', 'OCPP 1.6 §4.1', 'OCPP 1.6 §9.1'],
  timeout: LONG,
}, async () => {
  const cp = await begin();
  await remembered(cp);
  await configure(cp, { LocalPreAuthorize: 'true' });
  const unasked = askedLate(cp, site.idTag);
  const transaction = await session(cp);
  unasked(transaction.call);
  await stopByCard(cp, transaction);
});

scenario('a remote start with a tag that is in the cache', {
  id: 'TC_007_2_CS', area: 'cache',
  checks:
    'With LocalPreAuthorize and AuthorizeRemoteTxRequests a tag in the authorisation cache is started remotely, and '
    + 'the start waits for no Authorize.',
  by: ['OCPP 1.6 §3.5.1', 'OCPP 1.6 §5.11', 'OCPP 1.6 §9.1'],
  timeout: LONG,
}, async () => {
  const cp = await begin();
  await remembered(cp);
  await configure(cp, { AuthorizeRemoteTxRequests: 'true', LocalPreAuthorize: 'true' });
  const unasked = askedLate(cp, site.idTag);
  const transaction = await remoteSession(cp);
  unasked(transaction.call);
  await stop(cp, transaction);
});
