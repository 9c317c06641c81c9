/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { stop } = require('../../lib/central-system.js');
const { official, ready, charging, restarted, statuses } = require('../../lib/official-cases.js');

official('TC_032_1_CSMS', 'a transaction ends with the power', {
  checks: 'A boot during a transaction is accepted, and the end of that transaction is taken afterwards, with the reason PowerLoss.',
  by: ['OCPP 1.6 §4.2', 'OCPP 1.6 §4.10', 'OCPP 1.6 §7.36'],
}, async () => {
  const link = await ready();
  const transactionId = await charging(link);
  await restarted(link);
  await stop(link, transactionId, { idTag: undefined, reason: 'PowerLoss' });
  await statuses(link);
});
