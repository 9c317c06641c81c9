/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official, ready, tell, authorize, startAccepted, metered, finished } = require('../../lib/official-cases.js');

official('TC_003_CSMS', 'a charging session begins with the cable', {
  checks: 'A cable, then a card: the tag is accepted, the transaction gets an id, and its end is taken.',
  by: ['OCPP 1.6 §4.1', 'OCPP 1.6 §4.8', 'OCPP 1.6 §4.9', 'OCPP 1.6 §4.10'],
}, async () => {
  const link = await ready();
  await tell(link, 'Preparing');
  await authorize(link);
  const transactionId = await startAccepted(link);
  await tell(link, 'Charging');
  await metered(link, transactionId);
  await finished(link, transactionId);
});
