/**
 * What was supported or taken back and never answered, kept for the tab: a reload must not lose a tap.
 * @import { KeyValueStore } from "./types.js"
 */

const NAME = "dialog.upvotes ";
const GOOD_FOR = 10 * 60_000;

/**
 * @typedef {object} Tapped
 * @property {string} key
 * @property {number} number
 * @property {boolean} on
 * @property {number} intent  server time of the tap in ms
 */

/** @typedef {Tapped & { at: number }} Kept  `at` is the device's time */

export class Upvotes {
  /**
   * @param {KeyValueStore} store
   * @param {string} of  what they belong to: a session and its epoch
   * @param {() => number} now
   */
  constructor(store, of, now) {
    this.store = store;
    this.name = NAME + of;
    this.now = now;
  }

  /**
   * Returns what still waits for its answer; what is older would be refused as stale.
   * @returns {Kept[]}
   */
  open() {
    const since = this.now() - GOOD_FOR;
    return read(this.store.getItem(this.name)).filter(({ at }) => at > since);
  }

  /**
   * Keeps a tap until its answer comes; of one question only the last.
   * @param {Tapped} tapped
   */
  keep(tapped) {
    const others = this.open().filter(({ number }) => number !== tapped.number);
    this.write([...others, { ...tapped, at: this.now() }]);
  }

  /**
   * Forgets what was answered.
   * @param {string} key
   */
  forget(key) {
    const open = this.open();
    const left = open.filter((one) => one.key !== key);
    if (left.length < open.length) this.write(left);
  }

  /** @param {Kept[]} kept */
  write(kept) {
    if (kept.length === 0) this.store.removeItem(this.name);
    else this.store.setItem(this.name, JSON.stringify(kept));
  }
}

/**
 * Returns what was kept, or nothing where that cannot be read.
 * @param {string | null} text
 * @returns {Kept[]}
 */
function read(text) {
  try {
    const kept = JSON.parse(text ?? "[]");
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}
