// Every call that a CSMS of OCPP 2.1 may send. Each must get a valid result from the charging station under test.
//
// Against a foreign station, which connects to port 9000 of this machine:
//
//   ocpp-tui test cs-2.1.js --listen 9000 --identity CP1 --set idTag=TAG1
//
// --set 'without=["ReserveNow"]' leaves out what the station does not have. The station restarts at the end.
/// <reference path="./ocpp-tui-scenario.d.ts" />

const { fromCsms } = require('./lib/every-action-2.js');

scenario('every call of a CSMS', {
  checks: 'Each call of a CSMS of OCPP 2.1 gets a valid result.',
  by: 'OCPP 2.1 part 2, messages',
}, () => fromCsms('2.1'));
