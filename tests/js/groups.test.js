import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Phrases } from "../../static/js/format.js";
import { entriesOf, groupModels, groupOf, groups, unionWords } from "../../static/js/groups.js";
import { freeOf, queueModels } from "../../static/js/staff_desk.js";
import { EMPTY } from "../../static/js/state.js";
import { question, session } from "./doubles.js";

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

const NOW = Date.parse("2026-11-24T17:00:00.000Z");
const SOON = "2026-11-24T17:01:00.000Z";
const WORDS = new Map(
  Object.entries({
    claimed: "{by} prüft",
    group: "{n} ähnliche",
    "group.none": "Nichts angekreuzt.",
    label: "Frage {n}",
    "personal_data.phone": "Telefonnummer",
    "review.approved": "freigegeben",
    "review.waiting": "wartet",
    stays: "Frage {n} bleibt stehen",
    "union.same.one": "{n} Mensch",
    "union.same.many": "{n} Menschen",
    union: "{low} bis {high} Menschen",
    "upvotes.many": "{n} Unterstützungen",
  }),
);

/** Returns a desk on which three questions resemble each other, and one that is public. */
function desk(more = {}) {
  const marks = [{ kind: "phone", from: 0, to: 4 }];
  const rows = [
    { number: 1, review: "waiting", rev: 3, upvotes: 2, alike: [9] },
    { number: 2, review: "waiting", rev: 5, upvotes: 4, alike: [1], personal_data: marks, ...more },
    { number: 3, review: "waiting", rev: 7, upvotes: 1, alike: [2] },
    { number: 8, review: "waiting", rev: 8, upvotes: 1, alike: [] },
    { number: 9, review: "approved", rev: 9, upvotes: 40, alike: [] },
  ].map((row) => ({ ...question(row.number), ...row }));
  const questions = new Map(rows.map((row) => [row.number, row]));
  return {
    state: { ...EMPTY, session: session(), questions },
    now: NOW,
    person: 7,
    current: 3,
    page: "/m",
    phrases: new Phrases(WORDS, "de", "UTC"),
    age: () => "neu",
    reason: () => "",
  };
}

test("a group's line stands for all of it: whose hand is on it, and where care is needed", () => {
  const claimed = { by: "Jo", person: 8, until: SOON };
  const models = queueModels(desk({ claimed })).queue;
  assert.deepEqual(
    models.map(({ key, group }) => [key, group]),
    [
      [1, "3 ähnliche"],
      [8, ""],
    ],
  );
  const [line] = models;
  assert.equal(line.claimed, "Jo prüft");
  assert.equal(line.personal, true);
  assert.equal(line.current, "true");
  assert.equal(line.group_href, "/m?number=1&dialog=group");
});

test("the next question is none of a group that somebody else has open", () => {
  const claimed = { by: "Jo", person: 8, until: SOON };
  assert.equal(freeOf(desk().state, NOW, 7).number, 1);
  assert.equal(freeOf(desk({ claimed }).state, NOW, 7).number, 8);
  assert.equal(freeOf(desk({ claimed }).state, NOW, 8).number, 1);
  assert.equal(freeOf(desk({ claimed }).state, Date.parse(SOON), 7).number, 1);
});

test("a group can be merged into a public question that one of it resembles", () => {
  const models = groupModels(desk(), [1, 2, 3]);
  assert.deepEqual(
    models.map(({ key, at, picked, pickable, keepable }) => [key, at, picked, pickable, keepable]),
    [
      [1, "1", "1.3", true, true],
      [2, "2", "2.5", true, true],
      [3, "3", "3.7", true, true],
      [9, "4", "9.9", false, true],
    ],
  );
  assert.equal(models[1].found, "Telefonnummer");
  assert.equal(models[3].stays, "Frage 9 bleibt stehen");
});

test("the union is not less than the most and not more than the sum", () => {
  assert.equal(unionWords(desk(), [1, 2, 3]), "4 bis 7 Menschen");
  assert.equal(unionWords(desk(), [2]), "4 Menschen");
  assert.equal(unionWords(desk(), []), "Nichts angekreuzt.");
});
