// The common part of plugins and scenarios about what hands do at a charge point: the names of the actions and their arguments. Who carries
// them out is not here.
(function (toolkit) {
  'use strict';
  const { want } = toolkit;

  function oneOf(value, allowed, what) {
    want('string', value, what);
    if (!allowed.includes(value)) throw new TypeError(`${what} is one of ${allowed.join(', ')}, not ${value}`);
    return value;
  }

  const number = (connector) => {
    if (connector === undefined || connector === null) return undefined;
    return want('number', connector, 'a connector');
  };

  /** Hands whose actions `act` carries out. */
  function handsThat(act) {
    const does = (kind, fields) => act({ kind, ...fields });
    return {
      plug: (connector) => does('plug', { connector: number(connector) }),
      unplug: (connector) => does('unplug', { connector: number(connector) }),
      present: (idTag, connector) => does('present', { idTag: want('string', idTag, 'a tag'), connector: number(connector) }),
      fault: (errorCode, connector, info) => does('fault', { errorCode, connector: number(connector), info }),
      recover: (connector) => does('recover', { connector: number(connector) }),
      powerOff: (options) => does('powerOff', { stop: oneOf((options && options.stop) || 'after', ['before', 'after', 'never'], 'stop') }),
      powerOn: () => does('powerOn'),
      offline: () => does('offline'),
      online: () => does('online'),
      firmware: () => does('firmware'),
      ev: (state, connector) => does('ev', {
        state: oneOf(state, ['suspend', 'ready', 'full'], 'what the car does'), connector: number(connector),
      }),
      lock: (state, connector) => does('lock', {
        works: oneOf(state, ['fail', 'ok'], 'what the lock does') === 'ok', connector: number(connector),
      }),
      park: (connector) => does('park', { connector: number(connector) }),
      leave: (connector) => does('leave', { connector: number(connector) }),
      limit: (limit, connector) => does('limit', { limit, connector: number(connector) }),
      needs: (needs, connector) => does('needs', { needs, connector: number(connector) }),
      ems: (power, connector) => does('ems', {
        watts: power === 'off' ? undefined : want('number', power, 'a power'), connector: number(connector),
      }),
      service: (service, connector) => does('service', {
        service: oneOf(service, ['battery-swap', 'install-contract', 'update-contract', 'priority-charging', 'refuse-tariff', 'grid-fault'], 'a service'),
        connector: number(connector),
      }),
      fail: (step, times = 'next') => does('fail', {
        step: oneOf(step, ['download', 'signature', 'verify', 'install', 'upload', 'reset'], 'what fails'),
        times: oneOf(times, ['next', 'always', 'never'], 'how often it fails'),
      }),
    };
  }

  return { handsThat };
})
