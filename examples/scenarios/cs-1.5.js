// Every call that a central system of OCPP 1.5 may send. Each must get a valid result from the charge point under
// test. The charge point is asked to restart and to download firmware, so it should be a charge point that
// is not in use.
//
// With a foreign charge point that is configured to connect to this address:
//
//   ocpp-tui test cs-1.5.js --listen 0.0.0.0:9000 --identity CP1
//
// Scenarios for the other transport are skipped.
// --set 'without=["ReserveNow"]' leaves out what the charge point does not have.
/// <reference path="./ocpp-tui-scenario.d.ts" />

const { fromCentralSystem } = require('./lib/every-action.js');

scenario('every call of a central system, over WebSocket', {
  checks: 'Each call of a central system of OCPP 1.5 gets a valid result over WebSocket.',
  by: 'OCPP 1.5, operations initiated by the central system',
}, () => fromCentralSystem({ version: '1.5', transport: 'websocket' }));

scenario('every call of a central system, over SOAP', {
  checks: 'Each call of a central system of OCPP 1.5 gets a valid result over SOAP.',
  by: 'OCPP 1.5, operations initiated by the central system',
}, () => fromCentralSystem({ version: '1.5', transport: 'soap' }));
