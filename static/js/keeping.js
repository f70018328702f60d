/**
 * Keeps what is written into the other forms of a page: rewording, appeals, what staff write. A form
 * is known by its command and number; what was kept comes back when the form is shown again.
 */

import { Drafts } from "./drafts.js";
import { all, whenLeft } from "./page.js";
import { device, nameOf } from "./storage.js";

const SAVE_AFTER = 400;
const FORMS = "form[data-own-form], form[data-command]";

/** @typedef {HTMLTextAreaElement | HTMLInputElement} Field */

export class Keeping {
  /**
   * @param {Document} document
   * @param {string} name  of the session and the page
   * @param {import("./storage.js").Forgiving} [store]
   */
  constructor(document, name, store = device()) {
    this.document = document;
    this.name = name;
    this.store = store;
    this.page = document.defaultView ? nameOf(document.defaultView) : "page";
    /** Whether the connection has ended for good: then what the browser sends may not arrive. */
    this.ended = false;
    /** Whether one has signed out: then nothing is kept any more. */
    this.left = false;
    /** @type {Map<string, Drafts>} by form */
    this.drafts = new Map();
    /** @type {Map<string, () => void>} what is still to be written down, by form */
    this.unsaved = new Map();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    document.addEventListener("input", ({ target }) => this.typed(target));
    // The last to hear of it: by then a script has taken the form over, or the browser sends it.
    document.defaultView?.addEventListener("submit", (event) => {
      if (!event.defaultPrevented) this.sent(event.target);
    });
    whenLeft(document, () => this.flush());
  }

  /** Brings back what was kept for the forms that the page begins with. */
  begin() {
    const refused = this.document.querySelector("[data-refused]:not([hidden]), [data-refusal]");
    for (const form of /** @type {HTMLFormElement[]} */ (all(this.document, FORMS))) {
      const drafts = this.draftsOf(form);
      const draft = drafts?.load();
      // Sent by the browser itself: the server has it, unless it says no or nothing has changed.
      if (draft?.open && (refused || stands(form, draft))) drafts?.refused();
      else if (draft?.open) drafts?.clear();
      this.restore(form);
    }
  }

  /**
   * Returns where a form's text is kept; null for a form in which nothing is written.
   * @param {HTMLFormElement} form
   */
  draftsOf(form) {
    const own = form.matches(FORMS) && !form.hasAttribute("data-write");
    if (!own || !form.querySelector("textarea")) return null;
    const number = String(new FormData(form).get("number") ?? "");
    const command = form.dataset.ownForm ?? form.dataset.command;
    const name = `${this.name}.${command}.${number}`;
    const known = this.drafts.get(name);
    const drafts = known ?? new Drafts(this.store, name, () => Date.now(), this.page);
    this.drafts.set(name, drafts);
    return drafts;
  }

  /**
   * Takes in a keystroke. Fields and number are read at once: the form may soon be another question's.
   * @param {EventTarget | null} target
   */
  typed(target) {
    const form = target instanceof Element ? target.closest("form") : null;
    const drafts = form && this.draftsOf(form);
    if (!form || !drafts) return;
    const fields = isTyped(form) ? values(form) : {};
    this.unsaved.set(drafts.own, () => drafts.save(fields));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), SAVE_AFTER);
  }

  /** Writes down what was typed since the last time. */
  flush() {
    clearTimeout(this.timer);
    if (!this.left) for (const save of this.unsaved.values()) save();
    this.unsaved.clear();
  }

  /**
   * Notes that the browser sends a form itself.
   * @param {EventTarget | null} form
   */
  sent(form) {
    if (!(form instanceof HTMLFormElement)) return;
    this.flush();
    if (form.action.endsWith("/leave")) this.forget();
    if (this.left) return;
    const drafts = this.draftsOf(form);
    const draft = drafts?.load();
    if (draft && !this.ended) drafts?.put({ ...draft, open: true, rev: revOf(form) });
  }

  /** Forgets everything that was kept: whoever signs out may hand the device on. */
  forget() {
    this.left = true;
    for (const name of this.store.names()) {
      if (/^dialog\.(draft|answer)\./.test(name)) this.store.removeItem(name);
    }
  }

  /**
   * Brings back what was kept for a form, unless something is written in it.
   * @param {HTMLFormElement} form
   */
  restore(form) {
    const draft = this.draftsOf(form)?.load();
    if (!draft || isTyped(form)) return;
    for (const [name, value] of Object.entries(draft.typed)) {
      const field = form.elements.namedItem(name);
      if (field instanceof RadioNodeList || isField(field)) field.value = value;
    }
    const fold = form.closest("details");
    if (fold) fold.open = true;
  }

  /**
   * Forgets what was kept for a form, since the server has it.
   * @param {HTMLFormElement} form
   */
  done(form) {
    const drafts = this.draftsOf(form);
    if (!drafts) return;
    this.unsaved.delete(drafts.own);
    drafts.clear();
  }
}

/**
 * Returns the revision of the question that a form is about.
 * @param {HTMLFormElement} form
 */
function revOf(form) {
  return String(new FormData(form).get("rev") ?? "");
}

/**
 * Tells whether the question still stands as it did when a form was sent: the form never arrived.
 * @param {HTMLFormElement} form
 * @param {import("./drafts.js").Draft} draft
 */
function stands(form, draft) {
  return Boolean(draft.rev) && draft.rev === revOf(form);
}

/**
 * Tells whether something is written in a form that was not there before.
 * @param {HTMLFormElement} form
 */
export function isTyped(form) {
  const areas = /** @type {HTMLTextAreaElement[]} */ (all(form, "textarea"));
  return areas.some((area) => area.value !== area.defaultValue);
}

/**
 * Returns what stands in the fields of a form. In a dialog also at which revision it was begun, so
 * that who has changed the question meanwhile is named before it is overwritten.
 * @param {HTMLFormElement} form
 */
function values(form) {
  const begun = form.closest("dialog") ? "rev" : "";
  /** @type {Record<string, string>} */
  const fields = {};
  for (const field of form.elements) {
    if (
      !isField(field) ||
      field.type === "checkbox" ||
      (field.type === "hidden" && field.name !== begun)
    )
      continue;
    if (field.type !== "radio" || /** @type {HTMLInputElement} */ (field).checked)
      fields[field.name] = field.value;
  }
  return fields;
}

/**
 * @param {unknown} field
 * @returns {field is Field}
 */
function isField(field) {
  return field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement;
}
