/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official, ready } = require('../../lib/official-cases.js');

const unknownVendor = parameter('unknownVendor', 'com.example.nobody');

official('TC_064_CSMS', 'data of a vendor that is not known', {
  checks: 'DataTransfer of a vendor that the central system does not know is answered with UnknownVendorId.',
  by: ['OCPP 1.6 §4.3', 'OCPP 1.6 §7.23'],
}, async () => {
  if (unknownVendor === null) {
    skip('All data is accepted there: there is no unknown vendor.');
  }
  const link = await ready();
  if (!foreign) {
    const unknown = (payload, usual) => (payload.vendorId === unknownVendor ? { status: 'UnknownVendorId' } : usual);
    await operator(`Remove the vendor ${unknownVendor}`, underTest => underTest.answer('DataTransfer', unknown), { link });
  }
  await link.call('DataTransfer', { vendorId: unknownVendor, messageId: 'Test', data: 'Part of a test' },
    { status: 'UnknownVendorId', data: absent });
});
