/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official, ready, tell, charging, startAccepted, finished } = require('../../lib/official-cases.js');

official('TC_007_CSMS', 'a cached tag starts without Authorize', {
  checks: 'A transaction of a tag that the charge point knows from an earlier answer starts without Authorize, and is accepted.',
  by: ['OCPP 1.6 §3.5', 'OCPP 1.6 §4.8'],
}, async () => {
  const link = await ready();
  await step('the tag comes into the cache', async () => finished(link, await charging(link)));
  await step('it is used from there', async () => {
    await tell(link, 'Preparing');
    const transactionId = await startAccepted(link);
    await tell(link, 'Charging');
    await finished(link, transactionId);
  });
});
