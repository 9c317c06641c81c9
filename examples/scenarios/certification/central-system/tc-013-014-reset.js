/// <reference path="../../ocpp-tui-scenario.d.ts" />

const { official, ready, restarted, statuses, wanted } = require('../../lib/official-cases.js');

for (const [id, type] of [['TC_013_CSMS', 'Hard'], ['TC_014_CSMS', 'Soft']]) {
  official(id, `a ${type.toLowerCase()} reset`, {
    checks: `Reset is of the type ${type}, and the boot and the statuses that follow are taken.`,
    by: ['OCPP 1.6 §5.14', 'OCPP 1.6 §4.2', 'OCPP 1.6 §4.9'],
  }, async () => {
    const link = await ready();
    await wanted(link, 'Reset', {
      what: `of the type ${type}`, payload: { type }, answer: { status: 'Accepted' }, expected: { type },
    });
    await restarted(link);
    await statuses(link);
  });
}
