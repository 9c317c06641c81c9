/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { LONG, ask, begin, nextNumber, since } = require('./lib/station.js');
const { course: statuses, uploadLocation } = require('../../charge-point/lib/firmware.js');

scenario('the security log', {
  id: 'TC_079_CS', area: 'security', profiles: ['Security'],
  checks: 'GetLog of the security log names a file, and leads to Uploading and Uploaded with the id of the request.',
  by: ['Improved security for OCPP 1.6-J N01', 'Improved security for OCPP 1.6-J §5'],
  timeout: LONG,
}, async () => {
  const cp = await begin({ free: false });
  if (!uploadLocation) {
    skip('there is nowhere to upload to: --set uploadLocation=… names a place');
  }
  const requestId = nextNumber();
  const log = { remoteLocation: uploadLocation };
  cp.forget();
  const heard = since(cp);
  await ask(cp, 'GetLog', { logType: 'SecurityLog', requestId, log }, { status: 'Accepted', filename: any.string });
  const told = await statuses(cp, 'LogStatusNotification', ['Uploaded', 'UploadFailure']);
  expect(told, ['Uploading', 'Uploaded'], 'the order of the statuses');
  const ids = heard('LogStatusNotification').map(({ payload }) => payload.requestId);
  expect(ids, (all) => all.every((id) => id === requestId), 'the ids of the request');
});
