import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { entriesOf, groupOf, groups } from "../../static/js/groups.js";

const { groups: played } = JSON.parse(
  readFileSync(new URL("../wire/groups.json", import.meta.url), "utf8"),
);

test("the groups are those that the server makes", () => {
  for (const { alike, groups: made } of played) {
    const given = new Map(
      Object.entries(alike).map(([number, others]) => [Number(number), others]),
    );
    assert.deepEqual(groups(given), made);
  }
});

test("a queue's line is the oldest of a group; what is decided on alone stands alone", () => {
  const queue = [
    { number: 1, review: "returned", alike: [2], appeal: { open: true } },
    { number: 2, review: "waiting", alike: [] },
    { number: 4, review: "waiting", alike: [2, 1] },
    { number: 5, review: "waiting", alike: [99] },
  ];
  const lines = entriesOf(queue).map(({ row, group }) => [row.number, group]);
  assert.deepEqual(lines, [
    [1, [1]],
    [2, [2, 4]],
    [5, [5]],
  ]);
  assert.deepEqual(groupOf(queue, 4), [2, 4]);
  assert.deepEqual(groupOf(queue, 1), [1]);
  assert.deepEqual(groupOf(queue, 77), [77]);
});
