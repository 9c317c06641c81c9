// Makes the simulated charging station of OCPP 2.x a twin for all cases that are declared after this. The twin is in what the cases see: the
// results of their calls, and the calls of the station.

const clone = (value) => JSON.parse(JSON.stringify(value));

/** Whether a value is as a matcher wants it. */
function matches(value, matcher) {
  try {
    expect(value, matcher, 'what the twin has sent');
    return true;
  } catch (error) {
    if (error instanceof ExpectationError) return false;
    throw error;
  }
}

/** A link on which the twin is seen in place of the station. */
function seen(link, { results = {}, sends = {} }) {
  /** What becomes of the payload of a call; null when it is not sent. */
  const sent = (action, payload) => (sends[action] ? sends[action](clone(payload)) : payload);
  const fits = (action, matcher) => (payload) => {
    const changed = sent(action, payload);
    return changed !== null && (matcher === undefined || matches(changed, matcher));
  };
  const calls = (...only) => link.calls(...only)
    .map((call) => ({ ...call, payload: sent(call.action, call.payload) })).filter(({ payload }) => payload !== null);
  const changed = {
    async call(action, payload, expected, options) {
      const change = results[action];
      if (!change) return link.call(action, payload, expected, options);
      const result = await link.call(action, payload, undefined, options);
      const other = change(clone(result), payload || {});
      return expected === undefined ? other : expect(other, expected, `the result of ${action}`);
    },
    async expectCall(action, matcher, options) {
      const call = await link.expectCall(action, sends[action] ? fits(action, matcher) : matcher, options);
      return { ...call, payload: sent(action, call.payload) };
    },
    expectNoCall: (action, { payload, ...options }) => (
      link.expectNoCall(action, { ...options, ...(payload !== undefined && { payload: action && sends[action] ? fits(action, payload) : payload }) })),
    calls,
  };
  return new Proxy(link, {
    get(target, name) {
      if (name in changed) return changed[name];
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** Plays the twin that `make` makes anew for each case. */
function plays(make) {
  const usually = chargePointUnderTest;
  globalThis.chargePointUnderTest = async (options) => seen(await usually(options), make());
}

module.exports = { plays };
