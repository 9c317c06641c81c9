/// <reference path="../../ocpp-tui-scenario.d.ts" />

scenario('a new password', {
  id: 'TC_073_CS', area: 'security', profiles: ['Security'],
  checks: 'After a change of AuthorizationKey the charge point connects with the new password.',
  by: 'Improved security for OCPP 1.6-J A01',
  skip: 'scenarios cannot see yet with which password a charge point connects',
}, () => {});
