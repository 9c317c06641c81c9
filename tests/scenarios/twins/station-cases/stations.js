// Charging stations of OCPP 2.x with one fault each. `about` is for docs/conformance-2.md; `fails` are the cases about the fault, and no others
// of `blocks` may fail, by the first letters of their files; `make` returns the fault, anew for each case:
//
// - `results`: action → `(result, payload)`: what the station answers in place of its result
// - `sends`: action → what becomes of the payload of a call; null when it is not sent

const fault = (about, blocks, fails, parts) => ({
  about, blocks, fails: fails.split(/\s+/).filter((id) => id !== ''), make: typeof parts === 'function' ? parts : () => parts,
});
const nothing = () => null;
const with_ = (fields) => (payload) => ({ ...payload, ...fields });
const without = (field) => ({ [field]: gone, ...payload }) => payload;

/** A status in place of another one. */
const instead = (wrong, ...right) => (result) => (right.includes(result.status) ? { ...result, status: wrong } : result);

/** The results about variables, each changed. */
const variables = (change) => ({
  GetVariables: (result) => ({ getVariableResult: result.getVariableResult.map(change) }),
  SetVariables: (result) => ({ setVariableResult: result.setVariableResult.map(change) }),
});

module.exports = {
  plain: fault('has no fault', 'I', '', {}),
  // ---- provisioning
  'no statuses': fault('tells no status of a connector', 'BG', `
    B_01 B_02 B_03 B_30 B_51 B_52 B_20 B_21 B_22 B_23 B_24 B_25 B_41 G_01 G_02 G_03 G_04 G_10 G_11 G_18 G_05 G_06 G_13 G_14 G_21 G_07
    G_08 G_16 G_17 G_19 G_20`, { sends: { StatusNotification: nothing, NotifyEvent: nothing } }),
  'no heartbeats': fault('sends no heartbeat', 'BF', 'B_01 F_20', { sends: { Heartbeat: nothing } }),
  'unknown is Rejected': fault('answers Rejected about variables that it does not have', 'B', 'B_32 B_33 B_35 B_36', {
    results: variables((one) => (one.attributeStatus.startsWith('Unknown') ? { ...one, attributeStatus: 'Rejected' } : one)),
  }),
  'takes every value': fault('says that each variable was set', 'B', 'B_11 B_35 B_36 B_37 B_39', {
    results: { SetVariables: (result) => ({ setVariableResult: result.setVariableResult.map((one) => ({ ...one, attributeStatus: 'Accepted' })) }) },
  }),
  'one number': fault('gives every part of a report the number 0', 'B', 'B_12 B_13 B_53 B_16', { sends: { NotifyReport: with_({ seqNo: 0 }) } }),
  'reports more': fault('reports more than was asked for', 'B', 'B_17 B_18 B_54 B_55', {
    sends: {
      NotifyReport: (payload) => ({
        ...payload,
        reportData: [...(payload.reportData || []), {
          component: { name: 'Other' }, variable: { name: 'Other' }, variableAttribute: [{ value: '1' }], variableCharacteristics: {},
        }],
      }),
    },
  }),
  'at once': fault('says that a reset was Accepted when it is Scheduled', 'B', 'B_21 B_26 B_41', { results: { Reset: instead('Accepted', 'Scheduled') } }),
  // ---- authorization
  'asks nobody': fault('sends no Authorize', 'C', `
    C_02 C_06 C_07 C_56 C_05 C_08 C_13 C_09 C_10 C_11 C_12 C_16 C_17 C_32 C_33 C_34 C_36 C_37 C_46 C_57 C_41 C_45`, { sends: { Authorize: nothing } }),
  'clears nothing': fault('refuses to clear its cache', 'C', `
    C_08 C_13 C_09 C_10 C_11 C_12 C_16 C_17 C_32 C_33 C_34 C_36 C_37 C_46 C_57 C_41`, { results: { ClearCache: () => ({ status: 'Rejected' }) } }),
  'any list': fault('takes lists of every version', 'D', 'D_06', { results: { SendLocalList: instead('Accepted', 'VersionMismatch') } }),
  'no versions': fault('tells version 0 of every list', 'D', 'D_01 D_02 D_03 D_05 D_06 D_07 D_08', { results: { GetLocalListVersion: () => ({ versionNumber: 0 }) } }),
  // ---- transactions
  'counts not': fault('gives every event the number 0', 'E', `
    E_01 E_09 E_10 E_11 E_03 E_04 E_06 E_07 E_08 E_14 E_15 E_17 E_20 E_22 E_37 E_50 E_51 E_40 E_43`, { sends: { TransactionEvent: with_({ seqNo: 0 }) } }),
  'no mark': fault('does not say which events were offline', 'E', 'E_40 E_43 E_44 E_45', { sends: { TransactionEvent: without('offline') } }),
  'no token in events': fault('names no token in events', 'CE', 'C_08 C_34 C_26 C_39 E_01 E_10 E_03', { sends: { TransactionEvent: without('idToken') } }),
  'always local': fault('tells the reason Local for every end', 'CEF', 'C_49 E_05 E_39 E_17 E_20 E_22 E_37 E_21 E_35 E_16 F_04 F_08', {
    sends: {
      TransactionEvent: (payload) => (payload.eventType === 'Ended'
        ? { ...payload, transactionInfo: { ...payload.transactionInfo, stoppedReason: 'Local' } } : payload),
    },
  }),
  'always ongoing': fault('tells that every transaction is ongoing', 'E', 'E_28 E_32 E_34 E_31', {
    results: { GetTransactionStatus: (result) => ({ ...result, ongoingIndicator: true }) },
  }),
  'never waits': fault('tells that no message waits', 'E', 'E_29 E_31 E_33', { results: { GetTransactionStatus: with_({ messagesInQueue: false }) } }),
  // ---- remote control and availability
  'no request': fault('does not name the request of a remote start', 'F', 'F_01 F_02 F_03', {
    sends: { TransactionEvent: ({ transactionInfo: { remoteStartId, ...info }, ...payload }) => ({ ...payload, transactionInfo: info }) },
  }),
  'stops anything': fault('accepts a remote stop of every transaction', 'F', 'F_09', { results: { RequestStopTransaction: instead('Accepted', 'Rejected') } }),
  'always unlocked': fault('answers Unlocked for every connector', 'F', 'F_05 F_10', { results: { UnlockConnector: () => ({ status: 'Unlocked' }) } }),
  'every trigger': fault('accepts every trigger', 'F', 'F_26 F_100', { results: { TriggerMessage: () => ({ status: 'Accepted' }) } }),
  'no context': fault('gives readings that were triggered no context', 'F', 'F_11 F_12 F_13', {
    sends: Object.fromEntries(['MeterValues', 'TransactionEvent'].map((action) => [action, (payload) => ({
      ...payload,
      ...(payload.meterValue && {
        meterValue: payload.meterValue.map((one) => ({
          ...one, sampledValue: one.sampledValue.map(({ context, ...value }) => (context === 'Trigger' ? value : { context, ...value })),
        })),
      }),
    })])),
  }),
  'changes at once': fault('says that a change of availability was Accepted when it is Scheduled', 'G', 'G_11 G_14 G_17', {
    results: { ChangeAvailability: instead('Accepted', 'Scheduled') },
  }),
  // ---- reservations
  'reserves everything': fault('accepts every reservation', 'H', 'H_03 H_04 H_06 H_09 H_10 H_12 H_14 H_16 H_22', { results: { ReserveNow: () => ({ status: 'Accepted' }) } }),
  'no reservation in events': fault('names no reservation in events', 'H', 'H_01 H_08 H_15 H_19', { sends: { TransactionEvent: without('reservationId') } }),
  'says no end': fault('does not tell the end of a reservation', 'H', 'H_07 H_21', { sends: { ReservationStatusUpdate: nothing } }),
  'cancels everything': fault('accepts to cancel reservations that are not there', 'H', 'H_18', { results: { CancelReservation: () => ({ status: 'Accepted' }) } }),
  // ---- readings and profiles
  'no readings': fault('sends events without readings', 'J', 'J_02 J_03 J_07 J_09 J_10', { sends: { TransactionEvent: without('meterValue') } }),
  'takes every profile': fault('accepts every profile', 'K', 'K_02', { results: { SetChargingProfile: () => ({ status: 'Accepted' }) } }),
  'clears every profile': fault('says that profiles were cleared that are not there', 'K', 'K_07 K_08', { results: { ClearChargingProfile: () => ({ status: 'Accepted' }) } }),
  'no limit': fault('tells a composite schedule without its profiles', 'K', 'K_01 K_09 K_37 K_40 K_41', {
    results: {
      GetCompositeSchedule: (result) => (result.schedule
        ? { ...result, schedule: { ...result.schedule, chargingSchedulePeriod: [{ startPeriod: 0, limit: 32 }] } } : result),
    },
  }),
  // ---- firmware, certificates, monitors
  'verifies nothing': fault('does not tell that a signature was verified', 'L', 'L_01', {
    sends: { FirmwareStatusNotification: (payload) => (payload.status === 'SignatureVerified' ? null : payload) },
  }),
  'no security events': fault('sends no security event', 'LM', 'L_05 L_06 A_14', { sends: { SecurityEventNotification: nothing } }),
  'deletes everything': fault('says that certificates were deleted that are not there', 'M', 'M_22', { results: { DeleteCertificate: () => ({ status: 'Accepted' }) } }),
  'every monitor': fault('accepts every monitor', 'N', 'N_11 N_12 N_13', {
    results: { SetVariableMonitoring: (result) => ({ setMonitoringResult: result.setMonitoringResult.map((one, id) => ({ id, ...one, status: 'Accepted' })) }) },
  }),
  'never over': fault('does not tell that an alert is over', 'N', 'N_20', {
    sends: { NotifyEvent: (payload) => ({ ...payload, eventData: payload.eventData.map(({ cleared, ...one }) => one) }) },
  }),
  'knows customers': fault('reports every customer as known', 'N', 'N_30 N_32', {
    sends: { NotifyCustomerInformation: (payload) => ({ ...payload, data: `${payload.data} TAG1` }) },
  }),
  'forgets messages': fault('tells no display message', 'O', 'O_01 O_02 O_07 O_08 O_09 O_06 O_12 O_13 O_14', { sends: { NotifyDisplayMessages: with_({ messageInfo: [] }) } }),
  'takes all data': fault('accepts DataTransfer of every vendor', 'I', 'P_01', { results: { DataTransfer: () => ({ status: 'Accepted' }) } }),
};
