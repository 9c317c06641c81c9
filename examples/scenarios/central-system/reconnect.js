// Lost and restored links, with a central system of OCPP 1.6-J under test. Against a foreign central system, at which
// the charge point CP1 and the tag TAG1 are registered:
//
//   ocpp-tui test central-system/reconnect.js --url ws://host:9000/ocpp --identity CP1 --set idTag=TAG1
/// <reference path="../ocpp-tui-scenario.d.ts" />

const { registered, alive, ago, during } = require('../lib/central-system.js');

function tell(link, status) {
  return link.call('StatusNotification', { connectorId: 1, status, errorCode: 'NoError', timestamp: ago(0) });
}

scenario('a closed connection is accepted again without a boot', {
  checks: 'An accepted charge point closes its connection, reconnects, and continues without a boot.',
  by: ['OCPP-J 1.6 §5.4', 'OCPP 1.6 §4.2'],
}, async () => {
  const link = await registered();
  await link.disconnect();
  await link.connect();
  await alive(link);
  await tell(link, 'Available');
});

scenario('a lost connection is accepted again without a boot', {
  checks: 'A connection that is lost without a close frame does not prevent the next one.',
  by: 'OCPP-J 1.6 §5.4',
}, async () => {
  const link = await registered();
  for (const round of [1, 2, 3]) {
    await step(`round ${round}`, async () => {
      await link.drop();
      await link.connect();
      await alive(link);
    });
  }
});

scenario('a connection lost during a call is accepted again', {
  checks: 'When the connection is lost before the answer, the call can be repeated on the next one.',
  by: ['OCPP-J 1.6 §5.4', 'OCPP 1.6 §3.7.1'],
}, async () => {
  const link = await registered();
  // this answer is not awaited
  await link.send([2, `reconnect-${now().toString(36)}`, 'StatusNotification',
    { connectorId: 1, status: 'Preparing', errorCode: 'NoError', timestamp: ago(0) }]);
  await link.drop();
  await link.connect();
  await tell(link, 'Preparing');
  await tell(link, 'Available');
});

scenario('a boot after a reconnect is answered', {
  checks: 'A charge point that has restarted boots again, and is accepted again.',
  by: 'OCPP 1.6 §4.2',
}, async () => {
  const link = await registered();
  await link.drop();
  await link.connect();
  await link.call('BootNotification', undefined, { status: 'Accepted' });
});

scenario('a transaction continues after the loss of its link', {
  checks: 'A transaction that was started before the link was lost is stopped on the next one, by the same id.',
  by: ['OCPP 1.6 §3.7', 'OCPP 1.6 §4.10'],
}, async () => {
  const link = await registered();
  await during(link, async transactionId => {
    await link.drop();
    await link.connect();
    await link.call('MeterValues', {
      connectorId: 1, transactionId,
      meterValue: [{ timestamp: ago(0), sampledValue: [{ value: '1200', context: 'Sample.Periodic', unit: 'Wh' }] }],
    });
  });
});

scenario('a second connection of one identity does not break the central system', {
  checks: 'A second connection with one identity is accepted or refused; then the charge point is served.',
  by: ['OCPP-J 1.6 §3.1.1', 'OCPP-J 1.6 §5.4'],
}, async () => {
  const link = await registered();
  let second;
  try {
    second = await chargePoint({ id: link.id, patience: 0 });
  } catch (refused) {
    link.mark(`the second link was refused: ${refused.message}`);
  }
  if (second) {
    await step('one of both is served', async () => {
      try {
        await alive(second);
      } catch (lost) {
        second.mark(`the second link is not served: ${lost.message}`);
        await alive(link);
      }
    });
    if (second.connected) {
      await second.disconnect();
    }
  }
  if (link.connected) {
    await link.disconnect();
  }
  await step('a link after both', async () => {
    await link.connect();
    await alive(link);
  });
});

scenario('pings are answered', {
  checks: 'A WebSocket ping gets its pong, several times and between calls.',
  by: ['OCPP-J 1.6 §5.3', 'RFC 6455 §5.5.2'],
}, async () => {
  const link = await registered();
  for (const round of [1, 2, 3]) {
    await step(`round ${round}`, async () => {
      const took = await link.ping();
      assert(took >= 0, 'the time until the pong is known');
      await alive(link);
    });
  }
});
