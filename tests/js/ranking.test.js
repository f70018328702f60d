import assert from "node:assert/strict";
import { test } from "node:test";
import { answeredList, coming, nowOf, ranking, standingList } from "../../static/js/ranking.js";
import { EMPTY } from "../../static/js/state.js";
import { question, session } from "./doubles.js";

const stateOf = (...rows) => ({
  ...EMPTY,
  questions: new Map(rows.map((row) => [row.number, row])),
});
const numbers = (list) => list.map(({ row }) => row.number);

test("more upvotes come first, at a tie the earlier question", () => {
  const state = stateOf(
    question(3, { upvotes: 5 }),
    question(1, { upvotes: 2 }),
    question(2, { upvotes: 5 }),
  );
  assert.deepEqual(
    standingList(state).map(({ row, rank }) => [row.number, rank]),
    [
      [2, 1],
      [3, 2],
      [1, 3],
    ],
  );
});

test("now comes first and what was answered last, both without a rank", () => {
  const state = stateOf(
    question(1, { upvotes: 9, outcome: "aloud", outcome_at: "2026-11-24T17:10:00.000Z" }),
    question(2, { upvotes: 8, outcome: "promised", outcome_at: "2026-11-24T17:20:00.000Z" }),
    question(3, { place: "now" }),
    question(4, { upvotes: 4 }),
  );
  assert.equal(nowOf(state)?.number, 3);
  assert.deepEqual(
    answeredList(state).map(({ number }) => number),
    [2, 1],
  );
  assert.deepEqual(
    ranking(state).map(({ row, rank }) => [row.number, rank]),
    [
      [3, null],
      [4, 1],
      [2, null],
      [1, null],
    ],
  );
});

test("a question for the stage only has no rank", () => {
  const state = stateOf(
    question(1, { upvotes: 9, public: false }),
    question(2, { upvotes: 1, public: true }),
  );
  assert.deepEqual(numbers(standingList(state)), [2]);
});

test("of too many only those have a rank that come without a gap", () => {
  const rows = Array.from({ length: 340 }, (_, at) => question(at + 1, { upvotes: 999 - at }));
  const newest = question(1204);
  const counts = { received: 1300, public: 1204, open: 1204, answered: 0 };
  const state = { ...stateOf(newest, ...rows), session: session({ counts }) };
  const standing = standingList(state);
  assert.deepEqual([standing.length, standing.at(-1).row.number], [300, 300]);
  const whole = { ...state, session: session({ counts: { ...counts, open: 341 } }) };
  assert.equal(standingList(whole).length, 341);
});

test("without a running order the top of the ranking is next", () => {
  const state = stateOf(question(1, { upvotes: 3 }), question(2, { upvotes: 7 }), question(3));
  assert.deepEqual(
    coming(state).map(({ row, rank, ahead }) => [row.number, rank, ahead]),
    [
      [2, 1, false],
      [1, 2, false],
    ],
  );
});

test("the running order goes first and says where a better ranked question was passed over", () => {
  const state = stateOf(
    question(1, { upvotes: 30, place: 1 }),
    question(2, { upvotes: 20 }),
    question(3, { upvotes: 10, place: 2 }),
  );
  assert.deepEqual(
    coming(state, 3).map(({ row, rank, ahead }) => [row.number, rank, ahead]),
    [
      [1, 1, false],
      [3, 3, true],
      [2, 2, false],
    ],
  );
});

test("what was next when the present question was called up stays next, whoever rises", () => {
  const rows = [
    question(1, { upvotes: 9, place: "now" }),
    question(2, { upvotes: 3 }),
    question(3, { upvotes: 2 }),
    question(4, { upvotes: 7 }),
    question(5, { upvotes: 1, place: 1 }),
  ];
  const state = { ...stateOf(...rows), session: session({ frozen: [2, 3] }) };
  assert.deepEqual(
    coming(state, 4).map(({ row, rank, ahead }) => [row.number, rank, ahead]),
    [
      [5, 4, true],
      [2, 2, false],
      [3, 3, false],
      [4, 1, false],
    ],
  );
  const without = { ...stateOf(...rows.slice(2)), session: session({ frozen: [3, 2] }) };
  assert.deepEqual(numbers(coming(without, 3)), [5, 3, 4]);
});
