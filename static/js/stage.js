/**
 * The minister's view: the question, the next two, the list; by touch, key or foot switch.
 * @import { Live } from "./live.js"
 * @import { Coming, Question, Session, State } from "./types.js"
 * @import { Model } from "./staff_fill.js"
 */

import { stayAwake } from "./awake.js";
import { follow } from "./live.js";
import { all, find, need } from "./page.js";
import { coming, nowOf, standingList } from "./ranking.js";
import { fitWhole, sizeOf } from "./size.js";
import { fill, fillRows } from "./staff_fill.js";
import { keep, kept, Staff } from "./staff_page.js";

const PER_PAGE = 5;
const ZOOMS = 3;
const DAY_MS = 86_400_000;
// A foot switch may close twice within one step; nobody means two questions so close together.
const BOUNCE_MS = 400;
const FORWARD = ["ArrowRight", "PageDown", "MediaTrackNext"];
const BACKWARD = ["ArrowLeft", "PageUp", "MediaTrackPrevious"];

/**
 * Returns what the stage shows besides the list: a question, or why there is none.
 * @param {Session} session
 * @param {Question | null} now
 */
export function stateOf(session, now) {
  if (now) return "now";
  if (session.phase === "announced" || session.phase === "open") return "before";
  if (session.phase === "closed" || session.phase === "published") return "end";
  return session.phase === "cancelled" ? "cancelled" : "between";
}

/**
 * Returns a duration as minutes and seconds: 3:12.
 * @param {number} ms
 */
export function stopwatch(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

class Stage {
  /**
   * @param {Window & typeof globalThis} window
   * @param {Live} live
   */
  constructor(window, live) {
    this.window = window;
    this.document = window.document;
    this.live = live;
    this.staff = new Staff(window, live, 1_000);
    this.staff.quiet = true;
    this.staff.strict = true;
    this.root = need(this.document, ".stage");
    this.view = this.root.dataset.view ?? "now";
    this.page = Number(this.root.dataset.page) || 1;
    this.zoom = Number(kept(() => window.localStorage, "dialog.zoom")) % ZOOMS;
    /** @type {number | null} */
    this.shown = null;
    /** @type {Map<number, number>} the ranks of when the present question was called up */
    this.frozen = new Map();
    this.sending = false;
    this.pressedAt = Number.NEGATIVE_INFINITY;
    this.staff.paint = () => this.paint();
    this.staff.allow = () => this.begin();
    this.staff.act = (name) => name === "zoom" && this.enlarge();
    for (const name of ["next", "back", "done", "acknowledge"]) {
      this.staff.after.set(name, () => name !== "acknowledge" && this.turnTo("now"));
    }
    this.staff.afterAny = () => this.foldEmergency();
    this.document.addEventListener("click", (event) => this.click(event));
    this.document.addEventListener("keydown", (event) => this.key(event));
    this.applyZoom();
  }

  /** Takes every button out of use until the answer is there. */
  begin() {
    this.sending = true;
    this.paintButtons();
    return true;
  }

  /** Paints everything that rows and clock say. */
  paint() {
    const { state } = this.live;
    this.sending = all(this.document, 'form[aria-busy="true"]').length > 0;
    this.paintButtons();
    if (!state.session) return;
    const now = nowOf(state);
    if ((this.view === "background" || this.view === "note") && now?.number !== this.shown) {
      this.view = "now";
    }
    this.tellNow(now);
    const next = coming(state, 2);
    fill(this.document.body, this.model(state, state.session, now, next));
    const list = find(this.document, '[data-rows="next"]');
    if (list)
      fillRows(
        list,
        next.map((one) => this.nextModel(one)),
      );
    this.paintList(state);
    // Whoever made the type larger by hand scrolls rather than have it made smaller again.
    if (this.zoom === 0) fitWhole(this.root);
    else delete this.root.dataset.fit;
  }

  paintButtons() {
    const off = this.sending || !this.staff.connected;
    for (const button of all(this.document, "[data-send]")) {
      if (off) button.setAttribute("aria-disabled", "true");
      else button.removeAttribute("aria-disabled");
      if (!this.staff.connected) button.setAttribute("aria-describedby", "aus");
      else button.removeAttribute("aria-describedby");
    }
  }

  /**
   * @param {State} state
   * @param {Session} session
   * @param {Question | null} now
   * @param {Coming[]} next
   * @returns {Model}
   */
  model(state, session, now, next) {
    const kind = stateOf(session, now);
    const { phrases } = this.staff;
    const staged = session.phase === "live" || session.phase === "closed";
    const here = this.view === "now";
    const pages = this.pages(state);
    const word = session.message && !session.message.read ? session.message : null;
    const label = here ? kind : this.view;
    return {
      ...this.clocks(session),
      ...this.questionModel(now),
      label: phrases.say(`label.${label}`),
      begins: this.begins(session),
      view_now: here,
      view_list: this.view === "list",
      view_background: this.view === "background",
      view_note: this.view === "note",
      state_now: kind === "now",
      state_before: kind === "before",
      state_between: kind === "between",
      state_end: kind === "end",
      state_cancelled: kind === "cancelled",
      answered: phrases.number(session.counts.answered),
      received: phrases.number(session.counts.received),
      next_shown: next.length > 0 && this.view !== "list",
      next_number: next[0]?.row.number ?? "",
      order_rev: session.order_rev,
      seen: now?.number ?? "",
      word: word !== null,
      word_from: word ? phrases.say("from", { time: phrases.clock(word.at) }) : "",
      word_text: word?.text ?? "",
      low_class: word ? "stage__low stage__low--word" : "stage__low",
      may_back: staged && here,
      off_question: !here,
      list_offered: here,
      background_offered: here && Boolean(now?.background),
      note_offered: here && Boolean(now?.briefing),
      page_before: this.view === "list" && this.page > 1,
      page_after: this.view === "list" && this.page < pages,
      may_next: staged && here && next.length > 0,
      may_done: staged && here && now !== null && next.length === 0,
    };
  }

  /**
   * @param {Question | null} now
   * @returns {Model}
   */
  questionModel(now) {
    const { phrases } = this.staff;
    const open = now?.public !== false;
    return {
      text: now?.text ?? "",
      length: sizeOf(now?.text ?? ""),
      upvotes: now ? phrases.number(now.upvotes) : "",
      upvotes_word: now ? phrases.count("upvotes.word", now.upvotes) : "",
      asker: now ? phrases.asker(now) : "",
      has_topic: Boolean(now?.topic),
      topic: now?.topic ?? "",
      public: open,
      private: !open,
      background: now?.background ?? "",
      briefing: now?.briefing ?? "",
    };
  }

  /**
   * Returns what ticks: time on this question, time left, time of day.
   * @param {Session} session
   * @returns {Model}
   */
  clocks(session) {
    const { phrases } = this.staff;
    const now = this.live.now();
    const left = Date.parse(session.ends) - now;
    const running = session.phase === "live";
    const far = left >= DAY_MS;
    const timed = session.now_since !== null;
    return {
      timed,
      elapsed_label: phrases.say("elapsed"),
      elapsed: session.now_since ? stopwatch(now - Date.parse(session.now_since)) : "",
      left_shown: running,
      left_label: phrases.say(far ? "until" : left < 0 ? "over" : "left"),
      left: far ? phrases.say("until.day", this.dayAndTime(session.ends)) : this.minutes(left),
      clock: phrases.say("clock", { time: phrases.clock(now) }),
      left_class: timed ? null : "end",
      clock_class: timed || running ? null : "end",
    };
  }

  /**
   * Returns when it begins, with the day where that is another one.
   * @param {Session} session
   */
  begins({ starts }) {
    const { phrases } = this.staff;
    const today = phrases.day(starts) === phrases.day(new Date(this.live.now()).toISOString());
    return phrases.say(today ? "begins" : "begins.day", this.dayAndTime(starts));
  }

  /** @param {string} instant */
  dayAndTime(instant) {
    const { phrases } = this.staff;
    return { day: phrases.day(instant), time: phrases.clock(instant) };
  }

  /** @param {number} ms */
  minutes(ms) {
    const n = Math.ceil(Math.abs(ms) / 60_000);
    const { phrases } = this.staff;
    if (n < 60) return phrases.say("left.minutes", { n });
    return phrases.say("left.hours", { h: Math.floor(n / 60), n: n % 60 });
  }

  /**
   * @param {Coming} coming
   * @returns {Model & { key: number }}
   */
  nextModel({ row, rank: present, ahead }) {
    const { phrases } = this.staff;
    const rank = this.frozen.get(row.number) ?? present;
    const place = rank ? phrases.say(ahead ? "rank.ahead" : "rank", { n: rank }) : "";
    const meta =
      row.public === false
        ? phrases.say("rank.none")
        : [place, phrases.count("upvotes", row.upvotes)].filter(Boolean).join(" · ");
    return { key: row.number, text: row.text, meta };
  }

  /** @param {State} state */
  pages(state) {
    return Math.max(1, Math.ceil(standingList(state).length / PER_PAGE));
  }

  /**
   * Returns the list as it stood when the present question was called up; what came later follows.
   * @param {State} state
   */
  listed(state) {
    const ranked = standingList(state);
    const { frozen } = this;
    if (frozen.size === 0) return ranked;
    /** @param {{ row: Question, rank: number | null }} one */
    const turn = ({ rank, row }) => frozen.get(row.number) ?? frozen.size + (rank ?? 0);
    return [...ranked]
      .sort((one, other) => turn(one) - turn(other))
      .map(({ row }, index) => ({ row, rank: index + 1 }));
  }

  /** @param {State} state */
  paintList(state) {
    const list = find(this.document, '[data-rows="list"]');
    const ranked = this.listed(state);
    const pages = this.pages(state);
    this.page = Math.min(Math.max(this.page, 1), pages);
    const from = (this.page - 1) * PER_PAGE;
    const { phrases } = this.staff;
    list?.setAttribute("start", String(from + 1));
    const models = ranked.slice(from, from + PER_PAGE).map(({ row, rank }) => ({
      key: row.number,
      rank: String(rank),
      text: row.text,
      upvotes: phrases.count("upvotes", row.upvotes),
    }));
    if (list) fillRows(list, models);
    const now = nowOf(state);
    const listed = now && now.public !== false ? 1 : 0;
    fill(this.document.body, {
      list_now: now ? phrases.say("list.now", { text: now.text }) : "",
      list_rule: [
        phrases.say("list.rule", {
          open: phrases.count("list.open", (state.session?.counts.open ?? 0) - listed),
          n: this.page,
          count: pages,
        }),
        this.frozen.size > 0 ? phrases.say("list.frozen") : "",
      ].join(" "),
    });
  }

  /**
   * Says a new question once; a word from backstage is an alert by itself.
   * @param {Question | null} now
   */
  tellNow(now) {
    const number = now?.number ?? null;
    if (number === this.shown) return;
    const ranks = standingList(this.live.state).map(({ rank, row }) => [row.number, rank ?? 0]);
    this.frozen = new Map(/** @type {[number, number][]} */ (now ? ranks : []));
    if (now && this.shown !== null) {
      this.staff.say(this.staff.phrases.say("said.now", { text: now.text }));
    }
    this.shown = number;
  }

  /**
   * Shows a view without leaving the page.
   * @param {string} view
   */
  turnTo(view) {
    this.view = view;
    this.page = 1;
    this.paint();
  }

  /** @param {MouseEvent} event */
  click(event) {
    if (!this.live.state.session) return;
    const target = event.target instanceof Element ? event.target : null;
    const view = /** @type {HTMLElement | null} */ (
      target?.closest("[data-view].kern-btn") ?? null
    );
    const turn = /** @type {HTMLElement | null} */ (target?.closest("[data-turn]") ?? null);
    if (!view && !turn) return;
    event.preventDefault();
    if (view) this.turnTo(view.dataset.view ?? "now");
    else this.turn(Number(turn?.dataset.turn));
    const first = all(this.document, ".stage__foot .kern-btn").find(
      (one) => !one.closest("[hidden]"),
    );
    if (target?.closest("[hidden]")) first?.focus();
  }

  /** @param {number} by */
  turn(by) {
    this.page += by;
    this.paint();
  }

  /**
   * Answers keys and foot switches; a held or bouncing one counts once.
   * @param {KeyboardEvent} event
   */
  key(event) {
    if (event.key === "Escape") this.foldEmergency();
    const forward = FORWARD.includes(event.key);
    if (
      (!forward && !BACKWARD.includes(event.key)) ||
      event.ctrlKey ||
      event.altKey ||
      event.metaKey
    )
      return;
    event.preventDefault();
    const bounced = event.timeStamp - this.pressedAt < BOUNCE_MS;
    this.pressedAt = event.timeStamp;
    if (event.repeat || bounced || !this.live.state.session) return;
    if (this.view === "list") this.turn(forward ? 1 : -1);
    else if (this.view !== "now") this.turnTo("now");
    else this.press(forward ? ["next", "done"] : ["back"]);
  }

  /** @param {string[]} names */
  press(names) {
    const buttons = all(this.document, "[data-go]").filter((one) => !one.closest("[hidden]"));
    buttons.find((button) => names.includes(button.dataset.go ?? ""))?.click();
  }

  foldEmergency() {
    find(this.document, ".stage__more")?.removeAttribute("open");
  }

  /** Makes the question larger by a step, after the largest normal again. */
  enlarge() {
    this.zoom = (this.zoom + 1) % ZOOMS;
    keep(() => this.window.localStorage, "dialog.zoom", this.zoom ? String(this.zoom) : null);
    this.applyZoom();
    this.staff.say(this.staff.phrases.say(`zoom.${this.zoom}`));
  }

  applyZoom() {
    if (this.zoom) this.root.dataset.zoom = String(this.zoom);
    else delete this.root.dataset.zoom;
  }
}

const live = typeof window === "undefined" ? null : follow(window);
if (live) {
  stayAwake(window);
  new Stage(window, live);
}
