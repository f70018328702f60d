/**
 * The browser's storages, behind which nothing breaks when they are forbidden or full.
 * @import { KeyValueStore } from "./types.js"
 */

import { freshKey } from "./wire.js";

const NAME = "dialog.page";

/** Returns what is kept on the device. */
export function device() {
  return new Forgiving(() => window.localStorage);
}

/** Returns what is kept for the tab. */
export function tab() {
  return new Forgiving(() => window.sessionStorage);
}

/**
 * Returns the name of this page among all on the device; after a reload it is the same. A tab that
 * is doubled takes along what is kept for it: therefore the name lies there only while no page runs.
 * @param {Window} window
 * @param {Forgiving} [kept]
 */
export function nameOf(window, kept = tab()) {
  const name = kept.getItem(NAME) ?? freshKey();
  kept.removeItem(NAME);
  window.addEventListener("pagehide", () => kept.setItem(NAME, name));
  window.addEventListener("pageshow", () => kept.removeItem(NAME));
  return name;
}

/**
 * A storage that forgets where the browser lets it keep nothing.
 * @implements {KeyValueStore}
 */
export class Forgiving {
  /** @param {() => Storage} open  asking for it may already throw */
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

  /** Returns the keys under which something is kept. */
  names() {
    try {
      const store = this.open();
      return Array.from({ length: store.length }, (_, at) => store.key(at) ?? "");
    } catch {
      return [];
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
