// The last records of a link, for expectations that look at what has come already, and what their frames hold.
(function () {
  'use strict';
  /** So many records are kept of all links together, and so many of each in any case. */
  const MOST = 50000;
  const FEWEST = 100;

  let logs = 0;

  /** The last records of a link, by their place since the scenario began. */
  class Log {
    constructor() {
      this.base = 0;
      this.records = [];
      logs += 1;
    }

    get end() { return this.base + this.records.length; }

    push(record) {
      this.records.push(record);
      const kept = Math.max(FEWEST, Math.floor(MOST / logs));
      if (this.records.length > 1.25 * kept) this.base += this.records.splice(0, this.records.length - kept).length;
    }

    /** The records from a place on. */
    from(place) { return place <= this.base ? this.records : this.records.slice(place - this.base); }

    /** The records of the exchange that an answer ends. */
    exchange(answer) {
      if (!answer) return [];
      const call = this.records.find((record) => record.kind === 'call' && record.id === answer.id && record.direction !== answer.direction);
      return call ? [call, answer] : [answer];
    }

    /** Looks for the first record that fits, each only once, beginning at a place. */
    search(place, fits) {
      let next = place;
      return () => {
        for (next = Math.max(next, this.base); next < this.end;) {
          const record = this.records[next - this.base];
          next += 1;
          if (fits(record)) return record;
        }
        return undefined;
      };
    }
  }

  /** The JSON of a frame, or its text when it is none. */
  function read(text) {
    try {
      return JSON.parse(text);
    } catch (_) {
      return text;
    }
  }

  return { Log, read, forgetLogs: () => { logs = 0; } };
})
