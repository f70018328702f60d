/**
 * The one sentence a screen reader hears: short, rare, and only what was asked for.
 * @import { Clock } from "./types.js"
 */

import { shortened } from "./format.js";

const APART = 10_000;
const LONGEST = 80;

/** @typedef {"all" | "mine" | "none"} Choice */

export class Announcer {
  /**
   * @param {Clock} clock
   * @param {(sentence: string) => void} write
   * @param {Choice} [choice]
   */
  constructor(clock, write, choice = "mine") {
    this.clock = clock;
    this.write = write;
    this.choice = choice;
    /** @type {Map<string, string>} */
    this.waiting = new Map();
    this.saidAt = -Infinity;
    /** @type {unknown} */
    this.timer = null;
  }

  /**
   * Chooses what is said; what waits is forgotten.
   * @param {Choice} choice
   */
  choose(choice) {
    this.choice = choice;
    this.waiting.clear();
  }

  /**
   * Says something of one's own at once, unless nothing is to be said.
   * @param {string} sentence
   */
  own(sentence) {
    if (this.choice !== "none") this.speak(sentence);
  }

  /**
   * Says what happened to all, at most one sentence in ten seconds. Of one kind only the latest is
   * said, and a word from the organiser goes before everything else.
   * @param {"now" | "banner" | "phase" | "fresh"} kind
   * @param {string} sentence
   */
  all(kind, sentence) {
    if (this.choice !== "all") return;
    this.waiting.set(kind, sentence);
    this.plan();
  }

  /** Says the weightiest waiting sentence as soon as ten seconds have passed since the last. */
  plan() {
    if (this.timer !== null || this.waiting.size === 0) return;
    const wait = Math.max(0, this.saidAt + APART - this.clock.now());
    if (wait === 0) {
      this.next();
      return;
    }
    this.timer = this.clock.setTimeout(() => {
      this.timer = null;
      this.plan();
    }, wait);
  }

  /** Says the weightiest waiting sentence. */
  next() {
    for (const kind of ["banner", "now", "phase", "fresh"]) {
      const sentence = this.waiting.get(kind);
      if (sentence === undefined) continue;
      this.waiting.delete(kind);
      this.speak(sentence);
      break;
    }
    this.plan();
  }

  /**
   * Writes a sentence, shortened to what one listens to.
   * @param {string} sentence
   */
  speak(sentence) {
    this.saidAt = this.clock.now();
    this.write(shortened(sentence, LONGEST));
  }
}
