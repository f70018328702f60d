import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { mark, tongue } from "../../static/js/tongue.js";

const TEXTS = JSON.parse(readFileSync(new URL("../tongues.json", import.meta.url), "utf-8"));

test("letters tell a language, as on the server", () => {
  for (const [text, otherwise, lang] of TEXTS) assert.equal(tongue(text, otherwise), lang, text);
});

/** @param {string} page */
function element(page) {
  return {
    dir: "",
    lang: "",
    ownerDocument: { documentElement: { lang: page } },
    removeAttribute() {
      this.lang = "";
    },
  };
}

test("an element bears a language of its own only where it differs from the page's", () => {
  const made = /** @type {any} */ (element("de"));
  mark(made, "Коли почнеться мовний курс для дітей?");
  assert.deepEqual([made.dir, made.lang], ["auto", "uk"]);
  mark(made, "Wann beginnt der Kurs?");
  assert.deepEqual([made.dir, made.lang], ["auto", ""]);
  const english = /** @type {any} */ (element("en"));
  mark(english, "Wann beginnt der Kurs?");
  assert.equal(english.lang, "de");
});
