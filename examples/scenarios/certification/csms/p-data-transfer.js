/// <reference path="../../ocpp-tui-scenario.d.ts" />

// Block P, data of vendors.

const { boot, goesOn, official, ready } = require('./lib/csms.js');

const unknownVendor = parameter('unknownVendor', 'com.example.nobody');

official('P_02', 'data of a vendor that is not known', {
  checks: 'DataTransfer of such a vendor is answered with UnknownVendorId, UnknownMessageId or Rejected.', by: 'P02',
}, async () => {
  if (unknownVendor === null) {
    skip('Data of every vendor is accepted there.');
  }
  const link = await ready();
  if (!foreign) {
    await operator('Know no data of other vendors', (underTest) => underTest.answer('DataTransfer', { status: 'UnknownVendorId' }), { link });
  }
  await link.call('DataTransfer', { vendorId: unknownVendor, messageId: 'x', data: 'y' }, { status: oneOf('UnknownVendorId', 'UnknownMessageId', 'Rejected') });
  await goesOn(link);
});

official('P_03', 'customData is ignored', {
  checks: 'A boot, a heartbeat and a status with customData are answered as without.', by: 'P02',
}, async () => {
  const link = await ready();
  const customData = { vendorId: 'com.example', anything: { goes: [1, 2, 3] } };
  await link.call('BootNotification', {
    reason: 'PowerUp', chargingStation: { vendorName: 'ocpp-tui', model: 'Scenario', customData }, customData,
  }, { status: 'Accepted' });
  await link.call('Heartbeat', { customData }, { currentTime: any.time });
  await link.call('StatusNotification', { timestamp: new Date(now()).toISOString(), connectorStatus: 'Available', evseId: 1, connectorId: 1, customData });
  await goesOn(link);
});
