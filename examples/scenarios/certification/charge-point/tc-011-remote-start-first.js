/// <reference path="../../ocpp-tui-scenario.d.ts" />

const {
  LONG, begin, course, plug, plugsLater, remains, remoteSession, shortTimeOut, since, site, stop, timesOut, toldAtOnce,
} = require('./lib/station.js');

scenario('a remote start, the cable after it', {
  id: 'TC_011_1_CS', area: 'remote actions',
  checks: 'After a remote start the connector is Preparing; the transaction starts with the cable.',
  by: ['OCPP 1.6 §4.8', 'OCPP 1.6 §4.9', 'OCPP 1.6 §5.11'],
  timeout: LONG,
}, async () => {
  const cp = await begin();
  await toldAtOnce(cp);
  const heard = since(cp);
  const transaction = await remoteSession(cp);
  expect(course(heard), ['Preparing', 'Charging'], 'the order of the statuses');
  await stop(cp, transaction);
});

scenario('a remote start without a cable', {
  id: 'TC_011_2_CS', area: 'remote actions',
  checks:
    'A remote start that no cable follows is given up after ConnectionTimeOut: the connector is Available again, and '
    + 'a cable after that starts nothing.',
  by: ['OCPP 1.6 §5.11', 'OCPP 1.6 §4.9', 'OCPP 1.6 §9.1'],
  timeout: LONG,
}, async () => {
  plugsLater();
  const cp = await begin();
  const span = await shortTimeOut(cp);
  cp.forget();
  const mine = { connectorId: site.connector, idTag: site.idTag };
  await cp.call('RemoteStartTransaction', mine, { status: 'Accepted' });
  await timesOut(cp, span);
  step('a cable that comes too late');
  await plug();
  await remains(cp, ['Preparing']);
});
