/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { REQUIRED_KEYS, begin } = require('./lib/station.js');

scenario('the configuration is read', {
  id: 'TC_019_CS', area: 'configuration',
  checks:
    'GetConfiguration returns all keys, with those that Core requires; with names it returns these keys, and the '
    + 'names that it does not know.',
  by: ['OCPP 1.6 §5.8', 'OCPP 1.6 §9.1'],
}, async () => {
  const cp = await begin({ free: false });
  const { configurationKey } = await cp.call('GetConfiguration', {});
  // keys are not case-sensitive
  const known = configurationKey.map(({ key }) => key.toLowerCase());
  const missing = REQUIRED_KEYS.filter((key) => !known.includes(key.toLowerCase()));
  expect(missing, [], 'the required keys that are missing');

  step('single keys');
  const one = { key: /^SupportedFeatureProfiles$/i, readonly: true, value: /\bCore\b/ };
  await cp.call('GetConfiguration', { key: ['SupportedFeatureProfiles'] }, { configurationKey: [one] });
  await cp.call('GetConfiguration', { key: ['SupportedFeatureProfiles', 'NoSuchKeyHere'] }, {
    configurationKey: [one], unknownKey: [/^NoSuchKeyHere$/i],
  });
});
