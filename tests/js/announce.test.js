import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Announcer } from "../../static/js/announce.js";
import { FakeClock } from "./doubles.js";

let clock;
let said;

beforeEach(() => {
  clock = new FakeClock();
  said = [];
});

const announcer = (choice) => new Announcer(clock, (sentence) => said.push(sentence), choice);

test("by default only what is one's own is said, at once", () => {
  const one = announcer();
  one.all("now", "Neu auf dem Podium");
  one.own("Ihre Frage ist eingereicht.");
  one.own("Ihre Frage wurde freigegeben.");
  clock.pass(60_000);
  assert.deepEqual(said, ["Ihre Frage ist eingereicht.", "Ihre Frage wurde freigegeben."]);
});

test("of what happens to all one sentence is said in ten seconds, of each kind the latest", () => {
  const one = announcer("all");
  one.all("fresh", "1 neue Frage");
  one.all("now", "Podium: Frage 4");
  one.all("fresh", "5 neue Fragen");
  one.all("now", "Podium: Frage 9");
  assert.deepEqual(said, ["1 neue Frage"]);
  clock.pass(9_999);
  assert.equal(said.length, 1);
  clock.pass(1);
  assert.deepEqual(said.slice(1), ["Podium: Frage 9"]);
  clock.pass(10_000);
  assert.deepEqual(said.slice(2), ["5 neue Fragen"]);
  clock.pass(60_000);
  assert.equal(said.length, 3);
});

test("one's own event goes before and puts the others off", () => {
  const one = announcer("all");
  one.all("now", "Podium: Frage 4");
  clock.pass(8_000);
  one.own("Ihre Frage ist an der Reihe.");
  one.all("fresh", "2 neue Fragen");
  clock.pass(9_999);
  assert.equal(said.length, 2);
  clock.pass(1);
  assert.equal(said.at(-1), "2 neue Fragen");
});

test("who wants to hear nothing hears nothing, not even what was waiting", () => {
  const one = announcer("all");
  one.all("now", "erste");
  one.all("now", "zweite");
  one.choose("none");
  one.own("eigene");
  clock.pass(60_000);
  assert.deepEqual(said, ["erste"]);
});

test("no sentence is longer than eighty characters", () => {
  announcer().own("Wort ".repeat(40));
  assert.ok([...said[0]].length <= 80);
});
