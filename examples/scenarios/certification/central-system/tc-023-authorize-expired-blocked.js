/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official, ready, tell, authorize, tagFor, known } = require('../../lib/official-cases.js');

/** Presents a card that is refused with this status, after the cable. */
async function refused(purpose, name, status) {
  const tag = tagFor(purpose, name);
  const link = await ready();
  await known(link, { [tag]: { status } });
  await tell(link, 'Preparing');
  await authorize(link, tag, { status });
  await tell(link, 'Available');
}

official('TC_023_1_CSMS', 'an unknown tag is refused', {
  checks: 'Authorize of a tag that is not registered is answered with Invalid.',
  by: ['OCPP 1.6 §4.1', 'OCPP 1.6 §7.2'],
}, () => refused('invalid', 'unknownTag', 'Invalid'));

official('TC_023_2_CSMS', 'an expired tag is refused', {
  checks: 'Authorize of a tag that has expired is answered with Expired.',
  by: ['OCPP 1.6 §4.1', 'OCPP 1.6 §7.2'],
}, () => refused('expired', 'expiredTag', 'Expired'));

official('TC_023_3_CSMS', 'a blocked tag is refused', {
  checks: 'Authorize of a tag that is blocked is answered with Blocked.',
  by: ['OCPP 1.6 §4.1', 'OCPP 1.6 §7.2'],
}, () => refused('blocked', 'blockedTag', 'Blocked'));
