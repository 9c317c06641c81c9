/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official, goesOn, ready, wanted } = require('../../lib/official-cases.js');
const { chargingProfile, selects } = require('../../lib/charging-profiles.js');

official('TC_067_CSMS', 'a charging profile is cleared', {
  area: 'smart charging',
  profiles: ['SmartCharging'],
  checks: 'ClearChargingProfile names the profile that was set, by its id or by what it is, and the answer Accepted is taken.',
  by: ['OCPP 1.6 §5.5', 'OCPP 1.6 §5.16'],
}, async () => {
  const link = await ready();
  const set = await wanted(link, 'SetChargingProfile', {
    what: 'of the purpose TxDefaultProfile for connector 1',
    payload: { connectorId: 1, csChargingProfiles: chargingProfile('TxDefaultProfile') },
    answer: { status: 'Accepted' },
    expected: { csChargingProfiles: { chargingProfileId: any.integer } },
  });
  const id = set.csChargingProfiles.chargingProfileId;
  const cleared = await wanted(link, 'ClearChargingProfile', {
    what: `for the profile ${id}`, payload: { id }, answer: { status: 'Accepted' },
  });
  assert(selects(cleared, set), 'ClearChargingProfile selects the profile that was set');
  await goesOn(link);
});
