/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Block O, display messages: how the CSMS sets, reads and clears them.

const { ago, asksFor, charging, finished, goesOn, official, ready, requestId, textUpTo, wanted } = require('./lib/csms.js');

/** A message as an example. */
const message = (fields = {}) => ({
  id: 1, priority: 'NormalCycle', message: { format: 'UTF8', content: 'Out of order on Monday' }, ...fields,
});
const MESSAGE = {
  id: any.integer, priority: any.string, message: { format: any.string, content: textUpTo(1024) },
};
const toCome = (time) => Date.parse(time) > now();

/** SetDisplayMessage: `fields` are those of the example, `right` what they must be. */
const sets = (what, fields, right, status = 'Accepted') => ({
  what, payload: { message: message(fields) }, answer: { status }, expected: { message: { ...MESSAGE, ...right } },
});

for (const [id, title, by, fields, right, status] of [
  ['O_01', 'is set', 'O01', {}, { transactionId: absent }],
  ['O_13', 'is shown from a time on', 'O01', () => ({ startDateTime: ago(-600) }), { startDateTime: toCome }],
  ['O_14', 'is shown until a time', 'O01', () => ({ endDateTime: ago(-600) }), { endDateTime: toCome }],
  ['O_17', 'has a priority that the station does not know', 'O01', { priority: 'AlwaysFront' }, {}, 'NotSupportedPriority'],
  ['O_18', 'has a state that the station does not know', 'O01', { state: 'Faulted' }, { state: any.string }, 'NotSupportedState'],
  ['O_19', 'has a format that the station does not know', 'O01', { message: { format: 'HTML', content: '<b>Hello</b>' } }, {}, 'NotSupportedMessageFormat'],
  ['O_25', 'is shown in a state', 'O01', { state: 'Charging' }, { state: any.string }],
  ['O_26', 'is refused', 'O01', {}, {}, 'Rejected'],
]) {
  asksFor(id, `a message ${title}`, {
    checks: `SetDisplayMessage has an id, a priority and a text; the answer ${status || 'Accepted'} is taken.`, by,
  }, 'SetDisplayMessage', () => sets(title, typeof fields === 'function' ? fields() : fields, right, status));
}

official('O_12', 'a message is replaced', {
  checks: 'A second SetDisplayMessage has the id of the first one.', by: 'O06',
}, async () => {
  const link = await ready();
  const first = await wanted(link, 'SetDisplayMessage', sets('', {}, {}));
  const { id } = first.message;
  await wanted(link, 'SetDisplayMessage', sets('with another text and the same id', { id, message: { format: 'UTF8', content: 'Back on Tuesday' } }, {
    id, message: { content: not(first.message.message.content) },
  }));
  await goesOn(link);
});

for (const [id, title, fields, right, status] of [
  ['O_06', 'of a transaction', {}, {}, 'Accepted'],
  ['O_10', 'of a transaction that the station does not know', {}, {}, 'UnknownTransaction'],
  ['O_27', 'of a transaction from a time on', { startDateTime: -600 }, { startDateTime: toCome }, 'Accepted'],
  ['O_28', 'of a transaction until a time', { endDateTime: -600 }, { endDateTime: toCome }, 'Accepted'],
]) {
  official(id, `a message ${title}`, { checks: `SetDisplayMessage names the transaction; the answer ${status} is taken.`, by: 'O02' }, async () => {
    const link = await ready();
    const transaction = await charging(link);
    const transactionId = transaction.id;
    if (status === 'UnknownTransaction') {
      await finished(link, transaction);
    }
    const times = Object.fromEntries(Object.entries(fields).map(([name, seconds]) => [name, ago(seconds)]));
    await wanted(link, 'SetDisplayMessage', sets(`for the transaction ${transactionId}`, { transactionId, ...times }, { transactionId, ...right }, status));
    if (status !== 'UnknownTransaction') {
      await finished(link, transaction);
    }
    await goesOn(link);
  });
}

// ---- read -----------------------------------------------------------------------------------------------------------------------------

const shown = (link, { requestId: asked }) => link.call('NotifyDisplayMessages', { requestId: asked, tbc: false, messageInfo: [message()] });

for (const [id, title, by, payload, expected, status] of [
  ['O_02', 'all', 'O03', {}, { id: absent, priority: absent, state: absent }, 'Accepted'],
  ['O_03', 'none is there', 'O03', {}, { id: absent, priority: absent, state: absent }, 'Unknown'],
  ['O_07', 'by its id', 'O04', { id: [1] }, { id: (list) => list.length > 0 }, 'Accepted'],
  ['O_08', 'of a priority', 'O04', { priority: 'NormalCycle' }, { priority: any.string }, 'Accepted'],
  ['O_09', 'of a state', 'O04', { state: 'Charging' }, { state: any.string }, 'Accepted'],
  ['O_11', 'one that is not there', 'O04', { id: [999] }, { id: (list) => list.length > 0 }, 'Unknown'],
]) {
  asksFor(id, `messages are read: ${title}`, { checks: `GetDisplayMessages says which; the answer ${status} is taken.`, by }, 'GetDisplayMessages', {
    what: title, payload: { requestId: 13, ...payload }, answer: { status }, expected: { requestId, ...expected },
  }, status === 'Accepted' ? shown : undefined);
}

for (const [id, title, status] of [['O_04', 'a message is cleared', 'Accepted'], ['O_05', 'a message that is not there is cleared', 'Unknown']]) {
  asksFor(id, title, { checks: `ClearDisplayMessage has an id; the answer ${status} is taken.`, by: 'O05' }, 'ClearDisplayMessage', {
    payload: { id: 1 }, answer: { status }, expected: { id: any.integer },
  });
}

// ---- languages of 2.1 -----------------------------------------------------------------------------------------------------------------

const languages = { message: { format: 'UTF8', language: 'en', content: 'Hello' }, messageExtra: [{ format: 'UTF8', language: 'de', content: 'Hallo' }] };

for (const [id, title, status] of [['O_100', 'in a language that the station does not know', 'LanguageNotSupported'], ['O_101', 'in the language of the driver', 'Accepted']]) {
  asksFor(id, `a message ${title}`, {
    checks: `SetDisplayMessage has its text in a language${status === 'Accepted' ? ', and in more of them' : ''}; the answer ${status} is taken.`, by: 'O01',
  }, 'SetDisplayMessage', () => sets(title, status === 'Accepted' ? languages : { message: { format: 'UTF8', language: 'tlh', content: 'nuqneH' } }, {
    message: { format: any.string, language: any.string, content: any.string },
    messageExtra: status === 'Accepted' ? (list) => list.length > 0 : optional(any.array),
  }, status));
}
