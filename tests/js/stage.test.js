import assert from "node:assert/strict";
import { test } from "node:test";
import { oldestOf } from "../../static/js/organiser.js";
import { openOf, stamp } from "../../static/js/scribe.js";
import { sizeOf } from "../../static/js/size.js";
import { stateOf, stopwatch } from "../../static/js/stage.js";
import { EMPTY } from "../../static/js/state.js";
import { question, session } from "./doubles.js";

const stateWith = (...rows) => ({
  ...EMPTY,
  questions: new Map(rows.map((row) => [row.number, row])),
});

test("the stage shows why there is no question: before, between, at the end", () => {
  for (const [phase, state] of [
    ["announced", "before"],
    ["open", "before"],
    ["live", "between"],
    ["closed", "end"],
    ["published", "end"],
    ["cancelled", "cancelled"],
  ]) {
    assert.equal(stateOf(session({ phase }), null), state);
  }
});

test("a question stays on the stage after the end, and one hidden from the room is shown there", () => {
  const now = question(1, { place: "now" });
  assert.equal(stateOf(session({ phase: "live" }), now), "now");
  assert.equal(stateOf(session({ phase: "closed" }), now), "now");
  const hidden = { ...now, public: false };
  assert.equal(stateOf(session({ phase: "live", now_hidden: true }), hidden), "now");
});

test("a long question is set smaller; what people read as one character counts once", () => {
  assert.deepEqual(
    [0, 120, 121, 200, 201, 300].map((length) => sizeOf("x".repeat(length))),
    ["s", "s", "m", "m", "l", "l"],
  );
  assert.equal(sizeOf("🙂".repeat(120)), "s");
});

test("a stopwatch counts minutes on beyond the hour and never below nothing", () => {
  assert.deepEqual([-5_000, 0, 999, 59_999, 192_000, 3_725_000].map(stopwatch), [
    "0:00",
    "0:00",
    "0:00",
    "0:59",
    "3:12",
    "62:05",
  ]);
});

test("a place in the recording has hours, minutes and seconds", () => {
  assert.deepEqual([0, 59, 2480, 3600, 36_061].map(stamp), [
    "0:00:00",
    "0:00:59",
    "0:41:20",
    "1:00:00",
    "10:01:01",
  ]);
});

test("the scribe finds what was answered or begun and has no text yet", () => {
  const answer = { text: "Ja.", kind: "summary" };
  const state = stateWith(
    question(1),
    question(2, { place: "now" }),
    question(3, { outcome: "aloud" }),
    question(4, { outcome: "aloud", answer }),
    question(5, { outcome: "promised", pending: { ...answer, outcome: "promised" } }),
    question(6, { outcome: "not_reached" }),
    question(7, { draft: { text: "Wir", by: "L. Sommer", person: 4, at: "" } }),
    question(8, { outcome: "not_reached", draft: { text: "Wir", by: "", person: 4, at: "" } }),
  );
  assert.deepEqual(
    openOf(state).map(({ number }) => number),
    [2, 3, 7, 8],
  );
});

test("the oldest waiting question tells how long one waits", () => {
  const state = stateWith(
    question(1, { review: "approved", asked: "2026-11-24T16:00:00.000Z" }),
    question(2, { review: "waiting", asked: "2026-11-24T16:50:00.000Z" }),
    question(3, { review: "waiting", asked: "2026-11-24T16:40:00.000Z" }),
  );
  assert.equal(oldestOf(state), "2026-11-24T16:40:00.000Z");
  assert.equal(oldestOf(stateWith(question(1, { review: "approved" }))), null);
});
