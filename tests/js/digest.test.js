import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { canonical, crc32, digest } from "../../static/js/digest.js";

const vectors = JSON.parse(
  readFileSync(new URL("../wire/digest.json", import.meta.url), "utf8"),
).vectors;

test("the CRC-32 of the check text is the published one", () => {
  assert.equal(crc32("123456789"), 0xcbf43926);
  assert.equal(crc32(""), 0);
});

test("canonical JSON sorts keys at every depth and leaves letters as they are", () => {
  const value = { b: { z: 1, a: [true, null] }, a: "„Ä“\u2028\u007f\n\u001f" };
  assert.equal(canonical(value), '{"a":"„Ä“\u2028\u007f\\n\\u001f","b":{"a":[true,null],"z":1}}');
});

for (const vector of vectors) {
  test(`the digest agrees with the server's: ${vector.name}`, () => {
    assert.equal(canonical(vector.session), vector.canonical);
    assert.equal(digest(vector.session, vector.questions), vector.digest);
    assert.equal(digest(vector.session, [...vector.questions].reverse()), vector.digest);
  });
}

test("one changed count changes the digest", () => {
  const { session, questions, digest: whole } = vectors.find(({ questions: rows }) => rows.length);
  const changed = questions.map((row, at) => (at ? row : { ...row, upvotes: row.upvotes + 1 }));
  assert.notEqual(digest(session, changed), whole);
});
