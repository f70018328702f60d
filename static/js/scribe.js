/**
 * The scribe's page: what is now is seen at once, but the text field never changes by itself.
 * @import { Live } from "./live.js"
 * @import { Question, Refused, State } from "./types.js"
 * @import { RowModel } from "./staff_fill.js"
 */

import { at } from "./address.js";
import { follow } from "./live.js";
import { find, refusalOf } from "./page.js";
import { nowOf } from "./ranking.js";
import { fill, fillRows } from "./staff_fill.js";
import { keep, kept, Staff } from "./staff_page.js";

const PAUSE = 2_000;
const LATEST = 10_000; // who never pauses is saved all the same
const STAGED = ["approved", "stage_only"];
const SOON = ["busy", "too_fast"];
const ALSO = ["kind", "outcome", "by", "until", "to", "sources", "minute"];

/**
 * Returns the questions that were answered, or begun, and have no text yet.
 * @param {State} state
 */
export function openOf(state) {
  return [...state.questions.values()].filter(
    (row) =>
      !row.answer &&
      !row.pending &&
      (row.draft || !["open", "not_reached"].includes(row.outcome) || row.place === "now"),
  );
}

/**
 * Returns a place in the recording: 0:41:20.
 * @param {number} seconds
 */
export function stamp(seconds) {
  const [minutes, rest] = [Math.floor(seconds / 60) % 60, seconds % 60];
  return `${Math.floor(seconds / 3600)}:${String(minutes).padStart(2, "0")}:${String(rest).padStart(2, "0")}`;
}

class Scribe {
  /**
   * @param {Window & typeof globalThis} window
   * @param {Live} live
   */
  constructor(window, live) {
    this.window = window;
    this.document = window.document;
    this.live = live;
    this.staff = new Staff(window, live);
    const { dataset } = this.staff.root;
    this.page = dataset.page ?? "";
    this.number = Number(dataset.current) || null;
    this.form = /** @type {HTMLFormElement | null} */ (find(this.document, "[data-write]"));
    this.field = /** @type {HTMLTextAreaElement | null} */ (find(this.document, "[data-answer]"));
    this.store = `dialog.answer.${dataset.live ?? ""}.${this.number}`;
    const rev = this.form?.elements.namedItem("rev");
    this.rev = rev instanceof HTMLInputElement ? Number(rev.value) : 0;
    // A version was put into the field: what the server has is another text.
    this.stored = this.field?.dataset.stored ?? this.field?.value ?? "";
    this.restored = this.field?.dataset.stored !== undefined;
    /** @type {string | null} */
    this.handed = null;
    this.meanwhile = "";
    this.sending = false;
    /** @type {number | null} */
    this.unsaved = null;
    /** @type {string | null} */
    this.savedAt = null;
    this.announced = nowNumber(dataset.now);
    this.timer = 0;
    /** @type {Promise<void> | null} */
    this.saving = null;
    this.staff.paint = () => this.paint();
    this.staff.allow = (name, fields) => this.allow(name, fields);
    this.staff.act = (name, element, event) =>
      void (name === "switch" && this.leave(element, event));
    this.answers();
    this.restore();
    this.begin();
    this.form?.addEventListener("input", () => this.typed());
    window.addEventListener("pagehide", () => this.keepHere());
    // What was typed without a connection is saved when it is back.
    live.watchStatus(({ state }) => {
      if (state === "live" && this.field && this.field.value !== this.stored) this.plan();
    });
  }

  /** Saves a version that was put into the field; a reload must not put it there again. */
  begin() {
    if (!this.restored) return;
    this.window.history.replaceState(null, "", at(this.page, `number=${this.number}`));
    this.plan();
  }

  /** Returns who one is. */
  get person() {
    return this.live.state.person ?? (Number(this.staff.root.dataset.person) || null);
  }

  /** Returns the row one writes on. */
  get row() {
    return this.number === null ? null : (this.live.state.questions.get(this.number) ?? null);
  }

  /** Tells whether somebody else writes this answer. */
  get held() {
    const scribe = this.row?.scribe;
    return Boolean(scribe && scribe.person !== this.person);
  }

  /** Says what follows each command. */
  answers() {
    const { after, phrases } = this.staff;
    after.set("draft", (result, fields) => this.saved(result, String(fields.text ?? "")));
    after.set("take", (result) => {
      this.learn(result);
      this.staff.say(phrases.say("said.taken"));
      this.plan();
    });
    after.set("answer", (_result, fields) => {
      this.forget();
      this.staff.say(phrases.say("said.handed", { n: String(fields.number) }));
      this.window.location.assign(this.page);
    });
    after.set("release", (_result, fields) => {
      this.staff.say(phrases.say("said.released", { n: String(fields.number) }));
      this.document.getElementById("rl")?.focus();
    });
  }

  /**
   * Lets the autosave end first, so that what is handed in names the newest revision.
   * @param {string} name
   * @param {Record<string, unknown>} fields
   */
  async allow(name, fields) {
    if (fields.number !== this.number || name === "release") return true;
    this.window.clearTimeout(this.timer);
    await this.saving;
    fields.rev = this.rev;
    this.sending = true;
    return true;
  }

  /** Paints everything but the fields. */
  paint() {
    const { state } = this.live;
    if (!state.session) return;
    const now = nowOf(state);
    const { row } = this;
    if (row?.rev !== undefined && row.rev > this.rev && !this.saving) this.rev = row.rev;
    const { phrases } = this.staff;
    const other = now !== null && now.number !== this.number;
    this.noteHandedIn(row);
    if (this.sending && !this.form?.hasAttribute("aria-busy")) {
      this.sending = false; // it was answered: what was refused is saved as a draft all the same
      this.plan();
    }
    const since = state.session.now_since;
    const [open, release] = [openOf(state), handedIn(state)];
    this.tellNow(now);
    fill(this.document.body, {
      has_now: now !== null,
      now_text: now?.text ?? "",
      now_label: phrases.say(other && this.number !== null ? "now.new" : "now.label", {
        n: String(now?.number ?? ""),
        since: since ? phrases.say("since", { time: phrases.clock(since) }) : "",
      }),
      now_href: at(this.page, `number=${now?.number ?? ""}`),
      other,
      other_note: other ? this.otherWords(now) : "",
      nothing: now === null,
      rev: this.rev,
      meanwhile: this.meanwhile,
      restored: this.restored && this.field?.value !== this.stored,
      text: row?.text ?? find(this.document, ".wq")?.textContent ?? "",
      private: row?.public === false,
      held: this.held ? phrases.say("held", { by: row?.scribe?.by ?? "" }) : "",
      open_count: open.length,
      release_count: release.length,
      none_open: open.length === 0,
      none_release: release.length === 0,
      ...this.savedModel(),
    });
    this.list(
      "open",
      open.map((one) => this.openModel(one)),
    );
    this.list(
      "release",
      release.map((one) => this.handedModel(one)),
    );
  }

  /**
   * Tells when somebody else hands an answer in while one writes; one's own hand-in leaves the page.
   * @param {Question | null} row
   */
  noteHandedIn(row) {
    if (!row || !this.form) return;
    const at = (row.pending ?? row.answer)?.at ?? "";
    if (
      this.handed !== null &&
      at !== this.handed &&
      at !== "" &&
      row.pending?.author_person !== this.person
    ) {
      this.tellMeanwhile(
        this.staff.phrases.say("meanwhile.handed", { by: row.pending?.author ?? "" }),
      );
    }
    this.handed = at;
  }

  /**
   * Says what came between, without taking the focus from whoever is typing.
   * @param {string} sentence
   */
  tellMeanwhile(sentence) {
    if (sentence === this.meanwhile) return;
    this.meanwhile = sentence;
    this.staff.say(sentence);
    this.staff.plan();
  }

  /** @returns {import("./staff_fill.js").Model} */
  savedModel() {
    const { phrases } = this.staff;
    if (!this.field) return {};
    if (this.field.value !== this.stored) {
      return { saved: "", unsaved: phrases.say(this.saving ? "saving" : "unsaved") };
    }
    const at = this.savedAt ?? (this.row?.draft && phrases.clockWithSeconds(this.row.draft.at));
    return { unsaved: "", saved: at ? phrases.say("saved.at", { time: at }) : "" };
  }

  /**
   * @param {string} name
   * @param {RowModel[]} models
   */
  list(name, models) {
    const list = find(this.document, `[data-rows="${name}"]`);
    if (list) fillRows(list, models);
  }

  /** @param {Question} now */
  otherWords(now) {
    const { phrases } = this.staff;
    const by = now.scribe && now.scribe.person !== this.person ? now.scribe.by : "";
    const stays = this.number === null ? "" : phrases.say("now.stays", { n: String(this.number) });
    const writes = by ? phrases.say("now.by", { by, n: String(now.number) }) : "";
    return [stays, writes].filter(Boolean).join(" ");
  }

  /**
   * Says once that something else is on the stage.
   * @param {Question | null} now
   */
  tellNow(now) {
    const number = now?.number ?? null;
    if (number === this.announced) return;
    const first = this.announced === undefined;
    this.announced = number;
    if (now && !first)
      this.staff.say(this.staff.phrases.say("said.new", { n: String(now.number) }));
  }

  /**
   * @param {Question} row
   * @returns {RowModel}
   */
  openModel(row) {
    const { phrases } = this.staff;
    const mine = row.scribe?.person === this.person;
    const state = row.scribe
      ? phrases.say(mine ? "open.mine" : "open.writing", { by: row.scribe.by })
      : phrases.say(row.place === "now" ? "open.now" : "open.none");
    return {
      key: row.number,
      text: row.text,
      label: phrases.say("question", { n: String(row.number) }),
      state,
      href: at(this.page, `number=${row.number}`),
    };
  }

  /**
   * @param {Question} row
   * @returns {RowModel}
   */
  handedModel(row) {
    const { phrases } = this.staff;
    const it = row.pending;
    const own = it?.author_person === this.person;
    const until = it?.until
      ? phrases.say("until", { by: it.by ?? "", day: phrases.day(it.until) })
      : "";
    const detail = until || (it?.to ? phrases.say("referred", { to: it.to }) : "");
    const minute = it?.minute ?? null;
    return {
      key: row.number,
      number: row.number,
      rev: row.rev ?? 0,
      label: phrases.say("question", { n: String(row.number) }),
      text: row.text,
      answer: it?.text ?? "",
      outcome: phrases.say(`outcome.${it?.outcome}`),
      has_detail: detail !== "",
      detail,
      kind: phrases.say(`kind.${it?.kind}`),
      has_minute: minute !== null,
      minute: minute === null ? "" : phrases.say("minute", { at: stamp(minute) }),
      author: phrases.say("written", { by: it?.author ?? "" }),
      has_sources: (it?.sources ?? []).length > 0,
      sources: (it?.sources ?? []).join(" "),
      may_release: !own,
      own,
      href: at(this.page, `number=${row.number}`),
    };
  }

  /** Notes that something was typed: kept here at once, on the server after a pause. */
  typed() {
    this.keepHere();
    this.plan();
    this.staff.plan();
  }

  /** Plans the next autosave. */
  plan() {
    this.window.clearTimeout(this.timer);
    const now = this.window.performance.now();
    this.unsaved ??= now;
    const wait = Math.max(0, Math.min(PAUSE, this.unsaved + LATEST - now));
    this.timer = this.window.setTimeout(() => void this.save(), wait);
  }

  /**
   * Saves the draft, one at a time.
   * @returns {Promise<void>}
   */
  async save() {
    await this.saving;
    this.unsaved = null;
    const text = this.field?.value ?? "";
    if (!this.form || this.held || text === this.stored || !this.staff.connected) return;
    this.saving = this.draft(text);
    this.staff.plan();
    await this.saving;
    this.saving = null;
    this.staff.plan();
  }

  /** @param {string} text */
  async draft(text) {
    const reply = await this.live.do("draft", { number: this.number, rev: this.rev, text });
    if (reply.type === "done") {
      this.meanwhile = "";
      this.saved(reply.result, text);
    } else if (reply.code === "conflict" && reply.field === "scribe") return;
    else if (reply.code === "conflict" && STAGED.includes(reply.state ?? ""))
      this.catchUp(reply.rev);
    else if (SOON.includes(reply.code)) this.plan();
    else this.halt(reply);
  }

  /**
   * Says why a draft is not saved: the question was hidden or merged, the record is published.
   * @param {Refused} reply
   */
  halt(reply) {
    const said = this.staff.conflict(reply) || refusalOf(this.document, reply).sentence;
    this.tellMeanwhile(`${said} ${this.staff.phrases.say("meanwhile.kept")}`);
  }

  /**
   * Takes the revision of a change that left the text alone, and saves once more.
   * @param {number | undefined} rev
   */
  catchUp(rev) {
    if (rev === undefined) return;
    this.rev = rev;
    this.plan();
  }

  /**
   * Notes that a text is on the server.
   * @param {Record<string, unknown>} result
   * @param {string} text
   */
  saved(result, text) {
    this.learn(result);
    this.stored =
      text.trim() === (this.field?.value ?? "").trim() ? (this.field?.value ?? "") : text;
    this.savedAt = this.staff.phrases.clockWithSeconds(this.live.now());
    this.keepHere();
  }

  /** @param {Record<string, unknown>} result */
  learn(result) {
    if (typeof result.rev === "number") this.rev = Math.max(this.rev, result.rev);
  }

  /** Keeps what the server does not have in this browser. */
  keepHere() {
    if (!this.form || !this.field || this.staff.keeping.left) return;
    const data = new FormData(this.form);
    const also = Object.fromEntries(ALSO.map((name) => [name, String(data.get(name) ?? "")]));
    const text = this.field.value === this.stored ? null : this.field.value;
    keep(() => this.window.localStorage, this.store, JSON.stringify({ text, also }));
  }

  forget() {
    this.stored = this.field?.value ?? "";
    this.form = null;
    keep(() => this.window.localStorage, this.store, null);
  }

  /** Brings back what was typed here before a reload; a refusal's page has it already. */
  restore() {
    const found = kept(() => this.window.localStorage, this.store);
    const refused = find(this.document, "main [data-refused]:not([hidden])");
    if (!found || !this.form || !this.field || refused) return;
    const { text, also } = read(found);
    for (const [name, value] of Object.entries(also ?? {})) this.set(name, String(value));
    if (typeof text !== "string" || text === this.stored) return;
    this.field.value = text;
    this.plan();
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  set(name, value) {
    const control = this.form?.elements.namedItem(name);
    if (value === "" || !control) return;
    if (control instanceof RadioNodeList) control.value = value;
    else if (control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement) {
      control.value = value;
    }
  }

  /**
   * Goes to another question when what was typed is safe.
   * @param {HTMLElement} element
   * @param {Event} event
   */
  async leave(element, event) {
    if (!this.live.state.session) return;
    event.preventDefault();
    this.window.clearTimeout(this.timer);
    await this.save();
    this.keepHere();
    this.window.location.assign(element.getAttribute("href") ?? this.page);
  }
}

/**
 * Returns what was kept; what something else has written is nothing.
 * @param {string} found
 * @returns {{ text?: unknown, also?: Record<string, unknown> }}
 */
function read(found) {
  try {
    return Object(JSON.parse(found));
  } catch {
    return {};
  }
}

/** @param {State} state */
function handedIn(state) {
  return [...state.questions.values()].filter((row) => row.pending);
}

/**
 * @param {string | undefined} given
 * @returns {number | null | undefined}  undefined: not known yet
 */
function nowNumber(given) {
  return given === undefined ? undefined : Number(given) || null;
}

const live = typeof window === "undefined" ? null : follow(window);
if (live) new Scribe(window, live);
