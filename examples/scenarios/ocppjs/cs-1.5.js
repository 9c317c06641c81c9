// Every command of a central system of OCPP 1.5, in the form of the test files of ocppjs: each call must get a
// valid result. The same test in the form of ocpp-tui is ../cs-1.5.js. The restart is last, because a restarting
// charge point answers no other call, and because it ends the transaction, whose id these files cannot know.
//
// With a foreign charge point: ocpp-tui test ocppjs/cs-1.5.js --listen 0.0.0.0:9000 --identity CP1

var Test = require('./framework.js');

// A foreign charge point sends its diagnostics to no stranger, and installs no stranger's firmware: without
// --set uploadLocation=… and --set firmwareLocation=… the two commands are left out.
function withLocation(command, location) {
  if (location) return [command + ' location=' + location];
  return foreign ? [] : [command];
}

Test.init({ system: 'cs', version: '1.5' });

Test.commands = [
  'remote_unlockconnector connectorId=1',
  'remote_changeavailability connectorId=1 type=Operative',
  'remote_clearcache',
  'remote_changeconfiguration key=HeartBeatInterval value="300"',
  'remote_reservenow connectorId=1 reservationId=1 idTag=ABC',
  'remote_cancelreservation reservationId=1',
  'remote_datatransfer vendorId=com.example',
  'remote_getconfiguration',
  'remote_getlocallistversion',
  'remote_sendlocallist updateType=Differential listVersion=1',
]
  .concat(withLocation('remote_getdiagnostics', parameter('uploadLocation', null)))
  .concat(withLocation('remote_updatefirmware', parameter('firmwareLocation', null)))
  .concat([
    'remote_starttransaction idTag=ABC connectorId=1',
    'remote_stoptransaction transactionId=1',
    'remote_reset type=Soft',
  ]);

Test.test();
