/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Block F, remote control: starts from afar, locks, and messages that the CSMS asks for.

const {
  ACCEPTED, Transaction, asksFor, authorize, charging, evse, finished, goesOn, idTag, official, ready, reading, requestId, tell, token,
  wanted,
} = require('./lib/csms.js');

// ---- remote starts ----------------------------------------------------------------------------------------------------------------

/** RequestStartTransaction of the usual token; returns the payload. */
const start = (link, transaction) => wanted(link, 'RequestStartTransaction', {
  what: `for the token ${idTag} at EVSE 1`,
  payload: { idToken: token(), remoteStartId: 1234, evseId: evse.id },
  answer: { status: 'Accepted', transactionId: transaction && transaction.next > 0 ? transaction.id : undefined },
  expected: { idToken: { idToken: idTag }, remoteStartId: requestId, evseId: optional(evse.id) },
});

official('F_01', 'a remote start after the cable', {
  checks: 'RequestStartTransaction has the token and a remoteStartId; the event that names it is taken.', by: 'F01',
}, async () => {
  const link = await ready();
  const transaction = new Transaction(link);
  await tell(link, 'Occupied');
  await transaction.started('CablePluggedIn', 'EVConnected', { meterValue: reading(1000, 'Transaction.Begin') });
  const { remoteStartId } = await start(link, transaction);
  await authorize(link);
  await transaction.event('Updated', 'RemoteStart', { chargingState: 'EVConnected', remoteStartId }, { idToken: token() }, ACCEPTED);
  await transaction.updated('ChargingStateChanged', 'Charging');
  await finished(link, transaction);
});

for (const [id, title, asks] of [
  ['F_02', 'a remote start before the cable, whose token is asked about', true],
  ['F_03', 'a remote start before the cable, whose token is not asked about', false],
]) {
  official(id, title, {
    checks: 'RequestStartTransaction has the token and a remoteStartId; the transaction that begins with it is taken.', by: 'F02',
  }, async () => {
    const link = await ready();
    const transaction = new Transaction(link);
    const { remoteStartId } = await start(link, transaction);
    if (asks) {
      await authorize(link);
    }
    await transaction.event('Started', 'RemoteStart', { chargingState: 'Idle', remoteStartId }, { idToken: token() }, ACCEPTED);
    await tell(link, 'Occupied');
    await transaction.updated('CablePluggedIn', 'EVConnected');
    await transaction.updated('ChargingStateChanged', 'Charging');
    await finished(link, transaction);
  });
}

official('F_04', 'a remote start that no cable follows', {
  checks: 'The transaction that a remote start has begun ends with a timeout, which is taken.', by: 'F02',
}, async () => {
  const link = await ready();
  const transaction = new Transaction(link);
  const { remoteStartId } = await start(link, transaction);
  await transaction.event('Started', 'RemoteStart', { chargingState: 'Idle', remoteStartId }, { idToken: token() }, ACCEPTED);
  await transaction.ended('EVConnectTimeout', 'Timeout');
  await goesOn(link);
});

asksFor('F_06', 'a connector is unlocked', {
  checks: 'UnlockConnector names an EVSE and a connector.', by: 'F05',
}, 'UnlockConnector', {
  what: 'for connector 1 of EVSE 1', payload: { evseId: 1, connectorId: 1 }, answer: { status: 'Unlocked' }, expected: { evseId: 1, connectorId: 1 },
});

// ---- messages that are asked for ---------------------------------------------------------------------------------------------------

const notification = (action, payload) => (link) => link.call(action, payload);
const aligned = () => reading(1200, 'Trigger');

/** TriggerMessage: what is asked for, where, and what the station sends then. */
const TRIGGERS = [
  ['F_11', 'readings of an EVSE', 'MeterValues', { id: 1 }, (link) => link.call('MeterValues', { evseId: 1, meterValue: aligned() })],
  ['F_12', 'readings of all EVSEs', 'MeterValues', undefined, (link) => link.call('MeterValues', { evseId: 1, meterValue: aligned() })],
  ['F_15', 'the status of a log', 'LogStatusNotification', undefined, notification('LogStatusNotification', { status: 'Idle' })],
  ['F_18', 'the status of the firmware', 'FirmwareStatusNotification', undefined, notification('FirmwareStatusNotification', { status: 'Idle' })],
  ['F_20', 'a heartbeat', 'Heartbeat', undefined, (link) => link.call('Heartbeat', {}, { currentTime: near() })],
  ['F_23', 'the status of a free connector', 'StatusNotification', { id: 1, connectorId: 1 }, (link) => tell(link, 'Available')],
];

/** The place in a trigger: it may be left out only where all are meant. */
const placed = (place) => (place ? { id: place.id, ...(place.connectorId && { connectorId: place.connectorId }) } : absent);

for (const [id, title, requestedMessage, place, then] of TRIGGERS) {
  asksFor(id, `triggered: ${title}`, { checks: `TriggerMessage asks for ${requestedMessage}, and the message is taken.`, by: 'F06' }, 'TriggerMessage', {
    what: `for ${requestedMessage}${place ? ` of EVSE ${place.id}` : ''}`, payload: { requestedMessage, ...(place && { evse: place }) },
    answer: { status: 'Accepted' }, expected: { requestedMessage, evse: placed(place) },
  }, then);
}

/** A trigger while a transaction runs. */
function during(id, title, requestedMessage, place, then) {
  official(id, `triggered: ${title}`, { checks: `TriggerMessage asks for ${requestedMessage}, and the message is taken.`, by: 'F06' }, async () => {
    const link = await ready();
    const transaction = await charging(link);
    await wanted(link, 'TriggerMessage', {
      what: `for ${requestedMessage}${place ? ` of EVSE ${place.id}` : ''}`, payload: { requestedMessage, ...(place && { evse: place }) },
      answer: { status: 'Accepted' }, expected: { requestedMessage, evse: placed(place) },
    });
    await then(link, transaction);
    await finished(link, transaction);
  });
}

const event = (_, transaction) => transaction.updated('Trigger', 'Charging', { meterValue: aligned() });
during('F_13', 'the transaction of an EVSE', 'TransactionEvent', { id: 1 }, event);
during('F_14', 'all transactions', 'TransactionEvent', undefined, event);
during('F_24', 'the status of an occupied connector', 'StatusNotification', { id: 1, connectorId: 1 }, (link) => tell(link, 'Occupied'));

asksFor('F_27', 'a trigger that the station does not know', {
  checks: 'The answer NotImplemented to TriggerMessage is taken.', by: 'F06',
}, 'TriggerMessage', { payload: { requestedMessage: 'SignV2GCertificate' }, answer: { status: 'NotImplemented' }, expected: { requestedMessage: any.string } });

asksFor('F_100', 'a trigger of the vendor', {
  checks: 'TriggerMessage of a CustomTrigger names it.', by: 'F06',
}, 'TriggerMessage', {
  what: 'with a custom trigger', payload: { requestedMessage: 'CustomTrigger', customTrigger: 'example' }, answer: { status: 'Accepted' },
  expected: { requestedMessage: 'CustomTrigger', customTrigger: any.string },
});
