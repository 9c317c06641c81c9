// The test framework of ocppjs: a file that requires `./framework.js`, names its system, lists commands of the prompt and
// ends with `Test.test()`. Each command sends its call, and every call must get a valid result. Both transports are tried.
(function (toolkit) {
  'use strict';
  const { scenario, begin, done, wrong, request, words } = toolkit;
  const { isArray } = Array;
  const ANSWER = 30000;

  const SYSTEMS = { cp: 'cp', chargepoint: 'cp', cs: 'cs', centralsystem: 'cs' };

  function system(named) {
    const found = SYSTEMS[String(named).toLowerCase().replace(/[^a-z]/g, '')];
    if (!found) throw new TypeError(`Test.init: the system is 'cp' or 'cs', not ${words(named)}`);
    return found;
  }

  function version(named) {
    const found = String(named).replace(/^ocpp/i, '');
    if (!['1.2', '1.5', '1.6', '2.0.1', '2.1'].includes(found)) throw new TypeError(`Test.init: the version is '1.2', '1.5', '1.6', '2.0.1' or '2.1', not ${words(named)}`);
    return found;
  }

  /** A command as a line of the prompt: a text, a list of words, or an object with its name and its arguments. */
  function line(command) {
    if (typeof command === 'string') return command;
    if (isArray(command)) return command.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join(' ');
    if (typeof command === 'object' && command !== null) {
      const name = command.command || command.name || command.procName || command.action;
      const given = command.arguments || command.args || command.payload;
      if (typeof name === 'string') return given === undefined ? name : `${name} ${typeof given === 'string' ? given : JSON.stringify(given)}`;
    }
    throw new TypeError(`Test.commands: ${words(command)} is no command`);
  }

  async function play(link, command, stack) {
    const step = begin(command, link, stack);
    const from = link.log.end;
    const { output, failed } = await request('command', { station: link.key, line: command });
    if (failed) throw wrong(step, output, { expected: 'a command that can be carried out', found: command });
    const call = await link.await(step, ANSWER, 'a call', (record) => record.kind === 'call' && record.direction === 'out', from);
    const isAnswer = (record) => record.action === call.action && record.sequence > call.sequence && record.kind !== 'call' && record.direction !== 'out';
    const answer = await link.await(step, ANSWER, 'an answer', isAnswer, from);
    const records = [call, answer];
    if (answer.kind !== 'result') {
      throw wrong(step, `${call.action} got no result`, { expected: 'a result', found: answer.error || answer.text || answer.kind, records });
    }
    if (answer.valid === false) {
      const found = (answer.remarks || []).join('; ');
      throw wrong(step, `the result of ${call.action} breaks the definitions: ${found}`, { expected: 'a valid result', found, records });
    }
    done(step);
  }

  let chosen = null;
  const Test = {
    commands: [],
    init(options) {
      if (typeof options !== 'object' || options === null) throw new TypeError('Test.init wants an object with system and version');
      chosen = { system: system(options.system), version: version(options.version) };
    },
    test() {
      if (!chosen) throw new TypeError('Test.test: call Test.init with system and version first');
      if (!isArray(Test.commands)) throw new TypeError('Test.commands must be an array of commands');
      const { system: side, version: spoken } = chosen;
      const lines = Test.commands.map(line);
      const { stack } = new Error(); // the place of a command is that of `Test.test()`
      for (const transport of ['websocket', 'soap']) {
        const checks = `Every command of the ${side === 'cp' ? 'charge point' : 'central system'} gets a valid result.`;
        scenario(`${side} ${spoken} over ${transport}`, { checks }, async () => {
          const underTest = side === 'cp' ? globalThis.centralSystemUnderTest : globalThis.chargePointUnderTest;
          const link = await underTest({ version: spoken, transport });
          for (const command of lines) await play(link, command, stack);
        });
      }
    },
  };
  Test.Test = Test;

  return { framework: () => Test };
})
