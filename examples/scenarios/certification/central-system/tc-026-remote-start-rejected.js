/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official, goesOn, ready, remoteStart } = require('../../lib/official-cases.js');

official('TC_026_CSMS', 'a remote start is rejected', {
  checks: 'RemoteStartTransaction names the tag, and the answer Rejected is taken.',
  by: 'OCPP 1.6 §5.11',
}, async () => {
  const link = await ready();
  await remoteStart(link, { answer: { status: 'Rejected' } });
  await goesOn(link);
});
