/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Block I, tariffs and cost: running and final costs, and the tariffs of 2.1.

const {
  ACCEPTED, Transaction, asksFor, charging, finished, goesOn, official, ready, reading, tell, textUpTo, token, wanted,
} = require('./lib/csms.js');

official('I_01', 'the running cost is told', {
  checks: 'CostUpdated names the transaction and a cost that is not negative.', by: 'I02',
}, async () => {
  const link = await ready();
  const transaction = await charging(link);
  await transaction.updated('MeterValuePeriodic', 'Charging', { meterValue: reading() });
  await wanted(link, 'CostUpdated', {
    what: 'for the transaction that runs', payload: { totalCost: 1.25, transactionId: transaction.id },
    expected: { totalCost: (cost) => cost >= 0, transactionId: transaction.id },
  });
  await finished(link, transaction);
});

official('I_02', 'the final cost is told', {
  checks: 'The answer to the end of a transaction has its total cost.', by: 'I03',
}, async () => {
  const link = await ready();
  await operator('Give energy a price', (underTest) => underTest.answer('TransactionEvent', ({ eventType }, usual) => (
    eventType === 'Ended' ? { ...usual, totalCost: 2.5 } : usual)), { link });
  const transaction = await charging(link);
  await transaction.ended('EVCommunicationLost', 'EVDisconnected', { meterValue: reading(6000, 'Transaction.End') }, { totalCost: (cost) => cost >= 0 });
  await tell(link, 'Available');
});

// ---- tariffs of 2.1 ---------------------------------------------------------------------------------------------------------------

const tariff = { tariffId: 'T-1', currency: 'EUR', energy: { prices: [{ priceKwh: 0.3 }] } };
const byDay = {
  tariffId: 'T-2', currency: 'EUR',
  energy: { prices: [{ priceKwh: 0.3, conditions: { startTimeOfDay: '08:00', endTimeOfDay: '20:00' } }, { priceKwh: 0.2 }] },
};

/** A tariff that is whole: an id, a currency, and prices of each kind that it has. */
const whole = { tariffId: textUpTo(60), currency: /^[A-Z]{3}$/, energy: optional({ prices: (list) => list.length > 0 }) };

/** SetDefaultTariff, which the station answers with this status. */
function defaults(id, title, sent, status, right = whole) {
  asksFor(id, title, {
    checks: `SetDefaultTariff has a tariff with an id, a currency and prices; the answer ${status} is taken.`, by: 'I07',
  }, 'SetDefaultTariff', {
    what: 'for EVSE 1', payload: { evseId: 1, tariff: sent }, answer: { status }, expected: { evseId: any.integer, tariff: right },
  });
}

const timed = (list) => list.some(({ conditions }) => conditions && conditions.startTimeOfDay && conditions.endTimeOfDay);

defaults('I_101', 'a default tariff by the time of day', byDay, 'Accepted', { ...whole, energy: { prices: timed } });
defaults('I_102', 'a default tariff with too many prices', byDay, 'TooManyElements');
defaults('I_105', 'a default tariff with conditions that the station does not know', byDay, 'ConditionNotSupported', { ...whole, energy: { prices: timed } });
defaults('I_106', 'a default tariff that is there already', tariff, 'DuplicateTariffId');

official('I_109', 'the tariff of a driver', {
  checks: 'The answer to Authorize has the tariff of the token.', by: 'I08',
}, async () => {
  const link = await ready();
  await operator(`Give the token ${token().idToken} a tariff`, (underTest) => underTest.answer('Authorize', { tariff }), { link });
  await link.call('Authorize', { idToken: token() }, { ...ACCEPTED, tariff: whole });
  await goesOn(link);
});

asksFor('I_110', 'tariffs are cleared', {
  checks: 'ClearTariffs is sent, and its results are taken.', by: 'I09',
}, 'ClearTariffs', {
  payload: { tariffIds: ['T-1'] }, answer: { clearTariffsResult: [{ tariffId: 'T-1', status: 'Accepted' }] },
  expected: { tariffIds: optional((list) => list.length > 0) },
});

/** ChangeTransactionTariff during a transaction, which the station answers with this status. */
function changed(id, title, sent, status) {
  official(id, title, {
    checks: `ChangeTransactionTariff names the transaction and a tariff; the answer ${status} is taken.`, by: 'I11',
  }, async () => {
    const link = await ready();
    const transaction = await charging(link);
    await wanted(link, 'ChangeTransactionTariff', {
      what: 'for the transaction that runs', payload: { transactionId: transaction.id, tariff: sent }, answer: { status },
      expected: { transactionId: transaction.id, tariff: whole },
    });
    if (status === 'Accepted') {
      await transaction.updated('TariffChanged', 'Charging');
    }
    await finished(link, transaction);
  });
}

changed('I_113', 'a new tariff with too many prices', byDay, 'TooManyElements');
changed('I_114', 'a new tariff with conditions that the station does not know', byDay, 'ConditionNotSupported');
changed('I_115', 'a new tariff with conditions', byDay, 'Accepted');

official('I_122', 'the details of a cost', {
  checks: 'The end of a transaction with details of its cost is taken.', by: 'I12',
}, async () => {
  const link = await ready();
  const transaction = await charging(link);
  await transaction.ended('EVCommunicationLost', 'EVDisconnected', {
    costDetails: {
      totalCost: { currency: 'EUR', typeOfCost: 'NormalCost', total: { exclTax: 0.3, inclTax: 0.36 } },
      totalUsage: { energy: 1, chargingTime: 600, idleTime: 0 },
    },
  });
  await tell(link, 'Available');
  await goesOn(link);
});
