/**
 * The browser's storages, behind which nothing breaks when they are forbidden or full.
 * @import { KeyValueStore } from "./types.js"
 */

/** Returns what is kept on the device. */
export function device() {
  return new Forgiving(() => window.localStorage);
}

/** Returns what is kept for the tab. */
export function tab() {
  return new Forgiving(() => window.sessionStorage);
}

/**
 * A storage that forgets where the browser lets it keep nothing.
 * @implements {KeyValueStore}
 */
export class Forgiving {
  /** @param {() => KeyValueStore} open  asking for it may already throw */
  constructor(open) {
    this.open = open;
  }

  /**
   * Returns what is kept under a key, or null.
   * @param {string} key
   */
  getItem(key) {
    try {
      return this.open().getItem(key);
    } catch {
      return null;
    }
  }

  /**
   * Keeps a value and tells whether that worked.
   * @param {string} key
   * @param {string} value
   */
  setItem(key, value) {
    try {
      this.open().setItem(key, value);
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Forgets a key.
   * @param {string} key
   */
  removeItem(key) {
    try {
      this.open().removeItem(key);
    } catch {
      // What was never kept is forgotten already.
    }
  }
}
