import assert from "node:assert/strict";
import { test } from "node:test";
import { spokenAt } from "../../static/js/asking.js";
import { waitingOf } from "../../static/js/list.js";
import { counted, ownState } from "../../static/js/own.js";
import { podiumState } from "../../static/js/podium.js";
import { EMPTY } from "../../static/js/state.js";
import { question, session } from "./doubles.js";

const own = (fields) => ({
  ...question(3),
  review: "approved",
  reason: null,
  note: null,
  into: null,
  original: null,
  appeal: null,
  rev: 4,
  ...fields,
});
const none = new Set();

test("new questions and a new order wait apart from each other", () => {
  assert.deepEqual(waitingOf([1, 2, 3], [1, 2, 3]), { fresh: 0, moved: false });
  assert.deepEqual(waitingOf([1, 2, 3], [1, 4, 2, 3, 5]), { fresh: 2, moved: false });
  assert.deepEqual(waitingOf([1, 2, 3], [2, 1, 3]), { fresh: 0, moved: true });
  assert.deepEqual(waitingOf([1, 2, 3], [1, 3]), { fresh: 0, moved: true });
});

test("an own question is in one state", () => {
  const appeal = { kind: "appeal", text: null, open: true };
  const kept = { kept: { at: "2026-12-01T10:00:00.000Z", text: "Liegt vor." } };
  for (const [fields, state] of [
    [{ review: "waiting" }, "waiting"],
    [{}, "approved"],
    [{ review: "stage_only" }, "stage_only"],
    [{ review: "returned" }, "returned"],
    [{ review: "returned", appeal }, "appealed"],
    [{ review: "returned", appeal: { ...appeal, open: false } }, "upheld"],
    [{ review: "merged", into: 2 }, "merged"],
    [{ review: "withdrawn" }, "withdrawn"],
    [{ review: "unreviewed" }, "unreviewed"],
    [{ place: "now" }, "now"],
    [{ place: 1 }, "next"],
    [{ place: 2 }, "approved"],
    [{ outcome: "aloud" }, "aloud"],
    [{ outcome: "promised", answer: { kept: null } }, "promised"],
    [{ outcome: "promised", answer: kept }, "kept"],
    [{ outcome: "not_reached" }, "not_reached"],
  ]) {
    assert.equal(ownState(own(fields), none), state, JSON.stringify(fields));
  }
  assert.equal(ownState(own({}), new Set([3])), "next");
});

test("a pause goes before a hidden question, and both before the one on the stage", () => {
  const questions = new Map([[1, question(1, { place: "now" })]]);
  const shown = (fields, rows = questions) =>
    podiumState({ ...EMPTY, session: session(fields), questions: rows });
  assert.equal(shown({ paused: true, now_hidden: true }), "paused");
  assert.equal(shown({ now_hidden: true }, new Map()), "hidden");
  assert.equal(shown({}), "now");
  assert.equal(shown({}, new Map()), "between");
});

test("the remainder is spoken at 50, 10 and 0, once each, and when it is too much", () => {
  const spoken = [];
  let before = 300;
  for (const left of [120, 51, 50, 49, 30, 10, 9, 1, 0, -1, -2]) {
    const at = spokenAt(before, left);
    if (at !== null) spoken.push([left, at]);
    before = left;
  }
  assert.deepEqual(spoken, [
    [50, 50],
    [10, 10],
    [0, 0],
    [-1, -1],
  ]);
  assert.equal(spokenAt(300, 5), 10, "a paste is spoken once");
  assert.equal(spokenAt(300, -20), -1);
  assert.equal(spokenAt(0, 60), null);
});

test("an own question is as popular as all see it, since upvotes move the floor's row alone", () => {
  const questions = new Map([[3, { upvotes: 4 }]]);
  assert.equal(counted({ number: 3, upvotes: 1 }, { questions }).upvotes, 4);
  assert.equal(counted({ number: 5, upvotes: 1 }, { questions }).upvotes, 1);
});
