/// <reference path="../../../ocpp-tui-scenario.d.ts" />

// A station that the CSMS does not accept yet. This file is not a scenario.

const { ago } = require('../../../lib/central-system.js');
const { versionOf } = require('../../lib/cases.js');

/** Our link before any boot; at the end of the case the station is accepted, and its connector free. */
async function connected() {
  return centralSystemUnderTest({ version: versionOf('B_01') });
}

/** Lets the CSMS answer Pending to the next boots; the function that is returned lets it accept them. */
async function pending(link) {
  const registration = (sentence, status) => operator(sentence, (underTest) => {
    underTest.answer('BootNotification', status ? { status, interval: 60, statusInfo: { reasonCode: 'Unspecified' } } : null);
  }, { link });
  let waits = true;
  const accept = async () => {
    waits = false;
    await registration(`Accept the station ${link.id} from now on`);
  };
  after(async () => {
    if (!waits) {
      return;
    }
    await accept();
    await link.call('BootNotification', { reason: 'PowerUp', chargingStation: { vendorName: 'ocpp-tui', model: 'Scenario' } });
    await link.call('StatusNotification', { timestamp: ago(0), connectorStatus: 'Available', evseId: 1, connectorId: 1 });
  });
  await registration(`Let the boots of the station ${link.id} be Pending`, 'Pending');
  return accept;
}

module.exports = { connected, pending };
