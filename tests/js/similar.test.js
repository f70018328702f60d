import assert from "node:assert/strict";
import { test } from "node:test";
import { isTelling, Similar } from "../../static/js/similar.js";
import { EMPTY } from "../../static/js/state.js";
import { clocked } from "./doubles.js";

const NOTHING = { questions: [], answers: [], wait_ms: 0 };

/** A form whose parts only note what is written to them. */
function typing(context, answers) {
  const clock = clocked(context);
  globalThis.HTMLTemplateElement ??= class {};
  const field = { addEventListener: () => {}, value: "" };
  const part = () => ({
    addEventListener: () => {},
    hidden: true,
    querySelector: () => null,
    replaceChildren: () => {},
  });
  const parts = { '[name="text"]': field, "[data-alike]": part(), '[data-list="alike"]': part() };
  const document = {
    activeElement: field,
    getElementById: () => null,
    querySelector: () => null,
  };
  const form = {
    ...part(),
    dataset: { similar: "/sessions/x/similar" },
    ownerDocument: document,
    querySelector: (selector) => parts[selector] ?? null,
  };
  const asked = [];
  const site = {
    phrases: { count: (key, n) => `${key} ${n}`, day: () => "", say: (key) => key },
    announce: (sentence) => asked.push(sentence),
    state: () => EMPTY,
    connected: () => site.online,
    online: true,
    upvote: async () => ({ type: "done" }),
    fetch: async (address, { body, signal }) => {
      asked.push([address, JSON.parse(body).text, signal]);
      const said = answers.shift() ?? NOTHING;
      return { ok: !said.code, json: async () => said };
    },
  };
  const similar = new Similar(form, site);
  const type = (text) => {
    field.value = text;
    similar.typed();
  };
  const pass = async (ms) => {
    clock.pass(ms);
    for (let turn = 0; turn < 20; turn += 1) await null;
  };
  return { asked, pass, site, type, section: parts["[data-alike]"] };
}

test("three words are worth a look, in any script", () => {
  assert.equal(isTelling("Wie lange"), false);
  assert.equal(isTelling("Wie lange dauert"), true);
  assert.equal(isTelling("? ! … – –"), false);
  assert.equal(isTelling("Скільки це триває"), true);
});

test("it is asked after a pause, once for each text, and an older request is given up", async (context) => {
  const { asked, pass, type } = typing(context, []);
  type("Wie lange dauert");
  await pass(400);
  type("Wie lange dauert die");
  await pass(699);
  assert.equal(asked.length, 0);
  await pass(1);
  assert.deepEqual(asked[0].slice(0, 2), ["/sessions/x/similar", "Wie lange dauert die"]);
  type("Wie lange dauert die Anerkennung");
  assert.equal(asked[0][2].aborted, true);
  await pass(700);
  type("Wie lange dauert die");
  await pass(700);
  assert.equal(asked.length, 2); // it is known
});

test("without a connection nothing is asked", async (context) => {
  const { asked, pass, site, type } = typing(context, []);
  site.online = false;
  type("Wie lange dauert das");
  await pass(5_000);
  assert.deepEqual(asked, []);
});

test("who is told to wait waits, and asks then for what stands there", async (context) => {
  const { asked, pass, type } = typing(context, [{ code: "too_fast", retry_ms: 5_000 }]);
  type("Wie lange dauert das");
  await pass(700);
  type("Wie lange dauert das noch");
  await pass(4_000);
  assert.equal(asked.length, 1);
  await pass(4_000);
  assert.equal(asked.length, 2);
  assert.equal(asked[1][1], "Wie lange dauert das noch");
});

test("how many there are is said once for a question", async (context) => {
  const one = { questions: [], answers: [{ text: "A", by: "B", starts: "", href: "/" }] };
  const { asked, pass, section, type } = typing(context, [one, NOTHING, one]);
  const said = () => asked.filter((entry) => typeof entry === "string");
  type("Wie lange dauert das");
  await pass(700);
  assert.equal(section.hidden, false);
  assert.deepEqual(said(), ["alike 1"]);
  type("Wie lange dauert das denn");
  await pass(700);
  assert.equal(section.hidden, true);
  type("Wie lange dauert das denn noch");
  await pass(700);
  assert.equal(section.hidden, false);
  assert.deepEqual(said(), ["alike 1"]);
  type("");
  assert.equal(section.hidden, true);
});
