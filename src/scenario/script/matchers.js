// The matchers of scenarios, their comparison with values, and the description of differences.
(function (toolkit) {
  'use strict';
  const { define, stringify, thenable, PlainMap } = toolkit;
  const { isArray } = Array;
  const { hasOwnProperty } = Object.prototype;
  const PlainDate = Date;
  const MINUTE = 60000;
  /** Longer descriptions of a value are cut. */
  const LONGEST = 300;

  let kept = new PlainMap(); // name → the value that `bind` has stored

  /** A matcher that is no plain value. `test` returns true, false, or a difference inside the value. */
  class Matcher {
    constructor(words, test, missing, inside = []) {
      this.words = words;
      this.test = test;
      /** The matchers for the same value in it. */
      this.inside = inside;
      /** Whether a field may be missing. */
      this.missing = missing === true;
    }
  }

  const isPlain = (value) => typeof value === 'object' && value !== null && !isArray(value);
  const kindOf = (value) => (value === null ? 'null' : isArray(value) ? 'array' : typeof value);
  const timeOf = (value) => (typeof value === 'string' ? PlainDate.parse(value) : value instanceof PlainDate ? value.getTime() : NaN);
  const isTime = (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value) && !Number.isNaN(PlainDate.parse(value));

  /** The description of a value or matcher. */
  function words(value) {
    const text = written(value);
    // Half of a surrogate pair cannot be encoded.
    return text.length > LONGEST ? `${text.slice(0, LONGEST).replace(/[\ud800-\udbff]$/, '')}…` : text;
  }

  function written(value) {
    if (value instanceof Matcher) return typeof value.words === 'function' ? value.words() : value.words;
    if (value instanceof RegExp) return String(value);
    if (typeof value === 'function') return `what ${value.name || 'the function'} accepts`;
    if (value === undefined) return 'nothing';
    if (isArray(value)) return `[${value.map(written).join(', ')}]`;
    if (isPlain(value) && !(value instanceof PlainDate)) {
      return `{${Object.keys(value).map((name) => `${name}: ${written(value[name])}`).join(', ')}}`;
    }
    const text = stringify(value);
    return text === undefined ? String(value) : text;
  }

  const join = (path, name) => (typeof name === 'number' ? `${path}[${name}]` : path ? `${path}.${name}` : name);

  /** The first difference between a value and a pattern, or null. Bound values are put into `names`. */
  function difference(value, matcher, path, names) {
    const differs = () => ({ path, expected: words(matcher), found: words(value) });
    if (thenable(matcher)) throw new TypeError('a promise says nothing about a value; put `await` before it');
    if (matcher instanceof Matcher) {
      const judged = matcher.test(value, path, names);
      return judged === true ? null : judged === false ? differs() : judged;
    }
    if (matcher instanceof RegExp) {
      matcher.lastIndex = 0;
      return typeof value === 'string' && matcher.test(value) ? null : differs();
    }
    if (typeof matcher === 'function') return accepts(matcher, value) ? null : differs();
    if (matcher instanceof PlainDate) return timeOf(value) === matcher.getTime() ? null : differs();
    if (isArray(matcher)) {
      if (!isArray(value) || value.length !== matcher.length) return differs();
      return first(matcher.map((element, index) => () => difference(value[index], element, join(path, index), names)));
    }
    if (isPlain(matcher)) {
      if (matcher instanceof Map || matcher instanceof Set) throw new TypeError('an expectation is an object with fields, no Map or Set');
      if (!isPlain(value)) return differs();
      return first(Object.keys(matcher).map((name) => () => {
        const there = hasOwnProperty.call(value, name) && value[name] !== undefined;
        if (matcher[name] === undefined) {
          throw new TypeError(`${join(path, name)} of the expectation is undefined; write absent for a field that must not be there`);
        }
        if (!there && matcher[name] instanceof Matcher && matcher[name].missing) return null;
        return difference(there ? value[name] : undefined, matcher[name], join(path, name), names);
      }));
    }
    return Object.is(value, matcher) || value === matcher ? null : differs();
  }

  /** Whether a function accepts a value. A function like `String`, or one that returns a promise, would accept everything. */
  function accepts(judge, value) {
    const judged = judge(value);
    if (judged && judged !== true) {
      throw new TypeError(`${judge.name || 'a function'} judges a value: it must return true or false, not ${thenable(judged) ? 'a promise' : words(judged)}`);
    }
    return judged === true;
  }

  function first(looks) {
    for (const look of looks) {
      const found = look();
      if (found) return found;
    }
    return null;
  }

  /** Whether there is no difference; only then bound values stay in `names`. */
  function fits(value, matcher, path, names) {
    const tried = new PlainMap(names);
    if (difference(value, matcher, path, tried)) return false;
    for (const [name, bound] of tried) names.set(name, bound);
    return true;
  }

  /** The same; bound values are stored when there is no difference. */
  function compare(value, matcher) {
    const names = new PlainMap();
    const found = difference(value, matcher, '', names);
    if (!found) for (const [name, bound] of names) kept.set(name, bound);
    return found;
  }

  /** How deep fields are looked for; a matcher may contain itself. */
  const DEEPEST = 8;

  /** The fields that a matcher names, each as the names that lead to it; the elements of an array have the path of the array. */
  function fieldsOf(matcher, path = [], paths = []) {
    if (path.length >= DEEPEST || typeof matcher !== 'object' || matcher === null) return paths;
    if (matcher instanceof Matcher) matcher.inside.forEach((inner) => fieldsOf(inner, path, paths));
    else if (isArray(matcher)) matcher.forEach((element) => fieldsOf(element, path, paths));
    else if (![RegExp, PlainDate, Map, Set].some((kind) => matcher instanceof kind) && !thenable(matcher)) {
      for (const name of Object.keys(matcher)) {
        const below = [...path, name];
        paths.push(below);
        fieldsOf(matcher[name], below, paths);
      }
    }
    return paths;
  }

  // ---- the makers ----------------------------------------------------------------------------------------------------------

  const anything = new Matcher('anything', (value) => value !== undefined);
  Object.assign(anything, {
    string: new Matcher('a text', (value) => typeof value === 'string'),
    number: new Matcher('a number', (value) => typeof value === 'number'),
    integer: new Matcher('an integer', (value) => Number.isInteger(value)),
    boolean: new Matcher('true or false', (value) => typeof value === 'boolean'),
    object: new Matcher('an object', isPlain),
    array: new Matcher('an array', isArray),
    time: new Matcher('a date and time', isTime),
  });

  /** A matcher that does not exist would be `undefined`, which matches a missing field and any result. */
  const any = new Proxy(anything, {
    get(kinds, name) {
      if (name in kinds || typeof name === 'symbol' || name === 'then' || name === 'toJSON') return kinds[name];
      throw new TypeError(`any.${name} is no matcher; it is any.${Object.keys(kinds).filter((kind) => kinds[kind] instanceof Matcher).join(', any.')}`);
    },
  });

  function near(milliseconds = MINUTE, of = undefined) {
    const center = () => (of === undefined ? toolkit.now() : typeof of === 'number' ? of : timeOf(of));
    const from = () => (of === undefined ? 'now' : new PlainDate(center()).toISOString());
    return new Matcher(
      () => `a time at most ${milliseconds / 1000} s from ${from()}`,
      (value) => isTime(value) && Math.abs(timeOf(value) - center()) <= milliseconds,
    );
  }

  function bind(name, matcher = any) {
    const before = (names) => (names.has(name) ? names : kept);
    const text = () => (kept.has(name) ? `${words(kept.get(name))}, which is ${name}` : `${words(matcher)}, to be called ${name}`);
    return new Matcher(text, (value, path, names) => {
      if (before(names).has(name)) return compareKept(value, before(names).get(name));
      const found = difference(value, matcher, path, names);
      if (found) return found;
      names.set(name, value);
      return true;
    }, false, [matcher]);
  }

  /** Whether a value equals the stored one; the order of fields does not matter. */
  function compareKept(value, before) {
    if (isArray(value)) {
      return isArray(before) && value.length === before.length && value.every((element, index) => compareKept(element, before[index]));
    }
    if (value instanceof PlainDate) return timeOf(value) === timeOf(before);
    if (!isPlain(value) || !isPlain(before)) return Object.is(value, before);
    const names = Object.keys(value);
    return names.length === Object.keys(before).length
      && names.every((name) => hasOwnProperty.call(before, name) && compareKept(value[name], before[name]));
  }

  const bound = new Proxy({}, {
    get(_, name) {
      if (typeof name === 'symbol' || kept.has(name)) return kept.get(name);
      throw new ReferenceError(`nothing was bound to ${String(name)} yet; bind('${String(name)}') in an expectation does it`);
    },
    has: (_, name) => kept.has(name),
    ownKeys: () => [...kept.keys()],
    getOwnPropertyDescriptor: (_, name) => ({ value: kept.get(name), enumerable: true, configurable: true }),
  });

  const absent = new Matcher('no such field', (value) => value === undefined, true);
  const optional = (matcher) => new Matcher(
    () => `nothing, or ${words(matcher)}`,
    (value, path, names) => (value === undefined ? true : difference(value, matcher, path, names) || true),
    true,
    [matcher],
  );
  const oneOf = (...matchers) => new Matcher(
    () => `one of ${matchers.map(words).join(', ')}`,
    (value, path, names) => matchers.some((matcher) => fits(value, matcher, path, names)),
    matchers.some((matcher) => matcher instanceof Matcher && matcher.missing),
    matchers,
  );
  const not = (matcher) => new Matcher(
    () => `anything but ${words(matcher)}`,
    (value) => difference(value, matcher, '', new PlainMap()) !== null,
    !(matcher instanceof Matcher && matcher.missing),
    [matcher],
  );

  function between(from, to) {
    const number = (value) => (typeof value === 'string' ? timeOf(value) : value);
    return new Matcher(
      `between ${from} and ${to}`,
      (value) => kindOf(value) === kindOf(from) && number(value) >= number(from) && number(value) <= number(to),
    );
  }

  function containing(...matchers) {
    if (matchers.length === 0) throw new TypeError('containing wants what the array must contain; any.array is any array');
    return new Matcher(
      () => `an array with ${matchers.map(words).join(' and ')}`,
      (value, path, names) => isArray(value)
        && matchers.every((matcher) => value.some((element) => fits(element, matcher, path, names))),
      false,
      matchers, // a definition makes no difference between a list and its elements
    );
  }

  const exactly = (fields) => new Matcher(
    () => `just ${words(fields)}`,
    (value, path, names) => {
      if (!isPlain(value)) return false;
      const extra = Object.keys(value).find((name) => !hasOwnProperty.call(fields, name));
      if (extra !== undefined) return { path: join(path, extra), expected: 'no such field', found: words(value[extra]) };
      return difference(value, fields, path, names) || true;
    },
    false,
    [fields],
  );

  for (const [name, value] of Object.entries({ any, near, bind, bound, absent, optional, oneOf, not, between, containing, exactly })) {
    define(name, value);
  }

  return { compare, words, fieldsOf, forgetBound: () => { kept = new PlainMap(); } };
})
