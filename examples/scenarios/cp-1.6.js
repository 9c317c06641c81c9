// Every call that a charge point of OCPP 1.6 may send. Each must get a valid result from the central system under
// test.
//
// Against a foreign central system, at which the charge point CP1 and the tag TAG1 are registered:
//
//   ocpp-tui test cp-1.6.js --url ws://host:9000/ocpp --identity CP1 --set idTag=TAG1
//
// and again for SOAP, whose service has its own address: --url http://host:9000/ocpp. Scenarios for the other
// transport are skipped.
// --set 'without=["DataTransfer"]' leaves out what the central system does not have.
/// <reference path="./ocpp-tui-scenario.d.ts" />

const { fromChargePoint, extensionFromChargePoint } = require('./lib/every-action.js');

scenario('every call of a charge point, over WebSocket', {
  checks: 'Each call of a charge point of OCPP 1.6 gets a valid result over WebSocket.',
  by: 'OCPP 1.6 §4',
}, () => fromChargePoint({ version: '1.6', transport: 'websocket' }));

scenario('every call of a charge point, over SOAP', {
  checks: 'Each call of a charge point of OCPP 1.6 gets a valid result over SOAP.',
  by: 'OCPP 1.6 §4',
}, () => fromChargePoint({ version: '1.6', transport: 'soap' }));

scenario('every call of a charge point in the security extension', {
  checks: 'Each call of the security extension gets a valid result, where the extension is supported.',
  by: 'Improved security for OCPP 1.6-J §5',
}, extensionFromChargePoint);
