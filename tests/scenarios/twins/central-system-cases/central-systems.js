// Central systems with one fault each. `about` is for docs/conformance.md; `make` returns the fault, anew for each link that a case asks for:
//
// - `answers`: action → `(payload, usual)`: what is answered instead of `usual`, or nothing to keep it
// - `calls`: action → what becomes of the payload of a call; null when it is not sent
// - `hears(action, result, underTest)`: what happens when a call was answered

const fault = (about, parts) => ({ about, make: typeof parts === 'function' ? parts : () => parts });
const refused = (code) => () => ocpp.error(code, 'a fault of the twin');

/** The answer for payloads with this, an error; the usual one for others. */
const refuses = (is, code = 'InternalError') => (payload) => (is(payload) ? ocpp.error(code, 'a fault of the twin') : undefined);

/** A tag with this status gets another one. */
const instead = (status, other) => (_, usual) =>
  (usual.idTagInfo && usual.idTagInfo.status === status ? { ...usual, idTagInfo: { status: other } } : undefined);

const tags = (answer) => ({ Authorize: answer, StartTransaction: answer });
const with_ = (fields) => (payload) => ({ ...payload, ...fields });
const without = (field) => (payload) => ({ ...payload, [field]: undefined });
const isOld = (time) => now() - Date.parse(time) > 60000;
const every = (actions, change) => Object.fromEntries(actions.map((action) => [action, change]));

const SECURITY = ['SecurityEventNotification', 'LogStatusNotification', 'SignedFirmwareStatusNotification', 'SignCertificate'];
const FIRMWARE = ['FirmwareStatusNotification', 'DiagnosticsStatusNotification'];

module.exports = {
  plain: fault('errs in nothing', {}),
  // ---- registration and the clock
  pending: fault('keeps every charge point Pending', { answers: { BootNotification: (_, usual) => ({ ...usual, status: 'Pending' }) } }),
  'a late clock': fault('has a clock that is an hour late', {
    answers: { BootNotification: (_, usual) => ({ ...usual, currentTime: new Date(now() - 3600000).toISOString() }) },
  }),
  'one boot only': fault('answers only the first boot of a charge point', () => {
    let boots = 0;
    return { answers: { BootNotification: () => (boots++ > 0 ? ocpp.error('InternalError') : undefined) } };
  }),
  'no heartbeat': fault('answers Heartbeat with an error', { answers: { Heartbeat: refused('InternalError') } }),
  // ---- tags
  'lets everybody in': fault('accepts every tag', {
    answers: tags((_, usual) => ({ ...usual, idTagInfo: { ...usual.idTagInfo, status: 'Accepted' } })),
  }),
  'lets nobody in': fault('answers Blocked to every tag', { answers: tags((_, usual) => ({ ...usual, idTagInfo: { status: 'Blocked' } })) }),
  'expired is accepted': fault('accepts an expired tag', { answers: tags(instead('Expired', 'Accepted')) }),
  'expired is Invalid': fault('answers Invalid for an expired tag', { answers: tags(instead('Expired', 'Invalid')) }),
  'blocked is Invalid': fault('answers Invalid for a blocked tag', { answers: tags(instead('Blocked', 'Invalid')) }),
  'unknown is Blocked': fault('answers Blocked for an unknown tag', { answers: tags(instead('Invalid', 'Blocked')) }),
  'start is not checked': fault('accepts every StartTransaction, whatever the tag', {
    answers: { StartTransaction: (_, usual) => ({ ...usual, idTagInfo: { status: 'Accepted' } }) },
  }),
  'no groups': fault('leaves out the group of a tag', {
    answers: tags((_, usual) => ({ ...usual, idTagInfo: { ...usual.idTagInfo, parentIdTag: undefined } })),
  }),
  // ---- transactions
  'no id': fault('answers StartTransaction without an id', {
    answers: { StartTransaction: (_, usual) => ({ ...usual, transactionId: undefined }) },
  }),
  'Authorize before a start': fault('refuses a StartTransaction without an Authorize before it', () => {
    const asked = new Set();
    return {
      answers: {
        Authorize: ({ idTag }) => { asked.add(idTag); },
        StartTransaction: ({ idTag }, usual) => (asked.delete(idTag) ? undefined : { ...usual, idTagInfo: { status: 'Invalid' } }),
      },
    };
  }),
  'late starts are refused': fault('answers a StartTransaction of the past with an error', {
    answers: { StartTransaction: refuses(({ timestamp }) => isOld(timestamp)) },
  }),
  'late ends are refused': fault('answers a StopTransaction of the past with an error', {
    answers: { StopTransaction: refuses(({ timestamp }) => isOld(timestamp)) },
  }),
  'ends at a boot': fault('forgets transactions at a boot, and answers their StopTransaction with an error', () => {
    let open = new Set();
    return {
      answers: {
        BootNotification: () => { open = new Set(); },
        StartTransaction: (_, { transactionId }) => { open.add(transactionId); },
        StopTransaction: refuses(({ transactionId }) => !open.has(transactionId)),
      },
    };
  }),
  'a tag at the end': fault('answers a StopTransaction without a tag with an error', {
    answers: { StopTransaction: refuses(({ idTag }) => idTag === undefined) },
  }),
  'no power loss': fault('does not know the reason PowerLoss', {
    answers: { StopTransaction: refuses(({ reason }) => reason === 'PowerLoss', 'PropertyConstraintViolation') },
  }),
  'no reservation at a start': fault('answers a StartTransaction with a reservation with an error', {
    answers: { StartTransaction: refuses(({ reservationId }) => reservationId !== undefined) },
  }),
  // ---- statuses
  'no lock': fault('does not know the error ConnectorLockFailure', {
    answers: { StatusNotification: refuses(({ errorCode }) => errorCode === 'ConnectorLockFailure', 'PropertyConstraintViolation') },
  }),
  'no Reserved': fault('does not know the status Reserved', {
    answers: { StatusNotification: refuses(({ status }) => status === 'Reserved', 'PropertyConstraintViolation') },
  }),
  'no connector 0': fault('answers a status of connector 0 with an error', {
    answers: { StatusNotification: refuses(({ connectorId }) => connectorId === 0) },
  }),
  'no failure of firmware': fault('answers the failed statuses of firmware with an error', {
    answers: { FirmwareStatusNotification: refuses(({ status }) => /Failed$/.test(status)) },
  }),
  'no failure of an upload': fault('answers UploadFailed with an error', {
    answers: { DiagnosticsStatusNotification: refuses(({ status }) => status === 'UploadFailed') },
  }),
  'takes all data': fault('accepts DataTransfer of every vendor', { answers: { DataTransfer: () => ({ status: 'Accepted' }) } }),
  'unknown vendor with data': fault('answers UnknownVendorId with data', {
    answers: { DataTransfer: () => ({ status: 'UnknownVendorId', data: 'please implement me' }) },
  }),
  // ---- optional profiles
  'no firmware': fault('answers NotSupported to the statuses of firmware and diagnostics', { answers: every(FIRMWARE, refused('NotSupported')) }),
  'no security': fault('answers NotImplemented to the calls of the security extension', { answers: every(SECURITY, refused('NotImplemented')) }),
  'signs nothing': fault('answers SignCertificate with Rejected', { answers: { SignCertificate: () => ({ status: 'Rejected' }) } }),
  // ---- its own calls
  'every reset is soft': fault('sends every Reset as Soft', { calls: { Reset: with_({ type: 'Soft' }) } }),
  'unlocks connector 0': fault('sends UnlockConnector for connector 0', { calls: { UnlockConnector: with_({ connectorId: 0 }) } }),
  'reads everything': fault('sends GetConfiguration without keys', { calls: { GetConfiguration: without('key') } }),
  'reads one key': fault('sends GetConfiguration with a key', { calls: { GetConfiguration: with_({ key: ['NumberOfConnectors'] }) } }),
  'a unit in the value': fault('adds a unit to the value of a key', {
    calls: { ChangeConfiguration: (payload) => ({ ...payload, value: `${payload.value} s` }) },
  }),
  'a number as value': fault('sends the value of a key as a number', {
    calls: { ChangeConfiguration: (payload) => ({ ...payload, value: Number(payload.value) }) },
  }),
  'another tag': fault('starts from afar with a tag of its own', { calls: { RemoteStartTransaction: with_({ idTag: 'BACKEND' }) } }),
  'another transaction': fault('stops from afar the transaction after the one that was chosen', {
    calls: { RemoteStopTransaction: (payload) => ({ transactionId: payload.transactionId + 1 }) },
  }),
  'clears with a field': fault('sends ClearCache with a field', { calls: { ClearCache: () => ({ all: true }) } }),
  'ends in the past': fault('sends reservations that have expired', {
    calls: { ReserveNow: with_({ expiryDate: '2020-01-01T00:00:00Z' }) },
  }),
  'reserves without a group': fault('leaves the group out of a reservation', { calls: { ReserveNow: without('parentIdTag') } }),
  'reserves connector 1': fault('reserves connector 1 instead of any', { calls: { ReserveNow: with_({ connectorId: 1 }) } }),
  'cancels another': fault('cancels the reservation after the one that was chosen', {
    calls: { CancelReservation: (payload) => ({ reservationId: payload.reservationId + 1 }) },
  }),
  'no status of a tag': fault('sends full lists without what each tag may do', {
    calls: {
      SendLocalList: (payload) => (payload.updateType === 'Full'
        ? { ...payload, localAuthorizationList: payload.localAuthorizationList.map(({ idTag }) => ({ idTag })) } : payload),
    },
  }),
  'one version': fault('gives every local list the version 1', { calls: { SendLocalList: with_({ listVersion: 1 }) } }),
  'full lists': fault('sends every local list as Full', { calls: { SendLocalList: with_({ updateType: 'Full' }) } }),
  'no date': fault('leaves the time out of UpdateFirmware', { calls: { UpdateFirmware: without('retrieveDate') } }),
  'a path': fault('sends the location of diagnostics as a path', { calls: { GetDiagnostics: with_({ location: '/var/ftp' }) } }),
  'triggers heartbeats': fault('triggers a Heartbeat whatever is wanted', { calls: { TriggerMessage: () => ({ requestedMessage: 'Heartbeat' }) } }),
  'no transaction in a profile': fault('leaves the transaction out of a profile for one', {
    calls: {
      SetChargingProfile: (payload) => ({ ...payload, csChargingProfiles: { ...payload.csChargingProfiles, transactionId: undefined } }),
    },
  }),
  'default profiles': fault('gives every profile the purpose TxDefaultProfile', {
    calls: {
      SetChargingProfile: (payload) => ({
        ...payload, csChargingProfiles: { ...payload.csChargingProfiles, chargingProfilePurpose: 'TxDefaultProfile' },
      }),
      RemoteStartTransaction: (payload) => (payload.chargingProfile
        ? { ...payload, chargingProfile: { ...payload.chargingProfile, chargingProfilePurpose: 'TxDefaultProfile' } } : payload),
    },
  }),
  'starts without a profile': fault('leaves the profile out of a remote start', { calls: { RemoteStartTransaction: without('chargingProfile') } }),
  'no first period': fault('begins schedules a minute late', {
    calls: {
      SetChargingProfile: (payload) => {
        payload.csChargingProfiles.chargingSchedule.chargingSchedulePeriod[0].startPeriod = 60;
        return payload;
      },
    },
  }),
  'no duration': fault('asks for a composite schedule of no time', { calls: { GetCompositeSchedule: with_({ duration: 0 }) } }),
  'clears another': fault('clears the profile after the one that was chosen', { calls: { ClearChargingProfile: ({ id }) => ({ id: id + 1 }) } }),
  'another hash': fault('deletes a certificate with another serial number', {
    calls: {
      DeleteCertificate: ({ certificateHashData }) => ({ certificateHashData: { ...certificateHashData, serialNumber: '12' } }),
    },
  }),
  'one kind of root': fault('installs every certificate as CentralSystemRootCertificate', {
    calls: { InstallCertificate: with_({ certificateType: 'CentralSystemRootCertificate' }) },
  }),
  'base64 without PEM': fault('sends certificates without the lines of PEM', {
    calls: {
      InstallCertificate: (payload) => ({ ...payload, certificate: 'MIIBmDCCAT6gAwIBAgIBETAKBggqhkjOPQQDAjAr' }),
      CertificateSigned: () => ({ certificateChain: 'MIIBmDCCAT6gAwIBAgIBETAKBggqhkjOPQQDAjAr' }),
    },
  }),
  'no certificate': fault('signs a request, and never sends the certificate', { calls: { CertificateSigned: () => null } }),
  'the other log': fault('fetches the DiagnosticsLog when the SecurityLog is wanted', { calls: { GetLog: with_({ logType: 'DiagnosticsLog' }) } }),
  'no signature': fault('leaves the signature out of SignedUpdateFirmware', {
    calls: { SignedUpdateFirmware: (payload) => ({ ...payload, firmware: { ...payload.firmware, signature: undefined } }) },
  }),
  'hangs up when refused': fault('closes the link when a call of its own is refused', {
    hears: async (_, { status, listVersion }, underTest) => {
      if (listVersion === -1 || /^(Rejected|Not\w+|Failed|Faulted|Occupied|Unavailable|UnlockFailed)$/.test(status)) await underTest.disconnect();
    },
  }),
};
