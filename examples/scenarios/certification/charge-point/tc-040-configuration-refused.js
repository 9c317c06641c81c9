/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { begin, configured, keeping } = require('./lib/station.js');

scenario('a key that does not exist', {
  id: 'TC_040_1_CS', area: 'configuration keys (unhappy)',
  checks: 'ChangeConfiguration of an unknown key is answered with NotSupported, and the key does not exist afterwards.',
  by: 'OCPP 1.6 §5.3',
}, async () => {
  const cp = await begin({ free: false });
  const key = 'NoSuchKeyHere';
  await cp.call('ChangeConfiguration', { key, value: '1' }, { status: 'NotSupported' });
  expect(await configured(cp, key), undefined, key);
});

scenario('a value that is not possible', {
  id: 'TC_040_2_CS', area: 'configuration keys (unhappy)',
  checks: 'ChangeConfiguration to a value that is not possible is Rejected, and the value stays.',
  by: 'OCPP 1.6 §5.3',
}, async () => {
  const cp = await begin({ free: false });
  const key = 'MeterValueSampleInterval';
  const before = await keeping(cp, key);
  await cp.call('ChangeConfiguration', { key, value: '-1' }, { status: 'Rejected' });
  await cp.call('ChangeConfiguration', { key, value: 'often' }, { status: 'Rejected' });
  expect(await configured(cp, key), before, key);
});
