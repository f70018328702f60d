import assert from "node:assert/strict";
import { test } from "node:test";

import { copy, line, offer } from "../../static/js/quotation.js";

const QUOTATION = {
  textContent: "Staatsminister,\n  6. Oktober 2026: „Wie lange?“,\u00a0Frage 7 ",
};
const LINE = "Staatsminister, 6. Oktober 2026: „Wie lange?“, Frage 7";

/** Returns a page with a button, a quotation and a place where is said what happened. */
function pageOf(clipboard) {
  const element = (more) => Object.assign(new EventTarget(), { hidden: true, ...more });
  const button = element({ dataset: { copy: "zitat" } });
  const print = element({});
  const said = { textContent: "", dataset: { done: "kopiert", failed: "markiert" } };
  const told = { marked: null, printed: 0 };
  const page = {
    querySelector: (one) =>
      ({ "[data-copy]": button, "[data-copied]": said, "[data-print]": print })[one],
    getElementById: (id) => (id === "zitat" ? QUOTATION : null),
    getSelection: () => ({
      selectAllChildren: (what) => {
        told.marked = what;
      },
    }),
    defaultView: {
      navigator: { clipboard },
      print: () => {
        told.printed += 1;
      },
    },
  };
  return { page, button, print, said, told };
}

test("a quotation is one line, whatever the page's markup puts between its words", () => {
  assert.equal(line(QUOTATION.textContent), LINE);
});

test("the buttons are there once a script is, and one press copies", async () => {
  let board = "";
  const { page, button, print, said, told } = pageOf({
    writeText: async (text) => {
      board = text;
    },
  });
  offer(page);
  assert.deepEqual([button.hidden, print.hidden], [false, false]);
  button.dispatchEvent(new Event("click"));
  await new Promise((done) => setTimeout(done, 0));
  assert.equal(board, LINE);
  assert.equal(said.textContent, "kopiert");
  assert.equal(told.marked, null);
  print.dispatchEvent(new Event("click"));
  assert.equal(told.printed, 1);
});

test("where the clipboard is refused or missing, the quotation is marked and that is said", async () => {
  for (const board of [undefined, { writeText: () => Promise.reject(new Error("denied")) }]) {
    const { page, button, said, told } = pageOf(board);
    offer(page);
    button.dispatchEvent(new Event("click"));
    await new Promise((done) => setTimeout(done, 0));
    assert.equal(told.marked, QUOTATION);
    assert.equal(said.textContent, "markiert");
  }
});

test("a page without a quotation is left as it is", async () => {
  offer({ querySelector: () => null, getElementById: () => null });
  assert.equal(await copy(QUOTATION, { writeText: async () => {} }, () => {}), true);
});
