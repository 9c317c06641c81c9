/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Block C, authorization: tokens at the reader, the cache, groups and the master pass. The local list is in a file of its own.

const {
  asked, begin, card, chargesNothing, configure, event, finish, forget, goesOn, offline, official, online, pause, plug, quietly, rebooting, session,
  since, site, stopped, tells, tokensAre, unplug, value,
} = require('./lib/station.js');

const { idTag, otherIdTag } = site;
const group = (idToken) => ({ idToken, type: 'Central' });
const GROUP = group('GROUP1');

/** The station asks about every card: nothing that it remembers starts a transaction. */
const asksAlways = (cp) => configure(cp, { 'AuthCtrlr.LocalPreAuthorize': 'false' });

// ---- refused --------------------------------------------------------------------------------------------------------------------------

for (const [id, title, status] of [
  ['C_02', 'an invalid token', 'Invalid'], ['C_06', 'a blocked token', 'Blocked'], ['C_07', 'an expired token', 'Expired'], ['C_56', 'an unknown token', 'Unknown'],
]) {
  official(id, title, { checks: `The station asks about a card, and does not charge when the answer is ${status}.`, by: 'C01' }, async () => {
    const cp = await begin();
    await asksAlways(cp);
    tokensAre(cp, { [idTag]: { status } });
    await plug();
    await card();
    await asked(cp);
    await chargesNothing(cp);
    await unplug();
  });
}

official('C_05', 'a refused card before the cable', {
  checks: 'After a card that is refused, a cable does not charge, and can be taken out again.', by: 'C01',
}, async () => {
  const cp = await begin();
  await asksAlways(cp);
  tokensAre(cp, { [idTag]: { status: 'Invalid' } });
  await card();
  await asked(cp);
  forget(cp);
  await plug();
  await chargesNothing(cp);
  await unplug();
  await tells(cp, 'Available');
});

official('C_04', 'another card does not end a transaction', {
  checks: 'A card of nobody\'s group does not end the transaction of another one.', by: 'C01',
}, async () => {
  const cp = await begin();
  const transaction = await session(cp);
  await quietly(() => card(otherIdTag));
  await goesOn(cp, transaction);
  await finish(cp, transaction);
});

// ---- the cache ------------------------------------------------------------------------------------------------------------------------

/** A station that remembers tokens, and starts with those that it remembers; `more` are further variables. */
async function caches(cp, more = {}) {
  if ((await value(cp, 'AuthCacheCtrlr.Enabled')) === undefined) {
    skip('there is no authorization cache: AuthCacheCtrlr.Enabled is missing');
  }
  await configure(cp, { 'AuthCacheCtrlr.Enabled': 'true', 'AuthCtrlr.LocalPreAuthorize': 'true', ...more });
  after(() => quietly(() => cp.call('ClearCache', {})));
  await cp.call('ClearCache', {}, { status: 'Accepted' });
}

/** Lets the station learn what this status of the token is, by a card that is refused or a transaction. */
async function learns(cp, status = 'Accepted', idTokenInfo = {}) {
  tokensAre(cp, { [idTag]: { status, ...idTokenInfo } });
  await plug();
  await card();
  await asked(cp);
  if (status === 'Accepted') {
    await event(cp, any.string, { info: { chargingState: 'Charging' } });
    await card();
  }
  await sleep(2000);
  await unplug();
  await sleep(2000);
  forget(cp);
}

/** The card is presented, and no Authorize comes for it. */
async function unasked(cp) {
  // a reader may refuse it
  await quietly(() => card());
  await cp.expectNoCall('Authorize', { for: pause });
}

official('C_08', 'a token of the cache', {
  checks: 'A token that the station remembers as Accepted charges, and is not asked about.', by: 'C12',
}, async () => {
  const cp = await begin();
  await caches(cp);
  await learns(cp);
  const heard = since(cp);
  await plug();
  await unasked(cp);
  assert(heard('TransactionEvent').some(({ idToken }) => idToken && idToken.idToken === idTag), 'no event names the token');
});

official('C_13', 'a token of the cache before the cable', {
  checks: 'A token that the station remembers as Accepted charges when the cable comes, and is not asked about.', by: 'C12',
}, async () => {
  const cp = await begin();
  await caches(cp);
  await learns(cp);
  await unasked(cp);
  await plug();
  await event(cp, any.string, { info: { chargingState: 'Charging' } });
});

for (const [id, title, status] of [
  ['C_09', 'an invalid token of the cache', 'Invalid'], ['C_10', 'a blocked token of the cache', 'Blocked'], ['C_11', 'an expired token of the cache', 'Expired'],
]) {
  official(id, title, { checks: `A token that the station remembers as ${status} is asked about again, and does not charge.`, by: ['C10', 'C12'] }, async () => {
    const cp = await begin();
    await caches(cp);
    await learns(cp, status);
    await plug();
    await card();
    await asked(cp);
    await chargesNothing(cp);
  });
}

official('C_12', 'a token of the cache that is valid now', {
  checks: 'A token that the station remembers as Invalid is asked about, and charges when it is Accepted now.', by: ['C10', 'C12'],
}, async () => {
  const cp = await begin();
  await caches(cp);
  await learns(cp, 'Invalid');
  tokensAre(cp, {});
  await plug();
  await card();
  await asked(cp);
  await event(cp, any.string, { info: { chargingState: 'Charging' } });
});

/** A remembered token that the CSMS refuses when it hears of the transaction. */
function refusedLater(id, title, more, checks, run) {
  official(id, title, { checks, by: ['C12', 'E05'] }, async () => {
    const cp = await begin();
    await caches(cp, more);
    await learns(cp);
    tokensAre(cp, { [idTag]: { status: 'Invalid' } });
    await plug();
    await card();
    await run(cp);
  });
}

refusedLater('C_16', 'a remembered token that is refused, and the transaction ends', { 'TxCtrlr.StopTxOnInvalidId': 'true' },
  'With StopTxOnInvalidId the transaction stops charging, with Deauthorized.',
  (cp) => event(cp, any.string, { triggerReason: 'Deauthorized' }));
refusedLater('C_17', 'a remembered token that is refused, and the transaction goes on', { 'TxCtrlr.StopTxOnInvalidId': 'false' },
  'Without StopTxOnInvalidId the transaction goes on without energy.',
  async (cp) => {
    const { payload } = await event(cp, any.string, { info: { chargingState: 'SuspendedEVSE' } });
    await goesOn(cp, { id: payload.transactionInfo.transactionId });
  });

official('C_32', 'the cache outlasts a restart', {
  checks: 'After a reset a token that was remembered before it charges, and is not asked about.', by: 'C10',
}, async () => {
  const cp = await begin();
  await caches(cp);
  await learns(cp);
  await cp.call('Reset', { type: 'OnIdle' }, { status: 'Accepted' });
  await cp.expectCall('BootNotification', any, rebooting);
  await tells(cp, 'Available');
  forget(cp);
  await plug();
  await unasked(cp);
});

official('C_33', 'Authorize changes the cache', {
  checks: 'A token is remembered with the last status that Authorize gave it.', by: 'C10',
}, async () => {
  const cp = await begin();
  await caches(cp);
  await learns(cp, 'Blocked');
  await learns(cp);
  await plug();
  await unasked(cp);
});

official('C_34', 'events change the cache', {
  checks: 'A token that an event says is no longer Accepted is asked about the next time.', by: 'C10',
}, async () => {
  const cp = await begin();
  await caches(cp, { 'TxCtrlr.StopTxOnInvalidId': 'true' });
  await learns(cp);
  tokensAre(cp, { [idTag]: { status: 'Blocked' } });
  await plug();
  await card();
  await event(cp, any.string, { idToken: { idToken: idTag } });
  await sleep(2000);
  await unplug();
  await sleep(2000);
  forget(cp);
  await plug();
  await card();
  await asked(cp);
});

official('C_36', 'a cache that is not used online', {
  checks: 'Without LocalPreAuthorize a remembered token is asked about.', by: 'C10',
}, async () => {
  const cp = await begin();
  await caches(cp);
  await learns(cp);
  await asksAlways(cp);
  await plug();
  await card();
  await asked(cp);
});

official('C_37', 'the cache is cleared', {
  checks: 'After ClearCache a token that was remembered is asked about.', by: 'C11',
}, async () => {
  const cp = await begin();
  await caches(cp);
  await learns(cp);
  await cp.call('ClearCache', {}, { status: 'Accepted' });
  await plug();
  await card();
  await asked(cp);
});

official('C_38', 'no cache to clear', {
  checks: 'With AuthCacheCtrlr.Enabled false, ClearCache is Rejected.', by: 'C11',
}, async () => {
  const cp = await begin();
  await configure(cp, { 'AuthCacheCtrlr.Enabled': 'false' });
  await cp.call('ClearCache', {}, { status: 'Rejected' });
});

official('C_46', 'a token is forgotten in time', {
  checks: 'After AuthCacheCtrlr.LifeTime a token that was remembered is asked about.', by: 'C10',
}, async () => {
  const cp = await begin();
  await caches(cp, { 'AuthCacheCtrlr.LifeTime': 20 });
  await learns(cp);
  await sleep(25000);
  await plug();
  await card();
  await asked(cp);
});

official('C_57', 'refused tokens are not asked about again', {
  checks: 'With AuthCacheCtrlr.DisablePostAuthorize a token that is remembered as Invalid is not asked about, and does not charge.', by: 'C12',
}, async () => {
  const cp = await begin();
  await caches(cp, { 'AuthCacheCtrlr.DisablePostAuthorize': 'true' });
  await learns(cp, 'Invalid');
  tokensAre(cp, {});
  await plug();
  await unasked(cp);
  await chargesNothing(cp);
});

// ---- offline --------------------------------------------------------------------------------------------------------------------------

official('C_26', 'an unknown token offline', {
  checks: 'With OfflineTxForUnknownIdEnabled a token that the station does not know charges offline; its events say so.', by: 'C15',
}, async () => {
  const cp = await begin();
  await configure(cp, { 'AuthCtrlr.OfflineTxForUnknownIdEnabled': 'true', 'AuthCtrlr.LocalAuthorizeOffline': 'true' });
  await offline(cp);
  await plug();
  await card();
  await sleep(pause);
  await online(cp);
  await event(cp, any.string, { offline: true, idToken: { idToken: idTag } });
});

// ---- groups ---------------------------------------------------------------------------------------------------------------------------

const inGroup = { status: 'Accepted', groupIdToken: GROUP };

/** The second card is presented during the transaction of the first one; `infos` are what the CSMS says of them. */
function grouped(id, title, infos, ended, by, prepare = asksAlways) {
  official(id, title, { checks: `A second card ${ended ? 'of the group ends' : 'does not end'} the transaction.`, by }, async () => {
    const cp = await begin();
    await prepare(cp);
    tokensAre(cp, infos);
    const transaction = await session(cp);
    await quietly(() => card(otherIdTag));
    if (ended) {
      await stopped(cp, transaction, 'StopAuthorized', optional('Local'), { idToken: { idToken: otherIdTag } });
    } else {
      await goesOn(cp, transaction);
    }
  });
}

grouped('C_39', 'another card of the group', { [idTag]: inGroup, [otherIdTag]: inGroup }, true, 'C09');
grouped('C_42', 'a card of another group', { [idTag]: inGroup, [otherIdTag]: { status: 'Accepted', groupIdToken: group('GROUP2') } }, false, 'C09');

official('C_41', 'another card of the group that is remembered', {
  checks: 'A second card of the group, which the station remembers, ends the transaction and is not asked about.', by: ['C09', 'C12'],
}, async () => {
  const cp = await begin();
  await caches(cp);
  tokensAre(cp, { [idTag]: inGroup, [otherIdTag]: inGroup });
  const first = await session(cp, { idTag: otherIdTag });
  await finish(cp, first);
  const transaction = await session(cp);
  forget(cp);
  await card(otherIdTag);
  await stopped(cp, transaction, 'StopAuthorized', optional('Local'));
  assert(cp.calls('Authorize').filter(({ payload }) => payload.idToken.idToken === otherIdTag).length === 1, 'the second card was asked about again');
});

// ---- the master pass ------------------------------------------------------------------------------------------------------------------

/** A station with a group of master passes; skips the case where there is none. */
async function mastered(cp) {
  await configure(cp, { 'AuthCtrlr.MasterPassGroupId': 'MASTERS' });
  tokensAre(cp, { [otherIdTag]: { status: 'Accepted', groupIdToken: group('MASTERS') } });
}

official('C_45', 'a master pass does not charge', {
  checks: 'A card of the group of master passes begins no transaction that charges.', by: 'C16',
}, async () => {
  const cp = await begin();
  await mastered(cp);
  await plug();
  await card(otherIdTag);
  await asked(cp, otherIdTag);
  await chargesNothing(cp);
});

official('C_49', 'a master pass ends transactions', {
  checks: 'A master pass ends the transaction of another card, with the reason MasterPass.', by: 'C16',
}, async () => {
  const cp = await begin();
  await mastered(cp);
  const transaction = await session(cp);
  await card(otherIdTag);
  await stopped(cp, transaction, 'StopAuthorized', 'MasterPass');
});

for (const id of ['C_47', 'C_48']) {
  official(id, `a master pass at a station with a display: ${id === 'C_47' ? 'all transactions' : 'one transaction'}`, {
    checks: 'The driver chooses at the display which transactions end.', by: 'C16', skip: 'Nobody can choose at the display of a simulated station.',
  }, () => {});
}
