// A central system with the package `ocpp-rpc` of npm in strict mode, in which it checks every message by its schemas. The argument is the port.

const { RPCServer } = require('ocpp-rpc');

const server = new RPCServer({ protocols: ['ocpp1.6'], strictMode: true });
server.auth((accept) => accept());
server.on('client', (link) => {
  link.handle('Heartbeat', () => ({ currentTime: new Date().toISOString() }));
  link.handle('StatusNotification', () => ({}));
  link.handle('MeterValues', () => ({}));
});
server.listen(Number(process.argv[2]), '127.0.0.1');
