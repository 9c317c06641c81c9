// The core of OCPP 1.6-J, with the central system under test: registration, the clock, authorisation, transactions,
// meter values.
//
// Against a foreign central system, at which the charge point CP1 and the tag TAG1 are registered:
//
//   ocpp-tui test central-system/core.js --url ws://host:9000/ocpp --identity CP1 --set idTag=TAG1
//
// --set unknownTag=…      a tag that is not registered; `null` if every tag may charge
// --set unknownVendor=…   a vendor whose data transfers are not supported; `null` if all are accepted
// --set clockTolerance=…  the allowed difference between the clocks, in milliseconds
/// <reference path="../ocpp-tui-scenario.d.ts" />

const { idTag, clockTolerance, registered, alive, ago, begin, start, stop, during } = require('../lib/central-system.js');

const unknownTag = parameter('unknownTag', 'NOBODYS-TAG');
const unknownVendor = parameter('unknownVendor', 'com.example.nobody');

const nearNow = near(clockTolerance);

/** The idTagInfo of any tag. */
const idTagInfo = {
  status: oneOf('Accepted', 'Blocked', 'Expired', 'Invalid', 'ConcurrentTx'),
  expiryDate: optional(any.time),
  parentIdTag: optional(text => typeof text === 'string' && text.length <= 20),
};

/** Provides an unknown tag; the simulated central system accepts every tag by default. */
async function withUnknownTag() {
  if (unknownTag === null) {
    skip('Everybody may charge here: there is no unknown tag.');
  }
  if (!foreign) {
    const refused = (payload, usual) =>
      payload.idTag === unknownTag ? { idTagInfo: { status: 'Invalid' } } : usual;
    await operator(`Remove the tag ${unknownTag}`, underTest => {
      underTest.answer('Authorize', refused);
      underTest.answer('StartTransaction', refused);
    });
  }
}

/** OCPP recommends UTC strongly, but does not require it (OCPP 1.6 §3.14). */
function shouldBeUtc(time) {
  should(/(Z|[+-]00(:?00)?)$/.test(time), `${time} is not in UTC`);
}

scenario('a boot is answered with a status, the time and an interval', {
  checks: 'BootNotification gets one of the three statuses, the current time, and an interval that is not negative.',
  by: ['OCPP 1.6 §4.2', 'OCPP 1.6 §6.4'],
}, async () => {
  const link = await centralSystemUnderTest();
  const answer = await link.call('BootNotification', {
    chargePointVendor: 'ocpp-tui',
    chargePointModel: 'Scenario',
    chargePointSerialNumber: 'SCENARIO-1',
    firmwareVersion: '1.0.0',
  }, {
    status: oneOf('Accepted', 'Pending', 'Rejected'),
    currentTime: nearNow,
    interval: value => Number.isInteger(value) && value >= 0,
  });
  shouldBeUtc(answer.currentTime);
});

scenario('a boot with the required fields and one with all fields are accepted', {
  checks: 'BootNotification is answered with and without its optional fields.',
  by: 'OCPP 1.6 §6.3',
}, async () => {
  const link = await registered();
  const required = { chargePointVendor: 'ocpp-tui', chargePointModel: 'Scenario' };
  await link.call('BootNotification', required, { status: 'Accepted' });
  await link.call('BootNotification', Object.assign({
    chargePointSerialNumber: '1234567890123456789012345', // the maximum length
    chargeBoxSerialNumber: 'BOX-1',
    firmwareVersion: '1.0.0',
    iccid: '89310410106543789301',
    imsi: '204043396257000',
    meterType: 'Scenario meter',
    meterSerialNumber: 'METER-1',
  }, required), { status: 'Accepted' });
});

scenario('a heartbeat returns the time', {
  checks: 'The answer to Heartbeat has the current time, which should not run backwards.',
  by: ['OCPP 1.6 §4.6', 'OCPP 1.6 §3.14'],
}, async () => {
  const link = await registered();
  const first = await link.call('Heartbeat', {}, { currentTime: nearNow });
  shouldBeUtc(first.currentTime);
  await sleep(100);
  const second = await link.call('Heartbeat', {}, { currentTime: nearNow });
  should(Date.parse(second.currentTime) >= Date.parse(first.currentTime), 'the time runs backwards');
});

scenario('a known tag is authorised', {
  checks: 'Authorize of a tag that may charge is accepted, also the second time.',
  by: ['OCPP 1.6 §4.1', 'OCPP 1.6 §7.2'],
}, async () => {
  const link = await registered();
  const expected = { idTagInfo: Object.assign({}, idTagInfo, { status: 'Accepted' }) };
  const answer = await link.call('Authorize', { idTag }, expected);
  if (answer.idTagInfo.expiryDate) {
    should(Date.parse(answer.idTagInfo.expiryDate) > now(), 'an accepted tag has expired in the past');
  }
  await link.call('Authorize', { idTag }, expected);
});

scenario('an unknown tag is not authorised', {
  checks: 'Authorize of an unknown tag gets a result with a status other than Accepted, and no error.',
  by: ['OCPP 1.6 §4.1', 'OCPP 1.6 §7.2'],
}, async () => {
  const link = await registered();
  await withUnknownTag();
  const answer = await link.call('Authorize', { idTag: unknownTag }, { idTagInfo: { status: not('Accepted') } });
  should(answer.idTagInfo.status === 'Invalid', `the status of an unknown tag is Invalid, not ${answer.idTagInfo.status}`);
});

scenario('every status of a connector is accepted', {
  checks: 'StatusNotification is acknowledged for all statuses, for the charge point itself, and without a time.',
  by: ['OCPP 1.6 §4.9', 'OCPP 1.6 §7.7'],
}, async () => {
  const link = await registered();
  for (const status of ['Available', 'Unavailable', 'Faulted', 'Available']) {
    await step(`connector 0 is ${status}`, () => link.call('StatusNotification', {
      connectorId: 0, status, errorCode: status === 'Faulted' ? 'OtherError' : 'NoError', timestamp: ago(0),
    }));
  }
  // in a possible order
  const statuses = ['Available', 'Preparing', 'Charging', 'SuspendedEV', 'SuspendedEVSE', 'Finishing', 'Available',
    'Reserved', 'Unavailable', 'Faulted', 'Available'];
  for (const status of statuses) {
    await step(`connector 1 is ${status}`, () => link.call('StatusNotification', {
      connectorId: 1, status, errorCode: status === 'Faulted' ? 'InternalError' : 'NoError', timestamp: ago(0),
    }));
  }
  await link.call('StatusNotification', { connectorId: 1, status: 'Available', errorCode: 'NoError' });
});

scenario('every error of a connector is accepted', {
  checks: 'StatusNotification is acknowledged for all error codes, with the fields of the vendor.',
  by: ['OCPP 1.6 §4.9', 'OCPP 1.6 §7.6'],
}, async () => {
  const link = await registered();
  const codes = ['ConnectorLockFailure', 'EVCommunicationError', 'GroundFailure', 'HighTemperature', 'InternalError',
    'LocalListConflict', 'OtherError', 'OverCurrentFailure', 'OverVoltage', 'PowerMeterFailure', 'PowerSwitchFailure',
    'ReaderFailure', 'ResetFailure', 'UnderVoltage', 'WeakSignal'];
  for (const errorCode of codes) {
    await step(errorCode, () => link.call('StatusNotification', {
      connectorId: 1, status: 'Faulted', errorCode, timestamp: ago(0),
      info: 'Part of a test', vendorId: 'com.example', vendorErrorCode: 'E-17',
    }));
  }
  await link.call('StatusNotification',
    { connectorId: 1, status: 'Available', errorCode: 'NoError', timestamp: ago(0) });
});

scenario('each transaction has an id of its own', {
  checks: 'StartTransaction gets an integer as transaction id, and the next one a different one.',
  by: ['OCPP 1.6 §4.8', 'OCPP 1.6 §6.46'],
}, async () => {
  const link = await registered();
  const expected = { transactionId: any.integer, idTagInfo };
  const first = await begin(link, {}, expected);
  await stop(link, first.transactionId, { meterStop: 1200 });
  const second = await begin(link, { meterStart: 1200 }, expected);
  expect(second.transactionId, not(first.transactionId), 'the id of the second transaction');
  await stop(link, second.transactionId, { meterStop: 1300 });
});

scenario('a transaction of an unknown tag is answered with an id', {
  checks: 'StartTransaction of an unknown tag gets a transaction id, and a status other than Accepted.',
  by: ['OCPP 1.6 §4.8', 'OCPP 1.6 §6.46'],
}, async () => {
  const link = await registered();
  await withUnknownTag();
  const { transactionId } = await begin(link, { idTag: unknownTag },
    { transactionId: any.integer, idTagInfo: { status: not('Accepted') } });
  await stop(link, transactionId, { idTag: undefined, meterStop: 1000, reason: 'DeAuthorized' });
});

scenario('a transaction is stopped with and without a tag', {
  checks: 'StopTransaction is acknowledged with and without a tag; the information about the tag is valid.',
  by: ['OCPP 1.6 §4.10', 'OCPP 1.6 §6.50'],
}, async () => {
  const link = await registered();
  const expected = { idTagInfo: optional(idTagInfo) };
  const stopping = async (name, fields) => {
    await step(name);
    const transactionId = await start(link);
    await stop(link, transactionId, Object.assign({ idTag: undefined }, fields), expected);
  };
  await stopping('with the tag', { idTag });
  await stopping('without a tag', {});
  await stopping('with the tag and a reason', { idTag, reason: 'Local' });
});

scenario('a transaction is stopped for every reason', {
  checks: 'StopTransaction is acknowledged for each reason of OCPP.',
  by: ['OCPP 1.6 §4.10', 'OCPP 1.6 §7.36'],
}, async () => {
  const link = await registered();
  const reasons = ['DeAuthorized', 'EmergencyStop', 'EVDisconnected', 'HardReset', 'Local', 'Other', 'PowerLoss',
    'Reboot', 'Remote', 'SoftReset', 'UnlockCommand'];
  for (const reason of reasons) {
    await step(reason);
    const transactionId = await start(link);
    await stop(link, transactionId, { idTag: undefined, reason });
  }
});

scenario('a transaction is stopped with its meter values', {
  checks: 'StopTransaction is acknowledged with the readings of its begin and end.',
  by: ['OCPP 1.6 §4.10', 'OCPP 1.6 §6.49'],
}, async () => {
  const link = await registered();
  const reading = (seconds, context, value) => ({
    timestamp: ago(seconds),
    sampledValue: [{ value, context, measurand: 'Energy.Active.Import.Register', unit: 'Wh', location: 'Outlet' }],
  });
  const transactionId = await start(link, { timestamp: ago(60) });
  await stop(link, transactionId, {
    transactionData: [reading(60, 'Transaction.Begin', '1000'), reading(0, 'Transaction.End', '1500')],
  });
});

scenario('a transaction without a start can be stopped', {
  checks: 'StopTransaction is acknowledged for the id −1, which replaces the id of an unanswered start.',
  by: ['OCPP 1.6 §4.10', 'OCPP 1.6 errata §3.18'],
}, async () => {
  const link = await registered();
  await link.call('StopTransaction', { transactionId: -1, meterStop: 1500, timestamp: ago(0), reason: 'PowerLoss' });
  await alive(link);
});

scenario('meter values of every kind are accepted', {
  checks: 'MeterValues is acknowledged for all measurands, contexts, phases, locations, units and formats.',
  by: ['OCPP 1.6 §4.7', 'OCPP 1.6 §3.16', 'OCPP 1.6 §7.43'],
}, async () => {
  const link = await registered();
  const units = {
    'Energy.Active.Export.Register': 'Wh', 'Energy.Active.Import.Register': 'kWh',
    'Energy.Reactive.Export.Register': 'varh', 'Energy.Reactive.Import.Register': 'kvarh',
    'Energy.Active.Export.Interval': 'Wh', 'Energy.Active.Import.Interval': 'Wh',
    'Energy.Reactive.Export.Interval': 'varh', 'Energy.Reactive.Import.Interval': 'varh',
    'Power.Active.Export': 'W', 'Power.Active.Import': 'kW', 'Power.Offered': 'W', 'Power.Factor': undefined,
    'Power.Reactive.Export': 'var', 'Power.Reactive.Import': 'kvar',
    'Current.Import': 'A', 'Current.Export': 'A', 'Current.Offered': 'A', 'Voltage': 'V',
    'Frequency': undefined, 'Temperature': 'K', 'SoC': 'Percent', 'RPM': undefined,
  };
  const contexts = ['Interruption.Begin', 'Interruption.End', 'Sample.Clock', 'Sample.Periodic', 'Transaction.Begin',
    'Transaction.End', 'Trigger', 'Other'];
  const phases = ['L1', 'L2', 'L3', 'N', 'L1-N', 'L2-N', 'L3-N', 'L1-L2', 'L2-L3', 'L3-L1'];
  const places = ['Body', 'Cable', 'EV', 'Inlet', 'Outlet'];
  await during(link, async transactionId => {
    const send = sampledValue => link.call('MeterValues',
      { connectorId: 1, transactionId, meterValue: [{ timestamp: ago(0), sampledValue }] });

    await step('a value alone', () => send([{ value: '1001' }]));
    await step('all measurands', () => send(Object.keys(units).map(measurand =>
      units[measurand] ? { value: '12.5', measurand, unit: units[measurand] } : { value: '1', measurand })));
    await step('all contexts', () => send(contexts.map(context => ({ value: '1002', context }))));
    await step('all phases', () => send(phases.map(phase => phase === 'N'
      ? { value: '0.1', measurand: 'Current.Import', unit: 'A', phase }
      : { value: '230.1', measurand: 'Voltage', unit: 'V', phase })));
    await step('all places', () => send(places.map(location =>
      ({ value: '1003', measurand: 'Energy.Active.Import.Register', unit: 'Wh', location }))));
    await step('apparent power and Fahrenheit', () => send([
      { value: '2300', measurand: 'Power.Offered', unit: 'VA' },
      { value: '2.3', measurand: 'Power.Offered', unit: 'kVA' },
      { value: '70', measurand: 'Temperature', unit: 'Fahrenheit' },
    ]));
    await step('signed data', () => send([
      { value: '3045022100a1b2c3', format: 'SignedData' },
      { value: '1004', format: 'Raw' },
    ]));
  });
});

scenario('meter values without a transaction are accepted', {
  checks: 'MeterValues is acknowledged outside transactions, for the main meter, and for several times at once.',
  by: ['OCPP 1.6 §4.7', 'OCPP 1.6 §3.16'],
}, async () => {
  const link = await registered();
  const reading = (seconds, value) => ({ timestamp: ago(seconds), sampledValue: [{ value, context: 'Sample.Clock' }] });
  await link.call('MeterValues', { connectorId: 0, meterValue: [reading(0, '5000')] });
  const several = [reading(120, '1000'), reading(60, '1100'), reading(0, '1200')];
  await link.call('MeterValues', { connectorId: 1, meterValue: several });
});

scenario('a data transfer of an unknown vendor has the status for it', {
  checks: 'DataTransfer of an unknown vendor gets a result with UnknownVendorId and without data.',
  by: ['OCPP 1.6 §4.3', 'OCPP 1.6 §7.23'],
}, async () => {
  if (unknownVendor === null) {
    skip('The data of every vendor are taken here.');
  }
  const link = await registered();
  if (!foreign) {
    await operator(`Forget the vendor ${unknownVendor}`, underTest =>
      underTest.answer('DataTransfer', (payload, usual) =>
        payload.vendorId === unknownVendor ? { status: 'UnknownVendorId' } : usual));
  }
  await link.call('DataTransfer', { vendorId: unknownVendor, messageId: 'Nothing', data: '{"part":"of a test"}' },
    { status: 'UnknownVendorId', data: absent });
  await link.call('DataTransfer', { vendorId: unknownVendor }, { status: 'UnknownVendorId', data: absent });
});

scenario('a transaction of the past is accepted', {
  checks: 'Messages from the time without a link are acknowledged, with times in the past and in their order.',
  by: ['OCPP 1.6 §3.7', 'OCPP 1.6 §4.8'],
}, async () => {
  const link = await registered();
  const meterValue = (seconds, value) =>
    [{ timestamp: ago(seconds), sampledValue: [{ value, context: 'Sample.Periodic', unit: 'Wh' }] }];
  await during(link, async transactionId => {
    await link.call('MeterValues', { connectorId: 1, transactionId, meterValue: meterValue(5400, '3000') });
    await link.call('MeterValues', { connectorId: 1, transactionId, meterValue: meterValue(4500, '3500') });
  }, { started: { timestamp: ago(7200), meterStart: 2000 }, stopped: { timestamp: ago(3600), meterStop: 4000 } });
  await alive(link);
});

scenario('times in all notations are accepted', {
  checks: 'Times with and without fractions of seconds, and with an offset, are accepted.',
  by: 'OCPP 1.6 §3.15',
}, async () => {
  const link = await registered();
  const time = ago(0);
  const notations = [time, time.replace(/\.\d+Z$/, 'Z'), time.replace('Z', '+00:00'),
    new Date(now() + 7200000).toISOString().replace('Z', '+02:00')];
  for (const timestamp of notations) {
    await step(timestamp, () =>
      link.call('StatusNotification', { connectorId: 1, status: 'Available', errorCode: 'NoError', timestamp }));
  }
});
