import assert from "node:assert/strict";
import { test } from "node:test";
import { FIELDS, typed } from "../../static/js/staff_commands.js";

/** Returns a form's data, as its fields are sent. */
function form(fields) {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  return data;
}

test("numbers become numbers, texts stay as they were typed", () => {
  assert.deepEqual(typed("approve", form({ number: "47", rev: " 12 " })), { number: 47, rev: 12 });
  assert.deepEqual(
    typed("return", form({ number: "47", rev: "12", reason: "off_topic", note: "" })),
    { number: 47, rev: 12, reason: "off_topic", note: "" },
  );
  assert.deepEqual(typed("message", form({ text: " Noch eine.\n" })), { text: " Noch eine.\n" });
});

test("a form's own fields do not travel: token, key, where to go back to", () => {
  const sent = form({ token: "x", key: "y", do: "claim", back: "/", number: "3", rev: "1" });
  assert.deepEqual(typed("claim", sent), { number: 3 });
  assert.deepEqual(typed("acknowledge", sent), {});
  assert.deepEqual(typed("shout", sent), {});
});

test("what was on the stage is a number, or null where nothing was", () => {
  for (const name of ["now", "next"]) {
    assert.deepEqual(typed(name, form({ number: "9", order_rev: "4", seen: "" })), {
      number: 9,
      order_rev: 4,
      seen: null,
    });
  }
  assert.deepEqual(typed("done", form({ outcome: "aloud", order_rev: "4", seen: "8" })), {
    outcome: "aloud",
    order_rev: 4,
    seen: 8,
  });
  assert.deepEqual(typed("back", form({ order_rev: "0", seen: "8" })), { order_rev: 0, seen: 8 });
});

test("an empty number is left out, a word in its place is left to the server", () => {
  assert.deepEqual(typed("merge", form({ number: "3", rev: "1", into: "" })), {
    number: 3,
    rev: 1,
  });
  for (const word of ["drei", "-3", "3.5", "1e3"]) {
    assert.deepEqual(typed("extend", form({ minutes: word })), { minutes: word });
  }
});

test("a new order is a list of numbers; taking the last one out leaves an empty list", () => {
  assert.deepEqual(typed("order", form({ numbers: "12,3,40", order_rev: "2" })), {
    numbers: [12, 3, 40],
    order_rev: 2,
  });
  assert.deepEqual(typed("order", form({ numbers: "", order_rev: "2" })), {
    numbers: [],
    order_rev: 2,
  });
});

test("what is ticked in a group travels as numbers and revisions", () => {
  const data = form({ into: "9", number: "7", reason: "unclear", note: "" });
  for (const pick of ["7.3", "9.12"]) data.append("picked", pick);
  const seen = { numbers: [7, 9], revs: [3, 12] };
  assert.deepEqual(typed("merge_all", data), { ...seen, into: 9 });
  assert.deepEqual(typed("return_all", data), { ...seen, reason: "unclear", note: "" });
  assert.deepEqual(typed("return_all", form({})), { numbers: [], revs: [] });
});

test("sources are the lines that say something", () => {
  const sources = " https://www.bamf.de/kurse \r\n\r\nhttps://www.stmi.bayern.de/\n  ";
  const sent = typed("answer", form({ number: "5", rev: "2", text: "Ja.", sources, minute: "" }));
  assert.deepEqual(sent, {
    number: 5,
    rev: 2,
    text: "Ja.",
    sources: ["https://www.bamf.de/kurse", "https://www.stmi.bayern.de/"],
  });
  assert.deepEqual(typed("answer", form({ sources: "", minute: "2480" })), {
    sources: [],
    minute: 2480,
  });
});

test("a place in the recording is hours, minutes and seconds, or seconds alone", () => {
  /** @param {string} minute */
  const sent = (minute) => typed("answer", form({ sources: "", minute })).minute;
  assert.deepEqual(["0:41:20", " 41:20 ", "1:00:05", "2480", "", "41 Min."].map(sent), [
    2480,
    2480,
    3605,
    2480,
    undefined,
    "41 Min.",
  ]);
});

test("a switch is on with 1 and off with anything else, and names only itself", () => {
  assert.deepEqual(typed("accept", form({ questions: "0" })), { questions: false });
  assert.deepEqual(typed("accept", form({ upvotes: "1" })), { upvotes: true });
  assert.deepEqual(typed("pause", form({ on: "1" })), { on: true });
});

test("whatever changes a question names the state that was read", () => {
  const free = ["claim", "redact", "unpublish", "now", "next"];
  for (const [name, fields] of Object.entries(FIELDS)) {
    if (!("number" in fields) || free.includes(name)) continue;
    assert.equal(fields.rev, "int", name);
  }
});
