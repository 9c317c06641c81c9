/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { textUpTo } = require('../../lib/central-system.js');
const { official, goesOn, idTag, ready, wanted, atLeast } = require('../../lib/official-cases.js');

const about = { area: 'local auth list', profiles: ['LocalAuthListManagement'], by: ['OCPP 1.6 §5.15', 'OCPP 1.6 §7.1'] };

/** The entries of a list; those of a full one say what may be done with each tag. */
function entries(full) {
  return list => Array.isArray(list) && list.every(({ idTag, idTagInfo }) => textUpTo(20)(idTag) && (!full || idTagInfo !== undefined));
}

/** Lets the central system send a list, and answers with this status; returns the call. */
async function send(link, { updateType, listVersion, status = 'Accepted', what = '', expected = {} }) {
  const localAuthorizationList = [{ idTag, idTagInfo: { status: 'Accepted' } }];
  return wanted(link, 'SendLocalList', {
    what: `of the type ${updateType}${what && `, ${what}`}`,
    payload: { listVersion, updateType, localAuthorizationList },
    answer: { status },
    expected: Object.assign({
      updateType, listVersion: atLeast(1), localAuthorizationList: optional(entries(updateType === 'Full')),
    }, expected),
  });
}

official('TC_043_1_CSMS', 'a local list is not supported', Object.assign({
  checks: 'SendLocalList is complete, and the answer NotSupported is taken.',
}, about), async () => {
  const link = await ready();
  await send(link, { updateType: 'Full', listVersion: 1, status: 'NotSupported', what: 'which is not supported' });
  await goesOn(link);
});

official('TC_043_3_CSMS', 'a local list is not taken', Object.assign({
  checks: 'SendLocalList is complete, and the answer Failed is taken.',
}, about), async () => {
  const link = await ready();
  await send(link, { updateType: 'Full', listVersion: 1, status: 'Failed', what: 'which fails' });
  await goesOn(link);
});

official('TC_043_4_CSMS', 'a full local list', Object.assign({
  checks: 'SendLocalList (Full) has a version and tags, each with what it may do.',
}, about), async () => {
  const link = await ready();
  await send(link, { updateType: 'Full', listVersion: 1, what: 'with a tag', expected: { localAuthorizationList: entries(true) } });
  await goesOn(link);
});

official('TC_043_5_CSMS', 'a local list that changes the one before', Object.assign({
  checks: 'SendLocalList (Differential) has a version after that of the list before.',
}, about), async () => {
  const link = await ready();
  const first = await send(link, { updateType: 'Full', listVersion: 1 });
  await send(link, {
    updateType: 'Differential', listVersion: 2, what: 'with a change', expected: { listVersion: atLeast(first.listVersion + 1) },
  });
  await goesOn(link);
});
