/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official, goesOn, ready, wanted } = require('../../lib/official-cases.js');

official('TC_021_CSMS', 'a configuration key is changed', {
  checks: 'ChangeConfiguration has the key and a text that is a value of it, and the answer Accepted is taken.',
  by: ['OCPP 1.6 §5.3', 'OCPP 1.6 §9.1'],
}, async () => {
  const link = await ready();
  await wanted(link, 'ChangeConfiguration', {
    what: 'for the key MeterValueSampleInterval',
    payload: { key: 'MeterValueSampleInterval', value: '60' },
    answer: { status: 'Accepted' },
    expected: { key: 'MeterValueSampleInterval', value: /^\d+$/ },
  });
  await goesOn(link);
});
