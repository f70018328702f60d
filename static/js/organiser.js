/**
 * The organiser's page: figures that add up while they move, switches, and acts that ask once more.
 * @import { Live } from "./live.js"
 * @import { Session, State } from "./types.js"
 */

import { follow } from "./live.js";
import { all } from "./page.js";
import { fill } from "./staff_fill.js";
import { Staff } from "./staff_page.js";

const REVIEWS = [
  "approved",
  "waiting",
  "stage_only",
  "returned",
  "merged",
  "withdrawn",
  "unreviewed",
];

/**
 * Returns since when the oldest question waits.
 * @param {State} state
 * @returns {string | null}
 */
export function oldestOf(state) {
  const waiting = [...state.questions.values()].filter((row) => row.review === "waiting");
  return waiting.map(({ asked }) => asked).sort()[0] ?? null;
}

class Organiser {
  /**
   * @param {Window & typeof globalThis} window
   * @param {Live} live
   */
  constructor(window, live) {
    this.window = window;
    this.document = window.document;
    this.live = live;
    this.staff = new Staff(window, live, 5_000);
    this.phase = this.staff.root.dataset.phase ?? "";
    this.staff.paint = () => this.paint();
    this.document.addEventListener("click", (event) => this.click(event));
    this.document.addEventListener("selectionchange", () => this.select());
  }

  /** Paints figures, switches and words; another phase is another page. */
  paint() {
    const { state } = this.live;
    const { session } = state;
    if (!session) return;
    if (session.phase !== this.phase) this.renew(session);
    const { phrases } = this.staff;
    const oldest = oldestOf(state);
    const upvotes = [...state.questions.values()]
      .filter((row) => row.public)
      .reduce((sum, row) => sum + row.upvotes, 0);
    fill(this.document.body, {
      ...(state.present === null ? {} : { present: phrases.number(state.present) }),
      ...(session.phase === "live" ? { ends: this.endWords(session) } : {}),
      received: phrases.number(session.counts.received),
      waiting: phrases.number(session.counts.waiting ?? 0),
      oldest: oldest ? this.staff.age(oldest) : phrases.say("oldest.none"),
      upvotes: phrases.number(upvotes),
      answered: phrases.number(session.counts.answered),
      sum: this.sum(session),
      ...this.switches(session),
      has_banner: session.banner !== null,
      banner: session.banner ?? "",
      message_seen: session.message ? Date.parse(session.message.at) : 0,
      has_message: Boolean(session.message),
      message_text: session.message?.text ?? "",
      message_read: session.message?.read === true,
      message_unread: session.message?.read === false,
    });
  }

  /**
   * Returns the sentence in which every question counts once.
   * @param {Session} session
   */
  sum({ counts }) {
    const { phrases } = this.staff;
    if (counts.received === 0) return phrases.say("sum.zero");
    const parts = REVIEWS.filter((name) => counts[name]).map((name) =>
      phrases.say("sum.part", { n: counts[name] ?? 0, what: phrases.say(`sum.${name}`) }),
    );
    return phrases.say("sum", {
      received: phrases.number(counts.received),
      parts: parts.join(" + "),
    });
  }

  /**
   * @param {Session} session
   * @returns {import("./staff_fill.js").Model}
   */
  switches({ accepts, invited, paused }) {
    const { phrases } = this.staff;
    /** @param {boolean} on */
    const word = (on) => phrases.say(on ? "on" : "off");
    return {
      questions_on: String(accepts.questions),
      questions_other: accepts.questions ? "0" : "1",
      questions_word: word(accepts.questions),
      upvotes_on: String(accepts.upvotes),
      upvotes_other: accepts.upvotes ? "0" : "1",
      upvotes_word: word(accepts.upvotes),
      invited_on: String(invited),
      invited_other: invited ? "0" : "1",
      invited_word: word(invited),
      paused,
      running: !paused,
      paused_word: word(paused),
    };
  }

  /** @param {Session} session */
  endWords(session) {
    const { phrases } = this.staff;
    const now = this.live.now();
    const time = phrases.clock(now);
    const minutes = Math.ceil((Date.parse(session.ends) - now) / 60_000);
    if (minutes < 0) return phrases.say("over", { time });
    const left =
      minutes < 60
        ? phrases.say("left.minutes", { n: minutes })
        : phrases.say("left.hours", { h: Math.floor(minutes / 60), n: minutes % 60 });
    return phrases.say("ends", { time, left });
  }

  /**
   * Loads the page of another phase, unless someone is writing on this one.
   * @param {Session} session
   */
  renew(session) {
    const texts = /** @type {HTMLTextAreaElement[]} */ (all(this.document, "textarea"));
    const writing = texts.some((text) => text.value !== text.defaultValue);
    this.phase = session.phase;
    const { phrases } = this.staff;
    this.staff.say(phrases.say("phase.changed", { what: phrases.say(`phase.${session.phase}`) }));
    if (writing) return;
    const { location } = this.window;
    const page = new URL(location.href);
    if (!page.searchParams.has("confirm")) {
      location.reload();
      return;
    }
    // What was asked once more has happened.
    page.searchParams.delete("confirm");
    location.replace(page.href);
  }

  /**
   * Opens what asks once more as a dialog.
   * @param {MouseEvent} event
   */
  click(event) {
    const target = event.target instanceof Element ? event.target.closest("[data-sheet]") : null;
    const name = target?.getAttribute("data-sheet");
    if (name && this.staff.open(name)) event.preventDefault();
  }

  /** Takes over the place that is selected in a text to be blackened. */
  select() {
    const selection = this.document.getSelection();
    if (!selection || selection.isCollapsed || selection.rangeCount === 0) return;
    const range = selection.getRangeAt(0);
    const start = range.startContainer.parentElement?.closest("[data-text]");
    if (!start?.contains(range.endContainer)) return;
    const form = start.closest("form");
    const before = range.cloneRange();
    before.selectNodeContents(start);
    before.setEnd(range.startContainer, range.startOffset);
    this.put(form, "field", start.getAttribute("data-text") ?? "");
    this.put(form, "from", String([...before.toString()].length));
    this.put(form, "passage", range.toString());
  }

  /**
   * @param {HTMLFormElement | null} form
   * @param {string} name
   * @param {string} value
   */
  put(form, name, value) {
    const control = form?.elements.namedItem(name);
    if (control instanceof HTMLTextAreaElement) control.value = value;
    if (control instanceof RadioNodeList || control instanceof HTMLInputElement)
      control.value = value;
  }
}

const live = typeof window === "undefined" ? null : follow(window);
if (live) new Organiser(window, live);
