import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { difference } from "../../static/js/difference.js";

const { differences } = JSON.parse(
  readFileSync(new URL("../wire/difference.json", import.meta.url), "utf8"),
);

test("what an edit changed is what the server says", () => {
  for (const { before, after, runs } of differences) {
    assert.deepEqual(difference(before, after), runs, before);
  }
});
