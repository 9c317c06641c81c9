/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Block I, tariffs with which the station computes the costs itself (2.1).

const { ask, begin, event, finish, official, quietly, session, site } = require('./lib/station.js');

/** A tariff with a price for energy. */
const tariff = (tariffId, { price = 0.5, currency = 'EUR', ...fields } = {}) => ({
  tariffId, currency, energy: { prices: [{ priceKwh: price }] }, ...fields,
});

/** Sets the default of our EVSE until the end of the case. */
async function setDefault(cp, wanted) {
  await ask(cp, 'SetDefaultTariff', { evseId: site.evse, tariff: wanted }, { status: 'Accepted' });
  after(() => quietly(() => cp.call('ClearTariffs', { tariffIds: [wanted.tariffId] })));
}

/** The tariffs of our EVSE. */
const assigned = async (cp) => (await cp.call('GetTariffs', { evseId: site.evse })).tariffAssignments || [];

official('I_100', 'a default tariff that begins later', {
  checks: 'SetDefaultTariff with validFrom is Accepted, and GetTariffs tells when the tariff begins.', by: 'I07',
}, async () => {
  const cp = await begin();
  const validFrom = new Date(Date.now() + 86400000).toISOString();
  await setDefault(cp, tariff('tui-later', { validFrom }));
  const found = (await assigned(cp)).find(({ tariffId }) => tariffId === 'tui-later');
  assert(found, 'the tariff is not there');
  expect([found.tariffKind, Date.parse(found.validFrom)], ['DefaultTariff', Date.parse(validFrom)], 'the tariff');
});

official('I_110', 'a default tariff is cleared', {
  checks: 'ClearTariffs clears a default tariff; one that is not there is NoTariff.', by: 'I10',
}, async () => {
  const cp = await begin();
  await setDefault(cp, tariff('tui-default'));
  const clear = () => cp.call('ClearTariffs', { tariffIds: ['tui-default'] });
  expect((await clear()).clearTariffsResult, [{ tariffId: 'tui-default', status: 'Accepted' }], 'the first result');
  expect((await clear()).clearTariffsResult, [{ tariffId: 'tui-default', status: 'NoTariff' }], 'the second result');
  assert((await assigned(cp)).every(({ tariffId }) => tariffId !== 'tui-default'), 'the tariff is still there');
});

official('I_111', 'a tariff in use is cleared', {
  checks: 'A running transaction keeps the tariff that is cleared: its end has the costs by it.', by: 'I10',
}, async () => {
  const cp = await begin();
  await setDefault(cp, tariff('tui-used', { fixedFee: { prices: [{ priceFixed: 2 }] } }));
  const transaction = await session(cp);
  expect(transaction.started.payload.transactionInfo.tariffId, 'tui-used', 'the tariff of the transaction');
  await cp.call('ClearTariffs', { tariffIds: ['tui-used'] }, { clearTariffsResult: [{ tariffId: 'tui-used', status: 'Accepted' }] });
  const { payload: { costDetails } } = await finish(cp, transaction);
  expect(costDetails && costDetails.totalCost.fixed.exclTax, 2, 'the fixed fee');
});

official('I_116', 'a running transaction gets another tariff', {
  checks: 'ChangeTransactionTariff is Accepted, and an event with TariffChanged tells the new tariff.', by: 'I11',
}, async () => {
  const cp = await begin();
  await setDefault(cp, tariff('tui-first'));
  const { id } = await session(cp);
  await ask(cp, 'ChangeTransactionTariff', { transactionId: id, tariff: tariff('tui-second', { price: 0.9 }) }, { status: 'Accepted' });
  await event(cp, 'Updated', { triggerReason: 'TariffChanged', info: { transactionId: id, tariffId: 'tui-second' } });
});

official('I_117', 'tariffs that a transaction cannot get', {
  checks: 'ChangeTransactionTariff is refused for a transaction that does not run, and for another currency.', by: 'I11',
}, async () => {
  const cp = await begin();
  await setDefault(cp, tariff('tui-euro'));
  const { id } = await session(cp);
  await ask(cp, 'ChangeTransactionTariff', { transactionId: 'no-such-transaction', tariff: tariff('tui-other') }, { status: 'TxNotFound' });
  await ask(cp, 'ChangeTransactionTariff', { transactionId: id, tariff: tariff('tui-dollar', { currency: 'USD' }) }, { status: 'NoCurrencyChange' });
});

official('I_118', 'the costs of a transaction', {
  checks: 'The last event has costDetails: the energy at its price, and the fixed fee.', by: 'I12',
}, async () => {
  const cp = await begin();
  await setDefault(cp, tariff('tui-costs', { price: 0.5, fixedFee: { prices: [{ priceFixed: 1 }] } }));
  const transaction = await session(cp);
  await sleep(foreign ? 60000 : 300000);
  const { payload: { costDetails } } = await finish(cp, transaction);
  assert(costDetails, 'there are no costDetails');
  const { totalCost, totalUsage } = costDetails;
  expect(totalCost.currency, 'EUR', 'the currency');
  expect(totalCost.fixed.exclTax, 1, 'the fixed fee');
  expect(totalCost.total.exclTax, between(0.99 + 0.5 * totalUsage.energy, 1.01 + 0.5 * totalUsage.energy), 'the total');
});
