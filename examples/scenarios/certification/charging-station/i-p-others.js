/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Cases of blocks with few of them: A security, I cost and P data transfer.

const { certified, securedHere, staysAway } = require('../../lib/tls-cases.js');
const { ask, begin, event, finish, official, patient, session, set, site, value } = require('./lib/station.js');

official('A_04', 'the certificate of the server is valid', {
  checks: 'The station connects, over TLS 1.2 or later, to a CSMS whose certificate is valid.', by: 'A00',
}, async () => {
  await securedHere(await begin(), patient);
});

official('A_05', 'the certificate of the server is not valid', {
  checks: 'The station stays away from a CSMS with a certificate of another CA, and reports InvalidCsmsCertificate when it is back.', by: 'A00',
}, async () => {
  const cp = await begin();
  await securedHere(cp, patient);
  await staysAway(cp, 'foreign-certificate', 'InvalidCsmsCertificate', patient);
});

official('A_06', 'a version of TLS that is too low', {
  checks: 'The station stays away from a CSMS with TLS 1.1 only, and reports InvalidTLSVersion when it is back.', by: 'A00',
}, async () => {
  const cp = await begin();
  await securedHere(cp, patient);
  try {
    await misbehave('cs', 'tls-1-1-only');
  } catch {
    skip('This build has no OpenSSL, and rustls has no TLS 1.1.');
  }
  await staysAway(cp, 'tls-1-1-only', 'InvalidTLSVersion', patient);
});

official('A_07', 'the certificate of the station is valid', {
  checks: 'The station shows a certificate that is valid.', by: 'A00',
}, async () => {
  const cp = await begin();
  await securedHere(cp, patient);
  certified(cp);
});

const NO_ROOTS = 'The roots of the station would have to be deleted, with which it knows its CSMS.';

for (const [id, title] of [
  ['A_20', 'a higher security profile without a root certificate'], ['A_21', 'a higher security profile without a certificate of the station'],
]) {
  official(id, title, { checks: 'The higher profile is refused.', by: 'A05', skip: NO_ROOTS }, () => {});
}

official('A_10', 'a password that is too short', {
  checks: 'SetVariables of SecurityCtrlr.BasicAuthPassword with less than 16 characters is Rejected.', by: 'A01',
}, async () => {
  const cp = await begin();
  const status = await set(cp, 'SecurityCtrlr.BasicAuthPassword', 'short');
  if (status === 'UnknownVariable' || status === 'UnknownComponent') {
    skip(`SecurityCtrlr.BasicAuthPassword is not there: ${status}`);
  }
  expect(status, 'Rejected', 'the status');
});

official('A_22', 'a lower security profile', {
  checks: 'SetNetworkProfile with a security profile below the one in use is Rejected.', by: 'A05',
}, async () => {
  const cp = await begin();
  const profile = Number(await value(cp, 'SecurityCtrlr.SecurityProfile'));
  if (!(profile > 1)) {
    skip(`The security profile is ${profile}: there is none below it.`);
  }
  await ask(cp, 'SetNetworkProfile', {
    configurationSlot: 1,
    connectionData: {
      messageTimeout: 30, ocppCsmsUrl: 'ws://csms.invalid/ocpp', ocppInterface: 'Wired0', ocppTransport: 'JSON', ocppVersion: 'OCPP20', securityProfile: profile - 1,
    },
  }, { status: 'Rejected' });
});

official('I_01', 'the running cost', { checks: 'CostUpdated of a running transaction is answered.', by: 'I02' }, async () => {
  const cp = await begin();
  const { id } = await session(cp);
  await ask(cp, 'CostUpdated', { transactionId: id, totalCost: 1.25 });
});

for (const [id, title, answer, run] of [
  ['I_02', 'the final cost', ({ eventType }, usual) => (eventType === 'Ended' ? { ...usual, totalCost: 2.5 } : usual), async (cp, transaction) => finish(cp, transaction)],
  ['I_07', 'the running cost in answers', (_, usual) => ({ ...usual, totalCost: 1.25 }), async (cp) => { await hands.ev('suspend', site.evse); await event(cp, 'Updated'); }],
]) {
  official(id, title, { checks: 'A cost in the answer to an event is taken, and the station goes on.', by: id === 'I_02' ? 'I03' : 'I02' }, async () => {
    const cp = await begin();
    cp.answer('TransactionEvent', answer);
    await run(cp, await session(cp));
    await value(cp, 'OCPPCommCtrlr.HeartbeatInterval');
  });
}

official('P_01', 'data of a vendor that is not known', {
  checks: 'DataTransfer of such a vendor is answered with UnknownVendorId, UnknownMessageId or Rejected.', by: 'P01',
}, async () => {
  const cp = await begin();
  const vendorId = parameter('unknownVendor', 'com.example.nobody');
  if (vendorId === null) {
    skip('Data of every vendor is accepted there.');
  }
  await cp.call('DataTransfer', { vendorId, messageId: 'x', data: 'y' }, { status: oneOf('UnknownVendorId', 'UnknownMessageId', 'Rejected') });
});

official('P_03', 'customData is ignored', { checks: 'Calls with customData are answered as without.', by: 'P01' }, async () => {
  const cp = await begin();
  const customData = { vendorId: 'com.example', anything: { goes: [1, 2, 3] } };
  await cp.call('GetVariables', {
    getVariableData: [{ component: { name: 'OCPPCommCtrlr', customData }, variable: { name: 'HeartbeatInterval' } }], customData,
  }, { getVariableResult: [{ attributeStatus: 'Accepted' }] });
  await cp.call('TriggerMessage', { requestedMessage: 'Heartbeat', customData }, { status: 'Accepted' });
});
