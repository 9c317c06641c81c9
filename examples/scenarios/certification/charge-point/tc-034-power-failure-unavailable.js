/// <reference path="../../ocpp-tui-scenario.d.ts" />

const {
  BOOT, LONG, begin, operativeAfterwards, powerOff, powerOn, rebooting, site, tells,
} = require('./lib/station.js');

const connectorId = site.connector;

scenario('an unavailable connector stays so without power', {
  id: 'TC_034_CS', area: 'power failure (unhappy)',
  checks: 'A connector that was made Unavailable is Unavailable when the power is back.',
  by: ['OCPP 1.6 §5.2', 'OCPP 1.6 §4.2'],
  timeout: LONG,
}, async () => {
  const cp = await begin();
  operativeAfterwards(cp, connectorId);
  cp.forget();
  await cp.call('ChangeAvailability', { connectorId, type: 'Inoperative' }, { status: 'Accepted' });
  await tells(cp, 'Unavailable');
  await powerOff(cp);
  cp.forget();
  await powerOn(cp);
  await cp.expectCall('BootNotification', BOOT, rebooting);
  const { payload } = await tells(cp, any.string);
  expect(payload.status, 'Unavailable', `the status of connector ${connectorId} after the boot`);
  step('back');
  cp.forget();
  await cp.call('ChangeAvailability', { connectorId, type: 'Operative' }, { status: 'Accepted' });
  await tells(cp, 'Available');
});
