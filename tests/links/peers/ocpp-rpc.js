// One end of a link with the package `ocpp-rpc` of npm in strict mode, in which it checks every message by schemas of its own, in
// OCPP 2.0.1 or 2.1. Arguments, input and output are those of ocpp_package.py. The package is found where NODE_PATH says.

const { RPCClient, RPCServer, createValidator } = require('ocpp-rpc');
const readline = require('readline');
const schemas = require('ocpp-rpc/lib/schemas/ocpp2_1.json');

// The package looks its schemas up by `urn:Reset.req`, but has those of 2.1 under `urn:ResetRequest`.
const renamed = ({ $id }) => $id.replace(/Request$/, '.req').replace(/Response$/, '.conf');
const newest = createValidator('ocpp2.1', schemas.map((schema) => ({ ...schema, $id: renamed(schema) })));

const [role, version, port] = process.argv.slice(2);
const options = { protocols: [`ocpp${version}`], strictMode: true, callTimeoutMs: 30000 };
if (version === '2.1') options.strictModeValidators = [newest];
const say = (line) => console.log(JSON.stringify(line));
let answers = null;
let link = null;

function handle(client) {
  link = client;
  client.on('badMessage', ({ error }) => say({ refused: String(error) }));
  client.on('strictValidationFailure', ({ error }) => say({ refused: `${error} ${JSON.stringify(error.details)}` }));
  client.handle(({ method }) => answers[method]);
}

async function begin() {
  if (role === 'csms') {
    const server = new RPCServer(options);
    server.auth((accept) => accept({}));
    server.on('client', handle);
    const listening = await server.listen(0, '127.0.0.1');
    say({ port: listening.address().port });
  } else {
    const client = new RPCClient({ ...options, endpoint: `ws://127.0.0.1:${port}`, identity: 'CP1', reconnect: false });
    handle(client);
    await client.connect();
    say({ port: 0 });
  }
}

(async () => {
  for await (const text of readline.createInterface({ input: process.stdin })) {
    if (!answers) {
      answers = JSON.parse(text);
      await begin();
      continue;
    }
    const end = text.indexOf(' ');
    const action = text.slice(0, end);
    try {
      say({ action, result: await link.call(action, JSON.parse(text.slice(end + 1))) });
    } catch (error) {
      say({ action, error: `${error} ${JSON.stringify(error.details)}` });
    }
  }
  process.exit(0);
})();
