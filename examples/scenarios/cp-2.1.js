// Every call that a charging station of OCPP 2.1 may send. Each must get a valid result from the CSMS under test.
//
// Against a foreign CSMS, at which the station CP1 and the token TAG1 are registered:
//
//   ocpp-tui test cp-2.1.js --url ws://host:9000/ocpp --identity CP1 --set idTag=TAG1
//
// --set 'without=["DataTransfer"]' leaves out what the CSMS does not have.
/// <reference path="./ocpp-tui-scenario.d.ts" />

const { fromStation } = require('./lib/every-action-2.js');

scenario('every call of a charging station', {
  checks: 'Each call of a charging station of OCPP 2.1 gets a valid result.',
  by: 'OCPP 2.1 part 2, messages',
}, () => fromStation('2.1'));
