/**
 * What resembles the question that is being typed: asked for after a pause, shown beneath the field
 * while nothing there is under the finger. Loaded with the first letter.
 * @import { Published } from "./resembling.js"
 * @import { Question, Reply, State } from "./types.js"
 * @import { Phrases } from "./format.js"
 */

import { all, clone, find, make, need, refusalOf, write, writeTyped } from "./page.js";
import { standingList } from "./ranking.js";
import { resembling } from "./resembling.js";
import { support } from "./state.js";

const PAUSE = 700;
const STILL = 1_000;
const FEWEST_WORDS = 3;
const REMEMBERED = 50;
const SPREAD = 2_000;

/** @typedef {{ questions: Question[], answers: Published[] }} Found */

/**
 * @typedef {object} SimilarSite
 * @property {Phrases} phrases
 * @property {(sentence: string) => void} announce
 * @property {() => State} state
 * @property {() => boolean} connected
 * @property {(number: number, on: boolean) => Promise<Reply>} upvote
 * @property {typeof fetch} fetch
 */

/**
 * Tells whether a text is worth a look for others like it.
 * @param {string} text
 */
export function isTelling(text) {
  return (text.match(/[\p{L}\p{N}_]+/gu) ?? []).length >= FEWEST_WORDS;
}

export class Similar {
  /**
   * @param {HTMLFormElement} form
   * @param {SimilarSite} site
   */
  constructor(form, site) {
    this.form = form;
    this.site = site;
    this.document = form.ownerDocument;
    this.field = /** @type {HTMLTextAreaElement} */ (need(form, '[name="text"]'));
    this.section = need(form, "[data-alike]");
    this.list = need(form, '[data-list="alike"]');
    /** @type {Map<string, Found>} */
    this.known = new Map();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.request = new AbortController();
    this.notBefore = 0;
    this.movedAt = 0;
    this.spoken = false;
    /** @type {Found} */
    this.shown = { questions: [], answers: [] };
    this.list.addEventListener("click", (event) => this.press(event));
    this.field.addEventListener("focus", () => this.later(PAUSE));
    form.addEventListener("pointermove", () => {
      this.movedAt = Date.now();
    });
  }

  /** Takes in a keystroke: what was asked for before does not matter any more. */
  typed() {
    this.request.abort();
    if (this.field.value.trim() === "") {
      this.spoken = false;
      this.keep(false);
      this.paint({ questions: [], answers: [] });
    }
    this.later(PAUSE);
  }

  /** @param {number} ms */
  later(ms) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.look(), ms);
  }

  /** Asks what resembles the text, unless that is known; without a connection nothing is asked. */
  async look() {
    const text = this.field.value.trim();
    const wait = this.notBefore - Date.now();
    if (!this.site.connected()) return;
    const found = isTelling(text) ? this.known.get(text) : { questions: [], answers: [] };
    if (found) this.show(text, found);
    else if (wait > 0) this.later(wait);
    else await this.ask(text);
  }

  /** @param {string} text */
  async ask(text) {
    this.request = new AbortController();
    const { document, form, request, site } = this;
    const address = form.dataset.similar ?? "";
    const said = await resembling(site.fetch, address, text, document, request.signal);
    const wait = said?.wait_ms || said?.retry_ms;
    if (wait) {
      // Everyone was told the same: they must not come back together.
      this.notBefore = Date.now() + wait + Math.random() * SPREAD;
      this.later(this.notBefore - Date.now());
    } else if (said) {
      if (this.known.size >= REMEMBERED) this.known.clear();
      this.known.set(text, said);
      this.show(text, said);
    }
  }

  /**
   * Shows what was found, once nothing beneath the field is about to be pressed.
   * @param {string} text
   * @param {Found} found
   */
  show(text, found) {
    if (this.field.value.trim() !== text) return;
    if (this.document.activeElement !== this.field) return;
    if (Date.now() - this.movedAt < STILL) this.later(STILL);
    else this.paint(found);
  }

  /**
   * Writes what was found, and says once how much it is.
   * @param {Found} found
   */
  paint(found) {
    const count = found.questions.length + found.answers.length;
    this.section.hidden = count === 0;
    if (JSON.stringify(found) !== JSON.stringify(this.shown)) {
      const rows = found.questions.map((row) => this.question(row));
      this.list.replaceChildren(
        ...[...rows, ...found.answers.map((one) => this.answer(one))].flatMap((item) => item ?? []),
      );
    }
    this.shown = found;
    this.follow();
    if (count === 0 || this.spoken) return;
    this.spoken = true;
    this.site.announce(this.site.phrases.count("alike", count));
  }

  /** @param {Question} row */
  question(row) {
    const item = clone(this.document, "row-alike", "[data-number]", { n: row.number });
    if (item) writeTyped(find(item, '[data-field="text"]'), row.text);
    return item;
  }

  /** @param {Published} one */
  answer({ by, href, starts, text }) {
    const item = clone(this.document, "row-alike", "[data-earlier]");
    if (!item) return null;
    const { phrases } = this.site;
    const link = find(item, '[data-field="text"]');
    link?.setAttribute("href", href);
    writeTyped(link, text);
    const facts = `${phrases.say("alike.answer", { day: phrases.day(starts) })} · ${by}`;
    write(find(item, '[data-field="facts"]'), facts);
    return item;
  }

  /** Brings counts, places and one's own supports up to date; nothing moves by that. */
  follow() {
    if (this.section.hidden) return;
    const state = this.site.state();
    const ranks = new Map(standingList(state).map(({ row, rank }) => [row.number, rank]));
    for (const found of this.shown.questions) {
      const item = find(this.list, `[data-number="${found.number}"]`);
      if (item) this.refresh(item, state, state.questions.get(found.number) ?? found, ranks);
    }
  }

  /**
   * @param {HTMLElement} item
   * @param {State} state
   * @param {Question} row
   * @param {Map<number, number | null>} ranks
   */
  refresh(item, state, row, ranks) {
    const { phrases } = this.site;
    const open = row.outcome === "open" && row.place !== "now";
    const rank = ranks.get(row.number);
    const facts = [
      ...(state.mine.has(row.number) ? [phrases.say("alike.own")] : []),
      ...(row.place === "now" ? [phrases.say("alike.now")] : []),
      ...(row.outcome === "open" ? [] : [phrases.say(`outcome.${row.outcome}`)]),
      phrases.supports(row.upvotes),
      ...(rank ? [phrases.say("place", { n: rank })] : []),
    ];
    write(find(item, '[data-field="facts"]'), facts.join(" · "));
    const link = find(item, '[data-field="text"]');
    if (!open) link?.setAttribute("href", this.address(row.number));
    const { on } = support(state, row.number);
    const takes = Boolean(state.session?.accepts.upvotes) && !state.session?.paused;
    for (const part of all(item, "[data-part]")) {
      part.hidden = part.dataset.part === "supported" ? !on : on || !open || !takes;
    }
  }

  /** @param {number} number */
  address(number) {
    const [path, query] = (this.form.dataset.similar ?? "").split("?");
    const page = (path ?? "").replace(/similar$/, `questions/${number}`);
    return query ? `${page}?${query}` : page;
  }

  /**
   * Says, or does not say any more, that what was typed stays.
   * @param {boolean} said
   */
  keep(said) {
    const kept = find(this.section, "[data-kept]");
    if (kept) kept.hidden = !said;
  }

  /**
   * Supports the other question; what is typed stays and can be sent all the same.
   * @param {MouseEvent} event
   */
  async press(event) {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    const item = /** @type {HTMLElement | null} */ (button?.closest("[data-number]") ?? null);
    if (!button || !item) return;
    event.preventDefault();
    const number = Number(item.dataset.number);
    if (support(this.site.state(), number).sending) return;
    find(item, ".err")?.remove();
    const reply = await this.site.upvote(number, true);
    this.follow();
    if (reply.type === "done") {
      this.site.announce(this.site.phrases.say("said.on", { n: number }));
      if (!item.isConnected) return;
      this.keep(true);
      find(item, '[data-part="supported"]')?.focus();
      return;
    }
    const said = refusalOf(this.document, reply);
    const error = make(this.document, "p", "err", `${said.sentence} ${said.next}`);
    error.setAttribute("role", "alert");
    item.append(error);
  }
}
