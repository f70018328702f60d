/**
 * Beamer and overlay: one state of the session in words, live. Nobody stands at them, so they look
 * after themselves: awake, connected, and reloaded where their page has grown too old.
 * @import { Live } from "./live.js"
 * @import { Coming, Question, Session } from "./types.js"
 * @import { Model } from "./staff_fill.js"
 */

import { stayAwake } from "./awake.js";
import { follow } from "./live.js";
import { find, need, phrasesOf } from "./page.js";
import { coming, nowOf } from "./ranking.js";
import { fitWhole, sizeOf } from "./size.js";
import { fill, fillRows } from "./staff_fill.js";
import { tongue } from "./tongue.js";

const PAINT_EVERY = 5_000;
const RELOAD_AFTER = 10_000;
// Nobody can empty an overlay that hears nothing: what may be wrong by now must not stay in the picture.
const STALE_AFTER = 30_000;
const MINUTE = 60_000;
const DAY = 1_440;
const WITHOUT_NEXT = ["paused", "end", "cancelled", "blank"];
const WITHOUT_ASKING = ["end", "cancelled", "blank"];

/** @typedef {"cancelled" | "end" | "blank" | "before" | "paused" | "hidden" | "now" | "between"} Kind */

/**
 * Returns what is shown: a question, or why there is none.
 * @param {Session} session
 * @param {Question | null} now
 * @returns {Kind}
 */
export function kindOf({ blank, now_hidden, paused, phase }, now) {
  if (phase === "cancelled") return "cancelled";
  if (phase === "published") return "end";
  if (blank) return "blank";
  if (phase === "announced" || phase === "open") return "before";
  const taken = now_hidden ? "hidden" : now ? "now" : null;
  if (!taken && phase === "closed") return "end";
  return paused ? "paused" : (taken ?? "between");
}

export class Screen {
  /**
   * @param {Window & typeof globalThis} window
   * @param {Live} live
   */
  constructor(window, live) {
    this.window = window;
    this.document = window.document;
    this.live = live;
    this.phrases = phrasesOf(this.document);
    this.root = need(this.document, "[data-screen]");
    this.reloading = false;
    live.watch(() => this.paint());
    live.watchStatus(() => this.paint());
    window.setInterval(() => this.paint(), PAINT_EVERY);
    window.addEventListener("resize", () => this.fit());
  }

  /** Paints everything that rows, clock and connection say. */
  paint() {
    const { state, status } = this.live;
    if (status.final !== null) this.renew();
    if (!state.session) return;
    const now = nowOf(state);
    const kind = kindOf(state.session, now);
    const next = coming(state, 2);
    const list = find(this.document, '[data-rows="next"]');
    if (list)
      fillRows(
        list,
        next.map((one) => this.nextModel(one)),
      );
    fill(this.document.body, this.model(kind, state.session, now, next));
    this.fit();
  }

  /** Sets the type as large as the whole still fits; an overlay grows upwards by itself. */
  fit() {
    const stage = find(this.document, ".beam .stage");
    if (stage) fitWhole(stage);
  }

  /** Loads the page anew, for its connection has ended for good. */
  renew() {
    if (this.reloading) return;
    this.reloading = true;
    this.window.setTimeout(() => this.window.location.reload(), RELOAD_AFTER);
  }

  /**
   * @param {Kind} kind
   * @param {Session} session
   * @param {Question | null} now
   * @param {Coming[]} next
   * @returns {Model}
   */
  model(kind, session, now, next) {
    const { phrases } = this;
    const asked = kind === "now" ? now : null;
    const text = asked?.text ?? this.words("text", kind);
    const lost = this.live.status.state === "offline";
    return {
      class: kind === "blank" ? "beam beam--empty" : "beam",
      label: phrases.say(`label.${kind}`),
      text,
      lang: asked || kind === "before" ? tongue(text) : this.document.documentElement.lang,
      length: sizeOf(text),
      counted: asked !== null,
      upvotes: asked ? phrases.number(asked.upvotes) : "",
      upvotes_word: asked ? phrases.count("upvotes.word", asked.upvotes) : "",
      meta: asked ? this.asker(asked) : this.words("meta", kind),
      next_shown: next.length > 0 && !WITHOUT_NEXT.includes(kind),
      joinable: this.root.dataset.asking === "1" && !WITHOUT_ASKING.includes(kind),
      banner_shown: session.banner !== null,
      banner: session.banner ? phrases.say("banner", { text: session.banner }) : "",
      lost,
      as_of: phrases.say("as_of", { time: phrases.clockWithSeconds(this.heardAt()) }),
      shown: kind !== "blank" && !this.stale(),
      filled: kind !== "between",
    };
  }

  /**
   * Returns what is said where no question is.
   * @param {"text" | "meta"} place
   * @param {Kind} kind
   */
  words(place, kind) {
    if (kind !== "before") return this.phrases.say(`${place}.${kind}`);
    return place === "text" ? (this.root.dataset.title ?? "") : this.begins();
  }

  /** Returns when it begins: with the day where that is another one, and within a day how soon. */
  begins() {
    const { phrases } = this;
    const starts = this.live.state.session?.starts ?? "";
    const [now, then] = [this.live.now(), Date.parse(starts)];
    const minutes = Math.ceil((then - now) / MINUTE);
    if (minutes < 1) return phrases.say("begins.soon");
    const [day, time] = [phrases.day(starts), phrases.clock(starts)];
    const today = day === phrases.day(new Date(now).toISOString());
    const begins = phrases.say(today ? "begins" : "begins.day", { day, time });
    if (minutes >= DAY) return begins;
    const h = Math.floor(minutes / 60);
    const left = phrases.say(h ? "left.hours" : "left.minutes", { h, n: minutes % 60 });
    return phrases.say("in", { begins, left });
  }

  /** @param {Question} row */
  asker(row) {
    return [this.phrases.asker(row), row.topic].filter(Boolean).join(" · ");
  }

  /**
   * @param {Coming} coming
   * @returns {Model & { key: number }}
   */
  nextModel({ ahead, rank, row }) {
    const { phrases } = this;
    const place = rank ? phrases.say(ahead ? "rank.ahead" : "rank", { n: rank }) : "";
    const meta = [place, phrases.count("upvotes", row.upvotes)].filter(Boolean).join(" · ");
    return { key: row.number, text: row.text, meta };
  }

  /** Returns the server's time of the last message in ms. */
  heardAt() {
    const { heardAt } = this.live;
    return heardAt === null ? this.live.now() : this.live.now() - (Date.now() - heardAt);
  }

  /** Tells whether the connection has been gone for so long that what is shown may be wrong. */
  stale() {
    const { since, state } = this.live.status;
    return state === "offline" && since !== null && Date.now() - since >= STALE_AFTER;
  }
}

const live = typeof window === "undefined" ? null : follow(window);
if (live) {
  stayAwake(window);
  new Screen(window, live);
}
