import assert from "node:assert/strict";
import { test } from "node:test";
import { marks } from "../../static/js/marks.js";

test("telephone, mail, bank, file numbers and names are found in reading order", () => {
  const text =
    "Herr Kovač (Tel. 0170 9876543, kovac@example.org) wartet, AZR 0815/22, IBAN DE89 3704 0044 0532 0130 00.";
  assert.deepEqual(marks(text), [
    "Herr Kovač",
    "Tel. 0170 9876543",
    "kovac@example.org",
    "AZR 0815/22",
    "DE89 3704 0044 0532 0130 00",
  ]);
});

test("dates, amounts, paragraphs and offices are not personal data", () => {
  for (const text of [
    "Am 24.11.2026 waren es 1.234 Fälle nach § 25 Abs. 2.",
    "Warum dauert es seit 2015/2016 so lange?",
    "Was sagt Frau Staatsministerin Muster dazu?",
    "Azubis ohne Kurs",
  ]) {
    assert.deepEqual(marks(text), [], text);
  }
});

test("a long text without any is searched in no time", () => {
  const began = performance.now();
  marks("0 ".repeat(5_000) + "Herr ".repeat(2_000) + "a.".repeat(5_000));
  assert.ok(performance.now() - began < 500);
});
