/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Block E, transactions: the CSMS takes each course of events, in whatever order a station that is configured so reports it, and asks about
// transactions.

const {
  ACCEPTED, Transaction, ago, authorize, charging, finished, goesOn, known, official, ready, reading, tell, token, tokenFor, wanted,
} = require('./lib/csms.js');

const BEGIN = { meterValue: reading(1000, 'Transaction.Begin') };
const END = { meterValue: reading(2000, 'Transaction.End') };
const withToken = { idToken: token() };

// ---- how transactions begin -------------------------------------------------------------------------------------------------------

/** Steps of a station in front of the transaction, and of events in it; each has the link and the transaction. */
const steps = {
  cable: (link) => tell(link, 'Occupied'),
  card: (link) => authorize(link),
  charges: (_, transaction) => transaction.updated('ChargingStateChanged', 'Charging'),
};
const first = (trigger, state, fields = {}) => (_, transaction) => (
  transaction.started(trigger, state, { ...BEGIN, ...fields }, fields.idToken ? ACCEPTED : any.object));
const next = (trigger, state, fields = {}) => (_, transaction) => (
  transaction.updated(trigger, state, fields, fields.idToken ? ACCEPTED : any.object));

/** Transactions by where they begin (TxStartPoint), or by what comes first. */
const BEGINNINGS = [
  ['E_01', 'a transaction begins when the power path is closed', 'E01',
    ['card', 'cable', first('CablePluggedIn', 'EVConnected', withToken), 'charges']],
  ['E_02', 'a transaction begins with the energy', 'E01', ['cable', 'card', first('ChargingStateChanged', 'Charging', withToken)]],
  ['E_03', 'the cable first', 'E02', ['cable', first('CablePluggedIn', 'EVConnected'), 'card', next('Authorized', 'EVConnected', withToken), 'charges']],
  ['E_04', 'the card first', 'E03', ['card', first('Authorized', 'Idle', withToken), 'cable', next('CablePluggedIn', 'EVConnected'), 'charges']],
  ['E_09', 'a transaction begins with the car', 'E01',
    ['cable', first('CablePluggedIn', 'EVConnected'), 'card', next('Authorized', 'EVConnected', withToken), 'charges']],
  ['E_10', 'a transaction begins with the card', 'E01', ['card', first('Authorized', 'Idle', withToken), 'cable', next('CablePluggedIn', 'EVConnected'), 'charges']],
  ['E_11', 'a transaction begins with a signed reading', 'E01',
    ['cable', 'card', first('SignedDataReceived', 'EVConnected', withToken), 'charges']],
  ['E_12', 'a transaction begins with a car in the bay', 'E01',
    [first('EVDetected', 'Idle'), 'cable', next('CablePluggedIn', 'EVConnected'), 'card', next('Authorized', 'EVConnected', withToken), 'charges']],
  ['E_38', 'a car that is not ready', 'E02',
    ['cable', first('CablePluggedIn', 'EVConnected'), 'card', next('Authorized', 'EVConnected', withToken),
      next('ChargingStateChanged', 'SuspendedEV'), 'charges']],
];

for (const [id, title, by, course] of BEGINNINGS) {
  official(id, title, { checks: 'The events up to the energy are taken in this order, and the token is Accepted.', by }, async () => {
    const link = await ready();
    const transaction = new Transaction(link);
    for (const one of course) {
      await (steps[one] || one)(link, transaction);
    }
    await finished(link, transaction);
    await goesOn(link);
  });
}

// ---- how transactions end ---------------------------------------------------------------------------------------------------------

/** Transactions by how they end: trigger and reason of the last event, after these events. */
const ENDS = [
  ['E_07', 'the power path is opened by the card', 'E06', 'StopAuthorized', 'Local', { ...END, ...withToken }],
  ['E_08', 'the energy ends with the card', 'E06', 'ChargingStateChanged', 'Local', END, next('StopAuthorized', 'Charging', withToken)],
  ['E_14', 'the cable is taken out at the station', 'E06', 'EVCommunicationLost', 'Local', END, next('StopAuthorized', 'EVConnected', withToken)],
  ['E_15', 'the card ends the transaction', 'E06', 'StopAuthorized', 'Local', { ...END, ...withToken }],
  ['E_17', 'the car leaves, and is no longer authorized', ['E06', 'E10'], 'EVCommunicationLost', 'EVDisconnected', END],
  ['E_19', 'the bay is empty', 'E06', 'EVDeparted', 'Local', END, next('StopAuthorized', 'EVConnected', withToken), next('EVCommunicationLost', 'Idle')],
  ['E_20', 'the cable is taken out at the car', 'E06', 'EVCommunicationLost', 'EVDisconnected', END],
  ['E_22', 'the car is full', 'E06', 'ChargingStateChanged', 'StoppedByEV', END],
  ['E_39', 'the car does not come in time', ['E06', 'E03'], 'EVConnectTimeout', 'Timeout', END],
];

for (const [id, title, by, trigger, reason, fields, ...before] of ENDS) {
  official(id, title, { checks: `The end with ${trigger} and the reason ${reason} is taken.`, by }, async () => {
    const link = await ready();
    const transaction = id === 'E_39' ? new Transaction(link) : await charging(link);
    if (id === 'E_39') {
      await authorize(link);
      await transaction.started('Authorized', 'Idle', { ...BEGIN, ...withToken }, ACCEPTED);
    }
    for (const one of before) {
      await one(link, transaction);
    }
    await transaction.ended(trigger, reason, fields, fields.idToken ? ACCEPTED : any.object);
    await tell(link, 'Available');
    await goesOn(link);
  });
}

official('E_16', 'a token that the CSMS refuses ends its transaction', {
  checks: 'The event with the token is answered with its status, and the end as Deauthorized is taken.', by: ['E05', 'E06'],
}, async () => {
  const bad = tokenFor('unknown', 'unknownTag');
  const link = await ready();
  await known(link, { [bad.idToken]: { status: 'Invalid' } });
  const transaction = new Transaction(link);
  await tell(link, 'Occupied');
  await transaction.started('Authorized', 'EVConnected', { ...BEGIN, idToken: bad }, { idTokenInfo: { status: not('Accepted') } });
  await transaction.ended('Deauthorized', 'DeAuthorized', END);
  await tell(link, 'Available');
  await goesOn(link);
});

official('E_21', 'the CSMS ends a transaction', {
  checks: 'RequestStopTransaction names the transaction, and its end is taken.', by: ['F03', 'E06'],
}, async () => {
  const link = await ready();
  const transaction = await charging(link);
  await wanted(link, 'RequestStopTransaction', {
    what: 'for the transaction that runs', payload: { transactionId: transaction.id }, answer: { status: 'Accepted' },
    expected: { transactionId: transaction.id },
  });
  await transaction.ended('RemoteStop', 'Remote', END);
  await tell(link, 'Available');
  await goesOn(link);
});

official('E_26', 'a car that is unplugged and comes again', {
  checks: 'The transaction is suspended while the cable is out, and goes on; all events are taken.', by: 'E10',
}, async () => {
  const link = await ready();
  const transaction = await charging(link);
  await transaction.updated('EVCommunicationLost', 'Idle');
  await transaction.updated('CablePluggedIn', 'EVConnected');
  await transaction.updated('ChargingStateChanged', 'Charging');
  await finished(link, transaction);
});

official('E_53', 'the first number of a transaction', {
  checks: 'A second transaction that begins with seqNo 0 again is taken, and both end.', by: 'E01',
}, async () => {
  const link = await ready();
  await finished(link, await charging(link));
  const second = new Transaction(link);
  await tell(link, 'Occupied');
  await second.started('Authorized', 'EVConnected', { ...BEGIN, ...withToken }, ACCEPTED);
  await finished(link, second);
});

// ---- what becomes of a transaction ------------------------------------------------------------------------------------------------

/** GetTransactionStatus: `ongoing` is what the station says of the transaction, undefined when none is named. */
function asked(id, title, ongoing, messagesInQueue) {
  official(id, title, {
    checks: `GetTransactionStatus ${ongoing === undefined ? 'names no transaction' : 'names the transaction'}, and the answer is taken.`, by: 'E14',
  }, async () => {
    const link = await ready();
    const transaction = await charging(link);
    if (ongoing === false) {
      await finished(link, transaction);
    }
    const named = ongoing === undefined ? {} : { transactionId: transaction.id };
    await wanted(link, 'GetTransactionStatus', {
      what: ongoing === undefined ? 'without a transaction' : 'for the last transaction', payload: named,
      answer: { messagesInQueue, ongoingIndicator: ongoing }, expected: ongoing === undefined ? { transactionId: absent } : named,
    });
    if (messagesInQueue && ongoing !== false) {
      await transaction.updated('MeterValuePeriodic', 'Charging', { meterValue: reading(), offline: true, timestamp: ago(30) });
    }
    if (ongoing !== false) {
      await finished(link, transaction);
    }
    await goesOn(link);
  });
}

asked('E_29', 'a transaction runs, with messages that wait', true, true);
asked('E_30', 'a transaction runs, and no message waits', true, false);
asked('E_31', 'a transaction has ended, with messages that wait', false, true);
asked('E_33', 'messages wait', undefined, true);
asked('E_34', 'no message waits', undefined, false);

// ---- limits and interruptions of 2.1 ----------------------------------------------------------------------------------------------

/** A limit that the driver has set at the station, until it is reached. */
function limited(id, title, limit, trigger, reason) {
  official(id, title, { checks: `The limit ${Object.keys(limit)[0]} and the end when it is reached are taken.`, by: 'E16' }, async () => {
    const link = await ready();
    const transaction = await charging(link);
    await transaction.event('Updated', 'LimitSet', { chargingState: 'Charging', transactionLimit: limit });
    await transaction.event('Updated', trigger, { chargingState: 'SuspendedEVSE' });
    await transaction.ended('StopAuthorized', reason, END);
    await tell(link, 'Available');
    await goesOn(link);
  });
}

limited('E_106', 'the driver limits the energy', { maxEnergy: 5000 }, 'EnergyLimitReached', 'EnergyLimitReached');
limited('E_107', 'the driver limits the time', { maxTime: 600 }, 'TimeLimitReached', 'TimeLimitReached');
limited('E_108', 'the driver limits the cost', { maxCost: 5 }, 'CostLimitReached', 'LocalOutOfCredit');

/** A limit that the CSMS sets in its answer to the token. */
function limits(id, title, limit) {
  const [name, value] = Object.entries(limit)[0];
  official(id, title, { checks: `The answer to the event with the token has a transactionLimit with ${name}.`, by: 'E16' }, async () => {
    const link = await ready();
    await operator(`Limit transactions of the token ${token().idToken}: ${JSON.stringify(limit)}`, (underTest) => {
      underTest.answer('TransactionEvent', { transactionLimit: limit, ...ACCEPTED });
    }, { link });
    const transaction = new Transaction(link);
    await tell(link, 'Occupied');
    await authorize(link);
    await transaction.started('Authorized', 'EVConnected', { ...BEGIN, ...withToken }, { ...ACCEPTED, transactionLimit: { [name]: any.number } });
    await transaction.event('Updated', 'LimitSet', { chargingState: 'Charging', transactionLimit: { [name]: value } });
    await finished(link, transaction);
  });
}

limits('E_109', 'the CSMS limits the cost', { maxCost: 5 });
limits('E_110', 'the CSMS limits the energy', { maxEnergy: 5000 });
limits('E_111', 'the CSMS limits the time', { maxTime: 600 });

official('E_113', 'a transaction goes on after an interruption', {
  checks: 'After a boot the event TxResumed of the transaction before it is taken, and its end.', by: 'E17',
}, async () => {
  const link = await ready();
  const transaction = await charging(link);
  await link.drop();
  await link.connect();
  await link.call('BootNotification', { reason: 'PowerUp', chargingStation: { vendorName: 'ocpp-tui', model: 'Scenario' } }, { status: 'Accepted' });
  await tell(link, 'Occupied');
  await transaction.updated('TxResumed', 'Charging');
  await finished(link, transaction);
});
