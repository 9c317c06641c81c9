/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Block A, security: passwords, certificates of stations, and security profiles. What is about TLS needs a URL with wss://, and what needs a
// certificate of the station --security-profile 3.

const { keptOut, secured, shown } = require('../../lib/tls-cases.js');
const { asksFor, goesOn, messagesOnly, official, ready, textUpTo, wanted } = require('./lib/csms.js');

const withPassword = parameter('withPassword', false);

/** Whether a station with this password is let in. */
async function letIn(link, password) {
  await link.disconnect();
  try {
    const again = await centralSystemUnderTest({ version: link.version, password, patience: 0 });
    await again.disconnect();
    return true;
  } catch (error) {
    if (error instanceof PeerError) {
      return false;
    }
    throw error;
  }
}

/** A case about the password of a station, which only its owner knows. */
const passwords = (id, title, checks, run) => official(id, title, { checks, by: 'A00' }, async () => {
  if (foreign && !withPassword) {
    skip('Nothing says that there is a password: give it with --password, and say so with --set withPassword=true.');
  }
  await run(await ready());
});

passwords('A_01', 'a station is let in with its password', 'A station with the right password is let in and served.', goesOn);

for (const [id, title, password] of [['A_02', 'a station without a password', null], ['A_03', 'a station with a wrong password', 'not-the-password-of-this']]) {
  passwords(id, `${title} is not let in`, 'The handshake is refused.', async (link) => {
    if (!foreign) {
      skip('The simulated CSMS takes every password.');
    }
    const letsIn = await letIn(link, password);
    await link.connect();
    assert(!letsIn, `${title} is let in`);
  });
}

official('A_04', 'the certificate of the server is valid', {
  checks: 'The server shows a certificate that is valid for its name, over TLS 1.2 or later.', by: 'A00',
}, async () => { secured(await ready()); });

official('A_06', 'a version of TLS that is too low', {
  checks: 'A handshake with a version below TLS 1.2 is refused.', by: 'A00', skip: 'ocpp-tui probe checks it; a scenario speaks TLS 1.2 and 1.3.',
}, () => {});

official('A_07', 'the certificate of a station is valid', {
  checks: 'A station with a valid certificate is let in.', by: 'A00',
}, async () => {
  const link = await ready();
  secured(link);
  shown(link);
});

official('A_08', 'the certificate of a station is not valid', {
  checks: 'A station with a certificate of another CA is not let in.', by: 'A00',
}, async () => {
  const link = await ready();
  secured(link);
  shown(link);
  await keptOut(link);
});

// ---- new passwords ----------------------------------------------------------------------------------------------------------------

for (const [id, attributeStatus, title] of [['A_09', 'Accepted', 'a new password is set'], ['A_10', 'Rejected', 'a new password is refused']]) {
  official(id, title, {
    checks: `SetVariables of SecurityCtrlr.BasicAuthPassword has 16 to 40 characters, and the answer ${attributeStatus} is taken.`, by: 'A01',
  }, async () => {
    if (foreign && !withPassword) {
      skip('The password of the station would change: say with --set withPassword=true that there is one.');
    }
    const link = await ready();
    await wanted(link, 'SetVariables', {
      what: 'of SecurityCtrlr.BasicAuthPassword',
      payload: { setVariableData: [{ component: { name: 'SecurityCtrlr' }, variable: { name: 'BasicAuthPassword' }, attributeValue: 'sixteen-letters-or-more' }] },
      answer: ({ setVariableData }) => ({
        setVariableResult: setVariableData.map(({ attributeValue, ...asked }) => ({ ...asked, attributeStatus })),
      }),
      expected: {
        setVariableData: containing({
          component: { name: 'SecurityCtrlr' }, variable: { name: 'BasicAuthPassword' }, attributeValue: /^.{16,40}$/,
        }),
      },
    });
    await goesOn(link);
  });
}

// ---- certificates of stations -----------------------------------------------------------------------------------------------------

const CSR = '-----BEGIN CERTIFICATE REQUEST-----\n\
MIHhMIGIAgEAMCYxETAPBgNVBAoMCG9jcHAtdHVpMREwDwYDVQQDDAhTSU0tMDAw\n\
MTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABMlFfRhb/JH+KqPcmCkDo6S/es0W\n\
A/tljwTsXwBe8FlVH4SoPy5DtkQr6SWR872SLN59HBAQ4cHj+Xru49VFohWgADAK\n\
BggqhkjOPQQDAgNIADBFAiEA0934i0MRU9lI1k2nrQLnf7gR+z108dliVYuvkAnb\n\
LkUCIDqPwHrNhvAVUUZ5U4hRao8ulYu9Rc+iCuXGwT9bIcGq\n\
-----END CERTIFICATE REQUEST-----\n';
const CHAIN = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

/** A certificate is asked for, requested and delivered; the station answers its delivery with this status. */
function renewed(id, title, certificateType, status, by) {
  official(id, title, {
    checks: `TriggerMessage asks for a request, SignCertificate is Accepted, and CertificateSigned brings a chain; the answer ${status} is taken.`, by,
  }, async () => {
    messagesOnly();
    const link = await ready();
    const requestedMessage = certificateType === 'V2GCertificate' ? 'SignV2GCertificate' : 'SignChargingStationCertificate';
    await wanted(link, 'TriggerMessage', {
      what: `for ${requestedMessage}`, payload: { requestedMessage }, answer: { status: 'Accepted' }, expected: { requestedMessage },
    });
    await link.call('SignCertificate', { csr: CSR, certificateType }, { status: 'Accepted' });
    await wanted(link, 'CertificateSigned', {
      what: 'for this request', payload: { certificateChain: CHAIN, certificateType }, answer: { status },
      expected: {
        certificateChain: (text) => textUpTo(10000)(text) && text.includes('-----BEGIN CERTIFICATE-----'),
        certificateType: certificateType === 'V2GCertificate' ? certificateType : optional(certificateType),
      },
    });
    if (status === 'Rejected') {
      await link.call('SecurityEventNotification', { type: 'InvalidChargingStationCertificate', timestamp: new Date(now()).toISOString() });
    }
    await goesOn(link);
  });
}

renewed('A_11', 'a station gets a new certificate', 'ChargingStationCertificate', 'Accepted', 'A02');
renewed('A_12', 'a station gets a new certificate for cars', 'V2GCertificate', 'Accepted', 'A02');
renewed('A_14', 'a station refuses its new certificate', 'ChargingStationCertificate', 'Rejected', 'A02');

asksFor('A_19', 'the security profile is raised', {
  checks: 'SetNetworkProfile has a higher security profile.', by: 'A05',
}, 'SetNetworkProfile', {
  what: 'with security profile 2 or 3',
  payload: {
    configurationSlot: 1,
    connectionData: {
      messageTimeout: 30, ocppCsmsUrl: 'wss://csms.example/ocpp', ocppInterface: 'Wired0', ocppTransport: 'JSON', ocppVersion: 'OCPP20', securityProfile: 2,
    },
  },
  answer: { status: 'Accepted' },
  expected: { connectionData: { ocppCsmsUrl: /^wss:\/\//, securityProfile: between(2, 3) } },
});
