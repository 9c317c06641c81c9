// The last records of a link, for expectations about messages that have been received already, and the content of their frames.
(function () {
  'use strict';
  /** How many records are kept of all links together, and of each link at least. */
  const MOST = 50000;
  const FEWEST = 100;

  let logs = 0;

  /** The last records of a link, by their index since the scenario began. */
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

    /** The records from an index on. */
    from(place) { return place <= this.base ? this.records : this.records.slice(place - this.base); }

    /** The records of the exchange that an answer ends. */
    exchange(answer) {
      if (!answer) return [];
      const call = this.records.find((record) => record.kind === 'call' && record.id === answer.id && record.direction !== answer.direction);
      return call ? [call, answer] : [answer];
    }

    /** Finds the first record that matches from an index on; no record is examined twice. */
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
