/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official, goesOn, ready } = require('../../lib/official-cases.js');

official('TC_088_CSMS', 'the subprotocol is agreed', {
  area: 'security',
  checks: 'A charge point that asks for the subprotocol ocpp1.6 gets it, and is served.',
  by: ['OCPP-J 1.6 §3.1', 'OCPP-J 1.6 §3.2'],
}, async () => {
  remark('Only ocpp1.6 is offered; what becomes of a handshake without a common subprotocol is not checked.');
  // The link comes up only if the answer to the handshake names the subprotocol that was asked for.
  const link = await ready();
  expect(link.version, '1.6', 'the version of the link');
  await goesOn(link);
});
