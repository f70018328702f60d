/** Stand-ins for clock, transports and storage, driven by the tests. */

/** A clock that stands still until `pass` moves it; lots are drawn from `lots`, then halves. */
export class FakeClock {
  constructor(start = 1_000_000) {
    this.time = start;
    this.timers = new Map();
    this.next = 1;
    this.lots = [];
  }

  now = () => this.time;

  random = () => this.lots.shift() ?? 0.5;

  setTimeout = (run, ms) => {
    this.timers.set(this.next, { at: this.time + ms, run });
    this.next += 1;
    return this.next - 1;
  };

  clearTimeout = (timer) => {
    this.timers.delete(timer);
  };

  /** Lets time pass and runs what falls due, in its order. */
  pass(ms) {
    const until = this.time + ms;
    for (;;) {
      const [due] = [...this.timers]
        .filter(([, { at }]) => at <= until)
        .sort(([, one], [, other]) => one.at - other.at);
      if (!due) break;
      this.timers.delete(due[0]);
      this.time = Math.max(this.time, due[1].at);
      due[1].run();
    }
    this.time = until;
  }
}

/** Lets a test's own clock stand for the global one until the test is over. */
export function clocked(context) {
  const clock = new FakeClock();
  const { clearTimeout, setInterval, setTimeout } = globalThis;
  const { now } = Date;
  context.after(() => {
    Object.assign(globalThis, { clearTimeout, setInterval, setTimeout });
    Date.now = now;
  });
  globalThis.setTimeout = clock.setTimeout;
  globalThis.clearTimeout = clock.clearTimeout;
  globalThis.setInterval = (run, ms) => {
    const again = () => {
      run();
      clock.setTimeout(again, ms);
    };
    return clock.setTimeout(again, ms);
  };
  Date.now = clock.now;
  return clock;
}

/** A way of reaching a server that only notes what it was asked for. */
export class FakeWay {
  constructor() {
    this.opened = [];
  }

  open = (hello, events) => {
    const line = { hello, ...events, sent: [], closed: null };
    line.send = (message) => line.sent.push(message);
    line.close = (code) => {
      line.closed = code ?? 1000;
    };
    this.opened.push(line);
    return line;
  };

  get last() {
    return this.opened.at(-1);
  }
}

/** A key-value storage in memory. */
export class FakeStorage {
  constructor() {
    this.items = new Map();
  }

  get length() {
    return this.items.size;
  }

  key = (at) => [...this.items.keys()][at] ?? null;
  getItem = (key) => this.items.get(key) ?? null;
  setItem = (key, value) => this.items.set(key, value);
  removeItem = (key) => this.items.delete(key);
}

/** Returns a whole question row of the floor. */
export function question(number, fields = {}) {
  return {
    number,
    text: `Frage ${number}?`,
    background: null,
    asker: null,
    district: null,
    topic: null,
    asked: "2026-11-24T16:55:00.000Z",
    upvotes: 1,
    place: null,
    outcome: "open",
    outcome_at: null,
    answer: null,
    edited: false,
    merged: [],
    ...fields,
  };
}

/** Returns a session row of the floor. */
export function session(fields = {}) {
  return {
    phase: "live",
    accepts: { questions: true, upvotes: true },
    paused: false,
    blank: false,
    banner: null,
    opens: "2026-11-10T07:00:00.000Z",
    starts: "2026-11-24T17:00:00.000Z",
    ends: "2026-11-24T18:30:00.000Z",
    questions_until: null,
    counts: { received: 2, public: 2, open: 2, answered: 0 },
    order_rev: 0,
    now_since: null,
    now_hidden: false,
    frozen: [],
    ...fields,
  };
}

/** Returns a welcome at a position. */
export function welcome(epoch, seq, me = {}) {
  return {
    type: "welcome",
    epoch,
    seq,
    now: "2026-11-24T17:00:00.000Z",
    heartbeat: 15,
    me: { role: "volunteer", name: null, person: 7, upvoted: [], mine: [], ...me },
    limits: { text: 300, background: 1000, ask_ms: 20000, waiting: 5 },
  };
}

/** Returns a snapshot of some rows. */
export function snapshot(epoch, seq, questions, fields = {}) {
  return { type: "snapshot", epoch, seq, session: session(fields), questions };
}

/** Returns a seeded source of lots between 0 and 1, so that a failing sequence can be repeated. */
export function seeded(seed) {
  let rest = seed >>> 0;
  return () => {
    rest = (rest + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(rest ^ (rest >>> 15), 1 | rest);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
