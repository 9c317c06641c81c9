/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Block C, authorization: what the CSMS says of tokens, and what it lets a station do with its cache.

const {
  ACCEPTED, Transaction, asksFor, atLeast, authorize, charging, finished, goesOn, known, messagesOnly, official, ready, reading, tell, token,
  tokenFor, wanted,
} = require('./lib/csms.js');

// ---- tokens that may not charge ---------------------------------------------------------------------------------------------------

/** A refused token: `status` is what Authorize must say of it. */
function refused(id, title, purpose, name, status) {
  official(id, title, {
    checks: `Authorize of such a token is answered with ${[].concat(status).join(' or ')}.`, by: 'C01',
  }, async () => {
    const bad = tokenFor(purpose, name);
    const link = await ready();
    await known(link, { [bad.idToken]: { status: [].concat(status)[0] } });
    await tell(link, 'Occupied');
    await authorize(link, bad, { status: oneOf(...[].concat(status)) });
    await tell(link, 'Available');
    await goesOn(link);
  });
}

refused('C_02', 'an unknown token', 'unknown', 'unknownTag', ['Invalid', 'Unknown']);
refused('C_06', 'a blocked token', 'blocked', 'blockedTag', 'Blocked');
refused('C_07', 'an expired token', 'expired', 'expiredTag', 'Expired');

// ---- tokens that the station knows ------------------------------------------------------------------------------------------------

official('C_08', 'a token of the cache starts', {
  checks: 'An event with a token that was not asked about is answered with its status, Accepted.', by: ['C12', 'E03'],
}, async () => {
  const link = await ready();
  const transaction = new Transaction(link);
  await tell(link, 'Occupied');
  await transaction.started('CablePluggedIn', 'EVConnected');
  await transaction.updated('Authorized', 'EVConnected', { idToken: token() }, ACCEPTED);
  await finished(link, transaction);
});

official('C_20', 'a token of the cache that may charge no more', {
  checks: 'An event with such a token is answered with its status, which is not Accepted.', by: ['C12', 'E05'],
}, async () => {
  const bad = tokenFor('unknown', 'unknownTag');
  const link = await ready();
  await known(link, { [bad.idToken]: { status: 'Invalid' } });
  const transaction = new Transaction(link);
  await tell(link, 'Occupied');
  await transaction.started('CablePluggedIn', 'EVConnected');
  await transaction.updated('Authorized', 'EVConnected', { idToken: bad }, { idTokenInfo: { status: oneOf('Invalid', 'Unknown') } });
  await transaction.ended('Deauthorized', 'DeAuthorized', { meterValue: reading(1000, 'Transaction.End') });
  await tell(link, 'Available');
});

for (const [id, status, title] of [['C_37', 'Accepted', 'the cache is cleared'], ['C_38', 'Rejected', 'the cache cannot be cleared']]) {
  asksFor(id, title, { checks: `ClearCache is sent, and the answer ${status} is taken.`, by: 'C11' }, 'ClearCache', {
    answer: { status }, expected: exactly({}),
  });
}

// ---- groups -----------------------------------------------------------------------------------------------------------------------

/** A group as an answer has it. */
const inGroup = (groupIdToken, status = 'Accepted') => ({ status, groupIdToken });

official('C_39', 'two tokens of a group', {
  checks: 'Authorize tells the group of both tokens, so that one may stop what the other has started.', by: ['C09', 'C09.FR.02'],
}, async () => {
  const [second, group] = [tokenFor('group', 'groupTag'), tokenFor('parent', 'parentTag')];
  const link = await ready();
  await known(link, { [token().idToken]: inGroup(group), [second.idToken]: inGroup(group) });
  const same = inGroup({ idToken: group.idToken });
  await authorize(link, token(), same);
  const transaction = await charging(link);
  await authorize(link, second, same);
  await finished(link, transaction, second);
});

/** A local list in which both tokens have a group; `status` is that of the second one. */
function listed(id, title, status) {
  official(id, title, {
    checks: `SendLocalList tells the group of two tokens, the second of which is ${status}.`, by: ['C09', 'D01'],
  }, async () => {
    const [second, group] = [tokenFor('group', 'groupTag'), tokenFor('parent', 'parentTag')];
    const link = await ready();
    const entry = (idToken, of) => ({ idToken, idTokenInfo: inGroup(group, of) });
    const named = ({ idToken }, { idToken: its, idTokenInfo: { groupIdToken } = {} }) => (
      its.idToken === idToken && groupIdToken !== undefined && groupIdToken.idToken === group.idToken);
    await wanted(link, 'SendLocalList', {
      what: `with the tokens ${token().idToken} and ${second.idToken} of the group ${group.idToken}, the second ${status}`,
      payload: { versionNumber: 1, updateType: 'Full', localAuthorizationList: [entry(token(), 'Accepted'), entry(second, status)] },
      answer: { status: 'Accepted' },
      expected: {
        versionNumber: atLeast(1),
        localAuthorizationList: (list) => list.some((one) => named(token(), one) && one.idTokenInfo.status === 'Accepted')
          && list.some((one) => named(second, one) && one.idTokenInfo.status === status),
      },
    });
    await goesOn(link);
  });
}

listed('C_40', 'a local list with a group', 'Accepted');
listed('C_43', 'a local list with a token of a group that is invalid', 'Invalid');

// ---- master pass ------------------------------------------------------------------------------------------------------------------

/** A master pass ends these transactions, one after the other. */
function mastered(id, title, by) {
  official(id, title, {
    checks: 'Authorize of a master pass tells the group of master passes, and the transaction that it stops may end.', by,
  }, async () => {
    const [pass, group] = [tokenFor('master', 'masterTag'), tokenFor('masterGroup', 'masterGroup')];
    const link = await ready();
    await known(link, { [pass.idToken]: inGroup(group) });
    const transaction = await charging(link);
    await authorize(link, pass, inGroup({ idToken: group.idToken }));
    await transaction.updated('StopAuthorized', 'EVConnected', { idToken: pass }, ACCEPTED);
    await transaction.ended('EVCommunicationLost', 'MasterPass', { meterValue: reading(2000, 'Transaction.End') });
    await tell(link, 'Available');
    await goesOn(link);
  });
}

mastered('C_47', 'a master pass stops all transactions', 'C16');
mastered('C_48', 'a master pass stops one transaction', 'C16');
mastered('C_49', 'a master pass stops the transactions of a station without a display', 'C16');

// ---- contracts --------------------------------------------------------------------------------------------------------------------

const hash = {
  hashAlgorithm: 'SHA256', issuerNameHash: '946832cab39c76cc20f1575c84a0bf52626c462e9762b1a88668bec1f762181d',
  issuerKeyHash: 'ff4e505e74e560518edf095f4dc543ce308f2faeb0ae2926b3d4fc4a40d742c7', serialNumber: '526e5f3c',
  responderURL: 'http://ocsp.example/',
};

/** A contract that a car shows: `fields` are those of its certificate. */
function contract(id, title, fields) {
  official(id, title, {
    checks: 'Authorize of an eMAID with such data is answered with the status of the token and of the certificate.', by: 'C07',
  }, async () => {
    messagesOnly();
    const link = await ready();
    const idToken = { idToken: parameter('eMAID', 'DE8AAA1B2C3D4E5'), type: 'eMAID' };
    await link.call('Authorize', { idToken, ...fields }, { idTokenInfo: { status: 'Accepted' }, certificateStatus: 'Accepted' });
  });
}

contract('C_50', 'a contract that the station has verified', { iso15118CertificateHashData: [hash] });
contract('C_52', 'a contract that the CSMS verifies', {
  certificate: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----', iso15118CertificateHashData: [hash],
});

// ---- credit and payment of 2.1 ----------------------------------------------------------------------------------------------------

official('C_103', 'a prepaid card', {
  checks: 'Authorize of a prepaid card is Accepted, and the answer to its event has a limit of the cost.', by: ['C17', 'E16'],
}, async () => {
  const link = await ready();
  await operator(`Give the token ${token().idToken} a credit`, (underTest) => {
    underTest.answer('TransactionEvent', { transactionLimit: { maxCost: 12.5 }, idTokenInfo: { status: 'Accepted' } });
  }, { link });
  const transaction = new Transaction(link);
  await tell(link, 'Occupied');
  await transaction.started('CablePluggedIn', 'EVConnected');
  await authorize(link);
  await transaction.updated('Authorized', 'EVConnected', { idToken: token() }, { ...ACCEPTED, transactionLimit: { maxCost: (cost) => cost > 0 } });
  await finished(link, transaction);
});

official('C_104', 'a prepaid card without credit', {
  checks: 'Authorize of a prepaid card that is empty is answered with NoCredit.', by: 'C17',
}, async () => {
  const bad = tokenFor('empty', 'emptyTag');
  const link = await ready();
  await known(link, { [bad.idToken]: { status: 'NoCredit' } });
  await authorize(link, bad, { status: 'NoCredit' });
});

official('C_108', 'a VAT number is verified', {
  checks: 'VatNumberValidation is answered with the same number and a company.', by: 'C20',
}, async () => {
  const link = await ready();
  const vatNumber = parameter('vatNumber', 'NL123456789B01');
  await link.call('VatNumberValidation', { vatNumber, evseId: 1 }, { status: 'Accepted', vatNumber, company: any.object });
});

/** The settlement of a payment at the station. */
function settled(id, title, status, fields) {
  official(id, title, { checks: `NotifySettlement with ${status} is taken.`, by: 'C22' }, async () => {
    const link = await ready();
    const transaction = await charging(link);
    await finished(link, transaction);
    await link.call('NotifySettlement', {
      transactionId: transaction.id, pspRef: 'PSP-1', status, settlementAmount: 12.5, settlementTime: new Date(now()).toISOString(), ...fields,
    });
    await goesOn(link);
  });
}

settled('C_118', 'a payment is settled by the station', 'Settled');
settled('C_119', 'a settlement fails', 'Failed', { statusInfo: 'no link to the bank' });
settled('C_120', 'a settlement is rejected', 'Rejected', { statusInfo: 'refused by the bank' });
