/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Block G, availability: statuses of connectors, and what is in use.

const { begin, finish, forget, goesOn, official, plug, quietly, rebooting, session, site, tells, unplug } = require('./lib/station.js');

for (const [id, title, first, then] of [['G_01', 'a connector becomes Occupied', 'Occupied', undefined], ['G_02', 'a connector becomes Available', 'Occupied', 'Available']]) {
  official(id, title, { checks: `The cable is told: ${[first, then].filter((one) => one).join(', then ')}.`, by: 'G01' }, async () => {
    const cp = await begin();
    await plug();
    await tells(cp, first);
    if (then) {
      await unplug();
      await tells(cp, then);
    }
  });
}

/** The part of the station that a change is about. */
const PARTS = { EVSE: { id: site.evse }, station: undefined, connector: { id: site.evse, connectorId: 1 } };

const change = (cp, part, operationalStatus, status) => cp.call('ChangeAvailability', {
  operationalStatus, ...(PARTS[part] && { evse: PARTS[part] }),
}, { status });

/** Makes a part Inoperative until the end of the case. */
async function inoperative(cp, part, status = 'Accepted') {
  after(() => quietly(() => change(cp, part, 'Operative', any.string)));
  await change(cp, part, 'Inoperative', status);
}

for (const [part, by, [out, back, again, still, later, restart]] of [
  ['EVSE', 'G03', ['G_03', 'G_04', 'G_09', 'G_10', 'G_11', 'G_18']],
  ['station', 'G04', ['G_05', 'G_06', 'G_12', 'G_13', 'G_14', 'G_21']],
  ['connector', 'G03', ['G_07', 'G_08', 'G_15', 'G_16', 'G_17', 'G_19']],
]) {
  official(out, `the ${part} becomes Inoperative`, { checks: 'ChangeAvailability is Accepted, and the connector tells Unavailable.', by }, async () => {
    const cp = await begin();
    await inoperative(cp, part);
    await tells(cp, 'Unavailable');
  });

  official(back, `the ${part} becomes Operative`, { checks: 'ChangeAvailability is Accepted, and the connector tells Available again.', by }, async () => {
    const cp = await begin();
    await inoperative(cp, part);
    await tells(cp, 'Unavailable');
    await change(cp, part, 'Operative', 'Accepted');
    await tells(cp, 'Available');
  });

  official(again, `the ${part} is Operative already`, { checks: 'ChangeAvailability to what is there already is Accepted.', by }, async () => {
    const cp = await begin();
    await change(cp, part, 'Operative', 'Accepted');
  });

  official(still, `the ${part} is Inoperative already`, { checks: 'ChangeAvailability to what is there already is Accepted.', by }, async () => {
    const cp = await begin();
    await inoperative(cp, part);
    await tells(cp, 'Unavailable');
    await change(cp, part, 'Inoperative', 'Accepted');
  });

  official(later, `the ${part} becomes Inoperative after a transaction`, {
    checks: 'ChangeAvailability during a transaction is Scheduled; it goes on, and the connector tells Unavailable after its end.', by,
  }, async () => {
    const cp = await begin();
    const transaction = await session(cp);
    await inoperative(cp, part, 'Scheduled');
    await goesOn(cp, transaction);
    forget(cp);
    await finish(cp, transaction);
    await tells(cp, 'Unavailable');
  });

  official(restart, `the ${part} is Inoperative after a restart`, { checks: 'After a reset the connector tells Unavailable.', by }, async () => {
    const cp = await begin();
    await inoperative(cp, part);
    await tells(cp, 'Unavailable');
    forget(cp);
    await cp.call('Reset', { type: 'OnIdle' }, { status: 'Accepted' });
    await cp.expectCall('BootNotification', any, rebooting);
    await tells(cp, 'Unavailable');
  });
}

official('G_20', 'a lock that fails', {
  checks: 'When the cable cannot be locked, NotifyEvent tells a problem of ConnectorPlugRetentionLock, and nothing charges.', by: 'G05',
}, async () => {
  const cp = await begin();
  after(() => quietly(() => hands.lock('ok', site.evse)));
  await hands.lock('fail', site.evse);
  await plug();
  await quietly(() => hands.present(site.idTag, site.evse));
  await cp.expectCall('NotifyEvent', {
    eventData: containing({ component: { name: 'ConnectorPlugRetentionLock' }, variable: { name: 'Problem' }, actualValue: 'true' }),
  }, { within: 30000 });
});
