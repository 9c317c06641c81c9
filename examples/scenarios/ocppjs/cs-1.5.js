// Every command of a central system of OCPP 1.5, in the form of the test files of ocppjs: each call must get a
// valid result. The same test in the form of ocpp-tui is ../cs-1.5.js. The restart is last, because a restarting
// charge point answers no other call.
//
// With a foreign charge point: ocpp-tui test ocppjs/cs-1.5.js --listen 0.0.0.0:9000 --identity CP1

var Test = require('./framework.js');

Test.init({ system: 'cs', version: '1.5' });

Test.commands = [
  'remote_unlockconnector connectorId=1',
  'remote_changeavailability connectorId=1 type=Operative',
  'remote_clearcache',
  'remote_changeconfiguration key=HeartBeatInterval value="300"',
  'remote_getdiagnostics',
  'remote_starttransaction idTag=ABC connectorId=1',
  'remote_stoptransaction transactionId=1',
  'remote_reservenow connectorId=1 reservationId=1 idTag=ABC',
  'remote_cancelreservation reservationId=1',
  'remote_datatransfer vendorId=com.example',
  'remote_getconfiguration',
  'remote_getlocallistversion',
  'remote_sendlocallist updateType=Full listVersion=1',
  'remote_updatefirmware',
  'remote_reset type=Soft',
];

Test.test();
