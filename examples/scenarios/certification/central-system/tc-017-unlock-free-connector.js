/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official, goesOn, ready, wanted } = require('../../lib/official-cases.js');

/** Lets the central system unlock the free connector. */
async function unlock(status, what) {
  const link = await ready();
  await wanted(link, 'UnlockConnector', {
    what: `for connector 1${what}`, payload: { connectorId: 1 }, answer: { status }, expected: { connectorId: 1 },
  });
  await goesOn(link);
}

official('TC_017_1_CSMS', 'a free connector with a socket is unlocked', {
  checks: 'UnlockConnector names the connector, and the answer Unlocked is taken.',
  by: ['OCPP 1.6 §5.18', 'OCPP 1.6 §7.46'],
}, () => unlock('Unlocked', ''));

official('TC_017_2_CSMS', 'a free connector with a fixed cable is not unlocked', {
  checks: 'UnlockConnector names the connector, and the answer NotSupported is taken.',
  by: ['OCPP 1.6 §5.18', 'OCPP 1.6 §7.46'],
}, () => unlock('NotSupported', ', which has a fixed cable'));
