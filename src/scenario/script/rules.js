// The answers of a scenario that replace those of the simulator: by action, always or for the next call.
(function (toolkit) {
  'use strict';
  const { thenable, formOf, PlainMap } = toolkit;

  /** Fields of the script replace those of the default answer, also in a delayed answer. */
  function complete(form, defaultAnswer) {
    if (form && form.kind === 'result') return { kind: 'result', payload: { ...defaultAnswer, ...form.payload } };
    if (form && form.kind === 'delay') return { ...form, answer: complete(form.answer, defaultAnswer) };
    return form;
  }

  class Rules {
    constructor() {
      Object.defineProperty(this, 'rules', { value: new PlainMap() }); // action → { always, next }
    }

    set(action, answer, once) {
      const known = this.rules.get(action) || { always: null, next: [] };
      if (once) known.next.push(answer); else known.always = answer === undefined ? null : answer;
      this.rules.set(action, known);
    }

    /** The form of the answer to a call. */
    async decide(link, action, payload, defaultAnswer) {
      const rule = this.rules.get(action);
      let answer = rule ? (rule.next.length > 0 ? rule.next.shift() : rule.always) : null;
      for (let depth = 0; typeof answer === 'function' && depth < 10; depth += 1) {
        answer = await answer.call(link, payload, defaultAnswer);
      }
      if (thenable(answer)) answer = await answer;
      const form = formOf(answer);
      return complete(form, defaultAnswer);
    }
  }

  return { Rules };
})
