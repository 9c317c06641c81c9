/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official, ready, tell, authorize, startAccepted, finished, remoteStart } = require('../../lib/official-cases.js');

official('TC_010_CSMS', 'a remote start when the cable is in', {
  checks: 'RemoteStartTransaction names the tag; the transaction that follows at the waiting connector is accepted.',
  by: ['OCPP 1.6 §5.11', 'OCPP 1.6 §4.1', 'OCPP 1.6 §4.8'],
}, async () => {
  const link = await ready();
  await tell(link, 'Preparing');
  await remoteStart(link);
  await authorize(link);
  const transactionId = await startAccepted(link);
  await tell(link, 'Charging');
  await finished(link, transactionId);
});
