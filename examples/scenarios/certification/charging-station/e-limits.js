/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Block E, what came with 2.1: limits of a transaction, and transactions that go on after an interruption.

const { begin, boots, card, configure, ends, event, finish, forget, goesOn, official, plug, rebooting, session, site, unplug } = require('./lib/station.js');

/** How long it may take until a limit is reached. */
const reaching = { within: foreign ? 600000 : 120000 };

/** Waits until a limit is reached, and until no energy flows; then the car leaves. */
async function isReached(cp, id, triggerReason, stoppedReason) {
  const call = await event(cp, any.string, { triggerReason, info: { transactionId: id } }, reaching);
  if (call.payload.eventType === 'Ended') {
    expect(call.payload.transactionInfo.stoppedReason, stoppedReason, 'the reason of the end');
    await unplug();
    return;
  }
  await unplug();
  const { payload: { transactionInfo } } = await ends(cp, { id });
  expect(transactionInfo.stoppedReason, stoppedReason, 'the reason of the end');
}

/** Limits that the CSMS sets in each of its answers. */
for (const [id, title, limit, trigger] of [
  ['E_100', 'the CSMS limits the energy', { maxEnergy: 100 }, 'EnergyLimitReached'], ['E_105', 'the CSMS limits the time', { maxTime: 30 }, 'TimeLimitReached'],
]) {
  official(id, title, {
    checks: 'A limit in the answer to an event is told with LimitSet, and the transaction stops when it is reached. The same limit in later answers is no news.',
    by: 'E16',
  }, async () => {
    const cp = await begin();
    cp.answer('TransactionEvent', ({ idToken }) => ({ ...(idToken && { idTokenInfo: { status: 'Accepted' } }), transactionLimit: limit }));
    const { id: transactionId } = await session(cp);
    await event(cp, 'Updated', { triggerReason: 'LimitSet', info: { transactionId, transactionLimit: limit } });
    await isReached(cp, transactionId, trigger, trigger);
    const set = cp.calls('TransactionEvent').filter(({ payload }) => payload.triggerReason === 'LimitSet');
    expect(set.length, 1, 'how often the limit was set');
    cp.answer('TransactionEvent', null);
  });
}

/** Limits that the driver sets at the station. */
for (const [id, title, limit, wanted, trigger] of [
  ['E_106', 'the driver limits the energy', { energy: 100 }, { maxEnergy: 100 }, 'EnergyLimitReached'],
  ['E_107', 'the driver limits the time', { time: 30 }, { maxTime: 30 }, 'TimeLimitReached'],
]) {
  official(id, title, { checks: 'A limit of the driver is told with LimitSet, and the transaction stops when it is reached.', by: 'E16' }, async () => {
    const cp = await begin();
    const { id: transactionId } = await session(cp);
    await hands.limit(limit, site.evse);
    await event(cp, 'Updated', { triggerReason: 'LimitSet', info: { transactionId, transactionLimit: wanted } });
    await isReached(cp, transactionId, trigger, trigger);
  });
}

/** The power is away for a while. */
async function interrupt(cp, seconds) {
  forget(cp);
  await hands.powerOff({ stop: 'never' });
  await sleep(seconds * 1000);
  await hands.powerOn();
  await boots(cp);
}

official('E_113', 'a transaction goes on after a loss of power', {
  checks: 'After a loss of power that is shorter than ResumptionTimeout the transaction goes on: its next event is TxResumed.', by: 'E17',
}, async () => {
  const cp = await begin();
  await configure(cp, { 'TxCtrlr.ResumptionTimeout': 300 });
  const transaction = await session(cp);
  await interrupt(cp, 5);
  await event(cp, 'Updated', { triggerReason: 'TxResumed', info: { transactionId: transaction.id } }, rebooting);
  await goesOn(cp, transaction);
  await finish(cp, transaction);
});

for (const [id, title, timeout, away] of [
  ['E_115', 'no transaction goes on when ResumptionTimeout is 0', 0, 2], ['E_116', 'a transaction ends when the power was away for too long', 5, 20],
]) {
  official(id, title, { checks: `With ResumptionTimeout ${timeout} a transaction ends after ${away} seconds without power.`, by: 'E17' }, async () => {
    const cp = await begin();
    await configure(cp, { 'TxCtrlr.ResumptionTimeout': timeout });
    const transaction = await session(cp);
    await interrupt(cp, away);
    await ends(cp, transaction, { info: { stoppedReason: 'PowerLoss' } }, rebooting);
  });
}
