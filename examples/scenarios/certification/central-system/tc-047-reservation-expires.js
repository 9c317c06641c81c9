/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official, ready, tell, charging, finished, reserve } = require('../../lib/official-cases.js');

/** The longest time to wait for the end of a reservation, in milliseconds. */
const longest = 5 * 60 * 1000;

official('TC_047_CSMS', 'a reservation expires', {
  area: 'reservation',
  profiles: ['Reservation'],
  checks: 'ReserveNow has an expiry date; when it is over, the free connector is taken, and a transaction without the reservation.',
  by: ['OCPP 1.6 §5.13', 'OCPP 1.6 §4.9'],
}, async () => {
  const link = await ready();
  const { expiryDate } = await reserve(link, { seconds: 60, what: 'which ends in a minute' });
  await tell(link, 'Reserved');
  const left = Date.parse(expiryDate) - now();
  if (left > longest) {
    skip(`The reservation ends in ${Math.round(left / 60000)} minutes; make one that ends in five at most.`);
  }
  await sleep(Math.max(left, 0));
  await tell(link, 'Available');
  await finished(link, await charging(link));
});
