/**
 * Questions that few have seen, and the count of what stood on the screen: loaded after the page.
 * @import { Live } from "./live.js"
 * @import { Painter } from "./rows.js"
 * @import { State } from "./types.js"
 */

import { all, clone, find, isOccupied, rowsOf } from "./page.js";
import { support } from "./state.js";

const SHOWN = 3;
const HALF = 0.5;
const SEEN_AFTER = 1_000;
const TELL_EVERY = 15_000;
const MOST = 50;

/**
 * Returns the offered questions that one could still support.
 * @param {State} state
 */
export function fitting(state) {
  return state.little.filter((number) => {
    const row = state.questions.get(number);
    const open = row && row.outcome === "open" && row.place !== "now";
    return open && !state.mine.has(number) && !support(state, number).on;
  });
}

/**
 * Draws some of the offered questions, those not shown before first.
 * @param {number[]} offered
 * @param {ReadonlySet<number>} before
 * @param {() => number} random
 */
export function drawn(offered, before, random) {
  const lots = offered.map((number) => ({ number, lot: random() + (before.has(number) ? 1 : 0) }));
  lots.sort((one, other) => one.lot - other.lot);
  return lots.slice(0, SHOWN).map(({ number }) => number);
}

/** The questions that stood on the screen for a second, each told once. */
export class Impressions {
  /** @param {(numbers: number[]) => boolean} tell  returns whether that could be sent */
  constructor(tell) {
    this.tell = tell;
    /** @type {Set<number>} */
    this.seen = new Set();
    /** @type {Set<number>} */
    this.untold = new Set();
    /** @type {WeakMap<Element, ReturnType<typeof setTimeout>>} */
    this.timers = new WeakMap();
    /** @type {WeakSet<Element>} */
    this.watched = new WeakSet();
    this.observer = new IntersectionObserver((entries) => this.take(entries), { threshold: HALF });
    setInterval(() => this.send(), TELL_EVERY);
  }

  /** @param {HTMLElement[]} items */
  watch(items) {
    for (const item of items) {
      if (this.watched.has(item)) continue;
      this.watched.add(item);
      this.observer.observe(item);
    }
  }

  /** @param {IntersectionObserverEntry[]} entries */
  take(entries) {
    for (const { intersectionRatio, target } of entries) {
      clearTimeout(this.timers.get(target));
      if (intersectionRatio < HALF) continue;
      this.timers.set(
        target,
        setTimeout(() => this.note(/** @type {HTMLElement} */ (target)), SEEN_AFTER),
      );
    }
  }

  /** @param {HTMLElement} item */
  note(item) {
    const number = Number(item.dataset.number);
    if (item.ownerDocument.hidden || this.seen.has(number)) return;
    this.seen.add(number);
    this.untold.add(number);
  }

  /** Tells what was seen since the last time; without a connection it waits. */
  send() {
    const some = [...this.untold].slice(0, MOST);
    if (some.length === 0 || !this.tell(some)) return;
    for (const number of some) this.untold.delete(number);
  }
}

export class LittleSeen {
  /**
   * @param {HTMLElement} section
   * @param {Live} live
   * @param {Painter} painter
   * @param {(item: HTMLElement, state: State, number: number) => void} press
   */
  constructor(section, live, painter, press) {
    this.section = section;
    this.live = live;
    this.painter = painter;
    this.press = press;
    this.document = section.ownerDocument;
    this.list = /** @type {HTMLElement} */ (find(section, '[data-list="little"]'));
    this.lists = all(this.document, '[data-list="ranking"], [data-list="little"]');
    this.impressions = new Impressions((numbers) =>
      live.connection.hint({ type: "seen", numbers }),
    );
    const others = find(section, '[data-action="others"]');
    others?.addEventListener("click", () => this.choose());
    live.watch((state) => this.follow(state));
    this.follow(live.state);
  }

  /**
   * Watches rows that are new, and chooses where nothing was chosen yet: what is there stays.
   * @param {State} state
   */
  follow(state) {
    for (const list of this.lists) this.impressions.watch(rowsOf(list));
    const offered = fitting(state);
    const others = find(this.section, '[data-action="others"]');
    if (others) others.hidden = offered.length <= SHOWN;
    const empty = rowsOf(this.list).length === 0;
    const place = this.section.parentElement ?? this.section;
    if (empty && offered.length > 0 && !isOccupied(place)) this.choose();
  }

  /** Shows some of the offered questions, others than before where there are any. */
  choose() {
    const { state } = this.live;
    const before = new Set(rowsOf(this.list).map((item) => Number(item.dataset.number)));
    const numbers = drawn(fitting(state), before, Math.random);
    const items = numbers.flatMap((number) => this.item(number, state) ?? []);
    this.list.replaceChildren(...items);
    this.section.hidden = items.length === 0;
    this.impressions.watch(items);
  }

  /**
   * @param {number} number
   * @param {State} state
   */
  item(number, state) {
    const row = state.questions.get(number);
    const item = clone(this.document, "row-ranking", "li", { n: number });
    if (!row || !item) return null;
    // It stands in the ranking as well: a name of its own for whatever refers to it.
    for (const part of all(item, "[id], [aria-labelledby], [aria-describedby]")) {
      for (const name of ["id", "aria-labelledby", "aria-describedby"]) {
        const value = part.getAttribute(name);
        if (value) part.setAttribute(name, `little-${value}`);
      }
    }
    find(item, ".q__rank")?.replaceChildren();
    this.painter.question(item, row, false);
    this.press(item, state, number);
    return item;
  }
}
