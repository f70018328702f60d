/**
 * The order of questions: more upvotes first, at a tie the earlier question.
 * @import { Coming, Question, Ranked, State } from "./types.js"
 */

// Of too many questions a stream carries so many of the ranking without a gap, and some from further
// down, whose place nobody can tell from here.
const CARRIED = 300;

/** @type {WeakMap<State, Ranked[]>} a state is never changed, and asked for its ranking many times */
const STANDING = new WeakMap();

/**
 * Compares two questions by upvotes, then by number.
 * @param {Question} one
 * @param {Question} other
 */
function byUpvotes(one, other) {
  return other.upvotes - one.upvotes || one.number - other.number;
}

/**
 * Compares two answered questions, the latest outcome first.
 * @param {Question} one
 * @param {Question} other
 */
function byOutcome(one, other) {
  const [a, b] = [one.outcome_at ?? "", other.outcome_at ?? ""];
  return a === b ? byUpvotes(one, other) : a < b ? 1 : -1;
}

/**
 * Returns the question that is on the stage, if everyone may see it.
 * @param {State} state
 * @returns {Question | null}
 */
export function nowOf(state) {
  for (const row of state.questions.values()) if (row.place === "now") return row;
  return null;
}

/**
 * Returns the open public questions in the order everyone sees, each with its rank; of too many only
 * the first.
 * @param {State} state
 * @returns {Ranked[]}
 */
export function standingList(state) {
  const known = STANDING.get(state);
  if (known) return known;
  const made = standing(state);
  STANDING.set(state, made);
  return made;
}

/**
 * @param {State} state
 * @returns {Ranked[]}
 */
function standing(state) {
  const open = [...state.questions.values()].filter((row) => row.outcome === "open");
  const listed = open.filter((row) => row.place !== "now" && isStageable(row)).sort(byUpvotes);
  const whole = open.filter(isPublic).length >= (state.session?.counts.open ?? 0);
  return (whole ? listed : listed.slice(0, CARRIED))
    .filter(isPublic)
    .map((row, index) => ({ row, rank: index + 1 }));
}

/**
 * Returns the questions that have an outcome, the latest first.
 * @param {State} state
 * @returns {Question[]}
 */
export function answeredList(state) {
  return [...state.questions.values()]
    .filter((row) => row.outcome !== "open" && row.place !== "now")
    .sort(byOutcome);
}

/**
 * Returns all rows: now first, the open ones by rank, the answered ones last.
 * @param {State} state
 * @returns {Ranked[]}
 */
export function ranking(state) {
  const now = nowOf(state);
  return [
    ...(now ? [{ row: now, rank: null }] : []),
    ...standingList(state),
    ...answeredList(state).map((row) => ({ row, rank: null })),
  ];
}

/**
 * Returns what comes next, the running order before the ranking; `ahead` tells that a question was
 * put before one with a better rank. While something is now, what was next by rank stays next.
 * @param {State} state
 * @param {number} [count]
 * @returns {Coming[]}
 */
export function coming(state, count = 2) {
  const standing = standingList(state);
  const ranks = new Map(standing.map(({ row, rank }) => [row.number, rank]));
  const placed = [...state.questions.values()]
    .filter((row) => typeof row.place === "number")
    .sort((one, other) => Number(one.place) - Number(other.place));
  const frozen = state.session?.frozen ?? [];
  /** @param {Question} row */
  const turn = ({ number }) => (frozen.includes(number) ? frozen.indexOf(number) : frozen.length);
  const rest = standing
    .map(({ row }) => row)
    .filter((row) => row.place === null)
    .sort((one, other) => turn(one) - turn(other));
  const next = [...placed, ...rest].slice(0, count);
  return next.map((row, index) => {
    const rank = ranks.get(row.number) ?? null;
    const before = new Set(next.slice(0, index).map(({ number }) => number));
    const ahead =
      row.place !== null &&
      rank !== null &&
      standing.slice(0, rank - 1).some((one) => !before.has(one.row.number));
    return { row, rank, ahead };
  });
}

/**
 * Tells whether a question may come on the stage; the desk has others, too.
 * @param {Question} row
 */
function isStageable(row) {
  return row.review === undefined || row.review === "approved" || row.review === "stage_only";
}

/**
 * Tells whether everyone may read a question; the floor has no others, the desk and stage do.
 * @param {Question} row
 */
function isPublic(row) {
  return row.public ?? true;
}
