/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official, ready, tell, charging, finished } = require('../../lib/official-cases.js');

official('TC_005_1_CSMS', 'the cable is taken out at the car', {
  checks: 'A transaction that ends because the car was unplugged is taken with its reason.',
  by: ['OCPP 1.6 §4.10', 'OCPP 1.6 §4.9', 'OCPP 1.6 §7.36'],
}, async () => {
  const link = await ready();
  const transactionId = await charging(link);
  await tell(link, 'SuspendedEV');
  await finished(link, transactionId, { idTag: undefined, reason: 'EVDisconnected' });
});
