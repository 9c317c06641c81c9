/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Block G, availability: statuses of connectors, and changes of what is in use.

const { ago, charging, evse, finished, goesOn, official, ready, tell, wanted } = require('./lib/csms.js');

official('G_01', 'the statuses of a connector', {
  checks: 'Each status of a connector is taken.', by: 'G01',
}, async () => {
  const link = await ready();
  for (const status of ['Occupied', 'Available', 'Reserved', 'Available', 'Faulted', 'Available', 'Unavailable', 'Available']) {
    await tell(link, status);
  }
  await goesOn(link);
});

/** The part of the station that a change is about. */
const PARTS = {
  EVSE: { id: 1 },
  'charging station': undefined,
  connector: evse,
};

/** ChangeAvailability of a part; `during` a transaction it is Scheduled. */
async function changes(link, part, operationalStatus, status) {
  const place = PARTS[part];
  await wanted(link, 'ChangeAvailability', {
    what: `to ${operationalStatus}, of the ${part}${place ? '' : ' as a whole'}`,
    payload: { operationalStatus, ...(place && { evse: place }) },
    answer: { status },
    expected: { operationalStatus, evse: place ? exactly({ ...place, customData: optional(any) }) : absent },
  });
}

for (const [[out, back, later], part, by] of [
  [['G_03', 'G_04', 'G_11'], 'EVSE', 'G03'], [['G_05', 'G_06', 'G_14'], 'charging station', 'G04'], [['G_07', 'G_08', 'G_17'], 'connector', 'G03'],
]) {
  for (const [id, operationalStatus, status] of [[out, 'Inoperative', 'Unavailable'], [back, 'Operative', 'Available']]) {
    official(id, `the ${part} becomes ${operationalStatus}`, {
      checks: `ChangeAvailability to ${operationalStatus} names the ${part}, and the status after it is taken.`, by,
    }, async () => {
      const link = await ready();
      if (operationalStatus === 'Operative') {
        await tell(link, 'Unavailable');
      }
      await changes(link, part, operationalStatus, 'Accepted');
      await tell(link, status);
      await goesOn(link);
    });
  }
  official(later, `the ${part} becomes Inoperative after a transaction`, {
    checks: 'The answer Scheduled to ChangeAvailability is taken, and so is the status after the transaction.', by,
  }, async () => {
    const link = await ready();
    const transaction = await charging(link);
    await changes(link, part, 'Inoperative', 'Scheduled');
    await finished(link, transaction);
    await tell(link, 'Unavailable');
    await goesOn(link);
  });
}

official('G_20', 'a lock that fails', {
  checks: 'A NotifyEvent about ConnectorPlugRetentionLock is taken.', by: 'G05',
}, async () => {
  const link = await ready();
  await tell(link, 'Occupied');
  await link.call('NotifyEvent', {
    generatedAt: ago(0), seqNo: 0, tbc: false,
    eventData: [{
      eventId: 1, timestamp: ago(0), trigger: 'Alerting', actualValue: 'true', eventNotificationType: 'HardWiredNotification',
      component: { name: 'ConnectorPlugRetentionLock', evse }, variable: { name: 'Problem' },
    }],
  });
  await goesOn(link);
});
