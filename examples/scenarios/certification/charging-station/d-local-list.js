/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Block D, the local authorization list, and the cases of block C about tokens in it.

const {
  ask, asked, begin, card, chargesNothing, configure, event, forget, goesOn, offline, official, online, pause, plug, quietly, rebooting, session, since,
  site, stopped, tells, token, tokensAre, value,
} = require('./lib/station.js');

const { idTag } = site;
const entry = (status = 'Accepted', idToken = idTag, fields = {}) => ({ idToken: token(idToken), idTokenInfo: { status, ...fields } });

/** The version of the list. */
const versionOf = async (cp) => (await ask(cp, 'GetLocalListVersion', {}, { versionNumber: any.integer })).versionNumber;

/** Sends a list, with the version after the one that is there. */
async function sends(cp, updateType, localAuthorizationList, status = 'Accepted', versionNumber = undefined) {
  const next = versionNumber === undefined ? Math.max(0, await versionOf(cp)) + 1 : versionNumber;
  await ask(cp, 'SendLocalList', { versionNumber: next, updateType, ...(localAuthorizationList && { localAuthorizationList }) }, { status });
  return next;
}

/** A station with a list, which is empty at first and afterwards. */
async function lists(cp, variables = {}) {
  if ((await value(cp, 'LocalAuthListCtrlr.Enabled')) === undefined) {
    skip('there is no local authorization list: LocalAuthListCtrlr.Enabled is missing');
  }
  await configure(cp, { 'LocalAuthListCtrlr.Enabled': 'true', ...variables });
  after(() => quietly(() => sends(cp, 'Full')));
  await sends(cp, 'Full');
}

/** Cases about lists that are sent. */
const list = (id, title, checks, by, run) => official(id, title, { checks, by }, async () => {
  const cp = await begin();
  await lists(cp);
  await run(cp);
});

list('D_01', 'a full list', 'SendLocalList (Full) is Accepted, and its version is told.', ['D01', 'D02'], async (cp) => {
  const version = await sends(cp, 'Full', [entry()]);
  expect(await versionOf(cp), version, 'the version');
});
list('D_02', 'a list that adds a token', 'SendLocalList (Differential) with a new token is Accepted, and its version is told.', 'D01', async (cp) => {
  await sends(cp, 'Full', [entry()]);
  const version = await sends(cp, 'Differential', [entry('Accepted', site.otherIdTag)]);
  expect(await versionOf(cp), version, 'the version');
});
list('D_03', 'a list that removes a token', 'SendLocalList (Differential) with a token alone is Accepted, and its version is told.', 'D01', async (cp) => {
  await sends(cp, 'Full', [entry(), entry('Accepted', site.otherIdTag)]);
  const version = await sends(cp, 'Differential', [{ idToken: token() }]);
  expect(await versionOf(cp), version, 'the version');
});
list('D_04', 'a full list without tokens', 'SendLocalList (Full) without tokens is Accepted, and the version is that of the list, or 0.', 'D01', async (cp) => {
  await sends(cp, 'Full', [entry()]);
  const version = await sends(cp, 'Full');
  expect(await versionOf(cp), oneOf(version, 0), 'the version');
});
list('D_05', 'a list that changes nothing', 'SendLocalList (Differential) without tokens is Accepted, and its version is told.', 'D01', async (cp) => {
  await sends(cp, 'Full', [entry()]);
  const version = await sends(cp, 'Differential');
  expect(await versionOf(cp), version, 'the version');
});
list('D_06', 'a list with an old version', 'SendLocalList (Differential) with the version that is there is a VersionMismatch, and changes nothing.', 'D01', async (cp) => {
  const version = await sends(cp, 'Full', [entry()]);
  await sends(cp, 'Differential', [entry('Accepted', site.otherIdTag)], 'VersionMismatch', version);
  expect(await versionOf(cp), version, 'the version');
});
list('D_07', 'a list outlasts a restart', 'After a reset the version of the list is the same.', 'D01', async (cp) => {
  const version = await sends(cp, 'Full', [entry()]);
  await cp.call('Reset', { type: 'OnIdle' }, { status: 'Accepted' });
  await cp.expectCall('BootNotification', any, rebooting);
  await tells(cp, any.string);
  expect(await versionOf(cp), version, 'the version');
});
list('D_08', 'the version of a list', 'GetLocalListVersion tells the version of a list with tokens.', 'D02', async (cp) => {
  const version = await sends(cp, 'Full', [entry()]);
  expect(await versionOf(cp), version, 'the version');
});
list('D_10', 'no list', 'With LocalAuthListCtrlr.Enabled false the version is 0, and a list is Failed.', 'D02', async (cp) => {
  await configure(cp, { 'LocalAuthListCtrlr.Enabled': 'false' });
  expect(await versionOf(cp), 0, 'the version');
  await sends(cp, 'Full', [entry()], 'Failed', 1);
});

// ---- tokens of the list online ----------------------------------------------------------------------------------------------------------

/** The station has these tokens, and starts with them. */
async function has(cp, ...entries) {
  await lists(cp, { 'AuthCtrlr.LocalPreAuthorize': 'true' });
  await sends(cp, 'Full', entries);
  forget(cp);
}

official('C_27', 'a token of the list', {
  checks: 'A token of the list charges, and is not asked about.', by: 'C14',
}, async () => {
  const cp = await begin();
  await has(cp, entry());
  await plug();
  await card();
  await cp.expectNoCall('Authorize', { for: pause });
  await event(cp, any.string, { idToken: { idToken: idTag } });
});

for (const [id, title, status, now_] of [
  ['C_28', 'an invalid token of the list', 'Invalid', 'Invalid'], ['C_29', 'a blocked token of the list', 'Blocked', 'Blocked'],
  ['C_30', 'an expired token of the list', 'Expired', 'Expired'], ['C_31', 'a token of the list that is valid now', 'Invalid', 'Accepted'],
]) {
  official(id, title, {
    checks: `A token that the list has as ${status} is asked about, and ${now_ === 'Accepted' ? 'charges when it is Accepted' : 'does not charge'}.`, by: 'C14',
  }, async () => {
    const cp = await begin();
    await has(cp, entry(status));
    tokensAre(cp, { [idTag]: { status: now_ } });
    await plug();
    await card();
    await asked(cp);
    if (now_ === 'Accepted') {
      await event(cp, any.string, { info: { chargingState: 'Charging' } });
    } else {
      await chargesNothing(cp);
    }
  });
}

official('C_58', 'refused tokens of the list are not asked about', {
  checks: 'With LocalAuthListCtrlr.DisablePostAuthorize a token that the list has as Invalid is not asked about, and does not charge.', by: 'C14',
}, async () => {
  const cp = await begin();
  await has(cp, entry('Invalid'));
  await configure(cp, { 'LocalAuthListCtrlr.DisablePostAuthorize': 'true' });
  await plug();
  // a reader may refuse it
  await quietly(() => card());
  await cp.expectNoCall('Authorize', { for: pause });
  await chargesNothing(cp);
});

/** A second token of the list, whose status is this, is presented during a transaction of the first one. */
function grouped(id, title, status, ended) {
  official(id, title, { checks: `A second token of the group ${ended ? 'ends' : 'does not end'} the transaction.`, by: ['C09', 'C14'] }, async () => {
    const cp = await begin();
    const groupIdToken = { idToken: 'GROUP1', type: 'Central' };
    await has(cp, entry('Accepted', idTag, { groupIdToken }), entry(status, site.otherIdTag, { groupIdToken }));
    tokensAre(cp, { [idTag]: { status: 'Accepted', groupIdToken }, [site.otherIdTag]: { status, groupIdToken } });
    const transaction = await session(cp);
    await quietly(() => card(site.otherIdTag));
    if (ended) {
      await stopped(cp, transaction, 'StopAuthorized', optional('Local'));
    } else {
      await goesOn(cp, transaction);
    }
  });
}

grouped('C_40', 'another token of the group in the list', 'Accepted', true);
grouped('C_43', 'a token of the group that the list has as Invalid', 'Invalid', false);

// ---- tokens of the list offline ---------------------------------------------------------------------------------------------------------

for (const [id, title, status] of [
  ['C_21', 'a token of the list, offline', 'Accepted'], ['C_22', 'an invalid token of the list, offline', 'Invalid'],
  ['C_23', 'a blocked token of the list, offline', 'Blocked'], ['C_24', 'an expired token of the list, offline', 'Expired'],
]) {
  official(id, title, {
    checks: status === 'Accepted' ? 'A token of the list charges offline, and its events say so.' : `Offline, a token that the list has as ${status} does not charge.`,
    by: 'C13',
  }, async () => {
    const cp = await begin();
    await has(cp, entry(status));
    await configure(cp, { 'AuthCtrlr.LocalAuthorizeOffline': 'true', 'AuthCtrlr.OfflineTxForUnknownIdEnabled': 'false' });
    await offline(cp);
    await plug();
    await quietly(() => card());
    await sleep(pause);
    const heard = since(cp);
    await online(cp);
    if (status === 'Accepted') {
      await event(cp, any.string, { offline: true, idToken: { idToken: idTag } });
    } else {
      await sleep(pause);
      const charged = heard('TransactionEvent').some(({ transactionInfo }) => transactionInfo.chargingState === 'Charging');
      assert(!charged, 'the token has charged');
    }
  });
}
