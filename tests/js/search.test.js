import assert from "node:assert/strict";
import { test } from "node:test";
import { Phrases } from "../../static/js/format.js";
import { found, foundModels, SHOWN } from "../../static/js/search.js";
import { EMPTY } from "../../static/js/state.js";
import { question, session } from "./doubles.js";

const NOW = Date.parse("2026-11-24T17:00:00.000Z");
const WORDS = new Map([
  ["label", "Frage {n}"],
  ["review.waiting", "wartet"],
  ["upvotes.many", "{n} Unterstützungen"],
]);

/** Returns a desk with rows of every kind that can be looked for, as tests/web/test_search.py. */
function desk(rows) {
  const questions = new Map(rows.map((row) => [row.number, { ...question(row.number), ...row }]));
  const state = { ...EMPTY, session: { ...session(), muted: [21] }, questions };
  return { state, now: NOW, page: "/m?lang=en", phrases: new Phrases(WORDS, "de", "UTC") };
}
const ROWS = [
  {
    number: 1,
    text: "Wann kommt der Bus?",
    review: "waiting",
    edited: true,
    original: { text: "Wann fährt er nach Neustadt?", background: "Seit März nicht." },
  },
  {
    number: 2,
    text: "Wer zahlt die Straßenbahn?",
    review: "approved",
    topic: "Wohnen",
    person: 21,
  },
  {
    number: 3,
    text: "Rufen Sie 0170 an?",
    review: "returned",
    person: 21,
    personal_data: [{ kind: "phone", from: 10, to: 14 }],
    appeal: { kind: "appeal", text: "Bitte.", open: true },
  },
  {
    number: 4,
    text: "Aus dem Saal?",
    review: "waiting",
    name: "Frau Größe",
    via: "hall",
    claimed: { by: "Mara", person: 9, until: "2026-11-24T17:01:00.000Z" },
  },
];

test("what is found is what the server finds", () => {
  for (const [search, numbers] of [
    [{}, [4, 3, 2, 1]],
    [{ words: "bus" }, [1]],
    [{ words: "NEUSTADT märz" }, [1]],
    [{ words: "STRASSENBAHN" }, [2]],
    [{ words: "größe" }, [4]],
    [{ words: "bus bahn" }, []],
    [{ words: "#3" }, [3]],
    [{ state: "returned" }, [3]],
    [{ topic: "Wohnen" }, [2]],
    [{ mark: "personal" }, [3]],
    [{ mark: "appeal" }, [3]],
    [{ mark: "claimed" }, [4]],
    [{ mark: "via" }, [4]],
    [{ mark: "edited" }, [1]],
    [{ mark: "muted" }, [3, 2]],
  ]) {
    const whole = { words: "", state: "", topic: "", mark: "", ...search };
    const told = found(desk(ROWS), whole).map(({ number }) => number);
    assert.deepEqual(told, numbers, JSON.stringify(search));
  }
});

test("the latest are shown, each with its address in the page's language", () => {
  const many = Array.from({ length: SHOWN + 5 }, (_, at) => ({
    number: at + 1,
    review: "waiting",
  }));
  const models = foundModels(desk(many), found(desk(many), { words: "" }));
  assert.equal(models.length, SHOWN);
  assert.equal(models[0].href, `/m?lang=en&number=${SHOWN + 5}`);
});
