/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official, goesOn, ready, tell, wanted, atLeast } = require('../../lib/official-cases.js');

official('TC_030_CSMS', 'a connector cannot be unlocked', {
  checks: 'UnlockConnector is answered with UnlockFailed; that and the fault that is told afterwards are taken.',
  by: ['OCPP 1.6 §5.18', 'OCPP 1.6 §7.46', 'OCPP 1.6 §7.6'],
}, async () => {
  const link = await ready();
  await wanted(link, 'UnlockConnector', {
    what: 'for connector 1', payload: { connectorId: 1 }, answer: { status: 'UnlockFailed' }, expected: { connectorId: 1 },
  });
  await tell(link, 'Faulted', { errorCode: 'ConnectorLockFailure' });
  await goesOn(link);
});

official('TC_031_CSMS', 'a connector that does not exist is not unlocked', {
  checks: 'UnlockConnector of a connector that the charge point does not have is answered with NotSupported, which is taken.',
  by: ['OCPP 1.6 §5.18', 'OCPP 1.6 §7.46'],
}, async () => {
  const link = await ready();
  await wanted(link, 'UnlockConnector', {
    what: 'for a connector that was never told of',
    payload: { connectorId: 9 },
    answer: { status: 'NotSupported' },
    expected: { connectorId: atLeast(2) },
  });
  await goesOn(link);
});
