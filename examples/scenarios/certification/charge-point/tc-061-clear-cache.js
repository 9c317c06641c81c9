/// <reference path="../../ocpp-tui-scenario.d.ts" />

const {
  LONG, asked, begin, card, charges, configure, inOrder, numbered, plug, remembered, site, starts, stop, stopByCard,
} = require('./lib/station.js');

/** A charge point that knew the tag, and has forgotten it; with LocalPreAuthorize it would not have asked. */
async function forgotten(values) {
  const cp = await begin();
  await remembered(cp);
  await configure(cp, { LocalPreAuthorize: 'true', ...values });
  await cp.call('ClearCache', {}, { status: 'Accepted' });
  cp.forget();
  return cp;
}

scenario('the cache is cleared, and a card comes', {
  id: 'TC_061_1_CS', area: 'cache',
  checks: 'After ClearCache the charge point asks about a card that it knew.',
  by: ['OCPP 1.6 §5.4', 'OCPP 1.6 §3.5.1', 'OCPP 1.6 §4.1'],
  timeout: LONG,
}, async () => {
  const cp = await forgotten();
  const transaction = numbered(cp);
  await plug();
  await card();
  const question = await asked(cp);
  transaction.call = await starts(cp);
  inOrder(cp, question, transaction.call);
  await charges(cp);
  await stopByCard(cp, transaction);
});

scenario('the cache is cleared, and a remote start comes', {
  id: 'TC_061_2_CS', area: 'cache',
  checks: 'After ClearCache the charge point asks about the tag of a remote start that it knew.',
  by: ['OCPP 1.6 §5.4', 'OCPP 1.6 §3.5.1', 'OCPP 1.6 §5.11'],
  timeout: LONG,
}, async () => {
  const cp = await forgotten({ AuthorizeRemoteTxRequests: 'true' });
  const transaction = numbered(cp);
  const mine = { connectorId: site.connector, idTag: site.idTag };
  await cp.call('RemoteStartTransaction', mine, { status: 'Accepted' });
  const question = await asked(cp);
  await plug();
  transaction.call = await starts(cp);
  inOrder(cp, question, transaction.call);
  await charges(cp);
  await stop(cp, transaction);
});
