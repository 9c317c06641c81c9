// Shared by the cases about passwords: the key that the central system sends, and whether it lets a charge point in with it. This file is
// not a scenario.
/// <reference path="../ocpp-tui-scenario.d.ts" />

const { alive, registered } = require('./central-system.js');
const { wanted } = require('./official-cases.js');

/** Whether `--password` is the one of the charge point: a script cannot see it. */
const withPassword = parameter('withPassword', false);

/** A key as the central system would send it: 20 bytes in hexadecimal digits. */
const exampleKey = '6f6370702d7475692d6f6e652d746573742d6b21';

/** The bytes that hexadecimal digits mean; nothing if they are none. */
function bytesOf(key) {
  return /^([0-9a-f]{2}){8,20}$/i.test(key) ? Uint8Array.from(key.match(/../g), pair => parseInt(pair, 16)) : undefined;
}

/** Makes the central system send a new password; returns the key. */
async function newKey(link, what = 'for the key AuthorizationKey, with a new password') {
  const { value } = await wanted(link, 'ChangeConfiguration', {
    what,
    payload: { key: 'AuthorizationKey', value: exampleKey },
    answer: { status: 'Accepted' },
    expected: { key: /^AuthorizationKey$/i, value: /^.{16,40}$/ },
  });
  // the answer has been read when the next call is answered
  await alive(link);
  return value;
}

/** A link with a password, after an accepted boot; nothing if the central system refuses it. */
async function letIn(password) {
  try {
    const link = await registered({ password, patience: 0 });
    await alive(link);
    return link;
  } catch (error) {
    if (error instanceof PeerError) {
      return undefined;
    }
    throw error;
  }
}

/** A link with a key: its bytes are the password. A central system that takes the digits themselves gets a remark. */
async function letInWith(key) {
  const bytes = bytesOf(key);
  const link = await letIn(bytes || key);
  if (link || !bytes) {
    assert(link, 'the charge point is not let in with its new password');
    return link;
  }
  const asText = await letIn(key);
  assert(asText, 'the charge point is not let in with its new password, whose bytes are those of the digits');
  remark('The password is the text of AuthorizationKey there, not the bytes that its digits mean.');
  return asText;
}

module.exports = { withPassword, newKey, letIn, letInWith };
