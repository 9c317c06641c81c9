/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { attempt, begin, configure, hasProfile } = require('./lib/station.js');
const list = require('../../charge-point/lib/local-list.js');

scenario('the version of a list that is not supported', {
  id: 'TC_042_1_CS', area: 'local authorization list',
  checks: 'Without a local list GetLocalListVersion is answered with -1, or with an error that says so.',
  by: ['OCPP 1.6 §5.10', 'OCPP 1.6 §9.2'],
}, async () => {
  const cp = await begin({ free: false });
  if (await hasProfile(cp, 'LocalAuthListManagement')) {
    await configure(cp, { LocalAuthListEnabled: 'false' });
  }
  const { result, error } = await attempt(cp, 'GetLocalListVersion', {});
  if (error) {
    expect(error.code, oneOf('NotSupported', 'NotImplemented'), 'the error');
  } else {
    expect(result.listVersion, oneOf(-1, 0), 'the version');
    should(result.listVersion === -1, 'the version of a list that is not supported is -1, and 0 that of an empty one');
  }
});

scenario('the version of an empty list', {
  id: 'TC_042_2_CS', area: 'local authorization list', profiles: ['LocalAuthListManagement'],
  checks: 'GetLocalListVersion of an empty list is answered with 0, or with the version with which it was sent.',
  by: ['OCPP 1.6 §5.10', 'OCPP 1.6 §5.15'],
}, async () => {
  const cp = await begin({ free: false, profile: 'LocalAuthListManagement' });
  const current = await list.enabled(cp);
  await list.send(cp, 'Full', current + 1, [list.accepted('LISTED1')]);
  await list.send(cp, 'Full', current + 2);
  const told = await list.version(cp);
  expect(told, oneOf(0, current + 2), 'the version');
  if (told !== 0) {
    remark('the version of the empty list is the one with which it was sent, not 0');
  }
});
