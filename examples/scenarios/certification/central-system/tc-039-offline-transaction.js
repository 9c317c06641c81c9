/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { stop, ago } = require('../../lib/central-system.js');
const { official, ready, tell, startAccepted } = require('../../lib/official-cases.js');

official('TC_039_CSMS', 'a whole transaction happens offline', {
  checks: 'The start and the end of a transaction that come late because the link was lost are both taken.',
  by: ['OCPP 1.6 §3.7', 'OCPP 1.6 §4.8', 'OCPP 1.6 §4.10'],
}, async () => {
  const link = await ready();
  await link.drop();
  await link.connect();
  const transactionId = await startAccepted(link, { timestamp: ago(300) });
  await stop(link, transactionId, { timestamp: ago(120), reason: 'Local' });
  await tell(link, 'Available');
});
