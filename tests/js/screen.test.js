import assert from "node:assert/strict";
import { test } from "node:test";

import { kindOf } from "../../static/js/screen.js";
import { question, session } from "./doubles.js";

const now = question(1, { place: "now" });

test("a screen shows one state: what is over, then what is emptied, then what is on", () => {
  const kinds = [
    [{ phase: "cancelled", blank: true }, now, "cancelled"],
    [{ phase: "published", blank: true }, null, "end"],
    [{ phase: "open", blank: true }, null, "blank"],
    [{ phase: "announced" }, null, "before"],
    [{ phase: "open", paused: true }, null, "before"],
    [{ blank: true, paused: true }, now, "blank"],
    [{ paused: true }, now, "paused"],
    [{ paused: true, now_hidden: true }, null, "paused"],
    [{ now_hidden: true }, null, "hidden"],
    [{}, now, "now"],
    [{}, null, "between"],
    [{ phase: "closed" }, now, "now"],
    [{ phase: "closed", now_hidden: true }, null, "hidden"],
    [{ phase: "closed", paused: true }, null, "end"],
  ];
  for (const [fields, row, kind] of kinds) assert.equal(kindOf(session(fields), row), kind);
});
