/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Block J, meter values: the CSMS takes readings in each message that has them.

const { Transaction, charging, finished, goesOn, official, ready, reading, tell } = require('./lib/csms.js');

/** A signed reading, as a station with a verified meter sends it. */
const signed = {
  signedMeterValue: { signedMeterData: 'T0NNRnx7fQ==', signingMethod: 'ECDSA-secp256r1-SHA256', encodingMethod: 'OCMF', publicKey: '' },
};

/** Readings while nothing charges. */
function idle(id, title, fields) {
  official(id, title, { checks: 'MeterValues with the context Sample.Clock is taken.', by: 'J01' }, async () => {
    const link = await ready();
    await link.call('MeterValues', { evseId: 1, meterValue: reading(1200, 'Sample.Clock', fields) });
    await goesOn(link);
  });
}

/** Readings in an event of a transaction: `at` is the event that has them. */
function measured(id, title, by, at, context, fields) {
  official(id, title, { checks: `A TransactionEvent ${at} with readings of the context ${context} is taken.`, by }, async () => {
    const link = await ready();
    const meterValue = reading(1500, context, fields);
    if (at === 'Started') {
      const transaction = new Transaction(link);
      await tell(link, 'Occupied');
      await transaction.started('CablePluggedIn', 'EVConnected', { meterValue });
      await transaction.ended('EVCommunicationLost', 'EVDisconnected');
    } else {
      const transaction = await charging(link);
      if (at === 'Updated') {
        await transaction.updated(context === 'Sample.Clock' ? 'MeterValueClock' : 'MeterValuePeriodic', 'Charging', { meterValue });
        await finished(link, transaction);
      } else {
        await transaction.ended('EVCommunicationLost', 'EVDisconnected', { meterValue });
      }
    }
    await tell(link, 'Available');
    await goesOn(link);
  });
}

idle('J_01', 'readings by the clock, without a transaction');
idle('J_04', 'signed readings by the clock', signed);
measured('J_02', 'readings by the clock, in a transaction', 'J01', 'Updated', 'Sample.Clock');
measured('J_03', 'readings by the clock, at the end of a transaction', 'J01', 'Ended', 'Sample.Clock');
measured('J_07', 'readings at the begin of a transaction', 'J02', 'Started', 'Transaction.Begin');
measured('J_09', 'readings during a transaction', 'J02', 'Updated', 'Sample.Periodic');
measured('J_10', 'readings at the end of a transaction', 'J02', 'Ended', 'Transaction.End');
measured('J_11', 'signed readings at the end of a transaction', 'J02', 'Ended', 'Transaction.End', signed);

official('J_08', 'readings when the EVSE becomes known', {
  checks: 'A transaction that began without an EVSE tells it later, with readings of the context Transaction.Begin.', by: 'J02',
}, async () => {
  const link = await ready();
  const transaction = new Transaction(link);
  await transaction.started('Authorized', 'Idle', { evse: undefined });
  await tell(link, 'Occupied');
  await transaction.updated('CablePluggedIn', 'EVConnected', { evse: { id: 1, connectorId: 1 }, meterValue: reading(1000, 'Transaction.Begin') });
  await finished(link, transaction);
});
