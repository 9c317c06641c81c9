/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { textUpTo } = require('../../lib/central-system.js');
const { official, goesOn, ready, wanted } = require('../../lib/official-cases.js');

const value = text => typeof text === 'string' && text.length <= 500;

official('TC_040_1_CSMS', 'a configuration key does not exist', {
  checks: 'ChangeConfiguration has a key and a value, and the answer NotSupported is taken.',
  by: ['OCPP 1.6 §5.3', 'OCPP 1.6 §7.22'],
}, async () => {
  const link = await ready();
  await wanted(link, 'ChangeConfiguration', {
    what: 'for a key that does not exist',
    payload: { key: 'com.example.Nonsense', value: '1' },
    answer: { status: 'NotSupported' },
    expected: { key: textUpTo(50), value },
  });
  await goesOn(link);
});

official('TC_040_2_CSMS', 'a configuration value is not valid', {
  checks: 'ChangeConfiguration has a key and a value, and the answer Rejected is taken.',
  by: ['OCPP 1.6 §5.3', 'OCPP 1.6 §7.22'],
}, async () => {
  const link = await ready();
  await wanted(link, 'ChangeConfiguration', {
    what: 'for the key MeterValueSampleInterval, with a value that it cannot have',
    payload: { key: 'MeterValueSampleInterval', value: '-1' },
    answer: { status: 'Rejected' },
    expected: { key: 'MeterValueSampleInterval', value },
  });
  await goesOn(link);
});
