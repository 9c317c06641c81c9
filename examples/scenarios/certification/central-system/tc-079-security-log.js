/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { uri } = require('../../lib/central-system.js');
const { callOptional } = require('../../lib/profiles.js');
const { official, ready, wanted, atLeast } = require('../../lib/official-cases.js');

official('TC_079_CSMS', 'the security log is fetched', {
  area: 'security',
  profiles: ['Security'],
  checks: 'GetLog is of the type SecurityLog and has a location; the statuses of the upload are taken.',
  by: ['Improved security for OCPP 1.6-J §5.9', 'Improved security for OCPP 1.6-J §5.13'],
}, async () => {
  const link = await ready();
  const { requestId } = await wanted(link, 'GetLog', {
    what: 'of the type SecurityLog',
    payload: { logType: 'SecurityLog', requestId: 79, log: { remoteLocation: 'ftp://logs.invalid/' } },
    answer: { status: 'Accepted', filename: 'security.log' },
    expected: {
      logType: 'SecurityLog', requestId: any.integer,
      log: { remoteLocation: uri, oldestTimestamp: optional(any.time), latestTimestamp: optional(any.time) },
      retries: optional(atLeast(0)), retryInterval: optional(atLeast(0)),
    },
  });
  for (const status of ['Uploading', 'Uploaded']) {
    await step(status, () => callOptional(link, 'LogStatusNotification', { status, requestId }));
  }
});
