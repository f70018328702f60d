/**
 * Questions that resemble each other and stand as one group. Pure: rows in, groups and models out.
 * @import { Question, State } from "./types.js"
 * @import { Desk } from "./staff_desk.js"
 * @import { RowModel } from "./staff_fill.js"
 */

/** @typedef {{ row: Question, group: number[], second: boolean }} Entry */

/**
 * Returns numbers in groups, each from its lowest on. Likeness is found in one direction: two belong
 * together where either names the other. `tests/wire/groups.json` holds this against the server's.
 * @param {Map<number, number[]>} alike  whom each resembles
 * @returns {number[][]}
 */
export function groups(alike) {
  /** @type {Map<number, Set<number>>} */
  const near = new Map([...alike.keys()].map((number) => [number, new Set()]));
  for (const [number, others] of alike) {
    for (const other of others) {
      if (!near.has(other)) continue;
      near.get(number)?.add(other);
      near.get(other)?.add(number);
    }
  }
  return [...near.keys()]
    .sort((one, other) => one - other)
    .map((number) => together(near, number))
    .filter((group) => group.length > 0);
}

/**
 * Takes everyone out that a number is connected with, and returns them with it.
 * @param {Map<number, Set<number>>} near
 * @param {number} number
 * @returns {number[]}
 */
function together(near, number) {
  const found = [];
  const ahead = [number];
  for (const one of ahead) {
    const others = near.get(one);
    if (!others) continue;
    near.delete(one);
    found.push(one);
    ahead.push(...others);
  }
  return found.sort((one, other) => one - other);
}

/**
 * Returns the lines of a queue: questions that resemble each other stand as their oldest. Those of
 * the second list come last; a group stands there where all of it does.
 * @param {Question[]} queue
 * @returns {Entry[]}
 */
export function entriesOf(queue) {
  const waiting = queue.filter(({ review }) => review === "waiting");
  const alike = new Map(waiting.map((row) => [row.number, row.alike ?? []]));
  const fresh = new Set(queue.filter((row) => row.fresh).map(({ number }) => number));
  const led = new Map(groups(alike).map((group) => [group[0], group]));
  return queue
    .filter(({ number }) => led.has(number) || !alike.has(number))
    .map((row) => {
      const group = led.get(row.number) ?? [row.number];
      const second = group.every((number) => fresh.has(number));
      return { row, group, second };
    })
    .sort(
      (one, other) =>
        Number(one.second) - Number(other.second) || one.row.number - other.row.number,
    );
}

/**
 * Returns the rows of a group as far as they are known.
 * @param {State} state
 * @param {number[]} numbers
 * @returns {Question[]}
 */
export function rowsOf(state, numbers) {
  return numbers.flatMap((number) => state.questions.get(number) ?? []);
}

/**
 * Returns who is decided on together with a question, in the order they were asked.
 * @param {Question[]} queue
 * @param {number} number
 */
export function groupOf(queue, number) {
  return entriesOf(queue).find(({ group }) => group.includes(number))?.group ?? [number];
}

/**
 * Returns the models of a group: who waits, then the public questions that one of them resembles.
 * @param {Desk} desk
 * @param {number[]} group
 * @returns {RowModel[]}
 */
export function groupModels({ phrases, state }, group) {
  const members = rowsOf(state, group);
  const near = new Set(members.flatMap((row) => row.alike ?? []));
  const others = rowsOf(
    state,
    [...near].sort((one, other) => one - other),
  );
  const kept = others.filter((row) => row.review === "approved" && !group.includes(row.number));
  return [...members, ...kept].map((row, place) => {
    const pickable = group.includes(row.number);
    const n = String(row.number);
    const kinds = [...new Set((row.personal_data ?? []).map(({ kind }) => kind))];
    const facts = [phrases.say("label", { n }), phrases.say(`review.${row.review}`)];
    return {
      key: row.number,
      number: row.number,
      picked: `${n}.${row.rev ?? 0}`,
      at: place < 9 ? String(place + 1) : "",
      text: row.text,
      meta: [...facts, phrases.count("upvotes", row.upvotes)].join(" · "),
      personal: kinds.length > 0,
      found: kinds.map((kind) => phrases.say(`personal_data.${kind}`)).join(", "),
      stays: phrases.say("stays", { n }),
      pickable,
      unpickable: !pickable,
      keepable: row.review === "waiting" || row.review === "approved",
    };
  });
}

/**
 * Says what is known of the union of the voters: not less than the most, not more than the sum.
 * @param {Desk} desk
 * @param {number[]} numbers
 */
export function unionWords({ phrases, state }, numbers) {
  const votes = rowsOf(state, numbers).map(({ upvotes }) => upvotes);
  if (votes.length === 0) return phrases.say("group.none");
  const [low, high] = [Math.max(...votes), votes.reduce((sum, one) => sum + one, 0)];
  if (low === high) return phrases.count("union.same", high);
  return phrases.say("union", { low: phrases.number(low), high: phrases.number(high) });
}
