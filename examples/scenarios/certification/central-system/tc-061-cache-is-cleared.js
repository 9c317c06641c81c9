/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official, goesOn, ready, wanted } = require('../../lib/official-cases.js');

official('TC_061_CSMS', 'the authorisation cache is cleared', {
  checks: 'ClearCache has no fields, and the answer Accepted is taken.',
  by: ['OCPP 1.6 §5.4', 'OCPP 1.6 §3.5'],
}, async () => {
  const link = await ready();
  await wanted(link, 'ClearCache', { payload: {}, answer: { status: 'Accepted' }, expected: exactly({}) });
  await goesOn(link);
});
