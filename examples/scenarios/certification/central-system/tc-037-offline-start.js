/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { begin, stop, ago } = require('../../lib/central-system.js');
const { official, ready, tell, startAccepted, metered, finished, tagFor, known } = require('../../lib/official-cases.js');

/** Cuts the link, and comes back after a transaction has begun. */
async function away(link) {
  await tell(link, 'Preparing');
  await link.drop();
  await link.connect();
}

official('TC_037_1_CSMS', 'a transaction begins offline', {
  checks: 'A StartTransaction that comes late because the link was lost is accepted, and the transaction goes on.',
  by: ['OCPP 1.6 §3.5', 'OCPP 1.6 §3.7', 'OCPP 1.6 §4.8'],
}, async () => {
  const link = await ready();
  await away(link);
  const transactionId = await startAccepted(link, { timestamp: ago(120) });
  await tell(link, 'Charging');
  await metered(link, transactionId);
  await finished(link, transactionId);
});

official('TC_037_3_CSMS', 'a transaction of an unknown tag begins offline', {
  checks: 'A StartTransaction of an unknown tag that comes late gets an id and the status Invalid; the end that follows is taken.',
  by: ['OCPP 1.6 §3.5', 'OCPP 1.6 §4.8', 'OCPP 1.6 §4.10', 'OCPP 1.6 §9.1'],
}, async () => {
  const tag = tagFor('invalid', 'unknownTag');
  const link = await ready();
  await known(link, { [tag]: { status: 'Invalid' } });
  await away(link);
  const { transactionId } = await begin(link, { idTag: tag, timestamp: ago(120) },
    { transactionId: any.integer, idTagInfo: { status: 'Invalid' } });
  await tell(link, 'Charging');
  await stop(link, transactionId, { idTag: undefined, reason: 'DeAuthorized' });
  await tell(link, 'Finishing');
  await tell(link, 'Available');
});
