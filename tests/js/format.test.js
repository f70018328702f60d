import assert from "node:assert/strict";
import { test } from "node:test";
import { fill, lengthOf, Phrases, shortened } from "../../static/js/format.js";

const WORDS = new Map([
  ["upvotes.one", "Unterstützung"],
  ["upvotes.many", "Unterstützungen"],
  ["anonymous", "anonym"],
  ["place", "Platz {n}"],
  ["ago.now", "gerade eben"],
  ["ago.minute", "vor einer Minute"],
  ["ago.minutes", "vor {n} Minuten"],
  ["ago.hour", "vor einer Stunde"],
  ["ago.hours", "vor {n} Stunden"],
  ["ago.days", "vor {n} Tagen"],
]);
const german = new Phrases(WORDS, "de", "Europe/Berlin");
const english = new Phrases(WORDS, "en", "Europe/Berlin");
const NOW = Date.parse("2026-11-24T17:42:57.000Z");
const ago = (ms) => german.age("ago", new Date(NOW - ms).toISOString(), NOW);

test("counts have their noun and their language's thousands", () => {
  assert.equal(german.supports(1), "1\u00a0Unterstützung");
  assert.equal(german.supports(0), "0\u00a0Unterstützungen");
  assert.equal(german.supports(12345), "12.345\u00a0Unterstützungen");
  assert.equal(english.number(12345), "12,345");
  assert.equal(german.say("place", { n: 1234 }), "Platz 1.234");
});

test("ages are told in the largest whole unit", () => {
  assert.equal(ago(-5_000), "gerade eben");
  assert.equal(ago(59_999), "gerade eben");
  assert.equal(ago(60_000), "vor einer Minute");
  assert.equal(ago(6 * 60_000 + 59_000), "vor 6\u00a0Minuten");
  assert.equal(ago(3_600_000), "vor einer Stunde");
  assert.equal(ago(47 * 3_600_000), "");
  assert.equal(ago(48 * 3_600_000), "vor 2\u00a0Tagen");
});

test("times are those of the session's zone, wherever the device is", () => {
  assert.equal(german.clock("2026-11-24T17:41:00.000Z"), "18:41");
  assert.equal(german.clockWithSeconds(NOW), "18:42:57");
  assert.equal(german.clock("2026-06-24T22:05:00.000Z"), "00:05");
  assert.equal(english.clock("2026-11-24T17:41:00.000Z"), "18:41");
});

test("days are written out, and a bare day is the same in every zone", () => {
  assert.equal(german.day("2026-12-18"), "18.\u00a0Dezember 2026");
  assert.equal(english.day("2026-12-18"), "18\u00a0December 2026");
  assert.equal(german.day("2026-11-24T23:30:00.000Z"), "25.\u00a0November 2026");
  assert.equal(
    new Phrases(WORDS, "de", "America/New_York").day("2026-12-18"),
    "18.\u00a0Dezember 2026",
  );
});

test("who asked is name and district, one of them, or anonymous", () => {
  assert.equal(german.asker({ asker: "M. Huber", district: "Fürth" }), "M. Huber, Fürth");
  assert.equal(german.asker({ asker: null, district: "Fürth" }), "Fürth");
  assert.equal(german.asker({ asker: null, district: null }), "anonym");
});

test("braces are filled with text as it is, and unknown ones stay", () => {
  assert.equal(fill("{what} und {else}", { what: "{else} $1 <b>" }), "{else} $1 <b> und {else}");
});

test("a sentence is cut between words", () => {
  assert.equal(shortened("kurz", 80), "kurz");
  const long =
    "Warum wird ein ausländischer Führerschein während der Ausbildung nicht anerkannt und nicht gezählt?";
  const cut = shortened(long, 80);
  assert.ok([...cut].length <= 80);
  assert.match(cut, / nicht…$/);
  assert.equal([...shortened("x".repeat(100), 80)].length, 80);
});

test("lengths are code points in NFC, as the server counts them", () => {
  assert.equal(lengthOf("  a\u0308\r\n😀 "), 3);
  assert.equal(lengthOf("   "), 0);
});
