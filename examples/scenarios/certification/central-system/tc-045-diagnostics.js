/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { uri } = require('../../lib/central-system.js');
const { callOptional } = require('../../lib/profiles.js');
const { official, ready, wanted, atLeast } = require('../../lib/official-cases.js');

const about = { area: 'firmware', profiles: ['FirmwareManagement'], by: ['OCPP 1.6 §5.9', 'OCPP 1.6 §4.4', 'OCPP 1.6 §7.24'] };

/** Lets the central system fetch the diagnostics, and tells what becomes of them. */
async function fetched(...told) {
  const link = await ready();
  const asked = await wanted(link, 'GetDiagnostics', {
    payload: { location: 'ftp://diagnostics.invalid/' },
    answer: { fileName: 'diagnostics.zip' },
    expected: {
      location: uri, startTime: optional(any.time), stopTime: optional(any.time),
      retries: optional(atLeast(0)), retryInterval: optional(atLeast(0)),
    },
  });
  if (asked.startTime && asked.stopTime) {
    assert(Date.parse(asked.startTime) <= Date.parse(asked.stopTime), 'the begin of the log is not after its end');
  }
  for (const status of told) {
    await step(status, () => callOptional(link, 'DiagnosticsStatusNotification', { status }));
  }
}

official('TC_045_1_CSMS', 'diagnostics are uploaded', Object.assign({
  checks: 'GetDiagnostics has a location; the name of the file and the statuses up to Uploaded are taken.',
}, about), () => fetched('Uploading', 'Uploaded'));

official('TC_045_2_CSMS', 'diagnostics cannot be uploaded', Object.assign({
  checks: 'GetDiagnostics has a location; the name of the file and the status UploadFailed are taken.',
}, about), () => fetched('Uploading', 'UploadFailed'));
