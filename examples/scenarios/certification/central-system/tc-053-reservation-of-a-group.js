/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official, idTag, ready, tell, authorize, startAccepted, finished, reserve, tagFor, known } =
  require('../../lib/official-cases.js');

official('TC_053_CSMS', 'a reserved connector is used with another tag of the group', {
  area: 'reservation',
  profiles: ['Reservation'],
  checks: 'ReserveNow names the group; another tag of it is accepted with the same group, and so is its transaction.',
  by: ['OCPP 1.6 §5.13', 'OCPP 1.6 §4.1', 'OCPP 1.6 §7.27'],
}, async () => {
  const [tag, parentIdTag] = [tagFor('group', 'groupTag'), tagFor('parent', 'parentTag')];
  const link = await ready();
  const info = { status: 'Accepted', parentIdTag };
  await known(link, { [tag]: info, [idTag]: info });
  const { reservationId } = await reserve(link, {
    parentIdTag, what: `with the group ${parentIdTag}`, expected: { parentIdTag },
  });
  await tell(link, 'Reserved');
  await authorize(link, tag, info);
  await tell(link, 'Preparing');
  const transactionId = await startAccepted(link, { idTag: tag, reservationId });
  await tell(link, 'Charging');
  await finished(link, transactionId, { idTag: tag, reason: 'Local' });
});
