/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official, ready, charging, metered, finished, wanted } = require('../../lib/official-cases.js');
const { chargingProfile, isWellFormed } = require('../../lib/charging-profiles.js');

official('TC_057_CSMS', 'a profile is set for a transaction', {
  area: 'smart charging',
  profiles: ['SmartCharging'],
  checks: 'SetChargingProfile has the purpose TxProfile, the connector and the id of the transaction, which goes on.',
  by: ['OCPP 1.6 §5.16', 'OCPP 1.6 §3.13', 'OCPP 1.6 §7.8'],
}, async () => {
  const link = await ready();
  const transactionId = await charging(link);
  await wanted(link, 'SetChargingProfile', {
    what: `of the purpose TxProfile for the transaction ${transactionId} at connector 1`,
    payload: { connectorId: 1, csChargingProfiles: Object.assign({ transactionId }, chargingProfile('TxProfile')) },
    answer: { status: 'Accepted' },
    expected: { connectorId: 1, csChargingProfiles: isWellFormed('TxProfile', { transactionId }) },
  });
  await metered(link, transactionId);
  await finished(link, transactionId);
});
