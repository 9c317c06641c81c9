// A central system with the package `ocpp-rpc` of npm, which checks every message by schemas of its own. It prints its port; each line of
// its input, `Action {payload}`, is a call to the charge point that is connected.

const { RPCServer, createRPCError } = require('ocpp-rpc');

const tags = {
  TAG1: { status: 'Accepted', parentIdTag: 'GROUP1' },
  TAG3: { status: 'Accepted', parentIdTag: 'GROUP1' },
  EXPIRED1: { status: 'Expired' },
  BLOCKED1: { status: 'Blocked' },
};
const infoOf = (idTag) => tags[idTag] || { status: 'Invalid' };
const empty = () => ({});

let transactions = 0;
let client;
const server = new RPCServer({ protocols: ['ocpp1.6'], strictMode: true });
server.auth((accept) => accept());
server.on('client', (link) => {
  client = link;
  const answers = {
    BootNotification: () => ({ status: 'Accepted', interval: 300, currentTime: new Date().toISOString() }),
    Heartbeat: () => ({ currentTime: new Date().toISOString() }),
    Authorize: ({ params }) => ({ idTagInfo: infoOf(params.idTag) }),
    StartTransaction: ({ params }) => ({ transactionId: ++transactions, idTagInfo: infoOf(params.idTag) }),
    StopTransaction: ({ params }) => (params.idTag ? { idTagInfo: infoOf(params.idTag) } : {}),
    DataTransfer: () => ({ status: 'UnknownVendorId' }),
    SignCertificate: () => ({ status: 'Accepted' }),
    StatusNotification: empty,
    MeterValues: empty,
    FirmwareStatusNotification: empty,
    DiagnosticsStatusNotification: empty,
    SecurityEventNotification: empty,
    LogStatusNotification: empty,
    SignedFirmwareStatusNotification: empty,
  };
  for (const [action, answer] of Object.entries(answers)) link.handle(action, answer);
  link.handle(({ method }) => { throw createRPCError('NotImplemented', method); });
});

server.listen(0, '127.0.0.1').then((http) => console.log(`port ${http.address().port}`));
require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const [action, payload] = [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)];
  client.call(action, JSON.parse(payload)).catch((error) => console.error(`${action}: ${error.message}`));
}).on('close', () => process.exit());
