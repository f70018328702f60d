import assert from "node:assert/strict";
import { test } from "node:test";
import { Phrases } from "../../static/js/format.js";
import {
  alikeModels,
  claimedByOther,
  frameModel,
  freeOf,
  mayKeep,
  mergeModel,
  orderModels,
  questionModel,
  queueModels,
  queueOf,
  waitingOf,
} from "../../static/js/staff_desk.js";
import { EMPTY } from "../../static/js/state.js";
import { question, session } from "./doubles.js";

const NOW = Date.parse("2026-11-24T17:00:00.000Z");
const SOON = "2026-11-24T17:01:30.000Z";
const GONE = "2026-11-24T16:59:59.000Z";
const WORDS = new Map(
  Object.entries({
    label: "Frage {n}",
    and: " und ",
    alike: "ähnlich wie Frage {n}",
    asked: "vor {age}",
    "asked.now": "gerade eben",
    claimed: "{by} prüft",
    clock: "{time} Uhr",
    compare: "Mit Frage {n} vergleichen",
    "decided.returned": "Zurückgegeben: {reason}",
    "decided.merged": "Zusammengeführt mit Frage {n}",
    "decided.now": "Inzwischen entschieden: {what}",
    "more.one": "und 1 weitere.",
    "more.many": "und {n} weitere.",
    "personal_data.name": "Name",
    "personal_data.phone": "Telefonnummer",
    "personal_data.email": "E-Mail-Adresse",
    place: "Platz {n}",
    "place.none": "nur Podium",
    position: "{n} von {count}",
    "review.approved": "freigegeben",
    "review.waiting": "wartet",
    "review.withdrawn": "zurückgezogen",
    since: "seit {time} Uhr",
    sr: " – Frage {n}",
    stays: "Frage {n} bleibt stehen",
    "union.same.one": "{n} Mensch",
    "union.same.many": "{n} Menschen",
    union: "{low} bis {high} Menschen",
    "upvotes.one": "1 Unterstützung",
    "upvotes.many": "{n} Unterstützungen",
    "via.phone": "Telefon",
  }),
);

/** Returns a whole question row of the desk. */
function row(number, fields = {}) {
  return {
    ...question(number),
    review: "waiting",
    reason: null,
    note: null,
    into: null,
    original: null,
    appeal: null,
    rev: 1,
    public: fields.review === "approved",
    alike: [],
    personal_data: [],
    claimed: null,
    name: null,
    show: "anonymous",
    via: null,
    person: 20,
    ...fields,
  };
}

/** Returns the state of a desk with some rows, in whatever order they came. */
function stateWith(rows, fields = {}) {
  const waiting = rows.filter((one) => one.review === "waiting").length;
  const counts = { received: 1234, public: 0, open: 0, answered: 0, waiting };
  return {
    ...EMPTY,
    session: session({ counts, message: null, muted: [], ...fields }),
    questions: new Map(rows.map((one) => [one.number, one])),
  };
}

/** Returns all that models are made of, seen by person 3. */
function deskWith(rows, fields = {}, more = {}) {
  return {
    state: stateWith(rows, fields),
    now: NOW,
    person: 3,
    current: null,
    page: "/desk",
    phrases: new Phrases(WORDS, "de", "Europe/Berlin"),
    age: (instant) => `${(NOW - Date.parse(instant)) / 60_000} Min.`,
    reason: (code) => `(${code})`,
    ...more,
  };
}

const claim = (person, until = SOON) => ({ by: "K. Aydın", person, until });
const keys = (models) => models.map(({ key }) => key);
const waits = (kind) => ({ kind, text: null, open: true });

test("the queue holds what waits and open appeals, the oldest first", () => {
  const state = stateWith([
    row(9),
    row(2, { review: "approved" }),
    row(5, { review: "returned", appeal: waits("appeal") }),
    row(4, { review: "returned", appeal: { ...waits("appeal"), open: false } }),
    row(7, { review: "approved", appeal: waits("object") }),
    row(3),
  ]);
  assert.deepEqual(
    queueOf(state).map(({ number }) => number),
    [3, 5, 7, 9],
  );
});

test("a claim counts while it runs, and one's own never stands in the way", () => {
  assert.equal(claimedByOther(row(1), NOW, 3), null);
  assert.equal(claimedByOther(row(1, { claimed: claim(4) }), NOW, 3), "K. Aydın");
  assert.equal(claimedByOther(row(1, { claimed: claim(4, GONE) }), NOW, 3), null);
  assert.equal(claimedByOther(row(1, { claimed: claim(3) }), NOW, 3), null);
});

test("the next free question is the oldest that nobody else has open", () => {
  const state = stateWith([
    row(3),
    row(1, { claimed: claim(4) }),
    row(2, { claimed: claim(3) }),
    row(4, { claimed: claim(4, GONE) }),
  ]);
  assert.equal(freeOf(state, NOW, 3)?.number, 2);
  assert.equal(freeOf(state, NOW, 3, 2)?.number, 3);
  assert.equal(freeOf(state, NOW, 4)?.number, 1);
  assert.equal(freeOf(stateWith([row(1, { claimed: claim(4) })]), NOW, 3), null);
});

test("a line of the queue says what is known of its question, and nothing twice", () => {
  const { queue } = queueModels(
    deskWith(
      [
        row(1, { claimed: claim(3) }),
        row(2, {
          asked: "2026-11-24T16:56:00.000Z",
          via: "phone",
          alike: [7, 8],
          personal_data: [{ kind: "name", from: 0, to: 4 }],
          appeal: waits("object"),
        }),
        row(3, { claimed: claim(4) }),
      ],
      {},
      { current: 2 },
    ),
  );
  const [plain, full, theirs] = queue;
  assert.deepEqual([plain.mine, plain.others, plain.marked_any], [true, false, true]);
  assert.equal(plain.age_class, "age age--old");
  assert.deepEqual([full.href, full.current], ["/desk?number=2", "true"]);
  assert.deepEqual([full.age, full.age_class], ["4 Min.", "age"]);
  assert.deepEqual([full.alike, full.via], ["ähnlich wie Frage 7", "Telefon"]);
  assert.deepEqual([full.personal, full.appealed, full.objected], [true, false, true]);
  assert.deepEqual([theirs.claimed, theirs.mine], ["K. Aydın prüft", false]);
});

test("at most fifty lines stand there; how many more wait is said", () => {
  const rows = Array.from({ length: 52 }, (_, at) => row(at + 1));
  assert.equal(queueModels(deskWith(rows)).queue.length, 50);
  assert.equal(frameModel(deskWith(rows)).more_waiting, "und 2 weitere.");
  assert.equal(frameModel(deskWith(rows.slice(0, 51))).more_waiting, "und 1 weitere.");
  assert.equal(frameModel(deskWith(rows.slice(0, 50))).more_waiting, "");
});

test("what waits beyond the desk's rows is counted, too", () => {
  const rows = [
    row(1),
    row(2),
    row(3, { review: "returned", appeal: { kind: "appeal", open: true } }),
  ];
  const counts = { received: 900, public: 0, open: 0, answered: 0, waiting: 802 };
  const desk = deskWith(rows, { counts });
  assert.equal(waitingOf(desk.state), 803);
  assert.equal(frameModel(desk).more_waiting, "und 800 weitere.");
  assert.equal(questionModel(desk, rows[1]).position, "2 von 803");
});

test("the second list stands behind the queue, and is opened only when nothing else is free", () => {
  const rows = [row(1, { fresh: true }), row(2, { fresh: true, alike: [1] }), row(3), row(4)];
  const desk = deskWith(rows);
  const { queue, second } = queueModels(desk);
  assert.deepEqual([queue.map(({ key }) => key), second.map(({ key }) => key)], [[3, 4], [1]]);
  assert.equal(frameModel(desk).second_count, "2");
  assert.equal(frameModel(desk).more_waiting, "");
  assert.equal(frameModel(desk).none_main, false);
  assert.equal(questionModel(desk, rows[0]).position, "3 von 4");
  assert.equal(freeOf(desk.state, NOW, 3)?.number, 3);
  assert.equal(freeOf(deskWith(rows.slice(0, 2)).state, NOW, 3)?.number, 1);
  assert.equal(frameModel(deskWith(rows.slice(0, 2))).none_main, true);
});

test("a group stands in the second list only where all of it does", () => {
  const { queue, second } = queueModels(
    deskWith([row(1, { fresh: true }), row(2, { alike: [1] }), row(3)]),
  );
  assert.deepEqual(
    queue.map(({ key, has_group }) => [key, has_group]),
    [
      [1, true],
      [3, false],
    ],
  );
  assert.deepEqual(second, []);
});

test("of the second list, too, at most fifty lines stand there", () => {
  const rows = Array.from({ length: 60 }, (_, at) => row(at + 1, { fresh: true }));
  const desk = deskWith(rows);
  assert.equal(queueModels(desk).second.length, 50);
  assert.equal(frameModel(desk).more_second, "und 10 weitere.");
  assert.equal(frameModel(desk).more_waiting, "");
});

test("of too many, only questions with a place are offered for the running order", () => {
  const approved = (number, fields) => row(number, { review: "approved", public: true, ...fields });
  const rows = Array.from({ length: 301 }, (_, at) => approved(at + 1, { upvotes: 400 - at }));
  const private_ = row(500, { review: "stage_only", public: false, upvotes: 399 });
  const counts = { received: 900, public: 800, open: 800, answered: 0, waiting: 0 };
  const { ranking } = orderModels(deskWith([...rows, private_], { counts }));
  assert.deepEqual(keys(ranking).slice(-3), [298, 299, 500]);
});

test("every page of the desk knows now, next, the message and the figures", () => {
  const message = { text: "Noch eine Frage", at: "2026-11-24T16:58:00.000Z", read: false };
  const model = frameModel(
    deskWith(
      [
        row(1, { review: "approved", place: "now", rev: 6 }),
        row(2, { review: "approved", upvotes: 3 }),
        row(3, { review: "approved", upvotes: 9 }),
      ],
      { now_since: "2026-11-24T16:55:00.000Z", order_rev: 4, message },
    ),
  );
  assert.deepEqual([model.has_now, model.now_number, model.now_rev], [true, 1, 6]);
  assert.equal(model.now_since, "seit 17:55 Uhr");
  assert.deepEqual([model.next_number, model.seen, model.order_rev], [3, 1, 4]);
  assert.deepEqual(
    [model.none_waiting, model.staged, model.counts_received],
    [true, true, "1.234"],
  );
  assert.deepEqual([model.message_read, model.message_unread], [false, true]);
  assert.equal(model.message_at, "17:58 Uhr");
});

test("before the start nothing can be called, and nothing was seen", () => {
  const model = frameModel(deskWith([], { phase: "open" }));
  assert.deepEqual([model.staged, model.not_staged, model.has_next], [false, true, false]);
  assert.deepEqual([model.seen, model.next_number, model.has_message], ["", "", false]);
  assert.deepEqual(frameModel({ ...deskWith([]), state: EMPTY }), {});
});

test("personal data in a question make approving ask once more", () => {
  const found = ["name", "phone", "name"].map((kind, at) => ({ kind, from: at, to: at + 1 }));
  const model = questionModel(deskWith([]), row(8, { personal_data: found }));
  assert.deepEqual([model.approve_now, model.approve_asks, model.personal], [false, true, true]);
  assert.equal(model.found, "Name und Telefonnummer");
  const three = [...found, { kind: "email", from: 9, to: 12 }];
  assert.equal(
    questionModel(deskWith([]), row(8, { personal_data: three })).found,
    "Name, Telefonnummer und E-Mail-Adresse",
  );
});

test("a question shows its place in the queue and who asked it when", () => {
  const rows = [row(4), row(8, { name: "T. Weber", asked: "2026-11-24T16:59:30.000Z" })];
  const model = questionModel(deskWith(rows), rows[1]);
  assert.deepEqual([model.position, model.asked], ["2 von 2", "gerade eben"]);
  assert.deepEqual([model.named, model.nameless, model.name], [true, false, "T. Weber"]);
  assert.equal(questionModel(deskWith(rows), rows[0]).asked, "vor 5 Min.");
  assert.equal(questionModel(deskWith([]), rows[0]).position, "");
});

test("what was decided is said in words", () => {
  const decided = (fields) => questionModel(deskWith([]), row(8, fields)).decided;
  assert.equal(decided({}), "");
  assert.equal(decided({ review: "approved" }), "Inzwischen entschieden: freigegeben");
  assert.equal(decided({ review: "returned", reason: "spam" }), "Zurückgegeben: (spam)");
  assert.equal(decided({ review: "merged", into: 3 }), "Zusammengeführt mit Frage 3");
});

test("what may be done follows from where a question stands", () => {
  const ACTS = ["approve_now", "may_return", "may_edit", "may_stage_only", "may_merge", "may_hide"];
  const may = (review) => {
    const model = questionModel(deskWith([]), row(8, { review }));
    return ACTS.filter((name) => model[name]).map((name) => name.replace(/^may_/, ""));
  };
  const deciding = ["approve_now", "return", "edit", "stage_only", "merge"];
  assert.deepEqual(may("waiting"), deciding);
  assert.deepEqual(may("unreviewed"), deciding);
  assert.deepEqual(may("approved"), ["return", "edit", "stage_only", "merge", "hide"]);
  assert.deepEqual(may("stage_only"), ["approve_now", "return", "edit", "hide"]);
  assert.deepEqual(may("returned"), ["approve_now", "return", "stage_only", "merge"]);
  assert.deepEqual(may("merged"), []);
  assert.deepEqual(may("withdrawn"), []);
  assert.equal(questionModel(deskWith([]), row(8, { review: "merged" })).may_unmerge, true);
});

test("only someone who asked through a browser can be muted, and unmuted again", () => {
  const mutes = (fields, muted) => {
    const model = questionModel(deskWith([], { muted }), row(8, fields));
    return [model.may_mute, model.may_unmute];
  };
  assert.deepEqual(mutes({}, []), [true, false]);
  assert.deepEqual(mutes({}, [20]), [false, true]);
  assert.deepEqual(mutes({ person: null }, [20]), [false, false]);
});

test("similar questions come with their rank and what became of them", () => {
  const rows = [
    row(1, { review: "approved", upvotes: 4 }),
    row(2, { review: "withdrawn", public: false, upvotes: 1 }),
    row(3, { alike: [1, 2, 99] }),
  ];
  const models = alikeModels(deskWith(rows), rows[2]);
  assert.deepEqual(keys(models), [1, 2]);
  assert.equal(models[0].meta, "Frage 1 · freigegeben · Platz 1 · 4 Unterstützungen");
  assert.equal(models[1].meta, "Frage 2 · zurückgezogen · 1 Unterstützung");
  assert.equal(models[0].href, "/desk?number=3&dialog=merge&into=1");
});

test("a public question is merged only into a public one, and never from the stage", () => {
  const waiting = row(1);
  const approved = row(2, { review: "approved" });
  assert.equal(mayKeep(approved, waiting), true);
  assert.equal(mayKeep(waiting, row(3)), true);
  assert.equal(mayKeep(waiting, approved), false);
  assert.equal(mayKeep(approved, row(3, { review: "approved", place: "now" })), false);
  assert.equal(mayKeep(approved, row(3, { review: "withdrawn" })), false);
  assert.equal(mayKeep(row(3, { review: "returned" }), waiting), false);
});

test("a comparison names the limits of the union, for both directions", () => {
  const [own, other] = [row(8, { upvotes: 2, rev: 5 }), row(3, { review: "approved", upvotes: 7 })];
  const model = mergeModel(deskWith([own, other]), own, other);
  assert.equal(model.union, "7 bis 9 Menschen");
  assert.deepEqual([model.other_number, model.other_gone, model.other_rev], [3, 8, 5]);
  assert.deepEqual([model.own_number, model.own_gone, model.own_rev], [8, 3, 1]);
  assert.deepEqual([model.other_may, model.own_may, model.own_not], [true, false, true]);
  assert.equal(model.other_button, "Frage 3 bleibt stehen");
  const nobody = row(4, { upvotes: 0 });
  assert.equal(mergeModel(deskWith([]), row(5), nobody).union, "1 Mensch");
});

test("running order and ranking stand apart, what is for the stage only at the end", () => {
  const { order, ranking } = orderModels(
    deskWith([
      row(1, { review: "approved", upvotes: 2 }),
      row(2, { review: "stage_only", upvotes: 9 }),
      row(3, { review: "approved", upvotes: 8 }),
      row(4, { review: "approved", place: 2, upvotes: 1 }),
      row(5, { review: "approved", place: 1, upvotes: 1 }),
      row(6, { review: "approved", place: "now" }),
      row(7, { review: "approved", outcome: "aloud" }),
      row(8),
    ]),
  );
  assert.deepEqual(keys(order), [5, 4]);
  assert.deepEqual(keys(ranking), [3, 1, 2]);
  assert.deepEqual(
    order.map(({ place, rank }) => [place, rank]),
    [
      ["1.", "Platz 4"],
      ["2.", "Platz 3"],
    ],
  );
  assert.deepEqual([ranking[2].place, ranking[2].rank], ["–", "nur Podium"]);
  assert.deepEqual([order[0].seen, order[0].staged], [6, true]);
});

test("every button of the order carries the whole new order", () => {
  const placed = [11, 12, 13].map((number, at) =>
    row(number, { review: "approved", place: at + 1 }),
  );
  const { order, ranking } = orderModels(deskWith([...placed, row(20, { review: "approved" })]));
  const [first, middle, last] = order;
  assert.deepEqual([middle.up, middle.down], ["12,11,13", "11,13,12"]);
  assert.deepEqual([middle.first, middle.last], ["12,11,13", "11,13,12"]);
  assert.equal(middle.removed, "11,13");
  assert.deepEqual([first.no_up, first.no_down, first.up], ["", null, "11,12,13"]);
  assert.deepEqual([last.no_up, last.no_down, last.down], [null, "", "11,12,13"]);
  assert.deepEqual([ranking[0].first, ranking[0].last], ["20,11,12,13", "11,12,13,20"]);
});
