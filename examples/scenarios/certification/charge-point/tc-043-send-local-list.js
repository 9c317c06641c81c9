/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { attempt, begin, configure, hasProfile, refuses } = require('./lib/station.js');
const list = require('../../charge-point/lib/local-list.js');

const begins = () => begin({ free: false, profile: 'LocalAuthListManagement' });

scenario('a list is sent that is not supported', {
  id: 'TC_043_1_CS', area: 'local authorization list',
  checks: 'Without a local list SendLocalList is answered with NotSupported.',
  by: ['OCPP 1.6 §5.15', 'OCPP 1.6 §9.2'],
}, async () => {
  const cp = await begin({ free: false });
  if (await hasProfile(cp, 'LocalAuthListManagement')) {
    await configure(cp, { LocalAuthListEnabled: 'false' });
  }
  const payload = { listVersion: 1, updateType: 'Full', localAuthorizationList: [list.accepted('LISTED1')] };
  const { result, error } = await attempt(cp, 'SendLocalList', payload);
  if (error) {
    expect(error.code, oneOf('NotSupported', 'NotImplemented'), 'the error');
  } else {
    expect(result.status, oneOf('NotSupported', 'Failed'), 'the status');
    should(result.status === 'NotSupported', `the status without a local list is NotSupported, not ${result.status}`);
  }
});

scenario('a list with an older version is sent', {
  id: 'TC_043_2_CS', area: 'local authorization list', profiles: ['LocalAuthListManagement'],
  checks: 'A differential list that is not newer is a VersionMismatch, and changes nothing.',
  by: ['OCPP 1.6 §5.15', 'OCPP 1.6 §5.10'],
}, async () => {
  const cp = await begins();
  const current = await list.enabled(cp);
  await list.send(cp, 'Full', current + 5, [list.accepted('LISTED1')]);
  await list.send(cp, 'Differential', current + 4, [list.accepted('LISTED2')], { status: 'VersionMismatch' });
  await list.send(cp, 'Differential', current + 5, [list.accepted('LISTED2')], { status: 'VersionMismatch' });
  expect(await list.version(cp), current + 5, 'the version');
});

scenario('a list that cannot be taken is sent', {
  id: 'TC_043_3_CS', area: 'local authorization list', profiles: ['LocalAuthListManagement'],
  checks: 'A full list with an entry that says nothing about its tag has Failed, and changes nothing.',
  by: ['OCPP 1.6 §5.15', 'OCPP 1.6 §7'],
}, async () => {
  const cp = await begins();
  const current = await list.enabled(cp);
  await list.send(cp, 'Full', current + 1, [list.accepted('LISTED1')]);
  const payload = { listVersion: current + 2, updateType: 'Full', localAuthorizationList: [{ idTag: 'LISTED2' }] };
  await refuses(cp, 'SendLocalList', payload, 'Failed');
  expect(await list.version(cp), current + 1, 'the version');
});

scenario('a list is sent', {
  id: 'TC_043_CS', area: 'local authorization list', profiles: ['LocalAuthListManagement'],
  checks: 'A full list is accepted, and a differential one after it; GetLocalListVersion tells the version of each.',
  by: ['OCPP 1.6 §5.15', 'OCPP 1.6 §5.10'],
}, async () => {
  const cp = await begins();
  const current = await list.enabled(cp);
  await list.send(cp, 'Full', current + 1, [list.accepted('LISTED1'), list.blocked('LISTED2')]);
  expect(await list.version(cp), current + 1, 'the version of the full list');
  await list.send(cp, 'Differential', current + 2, [list.accepted('LISTED3')]);
  expect(await list.version(cp), current + 2, 'the version of the differential list');
});
