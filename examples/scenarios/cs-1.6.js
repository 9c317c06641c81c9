// Every call that a central system of OCPP 1.6 may send. Each must get a valid result from the charge point under
// test. The charge point is asked to restart and to download firmware, so it should be a charge point that
// is not in use.
//
// With a foreign charge point that is configured to connect to this address:
//
//   ocpp-tui test cs-1.6.js --listen 0.0.0.0:9000 --identity CP1
//
// Scenarios for the other transport are skipped.
// --set 'without=["ReserveNow"]' leaves out what the charge point does not have.
/// <reference path="./ocpp-tui-scenario.d.ts" />

const { fromCentralSystem, extensionFromCentralSystem } = require('./lib/every-action.js');

scenario('every call of a central system, over WebSocket', {
  checks: 'Each call of a central system of OCPP 1.6 gets a valid result over WebSocket.',
  by: 'OCPP 1.6 §5',
}, () => fromCentralSystem({ version: '1.6', transport: 'websocket' }));

scenario('every call of a central system, over SOAP', {
  checks: 'Each call of a central system of OCPP 1.6 gets a valid result over SOAP.',
  by: 'OCPP 1.6 §5',
}, () => fromCentralSystem({ version: '1.6', transport: 'soap' }));

scenario('every call of a central system in the security extension', {
  checks: 'Each call of the security extension gets a valid result, where the extension is supported.',
  by: 'Improved security for OCPP 1.6-J §5',
}, extensionFromCentralSystem);
