/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official, ready, charging, finished, remoteStart } = require('../../lib/official-cases.js');
const { chargingProfile, isWellFormed } = require('../../lib/charging-profiles.js');

official('TC_059_CSMS', 'a remote start with a charging profile', {
  area: 'smart charging',
  profiles: ['SmartCharging'],
  checks: 'RemoteStartTransaction carries a profile of the purpose TxProfile without a transaction, which is not known yet.',
  by: ['OCPP 1.6 §5.11', 'OCPP 1.6 §5.16', 'OCPP 1.6 §3.13'],
}, async () => {
  const link = await ready();
  await remoteStart(link, {
    chargingProfile: chargingProfile('TxProfile'),
    expected: { chargingProfile: isWellFormed('TxProfile', { transactionId: absent }) },
  });
  await finished(link, await charging(link));
});
