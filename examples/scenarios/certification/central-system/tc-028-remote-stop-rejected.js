/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official, ready, charging, metered, finished, wanted } = require('../../lib/official-cases.js');

official('TC_028_CSMS', 'a remote stop is rejected', {
  checks: 'A transaction whose RemoteStopTransaction is rejected goes on: its meter values and its end are taken.',
  by: ['OCPP 1.6 §5.12', 'OCPP 1.6 §4.7', 'OCPP 1.6 §4.10'],
}, async () => {
  const link = await ready();
  const transactionId = await charging(link);
  await wanted(link, 'RemoteStopTransaction', {
    what: `for the transaction ${transactionId}`,
    payload: { transactionId },
    answer: { status: 'Rejected' },
    expected: { transactionId },
  });
  await metered(link, transactionId);
  await finished(link, transactionId);
});
