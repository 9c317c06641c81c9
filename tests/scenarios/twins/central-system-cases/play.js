// Plays the official cases for central systems against a twin of the simulated central system, with a virtual clock. The session starts
// both ends, so a twin is two things: rules for the answers of the other end, and changes of the calls that an operator causes there.
//
//   --set twin="lets everybody in" --set 'files=["tc-001-cold-boot"]'

const twins = require('./central-systems.js');

const name = parameter('twin', 'plain');
if (!twins[name]) throw new Error(`there is no twin ${name}`);

const usually = { operator, centralSystemUnderTest };
let twin;

/** The answer of the twin: its fault comes after what the case has registered there. */
const rule = (action, registered) => (payload, usual) => {
  const known = registered ? registered(payload, usual) : {};
  const fault = twin.answers && twin.answers[action];
  if (!fault || known.onPurpose) return known;
  const whole = { ...usual, ...known };
  const answer = fault(payload, whole);
  return answer === undefined ? known : answer;
};

/** The other end, as the steps of an operator see it. */
const behind = (underTest) => ({
  answer: (action, registered) => underTest.answer(action, rule(action, registered)),
  async call(action, payload) {
    const change = twin.calls && twin.calls[action];
    const sent = change ? change(JSON.parse(JSON.stringify(payload))) : payload;
    if (sent === null) return; // it does not send this
    const result = await underTest.call(action, sent, undefined, { unchecked: true });
    if (twin.hears) await twin.hears(action, result, underTest);
  },
});

globalThis.operator = (sentence, simulate, options) =>
  usually.operator(sentence, (underTest) => simulate(behind(underTest)), options);

globalThis.centralSystemUnderTest = async (options) => {
  const link = await usually.centralSystemUnderTest(options);
  if (link.id !== 'CP1') return link; // the same charge point with a second link: the twin is there already
  twin = twins[name].make();
  await usually.operator('be the twin', (underTest) => {
    for (const action of Object.keys(twin.answers || {})) underTest.answer(action, rule(action));
  }, { link });
  return link;
};

for (const file of parameter('files', [])) require(`../../../../examples/scenarios/certification/central-system/${file}.js`);
