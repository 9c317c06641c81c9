/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { begin } = require('./lib/station.js');

scenario('data for a charge point', {
  id: 'TC_062_CS', area: 'data transfer',
  checks: 'DataTransfer is answered with a status that fits: UnknownVendorId for a vendor that is not known.',
  by: 'OCPP 1.6 §5.6',
}, async () => {
  const vendorId = parameter('unknownVendor', 'com.example.nobody');
  if (vendorId === null) {
    skip('the data of every vendor are taken there');
  }
  const cp = await begin({ free: false });
  if (!foreign) {
    // the simulated charge point accepts the data of every vendor, to allow tests of extensions
    await operator(`Forget the vendor ${vendorId}`, (underTest) => {
      underTest.answer('DataTransfer', { status: 'UnknownVendorId' });
    });
  }
  await cp.call('DataTransfer', { vendorId, messageId: 'hello', data: 'hello' }, { status: 'UnknownVendorId' });
});
