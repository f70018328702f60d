import assert from "node:assert/strict";
import { test } from "node:test";

import { Emergency } from "../../static/js/emergency.js";

/** Returns an emergency on a page that gives commands to a server with these answers. */
function emergency(...replies) {
  const given = [];
  const live = {
    do: (name, fields) => {
      given.push([name, fields]);
      return Promise.resolve(replies.shift());
    },
  };
  const document = { querySelector: () => null };
  return { given, made: new Emergency({ document, live, after: new Map(), phrases: {} }) };
}

const FIELDS = { number: 4, rev: 7 };
const changed = { type: "refused", code: "conflict", rev: 9, state: "approved" };

test("a question to be hidden is hidden although its answer was being written", async () => {
  const done = { type: "done", result: {} };
  const { given, made } = emergency(done);
  assert.equal(await made.insist("hide", FIELDS, changed), done);
  assert.deepEqual(given, [["hide", { number: 4, rev: 9 }]]);
});

test("nobody insists on what is gone already, refused for another reason, or no emergency", async () => {
  const waiting = { ...changed, state: "waiting" };
  const own = { type: "refused", code: "forbidden", field: "own" };
  const { given, made } = emergency();
  assert.equal(await made.insist("hide", FIELDS, waiting), waiting);
  assert.equal(await made.insist("hide", FIELDS, own), own);
  assert.equal(await made.insist("approve", FIELDS, changed), changed);
  assert.deepEqual(given, []);
});
