/// <reference path="../../ocpp-tui-scenario.d.ts" />

// What the cases of OCPP 2.x for both roles have in common: their numbers, the blocks of the specification, and the version that is spoken. This
// file is not a scenario.

/** The version of the cases that are in both: `--set version=2.1`. */
const spoken = parameter('version', '2.0.1');

/** The functional blocks of part 2, by their letters. */
const BLOCKS = {
  A: 'security', B: 'provisioning', C: 'authorization', D: 'local authorization list', E: 'transactions', F: 'remote control',
  G: 'availability', H: 'reservation', I: 'tariff and cost', J: 'meter values', K: 'smart charging', L: 'firmware management',
  M: 'certificate management', N: 'diagnostics', O: 'display messages', P: 'data transfer',
};

/** The block of a case, as its number `B_01` tells. */
const areaOf = (id) => `${id[0]} ${BLOCKS[id[0]]}`;

/** Cases from 100 on are those that 2.1 has added. */
const isNewer = (id) => Number(id.split('_')[1]) >= 100;

/** The version that a case is played in. */
const versionOf = (id) => (isNewer(id) ? '2.1' : spoken);

/** The paragraphs behind use cases, like `B06`, or requirements, like `B06.FR.01`. */
const books = (id, by) => [].concat(by).map((one) => `OCPP ${isNewer(id) ? '2.1' : '2.0.1'} part 2, ${one}`);

module.exports = { areaOf, books, versionOf };
