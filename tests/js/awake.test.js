import assert from "node:assert/strict";
import { test } from "node:test";

import { stayAwake } from "../../static/js/awake.js";

/** Returns a window whose page is seen or not, and how often its screen was asked to stay on. */
function windowOf(request) {
  const document = new EventTarget();
  document.hidden = false;
  let asked = 0;
  const wakeLock = {
    request: (kind) => {
      assert.equal(kind, "screen");
      asked += 1;
      return request();
    },
  };
  const seen = (hidden) => {
    document.hidden = hidden;
    document.dispatchEvent(new Event("visibilitychange"));
  };
  return { window: { document, navigator: { wakeLock } }, seen, asked: () => asked };
}

test("the screen is asked to stay on at once, and again whenever the page is seen again", () => {
  const { asked, seen, window } = windowOf(() => Promise.resolve({}));
  stayAwake(window);
  assert.equal(asked(), 1);
  seen(true);
  assert.equal(asked(), 1);
  seen(false);
  assert.equal(asked(), 2);
});

test("a device that refuses, or knows nothing of it, goes dark and does nothing else", async () => {
  const { seen, window } = windowOf(() => Promise.reject(new Error("battery")));
  stayAwake(window);
  seen(false);
  stayAwake({ document: window.document, navigator: {} });
  await new Promise((done) => setTimeout(done, 5));
});
