/**
 * The moderators' desk: queue, question, duplicates, running order; one key for everything.
 * @import { Live } from "./live.js"
 * @import { Question } from "./types.js"
 * @import { Desk } from "./staff_desk.js"
 */

import { at } from "./address.js";
import { writeDifference } from "./difference.js";
import { Dragging } from "./dragging.js";
import { Group } from "./group.js";
import { groupOf } from "./groups.js";
import { follow } from "./live.js";
import { all, find, saidOf } from "./page.js";
import { Published } from "./published.js";
import { standingList } from "./ranking.js";
import { found, foundModels, SHOWN } from "./search.js";
import {
  alikeModels,
  frameModel,
  freeOf,
  mergeModel,
  orderModels,
  questionModel,
  queueModels,
  queueOf,
  waitingOf,
} from "./staff_desk.js";
import { fill, fillRows } from "./staff_fill.js";
import { keep, kept, Staff } from "./staff_page.js";

const CLAIM_EVERY = 60_000;
const BOUNCE = 500;
const MERGE_KEY = 4_000;
const DECISIONS = ["approve", "stage_only", "return", "merge"];
const NOT_OWN = ["claim", "ask", "acknowledge", "message", "mute", "unmute"];

/** @typedef {{ event: number, deed: string, undone: boolean }} Last */

class Moderation {
  /**
   * @param {Window & typeof globalThis} window
   * @param {Live} live
   */
  constructor(window, live) {
    this.window = window;
    this.document = window.document;
    this.live = live;
    this.staff = new Staff(window, live);
    this.page = this.staff.root.dataset.page ?? "";
    this.tab = this.staff.root.dataset.tab ?? "queue";
    /** @type {number | null} */
    this.current = Number(this.staff.root.dataset.current) || null;
    this.served = this.current;
    this.shownAt = 0;
    this.mergeUntil = 0;
    this.referUntil = 0;
    this.published = new Published(this.staff, this.page);
    this.waiting = -1;
    this.seq = -1;
    this.store = `dialog.last.${this.staff.root.dataset.live ?? ""}`;
    /** @type {Last | null} */
    this.last = this.remembered();
    this.group = new Group(this.staff, () => this.desk);
    this.staff.paint = () => this.paint();
    this.staff.allow = (name, fields) => this.allow(name, fields);
    this.staff.afterAny = (result, fields) => this.noteLast(result, fields);
    this.staff.act = (name, _element, event) => this.act(name, event);
    const order = find(this.document, '[data-rows="order"]');
    this.dragging = order && new Dragging(order, (number, numbers) => this.moved(number, numbers));
    this.orderRev = 0;
    this.answers();
    this.document.addEventListener("click", (event) => this.click(event));
    this.document.addEventListener("keydown", (event) => this.key(event));
    this.document.addEventListener("submit", (event) => this.choose(event), true);
    this.search = find(this.document, "[data-search]");
    this.search?.addEventListener("input", () => this.look());
    this.search?.addEventListener("submit", (event) => this.goOn(event));
    live.watch((state, before) => {
      if (before.session === null && state.session !== null) this.claim();
    });
    window.setInterval(() => this.claim(), CLAIM_EVERY);
  }

  /** Returns who one is; the welcome knows it, the page knew it first. */
  get person() {
    return this.live.state.person ?? (Number(this.staff.root.dataset.person) || null);
  }

  /** Returns the row being worked on. */
  get row() {
    return this.current === null ? null : (this.live.state.questions.get(this.current) ?? null);
  }

  /**
   * Returns what the models are made of.
   * @returns {Desk}
   */
  get desk() {
    return {
      state: this.live.state,
      now: this.live.now(),
      person: this.person,
      current: this.current,
      page: this.page,
      phrases: this.staff.phrases,
      age: (instant) => this.staff.age(instant),
      reason: (code) => saidOf(this.document, "reasons", code).title,
    };
  }

  /** Says what follows each command. */
  answers() {
    const { after, phrases } = this.staff;
    for (const name of DECISIONS) {
      after.set(name, (_result, fields) => this.decided(name, Number(fields.number)));
    }
    for (const name of ["merge_all", "return_all"]) {
      after.set(name, (_result, fields) => this.decidedTogether(name, fields));
    }
    after.set("claim", () => {});
    after.set("ask", (result) =>
      this.staff.say(phrases.say("said.asked", { n: String(result.number) })),
    );
    after.set("undo", () => this.staff.say(this.lastWords()));
    after.set("message", () => this.staff.say(phrases.say("sent")));
  }

  /**
   * Lets a decision pass, but not the second tap of a double one, which would meet the next question.
   * @param {string} name
   * @param {Record<string, unknown>} fields
   */
  allow(name, fields) {
    const bounced = Date.now() - this.shownAt < BOUNCE && fields.number === this.current;
    return !(DECISIONS.includes(name) && bounced);
  }

  /** Paints everything that the rows say. */
  paint() {
    const { state } = this.live;
    if (!state.session) return;
    const { desk } = this;
    fill(this.document.body, {
      ...frameModel(desk),
      has_last: this.last !== null,
      last_text: this.lastWords(),
      last_event: this.last?.event ?? "",
      no_question: this.row === null && (this.current === null || this.current !== this.served),
      newer: this.seq >= 0 && state.seq > this.seq,
    });
    if (this.seq < 0) this.seq = state.seq;
    if (this.tab === "queue") this.paintQueue(desk);
    if (this.tab === "order") this.paintOrder(desk);
    this.tellNew(waitingOf(state));
  }

  /** @param {Desk} desk */
  paintQueue(desk) {
    const { queue, second } = queueModels(desk);
    this.list("queue", queue);
    this.list("second", second, "queue");
    const section = find(this.document, '[data-scope="question"]');
    if (!section) return;
    const { row } = this;
    find(this.document, '[data-act="keys"]')?.setAttribute(
      "aria-checked",
      String(this.staff.emergency.keys),
    );
    const alike = row ? alikeModels(desk, row).slice(0, 3) : [];
    this.list("alike", alike);
    for (const { compare, key } of alike) {
      const label = find(this.document, `[data-compare="${key}"] .kern-label`);
      if (label && label.textContent !== compare) label.textContent = String(compare);
    }
    if (row) this.published.follow(row, () => this.paint());
    fill(this.document.body, { no_alike: alike.length === 0 && this.published.isEmpty });
    if (!row) {
      // What the server painted stays: the desk does not carry every question there ever was.
      section.hidden = this.current === null || this.current !== this.served;
      return;
    }
    const model = questionModel(desk, row);
    fill(section, {
      ...model,
      keys_state: this.staff.phrases.say(this.staff.emergency.keys ? "keys.on" : "keys.off"),
    });
    section.hidden = false;
    const { background, original } = row;
    if (!original) return;
    const [text, more] = all(section, "[data-difference]");
    if (text) writeDifference(text, original.text, row.text);
    if (more) writeDifference(more, original.background ?? "", background ?? "");
  }

  /**
   * Gives the running order as it was put by hand; refused, the list stands as it was.
   * @param {number} number
   * @param {number[]} numbers
   */
  async moved(number, numbers) {
    const form = find(this.document, `[data-rows="order"] [data-number="${number}"] form`);
    const given = { numbers, order_rev: this.orderRev };
    const from = form instanceof HTMLFormElement ? form : null;
    const told = await this.staff.give("order", given, from);
    this.paint();
    if (told?.type !== "done") return;
    const place = numbers.indexOf(number) + 1;
    this.staff.say(this.staff.phrases.say("said.placed", { n: String(number), place }));
  }

  /** @param {Desk} desk */
  paintOrder(desk) {
    if (this.dragging?.held) return; // nothing moves under a hand
    const { order, ranking } = orderModels(desk);
    this.orderRev = desk.state.session?.order_rev ?? 0;
    this.list("order", order);
    this.list("ranking", ranking);
    const open = this.live.state.session?.counts.open ?? 0;
    fill(this.document.body, {
      no_order: order.length === 0,
      no_ranking: ranking.length === 0,
      beyond: standingList(this.live.state).length < open - 1,
    });
  }

  /**
   * @param {string} name
   * @param {import("./staff_fill.js").RowModel[]} models
   * @param {string} [template]  the list whose template of an item is taken
   */
  list(name, models, template = name) {
    const list = find(this.document, `[data-rows="${name}"]`);
    if (list) fillRows(list, models, `t-${template}`);
  }

  /**
   * Says that more questions wait.
   * @param {number} count
   */
  tellNew(count) {
    const more = count - this.waiting;
    if (this.waiting >= 0 && more > 0) this.staff.say(this.staff.phrases.count("said.new", more));
    this.waiting = count;
  }

  /** Shows the others what one works on; asked again before the claim runs out. */
  claim() {
    const { row } = this;
    if (!row || this.tab !== "queue" || this.document.hidden || !this.staff.connected) return;
    if (row.review === "waiting" || row.appeal?.open)
      void this.live.do("claim", { number: row.number });
  }

  /**
   * Opens a question.
   * @param {Question | null} row
   * @param {boolean} [focus]
   */
  show(row, focus = true) {
    this.current = row?.number ?? null;
    this.shownAt = Date.now();
    const { phrases } = this.staff;
    const here = row ? at(this.page, `number=${row.number}`) : this.page;
    this.window.history.replaceState(null, "", here);
    this.paint();
    this.begin(row);
    const fold = find(this.document, "[data-second]");
    if (fold instanceof HTMLDetailsElement && row?.fresh) fold.open = true; // in sight
    if (!row) {
      this.staff.say(phrases.say("said.empty"));
      return;
    }
    this.claim();
    this.staff.say(phrases.say("said.opened", { n: String(row.number) }));
    if (focus) this.document.getElementById("fq")?.focus();
  }

  /**
   * Puts a question's topic and note into the fields that are not painted while one types.
   * @param {Question | null} row
   */
  begin(row) {
    const topic = find(this.document, '[data-pick="topic"]');
    if (topic instanceof HTMLSelectElement) topic.value = row?.topic ?? "";
    const brief = find(this.document, '[data-keep="briefing"]');
    const more = brief?.closest("details");
    if (more) more.open = false;
    if (!(brief instanceof HTMLTextAreaElement)) return;
    brief.defaultValue = row?.briefing ?? "";
    brief.value = brief.defaultValue;
    const seen = brief.form?.elements.namedItem("seen");
    if (seen instanceof HTMLInputElement) seen.value = brief.defaultValue;
    if (brief.form) this.staff.keeping.restore(brief.form);
  }

  /**
   * Goes on to the oldest question that nobody has opened.
   * @param {string} name
   * @param {number} number
   */
  decided(name, number) {
    if (number === this.current || name === "merge") {
      this.show(freeOf(this.live.state, this.live.now(), this.person, number));
    }
    const kept = name === "merge" ? this.live.state.questions.get(number)?.into : null;
    const row = kept ? this.live.state.questions.get(kept) : null;
    if (row) this.staff.say(this.staff.phrases.count("said.merged", row.upvotes));
  }

  /**
   * Goes on after a group was decided on.
   * @param {string} name
   * @param {Record<string, unknown>} fields
   */
  decidedTogether(name, fields) {
    const numbers = /** @type {number[]} */ (fields.numbers);
    if (this.current !== null && numbers.includes(this.current)) {
      this.show(freeOf(this.live.state, this.live.now(), this.person));
    }
    const kept = this.live.state.questions.get(Number(fields.into));
    const { phrases } = this.staff;
    if (name === "return_all") this.staff.say(phrases.count("said.returned", numbers.length));
    else if (kept) this.staff.say(phrases.count("said.merged", kept.upvotes));
  }

  /**
   * Keeps one's own last act, so that it can be taken back.
   * @param {Record<string, unknown>} result
   * @param {Record<string, unknown>} fields
   */
  noteLast(result, fields) {
    const name = String(result.do);
    if (typeof result.event !== "number" || NOT_OWN.includes(name)) return;
    const undo = name === "undo";
    const act = name === "blank" && fields.on === false ? "unblank" : name;
    const deed = undo ? (this.last?.deed ?? "") : this.deedWords(act, fields);
    this.last = { event: result.event, deed, undone: undo && this.last?.undone !== true };
    keep(() => this.window.sessionStorage, this.store, JSON.stringify(this.last));
    this.paint(); // a quick hand takes it back at once
  }

  /**
   * @param {string} name
   * @param {Record<string, unknown>} fields
   */
  deedWords(name, { number, numbers }) {
    const template = this.document.getElementById("deeds");
    const content = template instanceof HTMLTemplateElement ? template.content : null;
    const what = (content && find(content, `[data-word="${name}"]`)?.textContent) ?? name;
    const { phrases } = this.staff;
    if (name !== "order" && Array.isArray(numbers)) {
      return phrases.say("deed.several", { n: numbers.join(", "), what });
    }
    return number === undefined ? what : phrases.say("deed", { n: String(number), what });
  }

  lastWords() {
    if (!this.last) return "";
    return this.staff.phrases.say(this.last.undone ? "last.undone" : "last", {
      deed: this.last.deed,
    });
  }

  /** @returns {Last | null} */
  remembered() {
    const found = kept(() => this.window.sessionStorage, this.store);
    try {
      if (found) return JSON.parse(found);
    } catch {
      // Written by something else: there was no last act.
    }
    const toast = find(this.document, '[data-show="has_last"]:not([hidden]) [name="event"]');
    if (!(toast instanceof HTMLInputElement)) return null;
    const words = find(this.document, '[data-t="last_text"]')?.textContent ?? "";
    return { event: Number(toast.value), deed: words.replace(/^[^:]*: /, ""), undone: false };
  }

  /**
   * @param {string} name
   * @param {Event} event
   */
  act(name, event) {
    if (name === "free") {
      event.preventDefault();
      this.show(freeOf(this.live.state, this.live.now(), this.person, this.current) ?? this.row);
    }
    if (name === "keys") {
      this.staff.emergency.turn();
    }
  }

  /**
   * Opens questions, comparisons and dialogs in place.
   * @param {MouseEvent} event
   */
  click(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || !this.live.state.session) return;
    const target = event.target instanceof Element ? event.target : null;
    const open = target?.closest("[data-open]");
    const compare = /** @type {HTMLElement | null} */ (target?.closest("[data-compare]"));
    const refer = /** @type {HTMLElement | null} */ (target?.closest("[data-refer]"));
    const sheet = /** @type {HTMLElement | null} */ (target?.closest("[data-sheet]"));
    const group = target?.closest("[data-group]");
    if (open) {
      if (!find(this.document, '[data-scope="question"]')) return;
      event.preventDefault();
      open.closest("dialog")?.close();
      const number = Number(open.closest("[data-number]")?.getAttribute("data-number"));
      this.show(this.live.state.questions.get(number) ?? null);
    } else if (group) {
      event.preventDefault();
      const number = Number(group.closest("[data-number]")?.getAttribute("data-number"));
      this.show(this.live.state.questions.get(number) ?? null, false);
      this.open("group");
    } else if (compare) {
      event.preventDefault();
      this.compare(Number(compare.dataset.compare));
    } else if (refer) {
      event.preventDefault();
      this.open("return");
      this.published.refer(refer);
    } else if (sheet) {
      event.preventDefault();
      this.open(sheet.dataset.sheet ?? "");
    }
  }

  /**
   * Opens a dialog about the question in hand.
   * @param {string} name
   */
  open(name) {
    const { row, desk, staff } = this;
    const { phrases } = staff;
    find(this.document, "dialog[open]")?.closest("dialog")?.close();
    if (name === "ask" || name === "keys" || name === "search") {
      staff.open(name);
      if (name === "search") this.look();
      return;
    }
    if (!row) return;
    if (name === "group") {
      const group = groupOf(queueOf(this.live.state), row.number);
      if (group.length > 1) this.group.open(row.number, group);
      return;
    }
    const n = String(row.number);
    const dialog = staff.open(name, {
      ...questionModel(desk, row),
      ...(name === "edit"
        ? { text: row.text, background: row.background ?? "", name: row.name ?? "" }
        : {}),
      ...(name === "merge" ? { picking: true, comparing: false } : {}),
      return_title: phrases.say("return.title", { n }),
      edit_title: phrases.say("edit.title", { n }),
    });
    if (name === "return" && dialog) find(this.document, "#sheet-return input:checked")?.focus();
    if (name === "merge") this.choices();
  }

  /** Shows what is found among the rows at hand; the form itself asks the server about all. */
  look() {
    const dialog = this.search?.closest("dialog");
    if (!(this.search instanceof HTMLFormElement) || !dialog) return;
    const data = new FormData(this.search);
    const [words = "", state = "", topic = "", mark = ""] = ["q", "state", "topic", "mark"].map(
      (name) => String(data.get(name) ?? ""),
    );
    const rows = found(this.desk, { words, state, topic, mark });
    this.list("found", foundModels(this.desk, rows));
    const { phrases } = this.staff;
    const more = rows.length > SHOWN ? ` ${phrases.say("found.shown", { n: SHOWN })}` : "";
    fill(dialog, {
      found_count: phrases.count("found", rows.length) + more,
      found_part: this.live.state.questions.size < (this.live.state.session?.counts.received ?? 0),
    });
  }

  /**
   * Goes on to what was found where that is all there is; else the server looks among all.
   * @param {SubmitEvent} event
   */
  goOn(event) {
    const dialog = this.search?.closest("dialog");
    if (!dialog || !find(dialog, '[data-show="found_part"][hidden]')) return;
    event.preventDefault();
    find(dialog, '[data-rows="found"] a')?.focus();
  }

  /** Shows what the question in hand can be compared with. */
  choices() {
    const { row } = this;
    if (row) this.list("choices", alikeModels(this.desk, row));
  }

  /**
   * Shows two questions side by side.
   * @param {number} number
   */
  compare(number) {
    const { row, staff } = this;
    const other = this.live.state.questions.get(number);
    if (!row) return;
    const dialog = this.document.getElementById("sheet-merge");
    if (!(dialog instanceof HTMLDialogElement)) return;
    if (!dialog.open) this.open("merge");
    if (!other || number === row.number) {
      staff.note(dialog.querySelector("form"), {
        title: staff.phrases.say("unknown.into"),
        sentence: "",
        next: "",
      });
      return;
    }
    for (const note of all(dialog, "[data-refused]")) note.hidden = true;
    fill(dialog, mergeModel(this.desk, row, other));
    const first = find(dialog, 'form:not([hidden]) [type="submit"]');
    const shown = all(dialog, '[data-command="merge"]:not([hidden]) button')[0];
    (shown ?? first)?.focus();
  }

  /**
   * Takes the number that was typed for a comparison.
   * @param {SubmitEvent} event
   */
  choose(event) {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.hasAttribute("data-choose")) return;
    if (!this.live.state.session) return;
    event.preventDefault();
    this.compare(Number(new FormData(form).get("into")));
  }

  /**
   * Answers a single key; in a field, in a dialog or with another key held it is only a letter.
   * @param {KeyboardEvent} event
   */
  key(event) {
    const { key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || !this.staff.emergency.keys) return;
    const dialog = find(this.document, "dialog[open]");
    if (isWriting(event.target)) return;
    if (dialog?.id === "sheet-group") {
      if (this.group.key(key.toLowerCase())) event.preventDefault();
      return;
    }
    if (dialog) {
      const radio = find(dialog, `[data-digit="${CSS.escape(key)}"]`);
      if (radio instanceof HTMLInputElement) {
        radio.checked = true;
        radio.focus();
      }
      return;
    }
    if (this.pressed(key)) event.preventDefault();
  }

  /**
   * @param {string} key
   * @returns {boolean}  whether the key meant something
   */
  pressed(key) {
    const letter = key.toLowerCase();
    if (key === "/" && this.tab !== "queue") {
      this.window.location.assign(at(this.page, "dialog=search"));
      return true;
    }
    if (letter === "j" || letter === "k") return this.step(letter === "j" ? 1 : -1);
    if (key === "?") this.open("keys");
    if (/^[1-3]$/.test(key) && Date.now() < this.mergeUntil) return this.mergeWith(Number(key));
    if (/^[1-3]$/.test(key) && Date.now() < this.referUntil) return this.referTo(Number(key));
    if (letter === "m" && this.row) return this.merge();
    if (letter === "v" && this.row) return this.refer();
    const buttons = all(this.document, `[data-key="${CSS.escape(letter)}"]`);
    const button = buttons.find((one) => one.closest("[hidden]") === null);
    button?.click();
    return button !== undefined || key === "?";
  }

  /** Waits for the number of a duplicate, or asks which where there is none. */
  merge() {
    const count = all(this.document, '[data-rows="alike"] [data-compare]').length;
    if (count === 0) this.open("merge");
    else {
      this.mergeUntil = Date.now() + MERGE_KEY;
      this.referUntil = 0;
      this.staff.say(this.staff.phrases.say("compare.which", { n: count }));
    }
    return true;
  }

  /** @param {number} place */
  mergeWith(place) {
    this.mergeUntil = 0;
    const found = all(this.document, '[data-rows="alike"] [data-compare]')[place - 1];
    if (found) this.compare(Number(found.dataset.compare));
    return true;
  }

  /** Returns with the only published answer, or waits for the number of one. */
  refer() {
    const count = this.published.buttons().length;
    if (count === 1) return this.referTo(1);
    if (count === 0) return false;
    this.referUntil = Date.now() + MERGE_KEY;
    this.mergeUntil = 0;
    this.staff.say(this.staff.phrases.say("refer.which", { n: count }));
    return true;
  }

  /** @param {number} place */
  referTo(place) {
    this.referUntil = 0;
    this.published.buttons()[place - 1]?.click();
    return true;
  }

  /**
   * Moves the focus along the queue; Enter opens.
   * @param {number} by
   */
  step(by) {
    const rows = '[data-rows="queue"], [data-second][open] [data-rows="second"]';
    const links = all(this.document, `:is(${rows}) [data-open]`);
    const focused = links.indexOf(/** @type {HTMLElement} */ (this.document.activeElement));
    const current = links.findIndex((link) => link.hasAttribute("aria-current"));
    const at = focused >= 0 ? focused : current;
    links[Math.min(Math.max(at + by, 0), links.length - 1)]?.focus();
    return links.length > 0;
  }
}

/** @param {EventTarget | null} target */
function isWriting(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement)
    return !["radio", "checkbox", "submit"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

const live = typeof window === "undefined" ? null : follow(window);
if (live) new Moderation(window, live);
