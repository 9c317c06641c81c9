/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official, ready, charging, finished, wanted } = require('../../lib/official-cases.js');
const { chargingProfile, isWellFormed } = require('../../lib/charging-profiles.js');

official('TC_056_CSMS', 'a default profile is set', {
  area: 'smart charging',
  profiles: ['SmartCharging'],
  checks: 'SetChargingProfile has the purpose TxDefaultProfile and no transaction; a transaction under it is accepted.',
  by: ['OCPP 1.6 §5.16', 'OCPP 1.6 §3.13', 'OCPP 1.6 §7.8'],
}, async () => {
  const link = await ready();
  await wanted(link, 'SetChargingProfile', {
    what: 'of the purpose TxDefaultProfile for connector 1',
    payload: { connectorId: 1, csChargingProfiles: chargingProfile('TxDefaultProfile') },
    answer: { status: 'Accepted' },
    expected: { connectorId: oneOf(0, 1), csChargingProfiles: isWellFormed('TxDefaultProfile', { transactionId: absent }) },
  });
  await finished(link, await charging(link));
});
