// Plays the cases for charge points against a twin with a fault: `--set twin="no Finishing"`. Hands reach through to the machine behind the
// man in the middle.

const { chosen, plays } = require('./foreign-side.js');

const twin = chosen(require('./faulty-charge-points.js'), 'none');
const here = plays(twin, { driver: false });

globalThis.hands = new Proxy({}, {
  get: (_, name) => async (...all) => {
    if (twin.hands && twin.hands[name] && (await twin.hands[name](here(), ...all))) return;
    await here().machine.hands[name](...all);
  },
});

/** Nobody is there for anything else. */
globalThis.operator = async (sentence, _, options = {}) => {
  if (!options.optional) skip(`no one is there for this: ${sentence}`);
};

const CASES = [
  '001-cold-boot', '003-plug-in-first', '004-identification-first', '005-ev-side-disconnected', '007-cached-id', '008-id-in-local-list',
  '010-remote-start-cable-first', '011-remote-start-first', '012-remote-stop', '013-reset', '017-unlock-connector',
  '019-retrieve-configuration', '021-change-configuration', '023-authorize-invalid', '024-lock-failure', '026-remote-start-rejected',
  '030-unlock-fails', '032-power-failure', '034-power-failure-unavailable', '036-connection-loss', '037-offline-start', '038-offline-stop',
  '040-configuration-refused', '041-fault', '042-local-list-version', '043-send-local-list', '044-firmware-update', '045-diagnostics',
  '046-reserved-connector', '047-reservation-expires', '048-reservation-refused', '049-reserved-charge-point', '051-cancel-reservation',
  '053-reserved-for-a-group', '054-trigger-message', '056-charging-profiles', '059-remote-start-with-profile', '061-clear-cache',
  '062-data-transfer', '066-composite-schedule', '068-stop-with-card', '070-meter-values', '072-stacked-profiles', '073-password',
  '074-charge-point-certificate', '075-install-certificate', '079-security-log', '080-signed-firmware',
];
// No run may take long on a busy machine: `part` 0 and 1 are the halves of them.
const part = parameter('part', -1);
for (const name of CASES.filter((_, index) => part < 0 || index % 2 === part)) require(`../../../examples/scenarios/certification/charge-point/tc-${name}.js`);
