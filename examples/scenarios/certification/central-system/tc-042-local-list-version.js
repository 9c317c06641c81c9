/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official, goesOn, ready, wanted } = require('../../lib/official-cases.js');

const about = { area: 'local auth list', profiles: ['LocalAuthListManagement'], by: 'OCPP 1.6 §5.10' };

/** Lets the central system ask for the version, and answers with this one. */
async function version(listVersion) {
  const link = await ready();
  await wanted(link, 'GetLocalListVersion', { payload: {}, answer: { listVersion }, expected: exactly({}) });
  await goesOn(link);
}

official('TC_042_1_CSMS', 'a charge point without a local list', Object.assign({
  checks: 'GetLocalListVersion is answered with −1, which is taken.',
}, about), () => version(-1));

official('TC_042_2_CSMS', 'a local list that is empty', Object.assign({
  checks: 'GetLocalListVersion is answered with 0, which is taken.',
}, about), () => version(0));
