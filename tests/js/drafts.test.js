import assert from "node:assert/strict";
import { test } from "node:test";
import { Drafts } from "../../static/js/drafts.js";
import { Forgiving } from "../../static/js/storage.js";
import { FakeStorage } from "./doubles.js";

const keeping = () => {
  const kept = new FakeStorage();
  return new Forgiving(() => kept);
};
const typed = (text) => ({ text, background: "", show: "team", district: "Fürth" });

test("what is typed is there again after a reload, for its session only", () => {
  const store = keeping();
  assert.equal(new Drafts(store, "a", () => 0).save(typed("Warum")), true);
  assert.deepEqual(new Drafts(store, "a", () => 1).load()?.typed, typed("Warum"));
  assert.equal(new Drafts(store, "b", () => 1).load(), null);
});

test("an emptied form and an accepted question leave nothing behind", () => {
  const store = keeping();
  const drafts = new Drafts(store, "a", () => 0);
  drafts.save(typed("Warum"));
  assert.equal(drafts.save(typed("  ")), false);
  assert.equal(store.open().items.size, 0);
  drafts.save(typed("Warum"));
  drafts.clear();
  assert.equal(drafts.load(), null);
});

test("the same question sent again has the same key, another has its own", () => {
  const store = keeping();
  const first = new Drafts(store, "a", () => 0);
  assert.equal(first.sending(typed("Warum?"), "k1"), "k1");
  const reloaded = new Drafts(store, "a", () => 0);
  reloaded.save(typed("Warum?"));
  assert.equal(reloaded.sending(typed("Warum?"), "k2"), "k1");
  assert.equal(reloaded.sending(typed("Warum nicht?"), "k3"), "k3");
});

test("a draft older than a week is forgotten", () => {
  const store = keeping();
  new Drafts(store, "a", () => 0).save(typed("Warum"));
  assert.equal(new Drafts(store, "a", () => 7 * 86_400_000).load(), null);
  assert.equal(store.open().items.size, 0);
});

test("a forbidden, full or foreign storage costs the draft, not the page", () => {
  const forbidden = () => {
    throw new DOMException("forbidden", "SecurityError");
  };
  const drafts = new Drafts(new Forgiving(forbidden), "a", () => 0);
  assert.equal(drafts.load(), null);
  assert.equal(drafts.save(typed("Warum")), false);
  assert.equal(drafts.sending(typed("Warum"), "k1"), "k1");
  const store = keeping();
  for (const foreign of ["{", "7", "null", '{"typed":{"text":5}}']) {
    store.setItem("dialog.draft.a", foreign);
    assert.equal(new Drafts(store, "a", () => 0).load(), null);
  }
});
