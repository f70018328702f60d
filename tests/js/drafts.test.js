import assert from "node:assert/strict";
import { test } from "node:test";
import { Drafts } from "../../static/js/drafts.js";
import { Forgiving, nameOf } from "../../static/js/storage.js";
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
  assert.equal(
    drafts.save({ ...typed("  "), show: "name", district: "Fürth", archive: "1" }),
    false,
  );
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
  reloaded.load();
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
  for (const foreign of ["{", "7", "null", '{"at":0,"typed":{"text":5}}']) {
    store.setItem("dialog.draft.a.page", foreign);
    store.setItem("dialog.draft.a.other", foreign);
    assert.equal(new Drafts(store, "a", () => 0).load(), null);
  }
});

test("two tabs of one session never write over each other", () => {
  const store = keeping();
  const [one, other] = ["one", "other"].map((page) => new Drafts(store, "a", () => 0, page));
  one.save(typed("Warum?"));
  other.save(typed("Wann?"));
  assert.equal(one.load()?.typed.text, "Warum?");
  assert.equal(other.load()?.typed.text, "Wann?");
  other.clear();
  assert.equal(one.load()?.typed.text, "Warum?");
});

test("a new page begins with the newest draft that was left behind, and takes its key along", () => {
  const store = keeping();
  new Drafts(store, "a", () => 1, "old").save(typed("Warum?"));
  const newer = new Drafts(store, "a", () => 2, "newer");
  newer.save(typed("Wann?"));
  newer.sending(typed("Wann?"), "k1");
  const fresh = new Drafts(store, "a", () => 3, "fresh");
  assert.equal(fresh.load()?.typed.text, "Wann?");
  assert.equal(fresh.sending(typed("Wann?"), "k2"), "k1");
  fresh.save(typed("Wann endlich?"));
  fresh.clear();
  assert.equal(newer.read(newer.own), null, "what it began with has been sent");
  assert.equal(fresh.load()?.typed.text, "Warum?");
});

test("a draft that went on in its own tab is not thrown away by another's", () => {
  const store = keeping();
  let now = 1;
  const one = new Drafts(store, "a", () => now, "one");
  const other = new Drafts(store, "a", () => now, "other");
  one.save(typed("Warum?"));
  other.save(other.load().typed);
  now = 2;
  one.save(typed("Warum denn?"));
  other.clear();
  assert.equal(one.load()?.typed.text, "Warum denn?");
});

test("what was sent stays open until it is answered, over later keystrokes too", () => {
  const drafts = new Drafts(keeping(), "a", () => 0);
  drafts.sending(typed("Warum?"), "k1");
  drafts.save(typed("Warum? Und"));
  const { key, open, sent } = drafts.load();
  assert.deepEqual([key, open, sent.text], ["k1", true, "Warum?"]);
  drafts.refused();
  assert.equal(drafts.load().open, false);
  assert.equal(drafts.sending(typed("Warum?"), "k2"), "k1", "refusals are not remembered");
});

test("a page keeps its name over a reload, and a doubled tab gets its own", () => {
  const kept = keeping();
  const page = () => {
    const listening = new Map();
    const name = nameOf({ addEventListener: (type, run) => listening.set(type, run) }, kept);
    return { name, listening };
  };
  const first = page();
  const double = page();
  assert.notEqual(double.name, first.name);
  first.listening.get("pagehide")();
  assert.equal(page().name, first.name);
  assert.notEqual(page().name, first.name, "doubled after a reload");
});
