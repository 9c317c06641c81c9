/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { ago } = require('../../lib/central-system.js');
const { official, ready, charging, finished, wanted, atLeast } = require('../../lib/official-cases.js');

official('TC_066_CSMS', 'a composite schedule is read', {
  area: 'smart charging',
  profiles: ['SmartCharging'],
  checks: 'GetCompositeSchedule names the connector and a duration, and the schedule in the answer is taken.',
  by: ['OCPP 1.6 §5.7', 'OCPP 1.6 §3.13'],
}, async () => {
  const link = await ready();
  const transactionId = await charging(link);
  await wanted(link, 'GetCompositeSchedule', {
    what: 'for connector 1',
    payload: { connectorId: 1, duration: 300 },
    answer: {
      status: 'Accepted', connectorId: 1, scheduleStart: ago(0),
      chargingSchedule: {
        duration: 300, startSchedule: ago(0), chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 16 }],
      },
    },
    expected: { connectorId: 1, duration: atLeast(1), chargingRateUnit: optional(oneOf('A', 'W')) },
  });
  await finished(link, transactionId);
});
