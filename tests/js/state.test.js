import assert from "node:assert/strict";
import { test } from "node:test";
import { digest } from "../../static/js/digest.js";
import { apply, EMPTY, isResync, support, upvoting } from "../../static/js/state.js";
import { question, seeded, snapshot, welcome } from "./doubles.js";

const after = (state, ...messages) =>
  messages.reduce((known, message) => {
    const result = apply(known, message);
    assert.ok(!isResync(result), `resync: ${result.resync}`);
    return result;
  }, state);

const start = (me = {}) =>
  after(EMPTY, welcome("e1", 5, me), snapshot("e1", 5, [question(1), question(2, { upvotes: 3 })]));

const delta = (from, to, fields = {}) => ({ type: "delta", from, to, ...fields });

test("a delta that continues changes rows in place and moves the number", () => {
  const state = after(
    start(),
    delta(5, 9, {
      session: { banner: "Bitte langsam sprechen" },
      questions: [{ number: 2, upvotes: 4 }, question(3)],
      gone: [1],
    }),
  );
  assert.equal(state.seq, 9);
  assert.equal(state.session.banner, "Bitte langsam sprechen");
  assert.equal(state.session.phase, "live");
  assert.deepEqual([...state.questions.keys()].sort(), [2, 3]);
  assert.deepEqual(state.questions.get(2), question(2, { upvotes: 4 }));
});

test("applying a message never changes the state it was applied to", () => {
  const before = start();
  const copy = structuredClone({ ...before });
  after(before, delta(5, 6, { questions: [{ number: 1, upvotes: 2 }], gone: [2] }));
  assert.deepEqual({ ...before }, copy);
});

test("an unchanged row stays the same object, so that a page redraws only what changed", () => {
  const before = start();
  const state = after(before, delta(5, 6, { questions: [{ number: 1, upvotes: 2 }] }));
  assert.equal(state.questions.get(2), before.questions.get(2));
  assert.notEqual(state.questions.get(1), before.questions.get(1));
});

test("an old delta is dropped and one from elsewhere is a gap", () => {
  const state = start();
  assert.equal(apply(state, delta(3, 5, { questions: [{ number: 1, upvotes: 99 }] })), state);
  assert.deepEqual(apply(state, delta(4, 7)), { resync: "gap" });
  assert.deepEqual(apply(state, delta(6, 7)), { resync: "gap" });
});

test("a count for a question one does not have is a gap", () => {
  assert.deepEqual(apply(start(), delta(5, 6, { questions: [{ number: 8, upvotes: 2 }] })), {
    resync: "gap",
  });
});

test("a delta before any snapshot is a gap", () => {
  assert.deepEqual(apply(EMPTY, delta(0, 1)), { resync: "gap" });
  assert.deepEqual(apply(after(EMPTY, welcome("e1", 5)), delta(-1, 5)), { resync: "gap" });
});

test("rows of another epoch stay on show, but no delta continues from them", () => {
  const state = after(start(), welcome("e2", 5));
  assert.equal(state.questions.size, 2);
  assert.deepEqual(apply(state, delta(5, 6)), { resync: "gap" });
  const fresh = after(state, snapshot("e2", 3, [question(1)]));
  assert.deepEqual([fresh.epoch, fresh.seq, fresh.questions.size], ["e2", 3, 1]);
});

test("a digest is compared only where both sides are at the same number", () => {
  const state = start();
  const beat = { type: "heartbeat", seq: 5, now: "2026-11-24T17:00:15.000Z", present: 214 };
  const right = digest(state.session, state.questions.values());
  assert.equal(after(state, { ...beat, digest: right }).present, 214);
  assert.deepEqual(apply(state, { ...beat, digest: "00000000" }), { resync: "digest" });
  assert.equal(after(state, { ...beat, seq: 6, digest: "00000000" }).present, 214);
  assert.equal(after(EMPTY, { ...beat, digest: "00000000" }).present, 214);
});

test("a tap shows at once and settles when the rows have reached what was stored", () => {
  const tapped = upvoting(start(), 2, true, "k1");
  assert.deepEqual(support(tapped, 2), { on: true, sending: true });
  const stored = after(tapped, { type: "done", key: "k1", seq: 7, result: {} });
  assert.deepEqual(support(stored, 2), { on: true, sending: true });
  const settled = after(stored, delta(5, 7, { questions: [{ number: 2, upvotes: 4 }] }));
  assert.deepEqual(support(settled, 2), { on: true, sending: false });
  assert.equal(settled.pending.size, 0);
});

test("a tap settles the same when the rows come before the answer", () => {
  const tapped = upvoting(start(), 2, true, "k1");
  const changed = after(tapped, delta(5, 7, { questions: [{ number: 2, upvotes: 4 }] }));
  const settled = after(changed, { type: "done", key: "k1", seq: 7, result: {} });
  assert.deepEqual(support(settled, 2), { on: true, sending: false });
});

test("a refusal takes the tap back, and only its own", () => {
  const tapped = upvoting(upvoting(start({ upvoted: [1] }), 2, true, "k1"), 1, false, "k2");
  const state = after(tapped, { type: "refused", key: "k1", code: "closed" });
  assert.deepEqual(support(state, 2), { on: false, sending: false });
  assert.deepEqual(support(state, 1), { on: false, sending: true });
});

test("the answer to an overtaken tap does not end the later one", () => {
  const twice = upvoting(upvoting(start(), 2, true, "k1"), 2, false, "k2");
  const state = after(twice, { type: "done", key: "k1", seq: 5, result: {} });
  assert.deepEqual(support(state, 2), { on: false, sending: true });
});

test("what another tab did later is not undone by an earlier answer", () => {
  const tapped = upvoting(start(), 2, true, "k1");
  const state = after(
    tapped,
    { type: "mine", seq: 8, questions: [], upvoted: { 2: false } },
    { type: "done", key: "k1", seq: 7, result: {} },
    delta(5, 8),
  );
  assert.deepEqual(support(state, 2), { on: false, sending: false });
});

test("what a poll has told of one's own is not undone by a late answer", () => {
  const tapped = upvoting(start(), 2, true, "k1");
  const state = after(tapped, { ...welcome("e1", 7), type: "me" }, delta(5, 7), {
    type: "done",
    key: "k1",
    seq: 7,
    result: { number: 2, on: true },
  });
  assert.deepEqual(support(state, 2), { on: false, sending: false });
});

test("an answer counts as the server has it, where a later tap holds", () => {
  const tapped = upvoting(start(), 2, true, "k1");
  const done = { type: "done", key: "k1", seq: 6, result: { number: 2, on: false } };
  const state = after(tapped, done, delta(5, 6));
  assert.deepEqual(support(state, 2), { on: false, sending: false });
});

test("a stored tap does not wait for a number of an epoch that is over", () => {
  const stored = after(upvoting(start(), 2, true, "k1"), {
    type: "done",
    key: "k1",
    seq: 70,
    result: {},
  });
  const state = after(stored, welcome("e2", 4), snapshot("e2", 4, [question(2)]));
  assert.equal(state.pending.size, 0);
});

test("an unanswered tap outlives a new connection", () => {
  const state = after(upvoting(start(), 2, true, "k1"), welcome("e1", 5));
  assert.deepEqual(support(state, 2), { on: true, sending: true });
});

test("supporting a merged question shows at the one that was kept, and ends there", () => {
  const kept = question(1, { merged: [4, 6] });
  const state = after(EMPTY, welcome("e1", 5, { upvoted: [4] }), snapshot("e1", 5, [kept]));
  assert.equal(support(state, 1).on, true);
  const done = { type: "done", key: "k1", seq: 6, result: {} };
  const off = after(upvoting(state, 1, false, "k1"), done, delta(5, 6));
  assert.equal(support(off, 1).on, false);
});

test("own rows are taken whole and one's upvotes from the server", () => {
  const own = { ...question(9), review: "returned", reason: "single_case", rev: 7 };
  const state = after(start({ upvoted: [1] }), {
    type: "mine",
    seq: 7,
    questions: [own],
    upvoted: { 1: false, 2: true },
  });
  assert.deepEqual(state.mine.get(9), own);
  assert.deepEqual([...state.upvoted], [2]);
  assert.equal(state.seq, 5);
});

test("after any sequence of deltas the rows are those of a fresh snapshot", () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const server = new Server(seed);
    let state = after(EMPTY, welcome("e1", 0), server.snapshot());
    for (let step = 0; step < 40; step += 1) {
      for (const message of server.tick()) {
        const result = apply(state, message);
        state = isResync(result) ? after(state, server.snapshot()) : result;
      }
    }
    state = after(state, ...server.resume(state.seq));
    const fresh = after(EMPTY, welcome("e1", server.seq), server.snapshot());
    const byNumber = (questions) => [...questions].sort(([one], [other]) => one - other);
    assert.deepEqual(byNumber(state.questions), byNumber(fresh.questions), `seed ${seed}`);
    assert.deepEqual(state.session, fresh.session, `seed ${seed}`);
    assert.equal(state.seq, fresh.seq, `seed ${seed}`);
    assert.equal(digest(state.session, state.questions.values()), server.digest(), `seed ${seed}`);
  }
});

/** A stream with two versions a row, that loses and doubles messages: what the protocol allows. */
class Server {
  constructor(seed) {
    this.lot = seeded(seed);
    this.seq = 0;
    this.rows = new Map();
    this.versions = new Map();
    this.left = new Map();
    this.session = snapshot("e1", 0, []).session;
    this.sessionSeq = 0;
    this.last = null;
    this.next = 1;
  }

  pick(list) {
    return list[Math.floor(this.lot() * list.length)];
  }

  snapshot() {
    return { ...snapshot("e1", this.seq, [...this.rows.values()]), session: this.session };
  }

  digest() {
    return digest(this.session, this.rows.values());
  }

  change() {
    this.seq += 1;
    const number = this.pick([...this.rows.keys()]);
    const what = number === undefined ? 0 : this.lot();
    if (what < 0.25) return this.enter(this.next++);
    if (what < 0.6) return this.write(number, "upvotes", "count");
    if (what < 0.75) return this.write(number, "place", "row");
    if (what < 0.85) return this.leave(number);
    this.session = { ...this.session, order_rev: this.seq };
    this.sessionSeq = this.seq;
  }

  enter(number) {
    this.rows.set(number, question(number));
    this.versions.set(number, { row: this.seq, count: this.seq });
    this.left.delete(number);
  }

  write(number, field, version) {
    const row = this.rows.get(number);
    this.rows.set(number, { ...row, [field]: this.seq });
    this.versions.get(number)[version] = this.seq;
  }

  leave(number) {
    this.rows.delete(number);
    this.left.set(number, this.seq);
    if (this.lot() < 0.5) this.enter(number);
  }

  resume(from) {
    if (from === this.seq) return [];
    const questions = [];
    for (const [number, row] of this.rows) {
      const version = this.versions.get(number);
      if (version.row > from) questions.push(row);
      else if (version.count > from) questions.push({ number, upvotes: row.upvotes });
    }
    const gone = [...this.left].filter(([, at]) => at > from).map(([number]) => number);
    const message = delta(from, this.seq, { questions, gone });
    return [this.sessionSeq > from ? { ...message, session: this.session } : message];
  }

  tick() {
    const from = this.seq;
    const changes = Math.floor(this.lot() * 4);
    for (let made = 0; made < changes; made += 1) this.change();
    const [fresh] = this.resume(from);
    const lot = this.lot();
    if (!fresh || lot < 0.1) return [];
    const sent = lot < 0.2 && this.last ? [this.last, fresh] : lot < 0.3 ? [fresh, fresh] : [fresh];
    this.last = fresh;
    return sent;
  }
}
