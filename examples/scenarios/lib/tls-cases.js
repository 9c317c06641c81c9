/// <reference path="../ocpp-tui-scenario.d.ts" />

// What the cases about TLS share, for both sides and all versions. They are played over a link with TLS only: with --url wss://…, or with --listen
// and --security-profile. This file is not a scenario.

/** For how long a station must stay away from a wrong certificate, in milliseconds. */
const away = parameter('away', foreign ? 15000 : 5000);

/** The link has TLS, of a version that OCPP allows, and the certificate of the server was checked; without TLS the case is skipped. */
function secured({ tls }) {
  if (!tls) {
    skip('The link has no TLS: give a URL that begins with wss://.');
  }
  expect(tls, { version: oneOf('TLS 1.2', 'TLS 1.3'), verdict: 'trusted' });
}

/** The link of a station under test came up in this case, and has TLS of a version that OCPP allows; without TLS the case is skipped. */
async function securedHere(cp, patient) {
  if (!cp.tls && foreign) {
    await cp.drop();
    await cp.expectConnect(patient);
  }
  if (!cp.tls) {
    skip('The link has no TLS: listen with --security-profile 2 or 3.');
  }
  expect(cp.tls, { version: oneOf('TLS 1.2', 'TLS 1.3') });
}

/** The station shows a certificate that is trusted; where it is not asked for one the case is skipped. */
function certified(cp) {
  if (cp.tls.peerChain.length === 0) {
    skip('The station is not asked for a certificate: listen with --security-profile 3.');
  }
  expect(cp.tls.verdict, 'trusted', 'the verdict about the certificate');
}

/** A station under test stays away from a central system with this certificate, comes back to the right one, and reports the event. */
async function staysAway(cp, misbehaviour, event, patient) {
  await misbehave('cs', misbehaviour);
  await cp.drop();
  await sleep(away);
  assert(!cp.connected, `the station connects to a central system that shows this: ${misbehaviour}`);
  await misbehave('cs', null);
  await cp.expectConnect(patient);
  await cp.expectCall('SecurityEventNotification', { type: event, timestamp: any.time, techInfo: optional(any.string) }, patient);
}

/** Our station shows a certificate; without one the case is skipped. */
function shown({ tls }) {
  if (tls.ownChain.length === 0) {
    skip('The station shows no certificate: give --security-profile 3.');
  }
}

/** A station with a certificate of another CA is not let in; one with the right certificate is, before and behind it. */
async function keptOut(link) {
  await link.misbehave('foreign-certificate');
  await link.disconnect();
  let connected = true;
  try {
    await link.connect({ patience: 0 });
  } catch (error) {
    if (!(error instanceof PeerError)) {
      throw error;
    }
    connected = false;
  }
  await link.misbehave(null);
  assert(!connected, 'a station with a certificate of another CA is let in');
  await link.connect();
}

module.exports = { secured, securedHere, certified, staysAway, shown, keptOut };
