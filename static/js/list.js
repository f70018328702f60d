/**
 * The ranking on the page: counts change in place, everything that would move waits for a button.
 * @import { Question, State } from "./types.js"
 * @import { Painter } from "./rows.js"
 */

import { all, arrangeIn, clone, find, isOccupied, need, rowsOf, write } from "./page.js";
import { nowOf, standingList } from "./ranking.js";
import { isBarred, support } from "./state.js";

const SHOWN_AT_FIRST = 10;

/** @typedef {{ fresh: number, moved: boolean }} Waiting  what the button would show */

/**
 * Returns what has changed between the numbers on show and those of the ranking.
 * @param {number[]} shown
 * @param {number[]} ranked
 * @returns {Waiting}
 */
export function waitingOf(shown, ranked) {
  const [old, now] = [new Set(shown), new Set(ranked)];
  const stayed = shown.filter((number) => now.has(number));
  const again = ranked.filter((number) => old.has(number));
  return {
    fresh: ranked.length - again.length,
    moved: stayed.length < shown.length || stayed.some((number, at) => number !== again[at]),
  };
}

/**
 * Tells whether nothing but the count of a row is another one.
 * @param {Question} one
 * @param {Question} other
 */
function isCountedOnly(one, other) {
  const keys = /** @type {(keyof Question)[]} */ (Object.keys(other));
  return keys.every((key) => key === "upvotes" || one[key] === other[key]);
}

export class RankingList {
  /**
   * @param {HTMLElement} list
   * @param {Painter} painter
   */
  constructor(list, painter) {
    this.list = list;
    this.painter = painter;
    this.document = list.ownerDocument;
    this.section = list.closest("section") ?? list;
    this.lists = all(this.document, '[data-list="ranking"], [data-list="little"]');
    /** @type {Map<number, Question>} rows as they were painted */
    this.painted = new Map();
    /** @type {WeakMap<Element, string>} support as each row shows it */
    this.pressed = new WeakMap();
    /** @type {Set<number>} rows that are folded away and show an earlier count */
    this.late = new Set();
    this.fold = find(this.section, "details[data-all]");
    this.fold?.addEventListener("toggle", () => this.catchUp());
    this.synced = false;
    /** @type {State | null} */
    this.state = null;
  }

  /** Returns the numbers on show, from the top. */
  shown() {
    return rowsOf(this.list).map((item) => Number(item.dataset.number));
  }

  /**
   * Brings the list up to a state without moving anything, and returns what waits.
   * @param {State} state
   * @returns {Waiting}
   */
  follow(state) {
    const first = !this.synced && state.session !== null;
    if (first) this.synced = true;
    if (this.shown().length === 0 || (first && !isOccupied(this.list))) this.arrange(state);
    this.state = state;
    for (const list of this.lists) {
      const folded = list === this.list && this.isFolded();
      for (const [at, item] of rowsOf(list).entries())
        this.refresh(item, state, folded && at >= SHOWN_AT_FIRST);
    }
    const ranked = standingList(state).map(({ row }) => row.number);
    if (!isOccupied(this.list)) this.leave(ranked, state);
    const waiting = waitingOf(this.shown(), ranked);
    this.offer(waiting);
    this.painted = new Map(state.questions);
    return waiting;
  }

  /**
   * Lets go of rows that have left the ranking, while nobody is in the list.
   * @param {number[]} ranked
   * @param {State} state
   */
  leave(ranked, state) {
    const known = new Set(ranked);
    const left = rowsOf(this.list).filter((item) => !known.has(Number(item.dataset.number)));
    if (left.length === 0) return;
    for (const item of left) item.remove();
    this.catchUp();
    const { fresh, moved } = waitingOf(this.shown(), ranked);
    if (fresh === 0 && !moved) this.arrange(state);
  }

  /** Tells whether only the first rows are on show. */
  isFolded() {
    return this.fold instanceof HTMLDetailsElement && !this.fold.open && !this.fold.hidden;
  }

  /** Writes the counts that changed where nobody could see them. */
  catchUp() {
    for (const item of this.late.size > 0 ? rowsOf(this.list) : []) {
      const row = this.state?.questions.get(Number(item.dataset.number));
      if (row && this.late.has(row.number)) this.painter.count(item, row.upvotes);
    }
    this.late.clear();
  }

  /**
   * Writes what changed into a row that stays where it is. What was taken off every screen is blank
   * at once and goes with the next new order; a count that is folded away is written when it shows.
   * @param {HTMLElement} item
   * @param {State} state
   * @param {boolean} folded
   */
  refresh(item, state, folded) {
    const number = Number(item.dataset.number);
    const row = state.questions.get(number);
    if (item.inert !== !row) {
      // Without its words a row would be lower, and what one is about to press would move.
      item.style.minHeight = row ? "" : `${item.offsetHeight}px`;
      item.inert = !row;
      item.style.visibility = row ? "" : "hidden";
    }
    if (!row) {
      write(find(item, '[data-field="text"]'), "");
      return;
    }
    const before = this.painted.get(number);
    if (before !== row) {
      if (!before || !isCountedOnly(before, row))
        this.painter.question(item, row, state.mine.has(number));
      else if (folded) this.late.add(number);
      else this.painter.count(item, row.upvotes);
    }
    this.press(item, state, number);
  }

  /**
   * Shows whether one supports the question; the button's name stays.
   * @param {HTMLElement} item
   * @param {State} state
   * @param {number} number
   */
  press(item, state, number) {
    const { on, sending } = support(state, number);
    const { accepts, paused } = state.session ?? { accepts: { upvotes: true }, paused: false };
    const open = state.questions.get(number)?.outcome === "open";
    const barred = isBarred(state) && !on;
    const look = `${on} ${sending} ${accepts.upvotes} ${paused} ${open} ${barred}`;
    const shown = item.closest(".q") ?? item;
    if (this.pressed.get(shown) === look) return;
    this.pressed.set(shown, look);
    const button = find(item, '[data-action="upvote"]');
    if (!button) return;
    button.setAttribute("aria-pressed", String(on));
    if (sending) button.setAttribute("aria-busy", "true");
    else button.removeAttribute("aria-busy");
    button.hidden = !accepts.upvotes || paused || !open || barred;
    const field = /** @type {HTMLInputElement | null} */ (find(item, 'input[name="on"]'));
    if (field) field.value = on ? "0" : "1";
  }

  /**
   * Puts the rows into the order of the ranking.
   * @param {State} state
   */
  arrange(state) {
    const known = new Map(rowsOf(this.list).map((item) => [Number(item.dataset.number), item]));
    const ranked = standingList(state);
    const items = ranked.map(({ row, rank }) => {
      const values = { n: row.number };
      const item = known.get(row.number) ?? clone(this.document, "row-ranking", "li", values);
      if (!item) return null;
      if (!known.has(row.number)) this.painter.question(item, row, state.mine.has(row.number));
      this.press(item, state, row.number);
      write(find(item, '[data-field="rank"]'), String(rank));
      return item;
    });
    this.catchUp();
    arrangeIn(this.list, items);
    this.list.hidden = ranked.length === 0;
    const empty = find(this.section, "[data-empty]");
    if (empty) empty.hidden = state.questions.size > 0;
    this.limit(ranked.length);
    this.beyond(ranked.length, state);
    this.offer({ fresh: 0, moved: false });
  }

  /**
   * Says how many are folded away.
   * @param {number} length
   */
  limit(length) {
    const rest = find(this.section, "[data-all]");
    if (!rest) return;
    rest.hidden = length <= SHOWN_AT_FIRST;
    // A class, because the style of every row hangs on it, and many things are hidden and shown here.
    rest.classList.toggle("all--few", rest.hidden);
    const more = this.painter.phrases.count("more", length - SHOWN_AT_FIRST);
    if (!rest.hidden) write(find(rest, '[data-field="more"]'), more);
  }

  /**
   * Says how many there are that the list has no place for.
   * @param {number} length
   * @param {State} state
   */
  beyond(length, state) {
    const said = find(this.section, "[data-beyond]");
    if (!said || !state.session) return;
    const { open } = state.session.counts;
    const rest = open - length - (nowOf(state) ? 1 : 0);
    said.hidden = rest <= 0 || length === 0;
    const { phrases } = this.painter;
    const values = { n: phrases.number(length), open: phrases.number(open) };
    write(find(said, '[data-field="beyond"]'), phrases.say("beyond", values));
  }

  /**
   * Offers what waits behind the button, or takes the offer away.
   * @param {Waiting} waiting
   */
  offer({ fresh, moved }) {
    const offer = find(this.section, "[data-fresh]");
    if (!offer) return;
    offer.hidden = fresh === 0 && !moved;
    const count = find(offer, '[data-field="count"]');
    if (count) count.hidden = fresh === 0;
    if (fresh > 0) write(count, this.painter.phrases.count("fresh", fresh));
    const order = find(offer, '[data-field="order"]');
    if (order) order.hidden = !moved;
  }

  /**
   * Shows the new order because a person asked for it, and puts the focus on the list's heading.
   * @param {State} state
   */
  show(state) {
    this.arrange(state);
    const heading = find(this.section, "h2");
    if (heading) heading.tabIndex = -1;
    heading?.focus();
  }

  /**
   * Brings the ages up to date.
   * @param {State} state
   */
  age(state) {
    for (const item of this.lists.flatMap(rowsOf)) {
      const row = state.questions.get(Number(item.dataset.number));
      if (row) this.painter.asked(item, row);
    }
  }
}

/**
 * The answers, newest first; a new one is put in while nobody is in the list.
 */
export class AnsweredList {
  /**
   * @param {HTMLElement} section
   * @param {Painter} painter
   */
  constructor(section, painter) {
    this.section = section;
    this.painter = painter;
    this.list = need(section, '[data-list="answered"]');
    /** @type {Map<number, Question>} */
    this.painted = new Map();
    /** @type {Question[] | null} */
    this.rows = null;
    for (const left of ["pointerleave", "focusout"])
      this.list.addEventListener(left, () => setTimeout(() => this.rows && this.follow(this.rows)));
  }

  /**
   * Brings the answers up to a list of rows.
   * @param {Question[]} rows
   */
  follow(rows) {
    this.rows = rows;
    const known = new Map(rowsOf(this.list).map((item) => [Number(item.dataset.number), item]));
    const wanted = new Set(rows.map(({ number }) => number));
    for (const [number, item] of known) if (!wanted.has(number)) item.remove();
    for (const row of rows) this.paint(known.get(row.number) ?? null, row);
    const current = rowsOf(this.list).map((item) => Number(item.dataset.number));
    const settled =
      current.length === rows.length && rows.every(({ number }, at) => number === current[at]);
    if (!settled && (current.length === 0 || !isOccupied(this.list))) this.arrange(rows, known);
    this.section.hidden = rows.length === 0;
  }

  /**
   * @param {HTMLElement | null} item
   * @param {Question} row
   */
  paint(item, row) {
    if (!item || this.painted.get(row.number) === row) return;
    this.painter.answered(item, row);
    this.painted.set(row.number, row);
  }

  /**
   * @param {Question[]} rows
   * @param {Map<number, HTMLElement>} known
   */
  arrange(rows, known) {
    const items = rows.map((row) => {
      const old = known.get(row.number);
      const item = old ?? clone(this.list.ownerDocument, "row-answered", "li", { n: row.number });
      if (!old) this.paint(item, row);
      return item;
    });
    arrangeIn(this.list, items);
  }
}
