/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Block D, the local authorization list: how the CSMS sends it, and how it asks for its version.

const { asksFor, atLeast, token } = require('./lib/csms.js');

const entry = (idToken = token()) => ({ idToken, idTokenInfo: { status: 'Accepted' } });
const whole = (one) => typeof one.idToken === 'object' && typeof one.idTokenInfo === 'object';

for (const [id, title, what, updateType, list, right] of [
  ['D_01', 'a full list', 'a full list with a token', 'Full', [entry()], (found) => found.length > 0 && found.every(whole)],
  ['D_02', 'a list that adds a token', 'a differential list that adds a token', 'Differential', [entry()],
    (found) => found.length > 0 && found.some(whole)],
  ['D_03', 'a list that removes a token', 'a differential list that removes a token', 'Differential', [{ idToken: token() }],
    (found) => found.length > 0 && found.some((one) => one.idTokenInfo === undefined)],
  ['D_04', 'a full list without tokens', 'a full list without tokens', 'Full', undefined, optional((found) => found.length === 0)],
]) {
  asksFor(id, title, { checks: `SendLocalList is ${what}, with a version above 0.`, by: 'D01' }, 'SendLocalList', {
    what,
    payload: { versionNumber: 2, updateType, ...(list && { localAuthorizationList: list }) },
    answer: { status: 'Accepted' },
    expected: { versionNumber: atLeast(1), updateType, localAuthorizationList: right },
  });
}

for (const [id, title, versionNumber] of [['D_08', 'the version of a list', 4], ['D_09', 'the version where there is no list', 0]]) {
  asksFor(id, title, { checks: `GetLocalListVersion is sent, and the version ${versionNumber} is taken.`, by: 'D02' }, 'GetLocalListVersion', {
    answer: { versionNumber }, expected: exactly({}),
  });
}
