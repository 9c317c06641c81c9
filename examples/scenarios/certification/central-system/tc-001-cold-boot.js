/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { clockTolerance, alive } = require('../../lib/central-system.js');
const { official, statuses } = require('../../lib/official-cases.js');

official('TC_001_CSMS', 'a charge point starts', {
  checks: 'A cold start: the boot is accepted with the time and an interval; the statuses and a heartbeat are answered.',
  by: ['OCPP 1.6 §4.2', 'OCPP 1.6 §4.6', 'OCPP 1.6 §4.9'],
}, async () => {
  const link = await centralSystemUnderTest();
  await link.call('BootNotification', { chargePointVendor: 'ocpp-tui', chargePointModel: 'Scenario' }, {
    status: 'Accepted',
    currentTime: near(clockTolerance),
    interval: value => Number.isInteger(value) && value >= 0,
  });
  await statuses(link);
  await alive(link);
});
