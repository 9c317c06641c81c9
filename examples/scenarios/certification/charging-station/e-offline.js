/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Block E, transactions while the station is offline.

const {
  begin, card, configure, ends, event, finish, goesOn, numbered, offline, official, online, plug, session, since, site, tokensAre, unplug,
} = require('./lib/station.js');

const { idTag } = site;

official('E_40', 'the link is lost during a transaction', {
  checks: 'The transaction goes on offline, and its events of that time come later with the mark offline, in the order of their numbers.', by: ['E11', 'E04'],
}, async () => {
  const cp = await begin();
  await configure(cp, { 'SampledDataCtrlr.TxUpdatedInterval': 5 });
  const heard = since(cp);
  const transaction = await session(cp);
  await offline(cp);
  await sleep(20000);
  await online(cp);
  await event(cp, 'Updated', { offline: true, info: { transactionId: transaction.id } });
  await sleep(2000);
  numbered(heard('TransactionEvent'), transaction.id);
  await goesOn(cp, transaction);
});

official('E_43', 'a transaction offline', {
  checks: 'A whole transaction offline is told later, from Started to Ended with the mark offline, and with the times at which it happened.', by: 'E12',
}, async () => {
  const cp = await begin();
  await configure(cp, { 'AuthCtrlr.OfflineTxForUnknownIdEnabled': 'true', 'AuthCtrlr.LocalAuthorizeOffline': 'true' });
  await offline(cp);
  const heard = since(cp);
  const from = now();
  await plug();
  await card();
  await sleep(10000);
  await card();
  await sleep(2000);
  await unplug();
  await sleep(2000);
  const until = now();
  await sleep(30000);
  await online(cp);
  const ended = await event(cp, 'Ended', { offline: true });
  const { transactionId } = ended.payload.transactionInfo;
  const its = heard('TransactionEvent').filter(({ transactionInfo }) => transactionInfo.transactionId === transactionId);
  numbered(its, transactionId);
  expect(its[0], { eventType: 'Started', offline: true }, 'the first event');
  for (const { timestamp } of its) {
    expect(Date.parse(timestamp), between(from - 1000, until + 1000), 'the time of an event');
  }
});

official('E_44', 'a transaction ends offline', {
  checks: 'A transaction that its card ends offline is told to have ended, with the mark offline.', by: 'E08',
}, async () => {
  const cp = await begin();
  const transaction = await session(cp);
  await offline(cp);
  await card();
  await sleep(2000);
  await unplug();
  await sleep(5000);
  await online(cp);
  await ends(cp, transaction, { offline: true });
});

official('E_45', 'another card of the group ends a transaction offline', {
  checks: 'A card of the group that the station remembers ends the transaction offline.', by: ['E08', 'C09'],
}, async () => {
  const cp = await begin();
  const inGroup = { status: 'Accepted', groupIdToken: { idToken: 'GROUP1', type: 'Central' } };
  tokensAre(cp, { [idTag]: inGroup, [site.otherIdTag]: inGroup });
  await configure(cp, { 'AuthCacheCtrlr.Enabled': 'true', 'AuthCtrlr.LocalAuthorizeOffline': 'true' });
  const learned = await session(cp, { idTag: site.otherIdTag });
  await finish(cp, learned);
  const transaction = await session(cp);
  await offline(cp);
  await card(site.otherIdTag);
  await sleep(2000);
  await unplug();
  await sleep(5000);
  await online(cp);
  await ends(cp, transaction, { offline: true });
});
