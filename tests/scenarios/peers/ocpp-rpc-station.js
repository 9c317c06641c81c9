// A charge point with the package `ocpp-rpc` of npm, which checks every message by schemas of its own: Core and RemoteTrigger, two sockets,
// and no hands. It connects to `ws://127.0.0.1:PORT/CP1`, PORT is its argument, and ends with its input.

const { RPCClient, createRPCError } = require('ocpp-rpc');

const ENERGY = 'Energy.Active.Import.Register';
const FIXED = { GetConfigurationMaxKeys: '50', NumberOfConnectors: '2', SupportedFeatureProfiles: 'Core,RemoteTrigger' };
const NUMBERS = {
  ClockAlignedDataInterval: '0', ConnectionTimeOut: '30', HeartbeatInterval: '300', MeterValueSampleInterval: '60', ResetRetries: '1',
  TransactionMessageAttempts: '3', TransactionMessageRetryInterval: '5',
};
const FLAGS = {
  AuthorizationCacheEnabled: 'true', AuthorizeRemoteTxRequests: 'false', LocalAuthorizeOffline: 'true', LocalPreAuthorize: 'false',
  StopTransactionOnEVSideDisconnect: 'true', StopTransactionOnInvalidId: 'true', UnlockConnectorOnEVSideDisconnect: 'true',
};
const TEXTS = {
  ConnectorPhaseRotation: 'NotApplicable', MeterValuesAlignedData: ENERGY, MeterValuesSampledData: ENERGY, StopTxnAlignedData: '',
  StopTxnSampledData: '',
};
const values = { ...FIXED, ...NUMBERS, ...FLAGS, ...TEXTS };
const operative = { 0: true, 1: true, 2: true };

const client = new RPCClient({
  endpoint: `ws://127.0.0.1:${process.argv[2]}`, identity: 'CP1', protocols: ['ocpp1.6'], strictMode: true,
  backoff: { initialDelay: 100, maxDelay: 300 },
});
const time = () => new Date().toISOString();
const identity = { chargePointVendor: 'Sockets', chargePointModel: 'Rpc' };
const tell = (connectorId) => client.call('StatusNotification', {
  connectorId, errorCode: 'NoError', status: operative[connectorId] ? 'Available' : 'Unavailable', timestamp: time(),
});
const meter = (connectorId) => client.call('MeterValues', {
  connectorId, meterValue: [{ timestamp: time(), sampledValue: [{ value: '1000', context: 'Trigger', measurand: ENERGY, unit: 'Wh' }] }],
});

async function boot() {
  await client.call('BootNotification', identity);
  for (const connectorId of [0, 1, 2]) await tell(connectorId);
}

/** What follows an answer; a lost link is no fault. */
const later = (run) => setTimeout(() => run().catch((error) => console.error(String(error))), 20);

client.handle('GetConfiguration', ({ params: { key = [] } }) => {
  const names = Object.keys(values);
  const find = (wanted) => names.find((name) => name.toLowerCase() === wanted.toLowerCase());
  const known = key.length > 0 ? key.map(find).filter(Boolean) : names;
  return {
    configurationKey: known.map((name) => ({ key: name, readonly: name in FIXED, value: values[name] })),
    unknownKey: key.filter((name) => !find(name)),
  };
});
client.handle('ChangeConfiguration', ({ params: { key, value } }) => {
  if (!(key in values)) return { status: 'NotSupported' };
  const fits = key in TEXTS || (key in FLAGS && /^(true|false)$/i.test(value)) || (key in NUMBERS && /^\d+$/.test(value));
  if (fits) values[key] = value;
  return { status: fits ? 'Accepted' : 'Rejected' };
});
client.handle('Reset', () => {
  later(async () => {
    await client.close({ code: 1000, awaitPending: true });
    await dial();
  });
  return { status: 'Accepted' };
});
client.handle('ChangeAvailability', ({ params: { connectorId, type } }) => {
  if (!(connectorId in operative)) return { status: 'Rejected' };
  operative[connectorId] = type === 'Operative';
  later(() => tell(connectorId));
  return { status: 'Accepted' };
});
client.handle('TriggerMessage', ({ params: { requestedMessage, connectorId } }) => {
  if (connectorId > 2) return { status: 'Rejected' };
  const chosen = connectorId ? [connectorId] : [1, 2];
  const sends = {
    BootNotification: () => client.call('BootNotification', identity),
    Heartbeat: () => client.call('Heartbeat', {}),
    StatusNotification: () => Promise.all(chosen.map(tell)),
    MeterValues: () => Promise.all(chosen.map(meter)),
  }[requestedMessage];
  if (!sends) return { status: 'NotImplemented' };
  later(sends);
  return { status: 'Accepted' };
});
client.handle('UnlockConnector', ({ params: { connectorId } }) => ({ status: connectorId > 2 ? 'NotSupported' : 'Unlocked' }));
client.handle('RemoteStartTransaction', () => ({ status: 'Rejected' }));
client.handle('RemoteStopTransaction', () => ({ status: 'Rejected' }));
client.handle('ClearCache', () => ({ status: 'Accepted' }));
client.handle('DataTransfer', () => ({ status: 'UnknownVendorId' }));
client.handle(({ method }) => { throw createRPCError('NotImplemented', method); });

/** Connects as soon as somebody listens, and boots. */
async function dial() {
  for (;;) {
    try {
      await client.connect();
      break;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  await boot();
}

console.log('ready');
later(dial);
process.stdin.resume().on('close', () => process.exit());
