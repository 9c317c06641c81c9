/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Block E, transactions: where they begin and end, their numbers, and what the station says of them. Time offline is in a file of its own.

const {
  asked, begin, card, charges, configure, ends, event, finish, forget, goesOn, numbered, official, patient, pause, plug, quietly, remoteStart, session,
  since, site, tells, unplug,
} = require('./lib/station.js');

const { idTag } = site;
const EVSE = { id: site.evse };

/** Sets the points where transactions begin and end. */
const points = (cp, start, stop) => configure(cp, {
  ...(start && { 'TxCtrlr.TxStartPoint': start }), ...(stop && { 'TxCtrlr.TxStopPoint': stop }),
});

// ---- where transactions begin -----------------------------------------------------------------------------------------------------------

/** Transactions by TxStartPoint: what is done before it, when nothing may begin, and what begins it. */
for (const [id, title, point, before, begins, first] of [
  ['E_01', 'begins when the power path is closed', 'PowerPathClosed', plug, card, { triggerReason: 'Authorized', idToken: { idToken: idTag } }],
  ['E_02', 'begins with the energy', 'EnergyTransfer', plug, card, { info: { chargingState: 'Charging' } }],
  ['E_09', 'begins with the car', 'EVConnected', undefined, plug, { triggerReason: 'CablePluggedIn', info: { chargingState: 'EVConnected' } }],
  ['E_10', 'begins with the card', 'Authorized', undefined, card, { triggerReason: 'Authorized', idToken: { idToken: idTag } }],
  ['E_11', 'begins with a signed reading', 'DataSigned', plug, card, {}],
  ['E_12', 'begins with a car in the bay', 'ParkingBayOccupancy', undefined, () => hands.park(site.evse), { triggerReason: 'EVDetected' }],
]) {
  official(id, `a transaction ${title}`, {
    checks: `With TxStartPoint ${point} a transaction ${title}, and not before.`, by: 'E01',
  }, async () => {
    const cp = await begin();
    await points(cp, point);
    if (id === 'E_12') {
      after(() => quietly(() => hands.leave(site.evse)));
    }
    const heard = since(cp);
    if (before) {
      await before();
      await sleep(pause);
      expect(heard('TransactionEvent'), [], 'the events before it');
    }
    await begins();
    const started = await event(cp, 'Started', { seqNo: 0, ...first });
    if (id === 'E_12') {
      return;
    }
    await (before || begins === plug ? undefined : plug());
    await (begins === card ? undefined : card());
    await charges(cp, started);
    const { id: transactionId } = { id: started.payload.transactionInfo.transactionId };
    numbered(heard('TransactionEvent'), transactionId);
  });
}

official('E_13', 'a transaction begins with a remote start', {
  checks: 'With TxStartPoint Authorized, RequestStartTransaction begins a transaction that names the request.', by: ['E01', 'F01'],
}, async () => {
  const cp = await begin();
  await points(cp, 'Authorized');
  await remoteStart(cp);
  await event(cp, 'Started', { triggerReason: 'RemoteStart', info: { remoteStartId: 4711 } });
});

official('E_03', 'the cable first', {
  checks: 'The cable is told as Occupied, the card is asked about, and energy flows in one transaction with rising numbers.', by: 'E02',
}, async () => {
  const cp = await begin();
  await configure(cp, { 'AuthCtrlr.LocalPreAuthorize': 'false' });
  forget(cp);
  const heard = since(cp);
  await plug();
  await tells(cp, 'Occupied');
  await card();
  await asked(cp);
  const charging = await event(cp, any.string, { info: { chargingState: 'Charging' } });
  const payloads = heard('TransactionEvent');
  assert(payloads.some(({ idToken }) => idToken && idToken.idToken === idTag), 'no event names the token');
  assert(payloads.some(({ evse }) => evse && evse.id === site.evse), 'no event names the EVSE');
  numbered(payloads, charging.payload.transactionInfo.transactionId);
});

official('E_04', 'the card first', {
  checks: 'A card before the cable is asked about; when the cable comes, energy flows in one transaction with rising numbers.', by: 'E03',
}, async () => {
  const cp = await begin();
  await configure(cp, { 'AuthCtrlr.LocalPreAuthorize': 'false' });
  const heard = since(cp);
  await card();
  await asked(cp);
  await plug();
  const charging = await event(cp, any.string, { info: { chargingState: 'Charging' } });
  numbered(heard('TransactionEvent'), charging.payload.transactionInfo.transactionId);
});

for (const [id, title, start] of [['E_05', 'no cable after the card', 'EVConnected,Authorized'], ['E_39', 'a transaction without a cable', 'Authorized']]) {
  official(id, title, {
    checks: 'A card that no cable follows within EVConnectionTimeOut is forgotten; a transaction that it has begun ends with EVConnectTimeout.', by: 'E03',
  }, async () => {
    const cp = await begin();
    await configure(cp, { 'TxCtrlr.EVConnectionTimeOut': 15 });
    await points(cp, start, id === 'E_39' ? 'Authorized' : undefined);
    await card();
    const { payload: { transactionInfo: { transactionId } } } = await event(cp, 'Started');
    await event(cp, 'Ended', { triggerReason: 'EVConnectTimeout', info: { transactionId, stoppedReason: 'Timeout' } }, { within: 30000 + patient.within });
    step('a cable that comes too late');
    const heard = since(cp);
    await plug();
    await sleep(pause);
    assert(!heard('TransactionEvent').some(({ transactionInfo }) => transactionInfo.chargingState === 'Charging'), 'the cable charges');
  });
}

official('E_38', 'a car that is not ready', {
  checks: 'A car that takes no energy is told as SuspendedEV, and as Charging when it does.', by: 'E02',
}, async () => {
  const cp = await begin();
  const { id } = await session(cp);
  await hands.ev('suspend', site.evse);
  await event(cp, 'Updated', { triggerReason: 'ChargingStateChanged', info: { transactionId: id, chargingState: 'SuspendedEV' } });
  await hands.ev('ready', site.evse);
  await event(cp, 'Updated', { triggerReason: 'ChargingStateChanged', info: { transactionId: id, chargingState: 'Charging' } });
});

// ---- where transactions end -------------------------------------------------------------------------------------------------------------

/** Transactions by TxStopPoint: what ends them, and their last event. */
for (const [id, title, stop, run, last] of [
  ['E_06', 'the card ends it', 'Authorized', () => card(), { triggerReason: 'StopAuthorized', info: { stoppedReason: optional('Local') } }],
  ['E_07', 'the power path is opened by the card', 'PowerPathClosed', () => card(), { triggerReason: 'StopAuthorized', info: { stoppedReason: optional('Local') } }],
  ['E_08', 'the energy ends with the card', 'EnergyTransfer', () => card(), { info: { stoppedReason: optional('Local') } }],
  ['E_14', 'the cable comes out after the card', 'EVConnected', async () => { await card(); await sleep(1000); await unplug(); },
    { triggerReason: 'EVCommunicationLost', info: { stoppedReason: optional('Local') } }],
  ['E_15', 'the card stops the authorization', 'Authorized', () => card(), { triggerReason: 'StopAuthorized', info: { stoppedReason: optional('Local') } }],
  ['E_17', 'the cable comes out at the car', 'Authorized', () => unplug(), { triggerReason: 'EVCommunicationLost', info: { stoppedReason: 'EVDisconnected' } }],
  ['E_20', 'the car is disconnected', 'EVConnected', () => unplug(), { triggerReason: 'EVCommunicationLost', info: { stoppedReason: 'EVDisconnected' } }],
  ['E_22', 'the car takes nothing more', 'EnergyTransfer', () => hands.ev('full', site.evse), { triggerReason: 'ChargingStateChanged', info: { stoppedReason: 'StoppedByEV' } }],
  ['E_37', 'the power path is opened at the car', 'PowerPathClosed', () => unplug(), { triggerReason: 'EVCommunicationLost', info: { stoppedReason: 'EVDisconnected' } }],
]) {
  official(id, `the end of a transaction: ${title}`, { checks: `With TxStopPoint ${stop} the transaction ends so, with its numbers in order.`, by: 'E06' }, async () => {
    const cp = await begin();
    await configure(cp, { 'TxCtrlr.StopTxOnEVSideDisconnect': 'true' });
    await points(cp, undefined, stop);
    const heard = since(cp);
    const transaction = await session(cp);
    await run(cp, transaction);
    await ends(cp, transaction, last);
    numbered(heard('TransactionEvent'), transaction.id);
  });
}

/** A remote stop, with this point. */
for (const [id, stop] of [['E_21', 'Authorized'], ['E_35', 'PowerPathClosed']]) {
  official(id, `the end of a transaction: a remote stop, with ${stop}`, {
    checks: `With TxStopPoint ${stop} RequestStopTransaction ends the transaction with RemoteStop and Remote.`, by: ['E06', 'F03'],
  }, async () => {
    const cp = await begin();
    await points(cp, undefined, stop);
    const transaction = await session(cp);
    await cp.call('RequestStopTransaction', { transactionId: transaction.id }, { status: 'Accepted' });
    await ends(cp, transaction, { triggerReason: 'RemoteStop', info: { stoppedReason: 'Remote' } });
  });
}

official('E_16', 'the end of a transaction: the CSMS refuses its token', {
  checks: 'With StopTxOnInvalidId an event whose token is refused ends the transaction with Deauthorized.', by: 'E05',
}, async () => {
  const cp = await begin();
  await configure(cp, { 'TxCtrlr.StopTxOnInvalidId': 'true' });
  await points(cp, undefined, 'Authorized');
  cp.answer('TransactionEvent', ({ idToken }, usual) => (idToken ? { idTokenInfo: { status: 'Invalid' } } : usual));
  await plug();
  await card();
  await event(cp, 'Ended', { triggerReason: 'Deauthorized', info: { stoppedReason: 'DeAuthorized' } });
});

official('E_19', 'the end of a transaction: the bay is empty', {
  checks: 'With TxStopPoint ParkingBayOccupancy the transaction ends when the car has left.', by: 'E06',
}, async () => {
  const cp = await begin();
  await points(cp, 'ParkingBayOccupancy', 'ParkingBayOccupancy');
  await hands.park(site.evse);
  after(() => quietly(() => hands.leave(site.evse)));
  const started = await event(cp, 'Started');
  await plug();
  await card();
  await charges(cp, started);
  await card();
  await sleep(1000);
  await unplug();
  await hands.leave(site.evse);
  await event(cp, 'Ended', { triggerReason: 'EVDeparted', info: { transactionId: started.payload.transactionInfo.transactionId } });
});

official('E_26', 'a car that is unplugged and comes again', {
  checks: 'Without StopTxOnEVSideDisconnect the transaction goes on when the cable comes out at the car, and charges again.', by: 'E10',
}, async () => {
  const cp = await begin();
  await configure(cp, { 'TxCtrlr.StopTxOnEVSideDisconnect': 'false' });
  await points(cp, undefined, 'Authorized');
  const transaction = await session(cp);
  await unplug();
  await event(cp, 'Updated', { triggerReason: 'EVCommunicationLost', info: { transactionId: transaction.id } });
  await goesOn(cp, transaction);
  await plug();
  await event(cp, 'Updated', { info: { transactionId: transaction.id, chargingState: 'Charging' } });
});

for (const [id, unlock] of [['E_24', 'true'], ['E_25', 'false']]) {
  official(id, `the cable comes out at the car, with UnlockOnEVSideDisconnect ${unlock}`, {
    checks: 'The transaction is over; the connector is Available when the cable is not locked.', by: 'E09',
  }, async () => {
    const cp = await begin();
    await configure(cp, { 'TxCtrlr.StopTxOnEVSideDisconnect': 'true', 'OCPPCommCtrlr.UnlockOnEVSideDisconnect': unlock });
    const transaction = await session(cp);
    forget(cp);
    await unplug();
    await event(cp, any.string, { triggerReason: 'EVCommunicationLost', info: { transactionId: transaction.id } });
    if (unlock === 'true') {
      await tells(cp, 'Available');
    } else {
      await sleep(pause);
      remark('Whether the cable is locked in the socket cannot be seen in messages.');
    }
  });
}

// ---- what the station says of transactions ----------------------------------------------------------------------------------------------

official('E_28', 'a transaction that is not known', {
  checks: 'GetTransactionStatus of an unknown transaction tells that it is not ongoing, and no message waits.', by: 'E14',
}, async () => {
  const cp = await begin();
  await cp.call('GetTransactionStatus', { transactionId: 'nobody-knows' }, { ongoingIndicator: false, messagesInQueue: false });
});

official('E_30', 'a transaction runs', {
  checks: 'GetTransactionStatus of a running transaction tells that it is ongoing.', by: 'E14',
}, async () => {
  const cp = await begin();
  const { id } = await session(cp);
  await sleep(1000);
  await cp.call('GetTransactionStatus', { transactionId: id }, { ongoingIndicator: true, messagesInQueue: false });
});

official('E_32', 'a transaction has ended', {
  checks: 'GetTransactionStatus of a transaction that has ended tells that it is not ongoing.', by: 'E14',
}, async () => {
  const cp = await begin();
  const transaction = await session(cp);
  await finish(cp, transaction);
  await sleep(1000);
  await cp.call('GetTransactionStatus', { transactionId: transaction.id }, { ongoingIndicator: false, messagesInQueue: false });
});

official('E_34', 'no transaction is named', {
  checks: 'GetTransactionStatus without a transaction tells whether messages wait, and nothing else.', by: 'E14',
}, async () => {
  const cp = await begin();
  await cp.call('GetTransactionStatus', {}, { ongoingIndicator: absent, messagesInQueue: false });
});

/** An event that gets no answer waits. */
for (const [id, title, named, ended] of [
  ['E_29', 'a transaction runs, and messages wait', true, false], ['E_31', 'a transaction has ended, and messages wait', true, true],
  ['E_33', 'messages wait', false, false],
]) {
  official(id, title, { checks: 'GetTransactionStatus tells that messages wait while an event has not been answered.', by: 'E14' }, async () => {
    const cp = await begin();
    await configure(cp, { 'TxCtrlr.StopTxOnEVSideDisconnect': 'true' });
    const transaction = await session(cp);
    await sleep(1000);
    cp.answer('TransactionEvent', ocpp.delay(10000));
    if (ended) {
      await cp.call('RequestStopTransaction', { transactionId: transaction.id }, { status: 'Accepted' });
      await unplug();
    } else {
      await hands.ev('suspend', site.evse);
    }
    await event(cp, any.string, { info: { transactionId: transaction.id } });
    await sleep(500);
    await cp.call('GetTransactionStatus', named ? { transactionId: transaction.id } : {}, {
      messagesInQueue: true, ...(named && !ended && { ongoingIndicator: true }), ...(ended && { ongoingIndicator: false }),
    });
    cp.answer('TransactionEvent', null);
  });
}

// ---- messages that fail -------------------------------------------------------------------------------------------------------------------

/** An event that fails so often; the attempts that must come, and whether the queue goes on after them. */
for (const [id, title, failures, attempts] of [
  ['E_50', 'an event that fails is given up after its attempts', 9, 3], ['E_51', 'an event that fails is sent again until it is taken', 2, 3],
]) {
  official(id, title, {
    checks: `With MessageAttempts 3 an event that is answered with an error is sent ${attempts} times, and the next one follows.`, by: 'E13',
  }, async () => {
    const cp = await begin();
    await configure(cp, { 'OCPPCommCtrlr.MessageAttempts[TransactionEvent]': 3, 'OCPPCommCtrlr.MessageAttemptInterval[TransactionEvent]': 2 });
    const { id: transactionId } = await session(cp);
    await sleep(1000);
    let seen = 0;
    let failing;
    cp.answer('TransactionEvent', ({ seqNo }, usual) => {
      failing = failing === undefined ? seqNo : failing;
      if (seqNo !== failing) {
        return usual;
      }
      seen += 1;
      return seen <= failures ? ocpp.error('InternalError', 'This is part of a test.') : usual;
    });
    await hands.ev('suspend', site.evse);
    await sleep(40000);
    await hands.ev('ready', site.evse);
    await event(cp, 'Updated', { seqNo: (number) => number > failing, info: { transactionId, chargingState: 'Charging' } });
    expect(seen, attempts, 'the attempts');
    cp.answer('TransactionEvent', null);
  });
}
