// Hands at a charge point: plug a car in, present a card, cut the power. At a simulated charge point the machine does it; at another program a
// person is asked to. The names of the actions are in `actions.js` of the JavaScript engine, the sides themselves in `sides.js`.
(function (toolkit) {
  'use strict';
  const { define, handsThat, begin, done, wrong, request, allLinks, stations, operator, isGiven, foreign } = toolkit;

  const at = (connector, otherwise = '') => (connector === undefined ? otherwise : ` at connector ${connector}`);
  const ERROR_CODE = (code) => (code === undefined ? 'a fault' : `the fault ${code}`);

  /** What a person is asked to do. */
  const SENTENCES = {
    plug: ({ connector }) => `Plug a car in${at(connector)}.`,
    unplug: ({ connector }) => `Unplug the car${at(connector)}.`,
    present: ({ idTag, connector }) => `Present the card ${idTag}${at(connector)}.`,
    fault: ({ errorCode, connector }) => `Cause ${ERROR_CODE(errorCode)}${at(connector)}.`,
    recover: ({ connector }) => `Repair the fault${at(connector)}.`,
    powerOff: () => 'Switch the power of the charge point off.',
    powerOn: () => 'Switch the power of the charge point on.',
    offline: () => 'Cut the network of the charge point.',
    online: () => 'Give the charge point its network back.',
    ev: ({ state, connector }) => ({
      suspend: `Let the car draw no energy${at(connector)}.`,
      ready: `Let the car draw energy again${at(connector)}.`,
      full: `Let the car be full${at(connector)}.`,
    })[state],
    lock: ({ works, connector }) => (works ? `Let the lock work again${at(connector)}.` : `Let the lock fail${at(connector)}.`),
    park: ({ connector }) => `Park a car${at(connector)}, without plugging it in.`,
    leave: ({ connector }) => `Drive the car away${at(connector)}.`,
    limit: ({ limit, connector }) => `Set the driver's limit ${Object.entries(limit)[0].join(' ')}${at(connector)}.`,
    needs: ({ needs, connector }) => `Let the car ask for ${needs.energy} Wh${at(connector)} by ISO 15118.`,
    ems: ({ watts, connector }) => (watts === undefined
      ? `Take the limit of the energy management back${at(connector)}.`
      : `Let the energy management limit the power to ${watts} W${at(connector)}.`),
    service: ({ service, connector }) => `Use the service ${service}${at(connector)}.`,
    fail: ({ step, times }) => (times === 'never' ? `Let the ${step} work again.` : `Let the ${step} fail.`),
  };

  /** The simulated charge point at the other end of a link, or the link's own. */
  function machineOf(link) {
    if (link.role === 'cp') return link;
    return stations().find((other) => other.id === link.id && other.role === 'cp');
  }

  async function act(link, action) {
    const sentence = SENTENCES[action.kind](action);
    const person = link.role !== 'cp' && foreign.chargePoint;
    if (person) {
      await operator(sentence, () => {});
      return;
    }
    const step = begin(sentence, link);
    const machine = machineOf(link);
    if (!machine) throw wrong(step, `there is no simulated charge point behind ${link.id}`);
    const { failure } = await request('act', { station: machine.key, action });
    if (failure) throw wrong(step, failure);
    done(step);
  }

  /** The hands at the charge point of the link that `of` returns. */
  const handsAt = (of) => handsThat((action) => act(of(), action));

  /** The link to the charge point under test, or else the one of a charge point of ours. */
  function underTest() {
    const known = allLinks();
    const link = known.find((it) => it.role === 'cs' && isGiven(it)) || known.find((it) => it.role === 'cp');
    if (!link) throw new TypeError('there is no charge point yet: chargePointUnderTest() or chargePoint() makes one');
    return link;
  }

  define('hands', handsAt(underTest));
  return { handsAt };
})
