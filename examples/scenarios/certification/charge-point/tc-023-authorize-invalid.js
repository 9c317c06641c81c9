/// <reference path="../../ocpp-tui-scenario.d.ts" />

const {
  LONG, asked, asks, begin, card, configure, plug, remains, site, tagsAre, waitsAt,
} = require('./lib/station.js');

const refused = { [site.idTag]: { status: 'Invalid' } };

scenario('a card that is not accepted', {
  id: 'TC_023_4_CS', area: 'basic actions (unhappy)',
  checks: 'A card about which Authorize says Invalid starts no transaction, although a car is plugged in.',
  by: ['OCPP 1.6 §4.1', 'OCPP 1.6 §3.9'],
  timeout: LONG,
}, async () => {
  const cp = await begin();
  await asks(cp);
  tagsAre(cp, refused);
  await waitsAt(cp);
  await card();
  await asked(cp);
  await remains(cp, ['Preparing']);
});

scenario('a remote start with a tag that is not accepted', {
  id: 'TC_023_5_CS', area: 'basic actions (unhappy)',
  checks:
    'With AuthorizeRemoteTxRequests a remote start with a tag about which Authorize says Invalid starts no '
    + 'transaction, although a car is plugged in.',
  by: ['OCPP 1.6 §5.11', 'OCPP 1.6 §4.1', 'OCPP 1.6 §9.1'],
  timeout: LONG,
}, async () => {
  const cp = await begin();
  await asks(cp);
  await configure(cp, { AuthorizeRemoteTxRequests: 'true' });
  tagsAre(cp, refused);
  cp.forget();
  const mine = { connectorId: site.connector, idTag: site.idTag };
  await cp.call('RemoteStartTransaction', mine, { status: 'Accepted' });
  await asked(cp);
  await plug();
  await remains(cp, ['Preparing']);
});
