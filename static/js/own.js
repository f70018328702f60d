/**
 * One's own questions: what needs the asker, and the others, each with what can be done about it.
 * @import { OwnQuestion, Refused, Reply, State } from "./types.js"
 * @import { Keeping } from "./keeping.js"
 * @import { Painter } from "./rows.js"
 */

import { isTyped } from "./keeping.js";
import {
  all,
  clone,
  fieldsOf,
  find,
  make,
  need,
  refusalOf,
  saidOf,
  write,
  writeTyped,
} from "./page.js";
import { coming, standingList } from "./ranking.js";
import { mark } from "./tongue.js";

const NEEDS = new Set(["returned", "next", "now"]);
const REWORD_AFTER = 15 * 60_000;
/** @type {Record<string, string[]>} */
const FIELDS = { reword: ["text", "background"], appeal: ["text"], withdraw: [], object: [] };

/**
 * Returns the one state an own question is in.
 * @param {OwnQuestion} row
 * @param {ReadonlySet<number>} upcoming  numbers shown as next
 */
export function ownState(row, upcoming) {
  const { appeal, answer, review } = row;
  if (review === "returned" && appeal?.kind === "appeal")
    return appeal.open ? "appealed" : "upheld";
  if (review !== "approved" && review !== "stage_only") return review;
  if (row.place === "now") return "now";
  if (row.outcome !== "open") return answer?.kept ? "kept" : row.outcome;
  return row.place === 1 || upcoming.has(row.number) ? "next" : review;
}

/**
 * @typedef {object} OwnSite
 * @property {Painter} painter
 * @property {(name: string, fields: Record<string, unknown>) => Promise<Reply>} send
 * @property {(sentence: string) => void} announce
 * @property {Keeping} keeping
 */

export class OwnQuestions {
  /**
   * @param {Document} document
   * @param {OwnSite} site
   */
  constructor(document, { announce, keeping, painter, send }) {
    this.document = document;
    this.painter = painter;
    this.send = send;
    this.announce = announce;
    this.keeping = keeping;
    this.needs = need(document, '[data-list="needs"]');
    this.more = need(document, '[data-list="mine"]');
    /** @type {Map<number, string>} */
    this.painted = new Map();
    /** @type {Map<number, string>} */
    this.states = new Map();
    document.addEventListener("submit", (event) => void this.submit(event));
    document.addEventListener("focusout", () =>
      setTimeout(() => this.latest && this.follow(this.latest)),
    );
    /** @type {State | null} */
    this.latest = null;
    /** @type {{ copy: HTMLTextAreaElement, start: number, end: number } | null} */
    this.focus = null;
  }

  /**
   * Shows one's questions as they stand, at once: they are few and one's own.
   * @param {State} state
   */
  follow(state) {
    this.latest = state;
    const live = state.session?.phase === "live";
    const upcoming = new Set(live ? coming(state).map(({ row }) => row.number) : []);
    const ranks = new Map(standingList(state).map(({ row, rank }) => [row.number, rank]));
    const rows = [...state.mine.values()].map((row) => counted(row, state));
    rows.sort((one, other) => other.number - one.number);
    for (const row of rows) this.place(row, ownState(row, upcoming), ranks.get(row.number) ?? null);
    for (const item of all(this.document, "[data-own]")) {
      if (!state.mine.has(Number(item.dataset.own))) item.remove();
    }
    for (const [list, part] of /** @type {[HTMLElement, string][]} */ ([
      [this.needs, "[data-needs]"],
      [this.more, "[data-more-own]"],
    ])) {
      const section = list.closest(part);
      if (section instanceof HTMLElement) section.hidden = list.children.length === 0;
    }
  }

  /**
   * Paints one question into the list it belongs to; where its asker is typing only the status.
   * @param {OwnQuestion} row
   * @param {string} state
   * @param {number | null} rank
   */
  place(row, state, rank) {
    const item = find(this.document, `[data-own="${row.number}"]`);
    const reason = row.reason ? saidOf(this.document, "reasons", row.reason).title : "";
    const detail = this.painter.ownDetail(row, state, rank, reason);
    const before = this.states.get(row.number) ?? item?.dataset.state;
    this.states.set(row.number, state);
    const look = JSON.stringify([{ ...row, upvotes: row.upvotes > 1, asked: "" }, state]);
    const same =
      this.painted.get(row.number) === look ||
      (!this.painted.has(row.number) && item?.dataset.state === state && this.keeps(item, row));
    if (item && (same || (this.isTyped(item) && !this.carries(item, state)))) {
      if (same) this.painted.set(row.number, look);
      this.label(item, state, detail);
    } else this.paint(item, row, state, detail, look);
    if (before !== undefined && before !== state) this.say(state, detail);
  }

  /**
   * Tells whether the server painted the very same question, so that it can stay.
   * @param {HTMLElement} item
   * @param {OwnQuestion} row
   */
  keeps(item, row) {
    const rev = /** @type {HTMLInputElement | null} */ (find(item, 'input[name="rev"]'));
    return rev !== null && rev.value === String(row.rev);
  }

  /**
   * Tells whether something is being written in a question's forms.
   * @param {HTMLElement} item
   */
  isTyped(item) {
    const areas = all(item, "textarea");
    return (
      formsOf(item).some(isTyped) || areas.some((area) => area === this.document.activeElement)
    );
  }

  /**
   * Tells whether a question has moved to a state that has the forms, too, in which is written: then
   * why it was returned can be shown, and the text goes along.
   * @param {HTMLElement} item
   * @param {string} state
   */
  carries(item, state) {
    const there = clone(this.document, "row-own", `[data-state="${CSS.escape(state)}"]`);
    const written = formsOf(item).filter(
      (form) => isTyped(form) || form.contains(this.document.activeElement),
    );
    return (
      item.dataset.state !== state &&
      written.every((form) => there && find(there, same(form)) !== null)
    );
  }

  /**
   * Takes what is written in a question's old forms over into its new ones, and the cursor.
   * @param {HTMLElement} old
   * @param {HTMLElement} item
   */
  carry(old, item) {
    for (const form of formsOf(old)) {
      const there = find(item, same(form));
      for (const area of /** @type {HTMLTextAreaElement[]} */ (all(form, "textarea"))) {
        const copy = there && find(there, `textarea[name="${area.name}"]`);
        const focused = area === this.document.activeElement;
        if (
          !(copy instanceof HTMLTextAreaElement) ||
          !(focused || area.value !== area.defaultValue)
        )
          continue;
        copy.value = area.value;
        const fold = copy.closest("details");
        if (fold) fold.open = true;
        if (focused) this.focus = { copy, start: area.selectionStart, end: area.selectionEnd };
      }
    }
  }

  /** Puts the cursor back where it was in a form that was painted anew. */
  refocus() {
    const { focus } = this;
    this.focus = null;
    focus?.copy.focus();
    focus?.copy.setSelectionRange(focus.start, focus.end);
  }

  /**
   * Clones the part for a question's state and puts it where it belongs.
   * @param {HTMLElement | null} old
   * @param {OwnQuestion} row
   * @param {string} state
   * @param {string} detail
   * @param {string} look
   */
  paint(old, row, state, detail, look) {
    const values = { n: row.number, rev: row.rev };
    const item = clone(this.document, "row-own", `[data-state="${CSS.escape(state)}"]`, values);
    if (!item) return;
    this.painted.set(row.number, look);
    item.dataset.own = String(row.number);
    writeTyped(find(item, '[data-field="text"]'), row.text);
    this.label(item, state, detail);
    this.reason(item, row, state);
    this.forms(item, row, state);
    this.original(item, row);
    const guides = find(item, "[data-guides]");
    if (guides)
      void import("./guides.js").then(
        ({ showGuides }) => showGuides(guides, row.district ?? ""),
        () => {}, // no line just now: the way to all of them stands there
      );
    const answer = find(item, '[data-field="answer"]') ?? (row.answer ? this.answerIn(item) : null);
    if (answer) this.painter.answer(answer, row.answer);
    if (old) this.carry(old, item);
    for (const form of formsOf(item)) this.keeping.restore(form);
    const list = NEEDS.has(state) ? this.needs : this.more;
    const focused = old?.contains(this.document.activeElement) ?? false;
    if (old?.parentElement === list) old.replaceWith(item);
    else {
      old?.remove();
      const after = all(list, ":scope > [data-own]").find(
        (one) => Number(one.dataset.own) < row.number,
      );
      list.insertBefore(item, after ?? null);
    }
    const section = list.closest("section");
    if (section) section.hidden = false; // or nothing in it could take the cursor
    if (this.focus) this.refocus();
    else if (focused) {
      item.tabIndex = -1;
      item.focus();
    }
  }

  /**
   * Returns a new place for an answer, before what can be done.
   * @param {HTMLElement} item
   */
  answerIn(item) {
    const place = make(this.document, "div", "answer gap-s");
    place.dataset.field = "answer";
    item.insertBefore(place, find(item, "[data-acts]"));
    return place;
  }

  /**
   * Writes the status line.
   * @param {HTMLElement} item
   * @param {string} state
   * @param {string} detail
   */
  label(item, state, detail) {
    const place = find(item, ".st");
    if (item.dataset.state !== state && place) {
      const status = this.painter.status(state, "");
      const line = make(this.document, "p", status.className);
      const label = make(this.document, "span", "", status.textContent ?? "");
      label.dataset.field = "label";
      const rest = make(this.document, "span");
      rest.dataset.field = "detail";
      const icon = find(status, "svg");
      line.append(...(icon ? [icon] : []), label, rest);
      place.replaceWith(line);
      item.dataset.state = state;
    }
    write(find(item, '[data-field="detail"]'), detail);
  }

  /**
   * Says why a question was returned: reason, sentence, next step, and the moderators' own words.
   * @param {HTMLElement} item
   * @param {OwnQuestion} row
   * @param {string} state
   */
  reason(item, row, state) {
    if (!row.reason || (state !== "returned" && state !== "upheld")) return;
    const said = saidOf(this.document, "reasons", row.reason);
    const why = state === "returned" ? `${said.sentence} ${said.next}` : said.sentence;
    let place = find(item, "[data-reason]");
    if (!place) {
      place = make(this.document, "div", state === "returned" ? "reason" : "reason reason--plain");
      find(item, '[data-field="text"]')?.after(place);
    }
    place.dataset.reason = row.reason;
    const parts = [make(this.document, "p", "", why)];
    if (row.note) {
      const note = make(this.document, "p", "", `${this.painter.phrases.say("note")} `);
      const typed = make(this.document, "span");
      typed.append(...this.painter.linked(row.note));
      mark(typed, row.note);
      note.append(typed);
      parts.push(note);
    }
    const contact = find(item, "[data-contact]");
    if (contact && row.reason === "single_case") {
      contact.hidden = false;
      parts.push(contact);
    }
    const counts = this.painter.phrases.say("counts", { title: said.title });
    const until = state === "returned" ? this.until() : "";
    const facts = [until, counts].filter(Boolean).join(" ");
    if (facts) parts.push(make(this.document, "p", "meta", facts));
    place.replaceChildren(...parts);
  }

  /** Returns until when a returned question can be reworded, as the server's page says it. */
  until() {
    const session = this.latest?.session;
    const end = session?.questions_until ?? session?.ends;
    const { phrases } = this.painter;
    if (!end) return "";
    return phrases.say("reword.until", { time: phrases.clock(Date.parse(end) + REWORD_AFTER) });
  }

  /**
   * Shows one's own wording beneath one that the moderators edited, and the way to object to it.
   * @param {HTMLElement} item
   * @param {OwnQuestion} row
   */
  original(item, row) {
    const { original, appeal } = row;
    const part = find(item, "[data-original]");
    if (part) part.hidden = !original || appeal?.kind === "object";
    writeTyped(find(item, '[data-field="original"]'), original?.text ?? "");
    const changed = find(item, "[data-difference]");
    if (original && changed)
      void import("./difference.js").then(
        ({ writeDifference }) => writeDifference(changed, original.text, row.text),
        () => {}, // no line just now: one's own wording stands above it whole
      );
    const form = find(item, '[data-own-form="object"]');
    if (form) form.hidden = !original || Boolean(appeal);
  }

  /**
   * Puts the present wording into the forms.
   * @param {HTMLElement} item
   * @param {OwnQuestion} row
   * @param {string} state
   */
  forms(item, row, state) {
    for (const form of /** @type {HTMLFormElement[]} */ (all(item, "[data-own-form]"))) {
      const fields = { reword: [row.text, row.background ?? ""] }[form.dataset.ownForm ?? ""] ?? [];
      const areas = /** @type {HTMLTextAreaElement[]} */ (all(form, "textarea"));
      areas.forEach((area, at) => {
        area.defaultValue = fields[at] ?? "";
      });
      if (form.dataset.ownForm === "withdraw" && state === "approved")
        form.hidden = row.upvotes > 1;
    }
  }

  /**
   * Sends one of the forms over the live connection; the page stays as it is.
   * @param {SubmitEvent} event
   */
  async submit(event) {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.dataset.ownForm) return;
    event.preventDefault();
    if (form.getAttribute("aria-busy")) return;
    const name = form.dataset.ownForm;
    const typed = fieldsOf(form);
    const fields = Object.fromEntries((FIELDS[name] ?? []).map((key) => [key, typed[key] ?? ""]));
    const rev = name === "reword" ? { rev: Number(typed.rev) } : {};
    form.setAttribute("aria-busy", "true");
    const reply = await this.send(name, { number: Number(typed.number), ...rev, ...fields });
    form.removeAttribute("aria-busy");
    if (reply.type === "refused") this.refuse(form, reply);
    else this.accept(form, Number(typed.number));
  }

  /**
   * Lets a question be painted anew, now that its form was accepted.
   * @param {HTMLFormElement} form
   * @param {number} number
   */
  accept(form, number) {
    find(form, ".err")?.remove();
    this.keeping.done(form);
    for (const area of /** @type {HTMLTextAreaElement[]} */ (all(form, "textarea"))) {
      area.defaultValue = area.value;
      area.blur();
    }
    this.painted.delete(number);
    if (this.latest) this.follow(this.latest);
  }

  /**
   * Says above the field why a form was refused; what was typed stays.
   * @param {HTMLFormElement} form
   * @param {Refused} refused
   */
  refuse(form, refused) {
    const said = refusalOf(this.document, refused);
    find(form, ".err")?.remove();
    const error = make(this.document, "p", "err", `${said.sentence} ${said.next}`);
    error.setAttribute("role", "alert");
    const rev = find(form, 'input[name="rev"]');
    // A second press after having read what happened is meant: it names the state that was read about.
    if (refused.rev !== undefined && rev instanceof HTMLInputElement)
      rev.value = String(refused.rev);
    const area = find(form, "textarea");
    if (area) area.before(error);
    else form.prepend(error);
    area?.focus();
  }

  /**
   * Says that one's question has moved on.
   * @param {string} state
   * @param {string} detail
   */
  say(state, detail) {
    const what = this.painter.status(state, detail).textContent ?? "";
    this.announce(this.painter.phrases.say("said.mine", { what }));
  }
}

/**
 * Returns an own row with the count that all see: upvotes move the floor's row alone.
 * @param {OwnQuestion} row
 * @param {State} state
 */
export function counted(row, state) {
  return { ...row, upvotes: state.questions.get(row.number)?.upvotes ?? row.upvotes };
}

/**
 * Returns the forms of a question.
 * @param {HTMLElement} item
 */
function formsOf(item) {
  return /** @type {HTMLFormElement[]} */ (all(item, "[data-own-form]"));
}

/**
 * Returns how the same form of another part is found.
 * @param {HTMLFormElement} form
 */
function same(form) {
  return `[data-own-form="${form.dataset.ownForm}"]`;
}
