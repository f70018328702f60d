/**
 * The room of a volunteer or reader: joins the live session to the page the server rendered.
 * @import { Choice } from "./announce.js"
 * @import { Live } from "./live.js"
 * @import { ServerMessage, State, Status } from "./types.js"
 */

import { Announcer } from "./announce.js";
import { AskForm } from "./asking.js";
import { Drafts } from "./drafts.js";
import { Keeping } from "./keeping.js";
import { AnsweredList, RankingList } from "./list.js";
import { follow } from "./live.js";
import { OwnQuestions } from "./own.js";
import { clone, find, make, need, phrasesOf, refusalOf, write, writeTyped } from "./page.js";
import { podiumState, showPodium } from "./podium.js";
import { answeredList, nowOf } from "./ranking.js";
import { Painter } from "./rows.js";
import { Standing } from "./standing.js";
import { isBarred, support } from "./state.js";
import { device, tab } from "./storage.js";

const AGES_EVERY = 30_000;
const OFFER_AFTER = 4_000;
const RELOAD_SPREAD = 4_000;
const CHOICE = "dialog.say";
const PACE = "dialog.pace";
const BUTTON = '[data-action="upvote"]';
const RENEWED = "dialog.renewed";

export class Room {
  /**
   * @param {Document} document
   * @param {Live} live
   */
  constructor(document, live) {
    this.document = document;
    this.live = live;
    this.pace = device().getItem(PACE) === "slow" ? "slow" : "on";
    this.renewing = false;
    /** @type {import("./list.js").Waiting | undefined} */
    this.waiting = undefined;
    this.phrases = phrasesOf(document);
    const clock = live.connection.site.clock;
    this.announcer = new Announcer(clock, (text) => this.speak(text), remembered(CHOICE));
    /** @param {string} sentence */
    const own = (sentence) => this.announcer.own(sentence);
    this.painter = new Painter(document, this.phrases, () => live.now());
    this.standing = new Standing(document, this.phrases, own);
    const list = find(document, '[data-list="ranking"]');
    this.list = list && new RankingList(list, this.painter);
    const answers = find(document, "[data-answered]");
    this.answers = answers && new AnsweredList(answers, this.painter);
    this.slug = need(document, "[data-slug]").dataset.slug ?? "";
    this.keeping = new Keeping(document, this.slug);
    this.own = new OwnQuestions(document, {
      painter: this.painter,
      send: (name, fields) => live.do(name, fields),
      announce: own,
      keeping: this.keeping,
    });
    this.keeping.begin();
    this.form = this.askForm(own);
    this.upvotes = clone(document, "row-ranking", BUTTON) !== null;
    const { barred, phase = "" } = need(document, "[data-room]").dataset;
    this.paintedPhase = phase;
    this.paintedBarred = barred !== undefined;
    this.listen();
    live.watch((state, before, message) => this.follow(state, before, message));
    live.watchStatus((status) => this.connect(status));
    setInterval(() => this.age(), AGES_EVERY);
    setTimeout(() => void this.offer(), OFFER_AFTER);
    this.connect(live.status);
  }

  /**
   * Returns the form for a question, if the page has one.
   * @param {(sentence: string) => void} announce
   */
  askForm(announce) {
    const form = this.document.querySelector("form[data-ask]");
    if (!(form instanceof HTMLFormElement)) return null;
    const { page } = this.keeping;
    return new AskForm(form, {
      phrases: this.phrases,
      drafts: new Drafts(device(), `${this.slug}.ask`, () => Date.now(), page),
      send: (fields, key) =>
        this.live.do("ask", { ...fields, archive: fields.archive === "1" }, key),
      announce,
      now: () => this.live.now(),
      state: () => this.live.state,
      upvote: (number, on) => this.live.upvote(number, on),
    });
  }

  /** Offers questions that few have seen, and counts what is; the page does without at first. */
  async offer() {
    const { list } = this;
    const section = find(this.document, "[data-little]");
    if (!list || !section) return;
    // Where the line is gone just now, the page is whole without it.
    const part = await import("./little.js").catch(() => null);
    if (part) new part.LittleSeen(section, this.live, this.painter, (...row) => list.press(...row));
  }

  /** Listens to buttons, forms and switches; the page's own forms stay as they are without this. */
  listen() {
    const { document } = this;
    document.addEventListener("click", (event) => this.press(event));
    document.addEventListener("submit", (event) => void this.upvote(event));
    const controls = find(document, "[data-live-controls]");
    if (controls) controls.hidden = false;
    const pace = document.querySelector("[data-pace]");
    if (pace instanceof HTMLSelectElement) {
      pace.value = this.pace;
      pace.addEventListener("change", () => this.go(pace.value));
    }
    const say = document.querySelector("[data-say]");
    if (!(say instanceof HTMLSelectElement)) return;
    say.value = this.announcer.choice;
    say.addEventListener("change", () => {
      this.announcer.choose(/** @type {Choice} */ (say.value));
      remember(CHOICE, say.value);
    });
  }

  /**
   * Does what a button says.
   * @param {MouseEvent} event
   */
  press(event) {
    const target = event.target instanceof Element ? event.target.closest("[data-action]") : null;
    if (!(target instanceof HTMLElement)) return;
    if (target.dataset.action === "show-fresh") this.list?.show(this.live.state);
    if (target.dataset.action === "retry") this.live.connection.retry();
  }

  /**
   * Lets the page change at once, each half a minute, or not at all; shows what happened meanwhile.
   * A halt is for now, slowness is remembered.
   * @param {string} pace
   */
  go(pace) {
    this.pace = pace;
    remember(PACE, pace === "slow" ? pace : "");
    this.live.connection.pause(pace === "held");
    if (pace !== "held") this.paint(this.live.state);
  }

  /**
   * Supports a question or takes that back; the form is for pages without a script.
   * @param {SubmitEvent} event
   */
  async upvote(event) {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches("[data-upvote]")) return;
    event.preventDefault();
    const number = Number(find(form, "[data-number]")?.dataset.number);
    const { on, sending } = support(this.live.state, number);
    if (sending) return;
    const reply = await this.live.upvote(number, !on);
    find(form, ".err")?.remove();
    if (reply.type === "done") {
      this.announcer.own(this.phrases.say(on ? "said.off" : "said.on", { n: number }));
      return;
    }
    const said = refusalOf(this.document, reply);
    const error = make(this.document, "p", "err", `${said.sentence} ${said.next}`);
    error.setAttribute("role", "alert");
    form.append(error);
  }

  /**
   * Takes in a change; while the page is held only one's own taps show, while it is slow one's own
   * questions too.
   * @param {State} state
   * @param {State} before
   * @param {ServerMessage | null} message
   */
  follow(state, before, message) {
    if (state.session === null) return;
    if (message === null || message.type === "done" || message.type === "refused")
      this.pressed(state);
    if (message === null || message.type === "heartbeat") return;
    // What is taken off every screen leaves a halted one as well.
    const gone = message.type === "delta" && (message.gone?.length ?? 0) > 0;
    const own = message.type === "done" || message.type === "mine" || before.session === null;
    if (gone || this.pace === "on" || (this.pace === "slow" && own)) this.paint(state);
    if (this.pace === "held") return;
    if (before.session !== null && before.epoch === state.epoch) this.tell(state, before);
  }

  /**
   * Shows one's own supports.
   * @param {State} state
   */
  pressed(state) {
    for (const button of this.document.querySelectorAll('[data-action="upvote"]')) {
      const item = button.closest("[data-upvote]");
      const number = Number(/** @type {HTMLElement} */ (button).dataset.number);
      if (this.list && item instanceof HTMLElement) this.list.press(item, state, number);
    }
  }

  /**
   * Paints everything that may change at once, and offers the rest.
   * @param {State} state
   */
  paint(state) {
    const { session } = state;
    if (session === null) return;
    const podium = find(this.document, "[data-podium]");
    if (podium) showPodium(podium, state, this.painter);
    this.waiting = this.list?.follow(state);
    this.answers?.follow(answeredList(state));
    this.own.follow(state);
    this.form?.follow(state, this.live.status);
    const open = find(this.document, '[data-field="open"]');
    write(open, this.phrases.count("open", session.counts.open));
    const banner = find(this.document, "[data-banner]");
    if (banner) {
      banner.hidden = !session.banner;
      writeTyped(find(banner, '[data-field="text"]'), session.banner ?? "");
    }
    this.renew(state);
  }

  /**
   * Says what happened to all, as far as one wants to hear it.
   * @param {State} state
   * @param {State} before
   */
  tell(state, before) {
    const { announcer, phrases } = this;
    const [now, old] = [nowOf(state), nowOf(before)];
    if (now && now.number !== old?.number) {
      announcer.all("now", phrases.say("said.now", { what: now.text }));
    }
    if (podiumState(state) === "hidden" && podiumState(before) !== "hidden") {
      announcer.all("now", phrases.say("said.now_hidden"));
    }
    const banner = state.session?.banner;
    if (banner && banner !== before.session?.banner) announcer.all("banner", banner);
    const grown = (state.session?.counts.public ?? 0) > (before.session?.counts.public ?? 0);
    if (this.waiting && this.waiting.fresh > 0 && grown) {
      announcer.all("fresh", phrases.say("said.fresh"));
    }
  }

  /**
   * Fetches the page again when the session has moved to a phase that looks different, or begins to
   * take what the page has no form for: not while someone writes, and not everyone at once.
   * @param {State} state
   */
  renew(state) {
    const session = state.session;
    if (session === null || this.renewing) return;
    const { accepts, paused, phase } = session;
    const barred = isBarred(state);
    const open = !paused && !barred && (phase === "live" || phase === "open");
    const takes = state.role === "volunteer" && open;
    const form = !accepts.questions || this.form !== null;
    const button = !accepts.upvotes || this.upvotes;
    const lacks = takes && !(form && button);
    if (phase === this.paintedPhase && barred === this.paintedBarred && !lacks) return;
    if (this.form?.isTyped() || this.document.activeElement?.matches("textarea, input")) return;
    // A page that looks the same after that must not be fetched again and again.
    const why = JSON.stringify([phase, accepts, barred, paused, state.epoch]);
    if (tab().getItem(RENEWED) === why) return;
    tab().setItem(RENEWED, why);
    this.renewing = true;
    if (phase !== this.paintedPhase) {
      const what = this.phrases.say(`phase.${phase}`);
      this.announcer.own(this.phrases.say("said.phase", { what }));
    }
    setTimeout(() => this.document.location.reload(), 1_000 + Math.random() * RELOAD_SPREAD);
  }

  /**
   * Shows how the page is connected.
   * @param {Status} status
   */
  connect(status) {
    const { clock, heardAt } = this.live;
    const asOf = heardAt === null ? null : heardAt + (clock.offset ?? 0);
    this.standing.show(status, asOf, this.form?.isTyped() ?? false);
    this.form?.follow(this.live.state, status);
  }

  /** Brings ages up to date, unless the page is held. */
  age() {
    const { state } = this.live;
    if (state.session === null) return;
    this.form?.warnOfEnd(state);
    if (this.pace === "held") return;
    if (this.pace === "slow") this.paint(state);
    this.list?.age(state);
    this.own.follow(state);
    this.renew(state);
  }

  /**
   * Writes the one sentence of the status line; the same one twice is still heard twice.
   * @param {string} sentence
   */
  speak(sentence) {
    const place = find(this.document, "[data-status]");
    if (place) place.textContent = place.textContent === sentence ? `${sentence}\u00a0` : sentence;
  }
}

/**
 * Returns the remembered choice of what is said.
 * @param {string} name
 * @returns {Choice}
 */
function remembered(name) {
  const choice = device().getItem(name);
  return choice === "all" || choice === "none" ? choice : "mine";
}

/**
 * Remembers a choice on this device.
 * @param {string} name
 * @param {string} value
 */
function remember(name, value) {
  device().setItem(name, value);
}

if (typeof document !== "undefined" && find(document, "[data-room]")) {
  const live = follow(window);
  if (live) new Room(document, live);
}
