/**
 * What the desk shows of its rows, as plain models. Pure: rows in, models out.
 * @import { Question, State } from "./types.js"
 * @import { Phrases } from "./format.js"
 * @import { Model, RowModel } from "./staff_fill.js"
 */

import { at } from "./address.js";
import { entriesOf, groupOf, rowsOf } from "./groups.js";
import { coming, nowOf, standingList } from "./ranking.js";

const OLD_MINUTES = 5;
const QUEUE_SHOWN = 50;
const EDITABLE = ["waiting", "approved", "stage_only", "unreviewed"];

/** What a page's models need beside the rows.
 * @typedef {object} Desk
 * @property {State} state
 * @property {number} now  server time in ms
 * @property {number | null} person
 * @property {number | null} current
 * @property {string} page
 * @property {Phrases} phrases
 * @property {(instant: string) => string} age
 * @property {(code: string) => string} reason
 */

/**
 * Returns what waits for a decision, the oldest first: questions, and appeals still open; behind
 * them the second list.
 * @param {State} state
 * @returns {Question[]}
 */
export function queueOf(state) {
  return [...state.questions.values()]
    .filter((row) => row.review === "waiting" || row.appeal?.open)
    .sort(
      (one, other) =>
        Number(one.fresh ?? false) - Number(other.fresh ?? false) || one.number - other.number,
    );
}

/**
 * Returns how many wait for a decision, also those that the desk does not carry.
 * @param {State} state
 */
export function waitingOf(state) {
  const queue = queueOf(state);
  const carried = queue.filter((row) => row.review === "waiting").length;
  return queue.length + Math.max(0, (state.session?.counts.waiting ?? 0) - carried);
}

/**
 * Tells who else has a question open; a claim that ran out counts no more.
 * @param {Question} row
 * @param {number} now
 * @param {number | null} person
 */
export function claimedByOther(row, now, person) {
  const { claimed } = row;
  if (!claimed || Date.parse(claimed.until) <= now || claimed.person === person) return null;
  return claimed.by;
}

/**
 * Returns the oldest question that nobody else has open; a group is open where one of it is.
 * @param {State} state
 * @param {number} now
 * @param {number | null} person
 * @param {number | null} [except]
 */
export function freeOf(state, now, person, except = null) {
  const queue = queueOf(state).filter(({ number }) => number !== except);
  const opened = new Set(
    queue.filter((row) => claimedByOther(row, now, person)).map(({ number }) => number),
  );
  const free = entriesOf(queue).find(({ group }) => !group.some((number) => opened.has(number)));
  return free?.row ?? null;
}

/**
 * Returns the models of the queue and of the second list, which is behind it.
 * @param {Desk} desk
 * @returns {{ queue: RowModel[], second: RowModel[] }}
 */
export function queueModels(desk) {
  const { main, second } = listsOf(desk.state);
  /** @param {import("./groups.js").Entry[]} lines */
  const models = (lines) =>
    lines.slice(0, QUEUE_SHOWN).map(({ row, group }) => queueModel(desk, row, group));
  return { queue: models(main), second: models(second) };
}

/**
 * Returns the lines of both lists.
 * @param {State} state
 */
function listsOf(state) {
  const lines = entriesOf(queueOf(state));
  return {
    main: lines.filter(({ second }) => !second),
    second: lines.filter(({ second }) => second),
  };
}

/** @param {import("./groups.js").Entry[]} lines */
function sizeOf(lines) {
  return lines.reduce((sum, { group }) => sum + group.length, 0);
}

/**
 * @param {Desk} desk
 * @param {Question} row
 * @param {number[]} group
 * @returns {RowModel}
 */
function queueModel(desk, row, group) {
  const { now, person, phrases } = desk;
  const rows = rowsOf(desk.state, group);
  const other = rows.map((one) => claimedByOther(one, now, person)).find(Boolean) ?? null;
  const mine = !other && row.claimed?.person === person && Date.parse(row.claimed.until) > now;
  const personal = rows.some(({ personal_data: found }) => (found ?? []).length > 0);
  const many = group.length > 1;
  const alike = many ? undefined : row.alike?.[0];
  const via = row.via ? phrases.say(`via.${row.via}`) : "";
  const appeal = row.appeal?.open ? row.appeal.kind : null;
  const old = now - Date.parse(row.asked) >= OLD_MINUTES * 60_000;
  return {
    key: row.number,
    href: at(desk.page, `number=${row.number}`),
    current: desk.current !== null && group.includes(desk.current) ? "true" : null,
    has_group: many,
    group: many ? phrases.say("group", { n: group.length }) : "",
    group_href: at(desk.page, `number=${row.number}&dialog=group`),
    text: row.text,
    age: desk.age(row.asked),
    age_class: old ? "age age--old" : "age",
    personal,
    appealed: appeal === "appeal",
    objected: appeal === "object",
    mine,
    others: other !== null,
    claimed: other ? phrases.say("claimed", { by: other }) : "",
    has_alike: alike !== undefined,
    alike: alike === undefined ? "" : phrases.say("alike", { n: String(alike) }),
    has_via: via !== "",
    via,
    marked_any:
      personal || mine || other !== null || alike !== undefined || via !== "" || appeal !== null,
  };
}

/**
 * Returns what stands on every page of the desk.
 * @param {Desk} desk
 * @returns {Model}
 */
export function frameModel(desk) {
  const { phrases, state } = desk;
  const { session } = state;
  if (!session) return {};
  const now = nowOf(state);
  const next = coming(state, 1)[0]?.row ?? null;
  const waiting = waitingOf(state);
  const lists = listsOf(state);
  const seconds = sizeOf(lists.second);
  const more = waiting - seconds - sizeOf(lists.main.slice(0, QUEUE_SHOWN));
  const beyond = seconds - sizeOf(lists.second.slice(0, QUEUE_SHOWN));
  const staged = session.phase === "live" || session.phase === "closed";
  const { message } = session;
  /** @type {Model} */
  const model = {
    has_now: now !== null,
    no_now: now === null,
    now_text: now?.text ?? "",
    now_number: now?.number ?? "",
    now_rev: now?.rev ?? "",
    now_since: session.now_since
      ? phrases.say("since", { time: phrases.clock(session.now_since) })
      : "",
    has_next: next !== null,
    next_text: next?.text ?? "",
    next_number: next?.number ?? "",
    order_rev: session.order_rev,
    seen: now?.number ?? "",
    staged,
    not_staged: !staged,
    any_waiting: waiting > 0,
    none_waiting: waiting === 0,
    more_waiting: more > 0 ? phrases.count("more", more) : "",
    none_main: waiting > 0 && waiting === seconds,
    any_second: seconds > 0,
    second_count: phrases.number(seconds),
    more_second: beyond > 0 ? phrases.count("more", beyond) : "",
    message_seen: message ? Date.parse(message.at) : 0,
    has_message: Boolean(message),
    message_text: message?.text ?? "",
    message_at: message ? phrases.say("clock", { time: phrases.clock(message.at) }) : "",
    message_read: message?.read === true,
    message_unread: message?.read === false,
  };
  for (const [name, count] of Object.entries(session.counts)) {
    model[`counts_${name}`] = phrases.number(count);
  }
  return model;
}

/**
 * Returns all that the middle column shows of a question, and what may be done with it.
 * @param {Desk} desk
 * @param {Question} row
 * @returns {Model}
 */
export function questionModel(desk, row) {
  const { phrases, state } = desk;
  const review = row.review ?? "waiting";
  const ranges = row.personal_data ?? [];
  const personal = ranges.length > 0;
  const mayApprove = ["waiting", "stage_only", "returned", "unreviewed"].includes(review);
  const appeal = row.appeal?.open ? row.appeal : null;
  const muted = row.person != null && (state.session?.muted ?? []).includes(row.person);
  const here = at(desk.page, `number=${row.number}`);
  const waiting = queueOf(state);
  const group = groupOf(waiting, row.number);
  const place = waiting.findIndex(({ number }) => number === row.number) + 1;
  return {
    has_question: true,
    number: row.number,
    rev: row.rev ?? 0,
    person: row.person ?? "",
    label: phrases.say("label", { n: String(row.number) }),
    position: place ? phrases.say("position", { n: place, count: waitingOf(state) }) : "",
    asked: askedWords(desk, row),
    named: Boolean(row.name),
    nameless: !row.name,
    name: row.name ?? "",
    shown: phrases.say(`shown.${row.show ?? "anonymous"}`),
    has_district: Boolean(row.district),
    district: row.district ?? "",
    has_via: Boolean(row.via),
    via: row.via ? phrases.say(`via.${row.via}`) : "",
    fresh: Boolean(row.fresh),
    has_topic: Boolean(row.topic),
    topic: row.topic ?? "",
    text: { text: row.text, ranges },
    has_background: Boolean(row.background),
    background: row.background ?? "",
    has_original: Boolean(row.original),
    background_edited: (row.original?.background ?? "") !== (row.background ?? ""),
    wording: row.text,
    appealed: appeal?.kind === "appeal",
    objected: appeal?.kind === "object",
    appeal_text: appeal?.text ?? "",
    decided: review === "waiting" ? "" : decidedWords(desk, row),
    has_note: Boolean(row.note),
    note: row.note ?? "",
    personal: personal && EDITABLE.includes(review),
    found: foundWords(phrases, ranges),
    approve_now: mayApprove && !personal,
    approve_asks: mayApprove && personal,
    may_return: !["merged", "withdrawn"].includes(review),
    may_edit: EDITABLE.includes(review),
    may_stage_only: ["waiting", "approved", "returned", "unreviewed"].includes(review),
    may_merge: ["waiting", "approved", "returned", "unreviewed"].includes(review),
    may_hide: ["approved", "stage_only"].includes(review),
    may_unmerge: review === "merged",
    may_brief: ["waiting", "approved", "stage_only"].includes(review),
    may_unname: Boolean(row.name) && row.show === "name" && EDITABLE.includes(review),
    may_mute: row.person != null && !muted,
    may_unmute: muted,
    approve_href: `${here}&dialog=approve`,
    return_href: `${here}&dialog=return`,
    edit_href: `${here}&dialog=edit`,
    merge_href: `${here}&dialog=merge`,
    group_href: `${here}&dialog=group`,
    has_group: group.length > 1,
    group: group.length > 1 ? phrases.say("group", { n: group.length }) : "",
  };
}

/**
 * Returns the kinds of personal data, each once: Name und Telefonnummer.
 * @param {Phrases} phrases
 * @param {{ kind: string }[]} ranges
 */
function foundWords(phrases, ranges) {
  const words = [...new Set(ranges.map(({ kind }) => phrases.say(`personal_data.${kind}`)))];
  const last = words.pop() ?? "";
  return words.length > 0 ? `${words.join(", ")}${phrases.say("and")}${last}` : last;
}

/**
 * @param {Desk} desk
 * @param {Question} row
 */
function askedWords({ age, now, phrases }, row) {
  const fresh = now - Date.parse(row.asked) < 60_000;
  return fresh ? phrases.say("asked.now") : phrases.say("asked", { age: age(row.asked) });
}

/**
 * @param {Desk} desk
 * @param {Question} row
 */
function decidedWords({ phrases, reason }, row) {
  if (row.review === "returned" && row.reason) {
    return phrases.say("decided.returned", { reason: reason(row.reason) });
  }
  if (row.review === "merged" && row.into) {
    return phrases.say("decided.merged", { n: String(row.into) });
  }
  return phrases.say("decided.now", { what: phrases.say(`review.${row.review}`) });
}

/**
 * Returns the models of the questions that may be the same.
 * @param {Desk} desk
 * @param {Question} row
 * @returns {RowModel[]}
 */
export function alikeModels(desk, row) {
  const { phrases, state } = desk;
  const ranks = new Map(standingList(state).map(({ row: one, rank }) => [one.number, rank]));
  return (row.alike ?? []).flatMap((number) => {
    const other = state.questions.get(number);
    if (!other) return [];
    const rank = ranks.get(number);
    const facts = [
      phrases.say("label", { n: String(number) }),
      phrases.say(`review.${other.review}`),
      ...(rank ? [phrases.say("place", { n: rank })] : []),
      phrases.count("upvotes", other.upvotes),
    ];
    return [
      {
        key: number,
        number,
        text: other.text,
        meta: facts.join(" · "),
        compare: phrases.say("compare", { n: String(number) }),
        href: at(desk.page, `number=${row.number}&dialog=merge&into=${number}`),
      },
    ];
  });
}

/**
 * Tells whether one question may be merged into another.
 * @param {Question} kept
 * @param {Question} gone
 */
export function mayKeep(kept, gone) {
  if (!["waiting", "approved", "returned", "unreviewed"].includes(gone.review ?? "")) return false;
  if (gone.place === "now") return false;
  return kept.review === "approved" || (kept.review === "waiting" && gone.review !== "approved");
}

/**
 * Returns both sides of a comparison and what is known of the union.
 * @param {Desk} desk
 * @param {Question} own
 * @param {Question} other
 * @returns {Model}
 */
export function mergeModel(desk, own, other) {
  const { phrases } = desk;
  const [low, high] = [Math.max(own.upvotes, other.upvotes), own.upvotes + other.upvotes];
  /** @type {Model} */
  const model = {
    picking: false,
    comparing: true,
    union:
      low === high
        ? phrases.count("union.same", high)
        : phrases.say("union", { low: phrases.number(low), high: phrases.number(high) }),
  };
  for (const [name, kept, gone] of /** @type {[string, Question, Question][]} */ ([
    ["other", other, own],
    ["own", own, other],
  ])) {
    model[`${name}_label`] = phrases.say("label", { n: String(kept.number) });
    model[`${name}_text`] = kept.text;
    model[`${name}_meta`] = `${phrases.say(`review.${kept.review}`)} · ${askedWords(desk, kept)}`;
    model[`${name}_upvotes`] = phrases.count("upvotes", kept.upvotes);
    model[`${name}_number`] = kept.number;
    model[`${name}_gone`] = gone.number;
    model[`${name}_rev`] = gone.rev ?? 0;
    model[`${name}_button`] = phrases.say("stays", { n: String(kept.number) });
    model[`${name}_may`] = mayKeep(kept, gone);
    model[`${name}_not`] = !mayKeep(kept, gone);
  }
  return model;
}

/**
 * Returns the models of running order and ranking; every button's new order is worked out here.
 * @param {Desk} desk
 * @returns {{ order: RowModel[], ranking: RowModel[] }}
 */
export function orderModels(desk) {
  const { state } = desk;
  const rows = [...state.questions.values()];
  const placed = rows
    .filter((row) => typeof row.place === "number")
    .sort((one, other) => Number(one.place) - Number(other.place));
  const ranks = new Map(standingList(state).map(({ row, rank }) => [row.number, rank]));
  const numbers = placed.map(({ number }) => number);
  const loose = rows
    .filter((row) => row.outcome === "open" && row.place === null && isStaged(row))
    .filter((row) => row.public === false || ranks.has(row.number))
    .sort(
      (one, other) =>
        (ranks.get(one.number) ?? Infinity) - (ranks.get(other.number) ?? Infinity) ||
        one.number - other.number,
    );
  return {
    order: placed.map((row, at) =>
      orderModel(desk, row, ranks.get(row.number) ?? null, numbers, at),
    ),
    ranking: loose.map((row) => orderModel(desk, row, ranks.get(row.number) ?? null, numbers, -1)),
  };
}

/** @param {Question} row */
function isStaged(row) {
  return row.review === "approved" || row.review === "stage_only";
}

/**
 * @param {Desk} desk
 * @param {Question} row
 * @param {number | null} rank
 * @param {number[]} numbers  the running order
 * @param {number} at  its place in there from 0, or -1
 * @returns {RowModel}
 */
function orderModel({ phrases, state }, row, rank, numbers, at) {
  const rest = numbers.filter((number) => number !== row.number);
  /** @param {number} place */
  const moved = (place) => [...rest.slice(0, place), row.number, ...rest.slice(place)].join(",");
  const { session } = state;
  const staged = session?.phase === "live" || session?.phase === "closed";
  return {
    key: row.number,
    number: row.number,
    text: row.text,
    place: at < 0 ? String(rank ?? "–") : `${at + 1}.`,
    label: phrases.say("label", { n: String(row.number) }),
    sr_label: phrases.say("sr", { n: String(row.number) }),
    rank: rank === null ? phrases.say("place.none") : phrases.say("place", { n: rank }),
    upvotes: phrases.count("upvotes", row.upvotes),
    has_topic: Boolean(row.topic),
    topic: row.topic ?? "",
    draggable: at >= 0,
    up: moved(Math.max(0, at - 1)),
    no_up: at === 0 ? "" : null,
    down: moved(at + 1),
    no_down: at === numbers.length - 1 ? "" : null,
    first: moved(0),
    last: moved(rest.length),
    removed: rest.join(","),
    order_rev: session?.order_rev ?? "",
    seen: nowOf(state)?.number ?? "",
    staged,
  };
}
