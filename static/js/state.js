/**
 * What a page knows of its session, and how each message changes it. Pure: values in, values out.
 * @import { Delta, Done, Heartbeat, Mine, PendingUpvote, Question, QuestionChange, ResyncReason,
 *   ServerMessage, Session, Snapshot, State, Welcome } from "./types.js"
 */

import { digest } from "./digest.js";

/** @type {State} */
export const EMPTY = Object.freeze({
  epoch: "",
  seq: -1,
  session: null,
  questions: new Map(),
  role: "reader",
  name: null,
  person: null,
  invited: false,
  upvoted: new Set(),
  mine: new Map(),
  pending: new Map(),
  upvotedAt: new Map(),
  ownAt: -1,
  limits: null,
  present: null,
  little: [],
});

/**
 * Returns the state after a message, or why the server must be asked for a snapshot.
 * @param {State} state
 * @param {ServerMessage} message
 * @returns {State | { resync: ResyncReason }}
 */
export function apply(state, message) {
  switch (message.type) {
    case "welcome":
    case "me":
      return welcomed(state, message);
    case "snapshot":
      return settled(replaced(state, message));
    case "delta":
      return changed(state, message);
    case "mine":
      return owned(state, message);
    case "done":
      return settled(acknowledged(state, message));
    case "refused":
      return { ...state, pending: without(state.pending, message.key) };
    case "heartbeat":
      return beaten(state, message);
    default:
      return state;
  }
}

/**
 * Tells whether `apply` asks for a snapshot.
 * @param {State | { resync: ResyncReason }} result
 * @returns {result is { resync: ResyncReason }}
 */
export function isResync(result) {
  return "resync" in result;
}

/**
 * Takes in who one is; rows of another epoch stay on show but count for nothing.
 * @param {State} state
 * @param {Welcome} message
 * @returns {State}
 */
function welcomed(state, message) {
  const me = message.me;
  const same = message.epoch === state.epoch;
  return {
    ...state,
    epoch: message.epoch,
    seq: same ? state.seq : -1,
    pending: same ? state.pending : unanswered(state.pending),
    role: me.role,
    name: me.name,
    person: me.person ?? null,
    invited: me.invited,
    upvoted: new Set(me.upvoted),
    mine: new Map(me.mine.map((row) => [row.number, row])),
    upvotedAt: new Map(),
    ownAt: message.seq,
    limits: message.limits ?? state.limits,
    little: message.little ?? state.little,
  };
}

/**
 * Returns the pending upvotes still to be answered; a number of another epoch would never be reached.
 * @param {ReadonlyMap<number, PendingUpvote>} pending
 */
function unanswered(pending) {
  return new Map([...pending].filter(([, { seq }]) => seq === null));
}

/**
 * Takes in all rows at once, in the place of what was there.
 * @param {State} state
 * @param {Snapshot} message
 * @returns {State}
 */
function replaced(state, message) {
  const questions = new Map(message.questions.map((row) => [row.number, row]));
  const { epoch, seq, session } = message;
  return { ...state, epoch, seq, session, questions };
}

/**
 * Applies a delta that continues from the state's number; an old one is dropped.
 * @param {State} state
 * @param {Delta} message
 * @returns {State | { resync: ResyncReason }}
 */
function changed(state, message) {
  if (state.seq >= 0 && message.to <= state.seq) return state;
  if (message.from !== state.seq || state.session === null) return { resync: "gap" };
  const questions = new Map(state.questions);
  for (const number of message.gone ?? []) questions.delete(number);
  for (const row of message.questions ?? []) {
    const known = questions.get(row.number);
    if (!known && !isWhole(row)) return { resync: "gap" };
    questions.set(row.number, known ? merged(known, row) : /** @type {Question} */ (row));
  }
  /** @type {Session} */
  const session = message.session ? { ...state.session, ...message.session } : state.session;
  return settled({ ...state, seq: message.to, session, questions });
}

/**
 * Returns a row with what has changed in it; an absent key is unchanged.
 * @param {Question} row
 * @param {QuestionChange} change
 */
function merged(row, change) {
  return /** @type {Question} */ ({ ...row, ...change });
}

/**
 * Tells whether a row has all its keys and not only its number and count.
 * @param {object} row
 * @returns {boolean}
 */
function isWhole(row) {
  return "text" in row;
}

/**
 * Takes in whole own rows and one's upvotes as the server has them.
 * @param {State} state
 * @param {Mine} message
 * @returns {State}
 */
function owned(state, message) {
  const mine = new Map(state.mine);
  for (const row of message.questions ?? []) mine.set(row.number, row);
  const upvoted = new Set(state.upvoted);
  const upvotedAt = new Map(state.upvotedAt);
  for (const [number, on] of Object.entries(message.upvoted ?? {})) {
    upvotedAt.set(Number(number), message.seq);
    if (on) upvoted.add(Number(number));
    else upvoted.delete(Number(number));
  }
  return { ...state, mine, upvoted, upvotedAt };
}

/**
 * Marks a pending upvote as stored, in the state the server has it in: a later tap of another tab
 * holds. What `me` or `mine` has said of the same number or a later one is not overwritten.
 * @param {State} state
 * @param {Done} message
 * @returns {State}
 */
function acknowledged(state, message) {
  const found = [...state.pending].find(([, one]) => one.key === message.key);
  if (!found) return state;
  const [number, one] = found;
  const pending = new Map(state.pending).set(number, { ...one, seq: message.seq });
  if ((state.upvotedAt.get(number) ?? state.ownAt) >= message.seq) return { ...state, pending };
  const upvoted = new Set(state.upvoted);
  if (message.result.on ?? one.on) upvoted.add(number);
  else for (const member of tree(state, number)) upvoted.delete(member);
  return { ...state, pending, upvoted };
}

/**
 * Drops the pending upvotes which the rows already contain.
 * @param {State} state
 * @returns {State}
 */
function settled(state) {
  const open = [...state.pending].filter(([, { seq }]) => seq === null || seq > state.seq);
  return open.length === state.pending.size ? state : { ...state, pending: new Map(open) };
}

/**
 * Compares digests where both sides speak of the same number.
 * @param {State} state
 * @param {Heartbeat} message
 * @returns {State | { resync: ResyncReason }}
 */
function beaten(state, message) {
  if (state.seq >= 0 && message.seq === state.seq) {
    if (digest(state.session, state.questions.values()) !== message.digest) {
      return { resync: "digest" };
    }
  }
  return { ...state, present: message.present, little: message.little ?? state.little };
}

/**
 * Returns the state with an upvote under way, shown before the server has answered.
 * @param {State} state
 * @param {number} number
 * @param {boolean} on
 * @param {string} key
 * @returns {State}
 */
export function upvoting(state, number, on, key) {
  return { ...state, pending: new Map(state.pending).set(number, { key, on, seq: null }) };
}

/**
 * Tells whether only the invited take part just now, and one is not among them.
 * @param {State} state
 */
export function isBarred(state) {
  return Boolean(state.session?.invited) && !state.invited;
}

/**
 * Tells whether one supports a question, and whether the server has yet to confirm it.
 * @param {State} state
 * @param {number} number
 * @returns {{ on: boolean, sending: boolean }}
 */
export function support(state, number) {
  const pending = state.pending.get(number);
  if (pending) return { on: pending.on, sending: true };
  return { on: tree(state, number).some((one) => state.upvoted.has(one)), sending: false };
}

/**
 * Returns a question's number and the numbers merged into it.
 * @param {State} state
 * @param {number} number
 */
function tree(state, number) {
  return [number, ...(state.questions.get(number)?.merged ?? [])];
}

/**
 * Returns the pending upvotes without the one that was sent under a key.
 * @param {ReadonlyMap<number, PendingUpvote>} pending
 * @param {string} key
 */
function without(pending, key) {
  return new Map([...pending].filter(([, one]) => one.key !== key));
}
