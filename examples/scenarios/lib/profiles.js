// The feature profiles of OCPP 1.6 (§3.2): the calls of Core, which every side has, and calls of the other profiles, which a side
// need not have if it says so. This file is not a scenario.
/// <reference path="../ocpp-tui-scenario.d.ts" />

/** The calls that every side must support, in both directions. */
const core = ['Authorize', 'BootNotification', 'DataTransfer', 'Heartbeat', 'MeterValues', 'StartTransaction',
  'StatusNotification', 'StopTransaction', 'ChangeAvailability', 'ChangeConfiguration', 'ClearCache',
  'GetConfiguration', 'RemoteStartTransaction', 'RemoteStopTransaction', 'Reset', 'UnlockConnector'];

/** Whether an error says that the action is not supported (OCPP-J 1.6 §4.2.3). */
function isUnsupported(error) {
  return error instanceof CallError && (error.code === 'NotImplemented' || error.code === 'NotSupported');
}

/** Makes a call of an optional profile; skips the scenario if the peer says that it does not have the action. */
async function callOptional(link, action, payload, expected) {
  try {
    return await link.call(action, payload, expected);
  } catch (error) {
    if (isUnsupported(error)) {
      skip(`${action} is not supported there: ${error.code}`);
    }
    throw error;
  }
}

module.exports = { core, isUnsupported, callOptional };
