/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official, goesOn, ready, tell, authorize } = require('../../lib/official-cases.js');

official('TC_024_CSMS', 'the cable cannot be locked', {
  checks: 'A session that cannot begin because the lock fails: the status with the error ConnectorLockFailure is taken.',
  by: ['OCPP 1.6 §4.9', 'OCPP 1.6 §7.6'],
}, async () => {
  const link = await ready();
  await tell(link, 'Preparing');
  await authorize(link);
  await tell(link, 'Faulted', { errorCode: 'ConnectorLockFailure' });
  await goesOn(link);
});
