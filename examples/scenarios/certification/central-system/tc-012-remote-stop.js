/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official, ready, charging, finished, wanted } = require('../../lib/official-cases.js');

official('TC_012_CSMS', 'a transaction is stopped from afar', {
  checks: 'RemoteStopTransaction has the id of the running transaction, whose end is taken with the reason Remote.',
  by: ['OCPP 1.6 §5.12', 'OCPP 1.6 §4.10'],
}, async () => {
  const link = await ready();
  const transactionId = await charging(link);
  await wanted(link, 'RemoteStopTransaction', {
    what: `for the transaction ${transactionId}`,
    payload: { transactionId },
    answer: { status: 'Accepted' },
    expected: { transactionId },
  });
  await finished(link, transactionId, { idTag: undefined, reason: 'Remote' });
});
