/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { alive, ago } = require('../../lib/central-system.js');
const { isUnsupported } = require('../../lib/profiles.js');
const { official, goesOn, has, ready, tell, wanted, atLeast } = require('../../lib/official-cases.js');

const about = { area: 'remote trigger', profiles: ['RemoteTrigger'], by: ['OCPP 1.6 §5.17', 'OCPP 1.6 §7.32'] };

/** Lets the central system ask for this message. */
function trigger(link, requestedMessage, status, connectorId) {
  return wanted(link, 'TriggerMessage', {
    what: `for ${requestedMessage}${connectorId === undefined ? '' : ` of connector ${connectorId}`}`,
    payload: Object.assign({ requestedMessage }, connectorId !== undefined && { connectorId }),
    answer: { status },
    expected: { requestedMessage, connectorId: connectorId === undefined ? optional(atLeast(0)) : optional(connectorId) },
  });
}

official('TC_054_CSMS', 'messages are triggered', Object.assign({
  checks: 'TriggerMessage names each message that is wanted, and the messages that follow are taken.',
}, about), async () => {
  const link = await ready();
  await step('MeterValues', async () => {
    await trigger(link, 'MeterValues', 'Accepted', 1);
    await link.call('MeterValues', {
      connectorId: 1, meterValue: [{ timestamp: ago(0), sampledValue: [{ value: '1000', context: 'Trigger' }] }],
    });
  });
  await step('Heartbeat', async () => {
    await trigger(link, 'Heartbeat', 'Accepted');
    await alive(link);
  });
  await step('StatusNotification', async () => {
    await trigger(link, 'StatusNotification', 'Accepted', 1);
    await tell(link, 'Available');
  });
  // these are of another profile
  const ofFirmware = has('FirmwareManagement') ? ['DiagnosticsStatusNotification', 'FirmwareStatusNotification'] : [];
  for (const action of ofFirmware) {
    await step(action, async () => {
      await trigger(link, action, 'Accepted');
      try {
        await link.call(action, { status: 'Idle' });
      } catch (error) {
        if (!isUnsupported(error)) {
          throw error;
        }
        remark(`${action} is not supported there: ${error.code}`);
      }
    });
  }
});

official('TC_055_CSMS', 'a trigger is rejected', Object.assign({
  checks: 'TriggerMessage is answered with Rejected, which is taken.',
}, about), async () => {
  const link = await ready();
  await trigger(link, 'MeterValues', 'Rejected', 1);
  await goesOn(link);
});
