/// <reference path="../../ocpp-tui-scenario.d.ts" />

const {
  LOCAL, LONG, begin, card, configure, ends, inOrder, numbered, offline, online, plug, remembered, session, setting,
  starts, tolerance, unplug,
} = require('./lib/station.js');

/** Does something without a connection; returns when that was, which is before the connection is back. */
async function withoutConnection(cp, run) {
  await offline(cp);
  const from = now();
  await run();
  await sleep(foreign ? 60000 : 20000);
  const to = now();
  cp.forget();
  await online(cp);
  return between(from - tolerance, to - tolerance);
}

scenario('an offline stop', {
  id: 'TC_038_CS', area: 'offline behavior (unhappy)',
  checks: 'A transaction that is stopped without a connection is reported when it is back, with the time of its end.',
  by: ['OCPP 1.6 §3.7', 'OCPP 1.6 §4.10'],
  timeout: LONG,
}, async () => {
  const cp = await begin();
  const transaction = await session(cp);
  const meanwhile = await withoutConnection(cp, () => card());
  const end = await ends(cp, transaction, { reason: LOCAL });
  expect(Date.parse(end.payload.timestamp), meanwhile, 'the time of a stop while offline');
});

scenario('an offline transaction', {
  id: 'TC_039_CS', area: 'offline behavior (unhappy)',
  checks:
    'A transaction that starts and ends without a connection is reported when it is back: its start, then its end '
    + 'with the id of the answer, both with their times.',
  by: ['OCPP 1.6 §3.5', 'OCPP 1.6 §3.7', 'OCPP 1.6 §4.8', 'OCPP 1.6 §4.10'],
  timeout: LONG,
}, async () => {
  const cp = await begin();
  if ((await setting(cp, 'AllowOfflineTxForUnknownId', 'true')) !== 'Accepted') {
    await remembered(cp);
  }
  await configure(cp, { LocalAuthorizeOffline: 'true' });
  const transaction = numbered(cp);
  const meanwhile = await withoutConnection(cp, async () => {
    await plug();
    await card();
    await sleep(foreign ? 60000 : 20000);
    await card();
    await sleep(foreign ? 10000 : 2000);
    await unplug();
  });
  transaction.call = await starts(cp);
  const end = await ends(cp, transaction, { reason: LOCAL });
  inOrder(cp, transaction.call, end);
  expect(Date.parse(transaction.call.payload.timestamp), meanwhile, 'the time of a start while offline');
  expect(Date.parse(end.payload.timestamp), meanwhile, 'the time of a stop while offline');
});
