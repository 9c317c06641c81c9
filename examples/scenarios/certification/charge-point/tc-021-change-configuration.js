/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { begin, configured, keeping } = require('./lib/station.js');

scenario('the configuration is changed', {
  id: 'TC_021_CS', area: 'configuration',
  checks: 'ChangeConfiguration of MeterValueSampleInterval is accepted, and the new value can be read.',
  by: ['OCPP 1.6 §5.3', 'OCPP 1.6 §9.1'],
}, async () => {
  const cp = await begin({ free: false });
  const key = 'MeterValueSampleInterval';
  const value = (await keeping(cp, key)) === '300' ? '240' : '300';
  await cp.call('ChangeConfiguration', { key, value }, { status: 'Accepted' });
  expect(await configured(cp, key), value, key);
});
