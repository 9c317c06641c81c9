/// <reference path="../ocpp-tui-scenario.d.ts" />

// What an OCPP 1.6-J charge point does when its link is lost: it must reconnect, and send queued messages. A boot after
// that is not recommended but allowed, so it is a remark and not a failure.
//
//     ocpp-tui test examples/scenarios/charge-point/reconnect.js                 a simulated charge point
//     ocpp-tui test --listen 9000 examples/scenarios/charge-point/reconnect.js   the one that connects
//
// The link is closed or cut several times. OCPP does not specify how soon a charge point must reconnect; five
// minutes are allowed. `idTag` and `connector` (1) are used for transactions.

const { LONG, charging, configured, patient, ready, readyAndFree, site, stop } = require('./lib/charge-point.js');

const back = { within: foreign ? 300000 : 30000 };

/** Ends the link and expects that the charge point reconnects without a restart. */
function comesBack(end) {
  return async () => {
    const cp = await ready();
    const boots = cp.calls('BootNotification').length;
    await end(cp);
    await cp.expectConnect(back);
    await sleep(foreign ? 5000 : 1000);
    if (cp.calls('BootNotification').length > boots) {
      // a recommendation only: the central system knows the charge point already
      remark('the charge point booted, though only its link was lost');
    }
    expect(await configured(cp, 'HeartbeatInterval'), /^[0-9]+$/, 'HeartbeatInterval');
  };
}

scenario('the charge point reconnects after a close', {
  checks: 'When the central system closes the link, the charge point reconnects and answers calls.',
  by: 'OCPP-J 1.6 §5.4',
  timeout: LONG,
}, comesBack((cp) => cp.disconnect()));

scenario('the charge point reconnects after a lost connection', {
  checks: 'When the connection is lost without a close frame, the charge point reconnects and answers calls.',
  by: 'OCPP-J 1.6 §5.4',
  timeout: LONG,
}, comesBack((cp) => cp.drop()));

scenario('a transaction continues after a reconnect', {
  checks: 'A transaction continues while the link is down, and can be stopped remotely afterwards by its id.',
  by: ['OCPP 1.6 §3.7', 'OCPP-J 1.6 §5.4'],
  timeout: LONG,
}, async () => {
  const cp = await readyAndFree();
  const transaction = await charging(cp);
  await cp.drop();
  await cp.expectConnect(back);
  await sleep(site.settle);
  expect(cp.calls('StopTransaction'), [], 'the transactions that stopped with the link');
  await stop(cp, transaction);
});

scenario('undelivered messages are sent again', {
  checks:
    'A StopTransaction that got no answer before the link was lost is sent again, unchanged, when the '
    + 'link is back.',
  by: 'OCPP 1.6 §3.7',
  timeout: LONG,
}, async () => {
  const cp = await readyAndFree();
  const transaction = await charging(cp);
  cp.answerOnce('StopTransaction', ocpp.silence());
  const lost = await stop(cp, transaction);
  await cp.drop();
  await cp.expectConnect(back);
  const { transactionId, meterStop, timestamp } = lost.payload;
  await cp.expectCall('StopTransaction', { transactionId, meterStop, timestamp }, patient);
});

scenario('a ping is answered', {
  checks: 'A WebSocket ping of the central system gets its pong.',
  by: 'OCPP-J 1.6 §5.3',
}, async () => {
  const cp = await ready();
  for (let count = 0; count < 3; count += 1) {
    await cp.ping();
  }
  expect(await configured(cp, 'HeartbeatInterval'), /^[0-9]+$/, 'HeartbeatInterval');
});
