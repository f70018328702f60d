import assert from "node:assert/strict";
import { test } from "node:test";
import { drawn, fitting, Impressions } from "../../static/js/little.js";
import { EMPTY } from "../../static/js/state.js";
import { clocked, question } from "./doubles.js";

class FakeObserver {
  constructor(heard) {
    this.heard = heard;
    this.watched = [];
    FakeObserver.last = this;
  }

  observe(target) {
    this.watched.push(target);
  }
}

function impressions(context, tell) {
  const clock = clocked(context);
  globalThis.IntersectionObserver = FakeObserver;
  const made = new Impressions(tell);
  const item = (number, hidden = false) => ({
    dataset: { number: String(number) },
    ownerDocument: { hidden },
  });
  const see = (target, intersectionRatio) =>
    FakeObserver.last.heard([{ target, intersectionRatio }]);
  return { made, item, see, pass: (ms) => clock.pass(ms) };
}

test("a question is seen once half of it stood on the screen for a second", (context) => {
  const told = [];
  const { made, item, see, pass } = impressions(context, (numbers) => {
    told.push(numbers);
    return true;
  });
  const [read, passed, hidden] = [item(1), item(2), item(3, true)];
  made.watch([read, passed, read]);
  assert.equal(FakeObserver.last.watched.length, 2);
  see(read, 0.6);
  see(passed, 0.9);
  see(hidden, 1);
  pass(500);
  see(passed, 0.4);
  pass(15_000);
  assert.deepEqual(told, [[1]]);
  see(read, 1);
  pass(30_000);
  assert.deepEqual(told, [[1]]);
});

test("what could not be told waits, and no message is long", (context) => {
  const told = [];
  let connected = false;
  const { item, see, pass } = impressions(context, (numbers) => {
    if (connected) told.push(numbers.length);
    return connected;
  });
  for (let number = 1; number <= 60; number += 1) see(item(number), 1);
  pass(16_000);
  connected = true;
  pass(15_000);
  pass(15_000);
  pass(15_000);
  assert.deepEqual(told, [50, 10]);
});

test("only what one could still support is offered", () => {
  const rows = [1, 2, 3, 4, 5].map((number) => [number, question(number)]);
  const state = {
    ...EMPTY,
    little: [1, 2, 3, 4, 5, 9],
    questions: new Map(rows),
    mine: new Map([[2, question(2)]]),
    upvoted: new Set([3]),
  };
  state.questions.set(4, question(4, { outcome: "aloud" }));
  state.questions.set(5, question(5, { place: "now" }));
  assert.deepEqual(fitting(state), [1]);
});

test("others are drawn before those that were shown", () => {
  const lots = [0.9, 0.1, 0.5, 0.3, 0.7];
  const random = () => lots.shift() ?? 0;
  assert.deepEqual(drawn([1, 2, 3, 4, 5], new Set([2, 4]), random), [3, 5, 1]);
  assert.deepEqual(drawn([], new Set(), random), []);
});
