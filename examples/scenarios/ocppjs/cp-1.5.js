// Every command of a charge point of OCPP 1.5, in the form of the test files of ocppjs: each call must get a valid
// result. The same test in the form of ocpp-tui is ../cp-1.5.js.
//
// Against a foreign central system: ocpp-tui test ocppjs/cp-1.5.js --url ws://host:9000/ocpp --identity CP1

var Test = require('./framework.js');

Test.init({ system: 'cp', version: '1.5' });

Test.commands = [
  'bootnotification',
  'authorize idTag=ABC',
  'heartbeat',
  'starttransaction connectorId=1 idTag=ABC',
  'metervalues connectorId=1',
  'stoptransaction transactionId=1',
  'statusnotification connectorId=1 status=Available errorCode=NoError',
  'firmwarestatusnotification status=Installed',
  'diagnosticsstatusnotification status=Uploaded',
  'datatransfer vendorId=com.example',
];

Test.test();
