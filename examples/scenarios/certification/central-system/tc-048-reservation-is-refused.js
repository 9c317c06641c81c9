/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official, goesOn, ready, tell, reserve } = require('../../lib/official-cases.js');

const cases = [
  ['TC_048_1_CSMS', 'a faulty connector is not reserved', 'Faulted', 'Faulted', { errorCode: 'InternalError' }],
  ['TC_048_2_CSMS', 'a connector in use is not reserved', 'Occupied', 'Preparing', {}],
  ['TC_048_3_CSMS', 'an unavailable connector is not reserved', 'Unavailable', 'Unavailable', {}],
  ['TC_048_4_CSMS', 'a reservation is rejected', 'Rejected', 'Available', {}],
];
for (const [id, title, answer, status, fields] of cases) {
  official(id, title, {
    area: 'reservation',
    profiles: ['Reservation'],
    checks: `ReserveNow names the connector, the tag and a time to come; the answer ${answer} is taken.`,
    by: ['OCPP 1.6 §5.13', 'OCPP 1.6 §7.40'],
  }, async () => {
    const link = await ready();
    await tell(link, status, fields);
    await reserve(link, { answer: { status: answer } });
    await goesOn(link);
  });
}
