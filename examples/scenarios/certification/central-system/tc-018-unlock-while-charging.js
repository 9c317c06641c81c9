/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official, ready, charging, finished, wanted } = require('../../lib/official-cases.js');

official('TC_018_1_CSMS', 'a connector is unlocked while it charges', {
  checks: 'UnlockConnector names the connector, and the end of its transaction is taken with the reason UnlockCommand.',
  by: ['OCPP 1.6 §5.18', 'OCPP 1.6 §4.10', 'OCPP 1.6 §7.36'],
}, async () => {
  const link = await ready();
  const transactionId = await charging(link);
  await wanted(link, 'UnlockConnector', {
    what: 'for connector 1', payload: { connectorId: 1 }, answer: { status: 'Unlocked' }, expected: { connectorId: 1 },
  });
  await finished(link, transactionId, { idTag: undefined, reason: 'UnlockCommand' });
});
