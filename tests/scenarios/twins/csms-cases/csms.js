// CSMSs of OCPP 2.x with one fault each. `about` is for docs/conformance-2.md; `fails` are the cases about the fault, and no others may fail;
// `make` returns the fault, anew for each link that a case asks for:
//
// - `answers`: action → `(payload, usual)`: what is answered instead of `usual`, or nothing to keep it
// - `calls`: action → what becomes of the payload of a call; null when it is not sent

const fault = (about, fails, parts) => ({
  about, fails: fails.split(/\s+/).filter((id) => id !== ''), make: typeof parts === 'function' ? parts : () => parts,
});
const with_ = (fields) => (payload) => ({ ...payload, ...fields });
const without = (field) => (payload) => ({ ...payload, [field]: undefined });
const refuses = (is, code = 'InternalError') => (payload) => (is(payload) ? ocpp.error(code, 'a fault of the twin') : undefined);
const tokens = (answer) => ({ Authorize: answer, TransactionEvent: answer });

/** The information about a token, changed where there is one. */
const info = (change) => tokens((_, usual) => (usual.idTokenInfo ? { ...usual, idTokenInfo: change(usual.idTokenInfo) } : undefined));

/** The profile in a call, changed. */
const profile = (change) => ({
  SetChargingProfile: (payload) => ({ ...payload, chargingProfile: change(payload.chargingProfile) }),
  RequestStartTransaction: (payload) => (payload.chargingProfile ? { ...payload, chargingProfile: change(payload.chargingProfile) } : payload),
});

/** The cases in which a token must be accepted by an event. */
const WITH_TOKEN = `
  B_21 B_22 B_26 B_27 B_103 C_08 C_20 C_39 C_47 C_48 C_49 C_103 C_118 C_119 C_120 E_01 E_02 E_03 E_04 E_09 E_10 E_11 E_12 E_38 E_07 E_08 E_14
  E_15 E_17 E_19 E_20 E_22 E_39 E_16 E_21 E_26 E_53 E_29 E_30 E_31 E_33 E_34 E_106 E_107 E_108 E_109 E_110 E_111 E_113 F_01 F_02 F_03 F_04
  F_13 F_14 F_24 G_11 G_14 G_17 H_01 H_08 H_15 H_19 I_01 I_02 I_113 I_114 I_115 I_122 J_02 J_03 J_09 J_10 J_11 J_08 K_60 K_37 K_51 K_52 K_53
  K_55 K_118 L_13 O_06 O_10 O_27 O_28`;

/** Those in which any token must be accepted. */
const WITH_ANY_TOKEN = `
  B_21 B_22 B_26 B_27 B_103 C_02 C_07 C_08 C_20 C_39 C_47 C_48 C_49 C_50 C_52 C_103 C_104 C_118 C_119 C_120 E_01 E_02 E_03 E_04 E_09 E_10 E_11
  E_12 E_38 E_07 E_08 E_14 E_15 E_17 E_19 E_20 E_22 E_39 E_21 E_26 E_53 E_29 E_30 E_31 E_33 E_34 E_106 E_107 E_108 E_109 E_110 E_111 E_113
  F_01 F_02 F_03 F_04 F_13 F_14 F_24 G_11 G_14 G_17 H_01 H_08 H_15 H_19 I_01 I_02 I_109 I_113 I_114 I_115 I_122 J_02 J_03 J_09 J_10 J_11 J_08
  K_60 K_37 K_51 K_52 K_53 K_55 K_118 L_13 O_06 O_10 O_27 O_28`;

module.exports = {
  plain: fault('errs in nothing', '', {}),
  // ---- registration
  'a late clock': fault('has a clock that is an hour late', 'B_01 B_02 B_30 B_31 B_20 B_21 B_22 B_103 B_104 L_01 L_02 L_03 N_49', {
    answers: { BootNotification: (_, usual) => ({ ...usual, currentTime: new Date(now() - 3600000).toISOString() }) },
  }),
  'all may speak': fault('takes everything from a station that is Pending', 'B_30', { answers: { StatusNotification: () => ({}) } }),
  'accepts at once': fault('accepts every boot, also one that it should let wait', 'B_02 B_30 B_31', {
    answers: { BootNotification: (_, usual) => ({ ...usual, status: 'Accepted' }) },
  }),
  // ---- variables, reports and resets
  'one variable': fault('reads and sets one variable in a call', 'B_07 B_08 B_10', {
    calls: {
      GetVariables: ({ getVariableData }) => ({ getVariableData: getVariableData.slice(0, 1) }),
      SetVariables: ({ setVariableData }) => ({ setVariableData: setVariableData.slice(0, 1) }),
    },
  }),
  'full inventory': fault('asks for FullInventory, whatever is wanted', 'B_12 B_14', { calls: { GetBaseReport: with_({ reportBase: 'FullInventory' }) } }),
  'every reset at once': fault('sends every Reset as Immediate', 'B_20 B_21 B_25 B_26 B_103 B_104', { calls: { Reset: with_({ type: 'Immediate' }) } }),
  'no EVSE in a reset': fault('resets the station in place of an EVSE', 'B_25 B_26 B_27', { calls: { Reset: without('evseId') } }),
  // ---- tokens
  'lets everybody in': fault('accepts every token', 'C_02 C_06 C_07 C_20 C_104 E_16', { answers: info((idTokenInfo) => ({ ...idTokenInfo, status: 'Accepted' })) }),
  'lets nobody in': fault('answers Blocked to every token', WITH_ANY_TOKEN, { answers: info(() => ({ status: 'Blocked' })) }),
  'expired is Blocked': fault('answers Blocked for an expired token', 'C_07', {
    answers: info((idTokenInfo) => ({ ...idTokenInfo, status: idTokenInfo.status === 'Expired' ? 'Blocked' : idTokenInfo.status })),
  }),
  'no groups': fault('leaves out the group of a token', 'C_39 C_47 C_48 C_49', { answers: info(({ groupIdToken, ...idTokenInfo }) => idTokenInfo) }),
  'silent about tokens': fault('says nothing of the token of an event', WITH_TOKEN, { answers: { TransactionEvent: () => ({ idTokenInfo: undefined }) } }),
  'full lists': fault('sends every local list as Full', 'D_02 D_03 N_46', { calls: { SendLocalList: with_({ updateType: 'Full' }) } }),
  'no status of a token': fault('sends lists without what each token may do', 'C_40 C_43 D_01 D_02', {
    calls: {
      SendLocalList: (payload) => ({
        ...payload,
        localAuthorizationList: payload.localAuthorizationList && payload.localAuthorizationList.map(({ idToken }) => ({ idToken })),
      }),
    },
  }),
  // ---- transactions
  'numbers go on': fault('refuses a second transaction that begins with the number 0', 'E_53', () => {
    const seen = new Set();
    const second = ({ seqNo, transactionInfo: { transactionId } }) => {
      const other = seen.size > 0 && !seen.has(transactionId);
      seen.add(transactionId);
      return other && seqNo === 0;
    };
    return { answers: { TransactionEvent: refuses(second) } };
  }),
  'no offline events': fault('answers an event that was made offline with an error', 'E_29 E_33', {
    answers: { TransactionEvent: refuses(({ offline }) => offline === true) },
  }),
  'no car before the cable': fault('does not know the trigger EVDetected', 'E_12', {
    answers: { TransactionEvent: refuses(({ triggerReason }) => triggerReason === 'EVDetected', 'PropertyConstraintViolation') },
  }),
  'another transaction': fault('stops and asks about another transaction than the one that was chosen', 'E_21 E_29 E_30 E_31 I_01', {
    calls: {
      RequestStopTransaction: () => ({ transactionId: 'another' }),
      GetTransactionStatus: ({ transactionId }) => (transactionId ? { transactionId: 'another' } : {}),
      CostUpdated: with_({ transactionId: 'another' }),
    },
  }),
  'another token': fault('starts from afar with a token of its own', 'F_01 F_02 F_03 F_04 K_37', {
    calls: { RequestStartTransaction: with_({ idToken: { idToken: 'BACKEND', type: 'Central' } }) },
  }),
  'heartbeats only': fault('triggers a Heartbeat, whatever is wanted', 'A_11 A_12 A_14 B_02 B_31 F_11 F_12 F_15 F_18 F_23 F_13 F_14 F_24 F_100', { calls: { TriggerMessage: () => ({ requestedMessage: 'Heartbeat' }) } }),
  'everything or nothing': fault('changes the availability of the whole station only', 'G_03 G_04 G_11 G_07 G_08 G_17', { calls: { ChangeAvailability: without('evse') } }),
  // ---- reservations
  'ends in the past': fault('sends reservations that have expired', 'H_01 H_07 H_08 H_14 H_15 H_17 H_19 H_20 H_22', { calls: { ReserveNow: with_({ expiryDateTime: '2020-01-01T00:00:00Z' }) } }),
  'reserves EVSE 1': fault('reserves EVSE 1 in place of any', 'H_08 H_14 H_15', { calls: { ReserveNow: with_({ evseId: 1 }) } }),
  'cancels another': fault('cancels the reservation after the one that was chosen', 'H_17', {
    calls: { CancelReservation: ({ reservationId }) => ({ reservationId: reservationId + 1 }) },
  }),
  // ---- profiles
  'no first period': fault('begins schedules a minute late', 'K_01 K_02 K_03 K_10 K_19 K_100 K_102 K_104 K_106 K_15 K_04 K_70 K_60 K_37 K_53 K_55 K_121', {
    calls: profile((it) => ({
      ...it,
      chargingSchedule: it.chargingSchedule.map((schedule) => ({
        ...schedule, chargingSchedulePeriod: schedule.chargingSchedulePeriod.map((period) => ({ ...period, startPeriod: 60 })),
      })),
    })),
  }),
  'default profiles': fault('gives every profile the purpose TxDefaultProfile', 'K_02 K_03 K_104 K_60 K_37 K_53 K_55', {
    calls: profile((it) => ({ ...it, chargingProfilePurpose: 'TxDefaultProfile' })),
  }),
  'new ids': fault('gives every profile another id', 'K_04', () => {
    let last = 1000;
    return { calls: profile((it) => ({ ...it, id: ++last })) };
  }),
  // ---- firmware, certificates, logs
  'no signature': fault('leaves the signature out of UpdateFirmware', 'L_01 L_02 L_03 L_06 L_07 L_08 L_09 L_04 L_05 L_10 L_11 L_13', {
    calls: { UpdateFirmware: (payload) => ({ ...payload, firmware: { ...payload.firmware, signature: undefined } }) },
  }),
  'one request': fault('gives every request the id 1', 'L_10 L_11 N_36', {
    calls: Object.fromEntries(['UpdateFirmware', 'GetLog', 'GetMonitoringReport'].map((action) => [action, with_({ requestId: 1 })])),
  }),
  'one root': fault('installs every certificate as CSMSRootCertificate', 'M_02 M_03 M_04 M_101', { calls: { InstallCertificate: with_({ certificateType: 'CSMSRootCertificate' }) } }),
  'no OCSP': fault('fails to get the status of a certificate', 'M_24', { answers: { GetCertificateStatus: () => ({ status: 'Failed', ocspResult: undefined }) } }),
  'the other log': fault('fetches the DiagnosticsLog when another one is wanted', 'N_35 N_100', { calls: { GetLog: with_({ logType: 'DiagnosticsLog' }) } }),
  'too severe': fault('sets monitors with the severity 10', 'N_08 N_09 N_24 N_105', {
    calls: { SetVariableMonitoring: ({ setMonitoringData: data }) => ({ setMonitoringData: data.map((one) => ({ ...one, severity: 10 })) }) },
  }),
  'never forgets': fault('asks for no information to be cleared', 'N_30 N_31 N_32 N_62 N_63 N_46', { calls: { CustomerInformation: with_({ clear: false }) } }),
  // ---- messages and data
  'no transaction on displays': fault('leaves the transaction out of a message', 'O_06 O_10 O_27 O_28', {
    calls: { SetDisplayMessage: ({ message }) => ({ message: { ...message, transactionId: undefined } }) },
  }),
  'takes all data': fault('accepts DataTransfer of every vendor', 'P_02', { answers: { DataTransfer: () => ({ status: 'Accepted' }) } }),
  'no customData': fault('refuses calls with customData', 'P_03', {
    answers: { Heartbeat: refuses(({ customData }) => customData !== undefined, 'PropertyConstraintViolation') },
  }),
};
