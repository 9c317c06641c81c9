/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Shared by scenarios about firmware and diagnostics: where files come from and go to, and the statuses of a transfer.

const { REFUSAL, ask } = require('./charge-point.js');

// a simulated URL has no server; the simulated charge point only checks whether it supports the protocol
const firmwareLocation = parameter('firmwareLocation', foreign ? '' : 'ftp://firmware.example/new.bin');
const uploadLocation = parameter('uploadLocation', foreign ? '' : 'ftp://diagnostics.example/upload/');

// an unknown protocol, so nothing can be installed from there
const NOWHERE = 'nowhere://does-not-exist.invalid/';

// a real file must be transferred, and real hardware takes time to install it
const transferring = { within: foreign ? 600000 : 20000 };

/** Waits until a transfer has ended, and returns all its statuses in order, each once. */
async function course(cp, action, ends) {
  const told = [];
  while (!ends.includes(told[told.length - 1])) {
    const { payload } = await cp.expectCall(action, any, transferring);
    told.push(payload.status);
  }
  return told.filter((status, index) => status !== told[index - 1]);
}

const retrieveDate = () => new Date(now()).toISOString();

function hasFile({ fileName }) {
  if (!fileName) {
    skip('the charge point has no diagnostics to send');
  }
}

/** Requests a transfer that must fail, and expects one of these sequences of statuses. */
async function fails(cp, action, payload, notification, ...courses) {
  cp.forget();
  try {
    const result = await ask(cp, action, payload);
    if (action === 'GetDiagnostics') {
      hasFile(result);
    }
  } catch (error) {
    if (!(error instanceof CallError)) {
      throw error;
    }
    // a charge point that detects the problem immediately may answer with an error instead
    expect(error.code, REFUSAL, `the error after ${action}`);
    return;
  }
  const ends = ['DownloadFailed', 'Downloaded', 'UploadFailed', 'Uploaded'];
  expect(await course(cp, notification, ends), oneOf(...courses), 'the order of the statuses');
}

module.exports = { NOWHERE, course, fails, firmwareLocation, hasFile, retrieveDate, uploadLocation };
