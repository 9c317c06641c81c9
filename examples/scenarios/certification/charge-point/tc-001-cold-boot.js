/// <reference path="../../ocpp-tui-scenario.d.ts" />

const {
  BOOT, LONG, begin, boots, bootsNow, connectorCount, keeping, powerOff, powerOn, quietly, rebooting,
} = require('./lib/station.js');

/** How late one status is answered, in milliseconds. */
const late = 1000;

/** Nothing should be called before a late answer. */
function waits(calls, { action, at }) {
  const early = calls.find((call) => call.at > at && call.at < at + late * 0.9);
  should(!early, `no call is sent before the one before it is answered: ${early && early.action} came while ${action} waited`);
}

/** Each call has an id of its own. */
function differ(calls) {
  calls.forEach(({ id, action }, index) => {
    const before = calls.slice(0, index).find((call) => call.id === id);
    assert(!before, `${action} has the id of ${before && before.action} before it, ${id}: an id is used once`);
  });
}

scenario('a cold boot', {
  id: 'TC_001_CS', area: 'cold boot',
  checks:
    'After a loss of power the charge point boots, reports connector 0 and all others, and sends heartbeats in the '
    + 'interval of the answer. Each call has an id of its own, and should wait for the answer to the one before.',
  by: ['OCPP 1.6 §4.2', 'OCPP 1.6 §4.6', 'OCPP 1.6 §4.9', 'OCPP-J 1.6 §4.1.1', 'OCPP-J 1.6 §4.2.1'],
  timeout: LONG,
}, async () => {
  const cp = await begin();
  const connectors = await connectorCount(cp);
  const interval = foreign ? 10 : 2;
  await keeping(cp, 'HeartbeatInterval');
  cp.answerOnce('BootNotification', { interval });
  await powerOff(cp);
  cp.forget();
  const from = cp.calls().length;
  cp.answerOnce('StatusNotification', ocpp.delay(late));
  await powerOn(cp);
  await boots(cp, connectors);
  const told = cp.calls().slice(from);
  waits(told, told.find(({ action }) => action === 'StatusNotification'));
  step('heartbeats');
  const first = await cp.expectCall('Heartbeat', any, { within: interval * 1000 + 20000 });
  const second = await cp.expectCall('Heartbeat', any, { within: interval * 1000 + 20000 });
  // another message in between can make the wait longer, but never shorter
  assert(second.at - first.at >= interval * 800, `${second.at - first.at} ms between two heartbeats`);
  differ(cp.calls().slice(from));
});

scenario('a cold boot that is pending', {
  id: 'TC_002_CS', area: 'cold boot',
  checks:
    'While its boot is Pending the charge point answers calls and sends none; it boots again after the interval, and '
    + 'reports its connectors when it is accepted.',
  by: ['OCPP 1.6 §4.2', 'OCPP 1.6 §4.9'],
  timeout: LONG,
}, async () => {
  const cp = await begin();
  const connectors = await connectorCount(cp);
  const interval = foreign ? 20 : 5;
  let pending = true;
  await keeping(cp, 'HeartbeatInterval');
  cp.answer('BootNotification', (_, usual) => (pending ? { status: 'Pending', interval } : usual));
  after(() => quietly(async () => {
    if (pending) {
      pending = false;
      await bootsNow(cp);
    }
  }), { within: rebooting.within + 60000 });
  await powerOff(cp);
  cp.forget();
  await powerOn(cp);
  const first = await cp.expectCall('BootNotification', BOOT, rebooting);

  step('while Pending');
  await cp.call('GetConfiguration', { key: ['HeartbeatInterval'] }, { configurationKey: [{ key: any.string }] });
  await sleep(interval * 700);
  const said = cp.calls().filter(({ at }) => at > first.at);
  expect(said.map(({ action }) => action), [], 'the calls while Pending');

  step('the next boot');
  pending = false;
  const second = await boots(cp, connectors);
  const wait = second.at - first.at;
  assert(wait >= interval * 900, `it booted again after ${wait} ms, not after ${interval} s`);
});
