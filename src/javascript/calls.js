// The common part of plugins and scenarios about calls: how a call failed, and the answers that a script can give.
(function (toolkit) {
  'use strict';
  const { want, define } = toolkit;
  const { isArray } = Array;
  const { defineProperty } = Object;

  /** How a call failed: the peer's error, or `Timeout`, `Lost`, `NotSent` as its code. */
  class CallError extends Error {
    constructor(action, code, description, details) {
      super(description ? `${action}: ${code}: ${description}` : `${action}: ${code}`);
      this.name = 'CallError';
      this.action = action;
      this.code = code;
      this.description = description;
      this.details = details;
    }
  }
  define('CallError', CallError);

  class Answer {
    constructor(form) { defineProperty(this, 'form', { value: form }); }
  }

  /** The result of a handler in the form that the program reads. */
  function formOf(value) {
    if (value === undefined || value === null) return null;
    if (value instanceof Answer) return value.form;
    if (typeof value !== 'object' || isArray(value)) {
      throw new TypeError(`an answer is an object, not ${isArray(value) ? 'an array' : `a ${typeof value}`}`);
    }
    return { kind: 'result', payload: value };
  }

  const onPurpose = {
    error: (code, description) => new Answer({ kind: 'error', code: want('string', code, 'an error code'), description: description === undefined ? '' : String(description) }),
    silence: () => new Answer({ kind: 'silence' }),
    delay: (milliseconds, answer) => new Answer({ kind: 'delay', milliseconds: want('number', milliseconds, 'a delay'), answer: formOf(answer) }),
  };

  return { CallError, formOf, onPurpose };
})
