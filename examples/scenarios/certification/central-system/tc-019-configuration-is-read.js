/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official, goesOn, ready, wanted } = require('../../lib/official-cases.js');

const keys = [
  { key: 'HeartbeatInterval', readonly: false, value: '300' },
  { key: 'NumberOfConnectors', readonly: true, value: '1' },
  { key: 'SupportedFeatureProfiles', readonly: true, value: 'Core' },
];

official('TC_019_1_CSMS', 'all configuration keys are read', {
  checks: 'GetConfiguration names no key, and the list of all keys is taken.',
  by: 'OCPP 1.6 §5.8',
}, async () => {
  const link = await ready();
  const none = list => Array.isArray(list) && list.length === 0;
  await wanted(link, 'GetConfiguration', {
    what: 'for all keys', payload: {}, answer: { configurationKey: keys, unknownKey: undefined }, expected: { key: optional(none) },
  });
  await goesOn(link);
});

official('TC_019_2_CSMS', 'one configuration key is read', {
  checks: 'GetConfiguration names the key, and its value is taken.',
  by: 'OCPP 1.6 §5.8',
}, async () => {
  const link = await ready();
  await wanted(link, 'GetConfiguration', {
    what: 'for the key HeartbeatInterval alone',
    payload: { key: ['HeartbeatInterval'] },
    answer: { configurationKey: keys.slice(0, 1), unknownKey: undefined },
    expected: { key: ['HeartbeatInterval'] },
  });
  await goesOn(link);
});
