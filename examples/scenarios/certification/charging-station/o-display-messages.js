/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Block O, display messages.

const { ask, begin, finish, official, patient, quietly, session } = require('./lib/station.js');

/** A message. */
const message = (id, fields = {}) => ({ id, priority: 'NormalCycle', message: { format: 'UTF8', content: 'This is a test.' }, ...fields });

/** Shows a message until the end of the case. */
async function show(cp, of, status = 'Accepted') {
  after(() => quietly(() => cp.call('ClearDisplayMessage', { id: of.id })));
  await ask(cp, 'SetDisplayMessage', { message: of }, { status });
}

/** The messages that are told. */
async function shown(cp, criteria, status = 'Accepted') {
  const requestId = 1000 + Math.floor(Math.random() * 100000);
  await ask(cp, 'GetDisplayMessages', { requestId, ...criteria }, { status });
  const found = [];
  while (status === 'Accepted') {
    const { payload } = await cp.expectCall('NotifyDisplayMessages', { requestId }, patient);
    found.push(...(payload.messageInfo || []));
    if (payload.tbc !== true) {
      break;
    }
  }
  return found;
}

const ids = (messages) => messages.map(({ id }) => id).sort();
const inSeconds = (seconds) => new Date(now() + seconds * 1000).toISOString();

official('O_01', 'a message is shown', { checks: 'SetDisplayMessage is Accepted, and the message is told as it was set.', by: ['O01', 'O03'] }, async () => {
  const cp = await begin();
  const of = message(1, { state: 'Idle' });
  await show(cp, of);
  const [found] = await shown(cp, { id: [1] });
  expect(found, of, 'the message');
});

/** Two messages; what is asked for, and which are told. */
for (const [id, title, criteria, ...right] of [
  ['O_02', 'all', {}, 1, 2], ['O_07', 'by its id', { id: [2] }, 2], ['O_08', 'of a priority', { priority: 'InFront' }, 2], ['O_09', 'of a state', { state: 'Charging' }, 1],
]) {
  official(id, `messages are read: ${title}`, { checks: 'GetDisplayMessages is Accepted, and the right messages are told.', by: id === 'O_02' ? 'O03' : 'O04' }, async () => {
    const cp = await begin();
    await show(cp, message(1, { state: 'Charging' }));
    await show(cp, message(2, { priority: 'InFront', state: 'Idle' }));
    expect(ids(await shown(cp, criteria)), right, 'the messages');
  });
}

for (const [id, title, criteria] of [
  ['O_11', 'by an id that is not there', { id: [99] }], ['O_34', 'of another state', { id: [1], state: 'Faulted' }], ['O_35', 'of another priority', { id: [1], priority: 'AlwaysFront' }],
]) {
  official(id, `messages are read: ${title}`, { checks: 'GetDisplayMessages of what is not there is answered with Unknown.', by: 'O04' }, async () => {
    const cp = await begin();
    await show(cp, message(1, { state: 'Idle' }));
    await shown(cp, criteria, 'Unknown');
  });
}

for (const [id, title, criteria] of [['O_03', 'all, and there is none', {}], ['O_33', 'by an id, and there is none', { id: [1] }]]) {
  official(id, `messages are read: ${title}`, { checks: 'GetDisplayMessages without any message is answered with Unknown.', by: id === 'O_03' ? 'O03' : 'O04' }, async () => {
    const cp = await begin();
    const { status } = await ask(cp, 'GetDisplayMessages', { requestId: 3, ...criteria });
    if (status === 'Accepted') {
      skip('there are messages, which are not ours to clear');
    }
    expect(status, 'Unknown', 'the status');
  });
}

official('O_04', 'a message is cleared', { checks: 'ClearDisplayMessage is Accepted, and the message is no longer told.', by: 'O05' }, async () => {
  const cp = await begin();
  await show(cp, message(1));
  await cp.call('ClearDisplayMessage', { id: 1 }, { status: 'Accepted' });
  await shown(cp, { id: [1] }, 'Unknown');
});

official('O_05', 'a message that is not there is cleared', { checks: 'ClearDisplayMessage of an unknown id is answered with Unknown.', by: 'O05' }, async () => {
  const cp = await begin();
  await ask(cp, 'ClearDisplayMessage', { id: 99 }, { status: 'Unknown' });
});

official('O_06', 'a message of a transaction', { checks: 'A message of a transaction is Accepted and told, and is gone after its end.', by: 'O02' }, async () => {
  const cp = await begin();
  const transaction = await session(cp);
  await show(cp, message(6, { transactionId: transaction.id }));
  expect(ids(await shown(cp, { id: [6] })), [6], 'the messages during the transaction');
  await finish(cp, transaction);
  await sleep(1000);
  await shown(cp, { id: [6] }, 'Unknown');
});

official('O_10', 'a message of a transaction that is not known', {
  checks: 'SetDisplayMessage for an unknown transaction is answered with UnknownTransaction.', by: 'O02',
}, async () => {
  const cp = await begin();
  await show(cp, message(10, { transactionId: 'nobody-knows' }), 'UnknownTransaction');
});

official('O_12', 'a message is replaced', { checks: 'SetDisplayMessage with the id of a message replaces it.', by: 'O06' }, async () => {
  const cp = await begin();
  await show(cp, message(12));
  await show(cp, message(12, { message: { format: 'UTF8', content: 'This is another one.' } }));
  expect((await shown(cp, { id: [12] })).map((one) => one.message.content), ['This is another one.'], 'the texts');
});

official('O_13', 'a message from a time on', { checks: 'A message with a later time is Accepted and told.', by: 'O01' }, async () => {
  const cp = await begin();
  await show(cp, message(13, { startDateTime: inSeconds(600) }));
  expect(ids(await shown(cp, { id: [13] })), [13], 'the messages');
});

official('O_14', 'a message until a time', { checks: 'A message is gone after its time.', by: 'O01' }, async () => {
  const cp = await begin();
  await show(cp, message(14, { endDateTime: inSeconds(20) }));
  expect(ids(await shown(cp, { id: [14] })), [14], 'the messages before');
  await sleep(25000);
  await shown(cp, { id: [14] }, 'Unknown');
});
