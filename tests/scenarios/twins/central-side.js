// Makes the simulated central system a twin for all cases that are declared after this. The session starts both ends, so a twin is two
// things: rules for the answers of the other end, and changes of the calls that an operator causes there.

/** Plays the twin that `make` makes anew for each link. */
function plays(make) {
  const usually = { operator, centralSystemUnderTest };
  let twin;

  /** The answer of the twin: its fault comes after what the case has registered there. */
  const rule = (action, registered) => (payload, usual) => {
    const known = (typeof registered === 'function' ? registered(payload, usual) : registered) || {};
    const fault = twin.answers && twin.answers[action];
    if (!fault || known.onPurpose) return known;
    const whole = { ...usual, ...known };
    const answer = fault(payload, whole);
    return answer === undefined ? known : answer;
  };

  /** What becomes of the payload of a call. */
  const changed = (action, payload) => {
    const change = twin.calls && twin.calls[action];
    return change ? change(JSON.parse(JSON.stringify(payload))) : payload;
  };

  /** The other end, as the steps of an operator see it. */
  const behind = (underTest) => ({
    answer: (action, registered) => underTest.answer(action, rule(action, registered)),
    async call(action, payload) {
      const sent = changed(action, payload);
      if (sent === null) return; // it does not send this
      const result = await underTest.call(action, sent, undefined, { unchecked: true });
      if (twin.hears) await twin.hears(action, result, underTest);
    },
    callError: (action, payload, code) => underTest.callError(action, changed(action, payload), code),
  });

  globalThis.operator = (sentence, simulate, options) =>
    usually.operator(sentence, (underTest) => simulate(behind(underTest)), options);

  globalThis.centralSystemUnderTest = async (options) => {
    const link = await usually.centralSystemUnderTest(options);
    if (link.id !== 'CP1') return link; // the same charge point with a second link: the twin is there already
    twin = make();
    await usually.operator('be the twin', (underTest) => {
      for (const action of Object.keys(twin.answers || {})) underTest.answer(action, rule(action));
    }, { link });
    return link;
  };
}

/** The twin with the name in `--set twin=…`. */
function chosen(twins) {
  const name = parameter('twin', 'plain');
  if (!twins[name]) throw new Error(`there is no twin ${name}`);
  return twins[name].make;
}

module.exports = { chosen, plays };
