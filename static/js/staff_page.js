/**
 * What the four staff pages have in common: words, connection, forms as commands, dialogs, one
 * sentence for screen readers. Every form works without this; with it nothing is lost by a refusal.
 * @import { Live } from "./live.js"
 * @import { Refused, Reply, Status } from "./types.js"
 * @import { Model } from "./staff_fill.js"
 */

import { Emergency } from "./emergency.js";
import { lengthOf, Phrases } from "./format.js";
import { Keeping } from "./keeping.js";
import { all, finalSaid, find, need, refusalOf } from "./page.js";
import { typed } from "./staff_commands.js";
import { fill } from "./staff_fill.js";

const PAINT_WITHIN = 40;
const REACHED_WITHIN = 4_000;

/** @typedef {Record<string, unknown>} Fields */
/** @typedef {(result: Record<string, unknown>, fields: Fields, form: HTMLFormElement | null) => void} After */

export class Staff {
  /**
   * @param {Window & typeof globalThis} window
   * @param {Live} live
   * @param {number} [every]  how often ages and clocks are painted, in ms
   */
  constructor(window, live, every = 10_000) {
    this.window = window;
    this.document = window.document;
    this.live = live;
    this.root = need(this.document, "[data-live]");
    this.phrases = phrases(this.document);
    /** @type {Map<string, After>} */
    this.after = new Map();
    /** @type {After} */
    this.afterAny = () => {};
    /** @type {() => void} */
    this.paint = () => {};
    /** @type {(name: string, fields: Fields, form: HTMLFormElement | null) => boolean | Promise<boolean>} */
    this.allow = () => true;
    /** @type {(name: string, element: HTMLElement, event: Event) => void} */
    this.act = () => {};
    this.quiet = false;
    // A page on which a press must not take effect later takes none while it reconnects.
    this.strict = false;
    this.lost = false;
    this.planned = false;
    this.keeping = new Keeping(this.document, `staff${this.root.dataset.live ?? ""}`);
    this.keeping.begin();
    this.emergency = new Emergency(this);
    for (const element of all(this.document, "[data-script]")) element.hidden = false;
    this.listen();
    live.watch(() => this.plan());
    live.watchStatus((status) => this.tell(status));
    window.setInterval(() => this.plan(), every);
  }

  /** Listens for forms, buttons and counted fields. */
  listen() {
    this.document.addEventListener("submit", (event) => void this.submit(event));
    this.document.addEventListener("click", (event) => {
      const target = event.target instanceof Element ? event.target.closest("[data-act]") : null;
      const element = /** @type {HTMLElement | null} */ (target);
      const name = element?.dataset.act;
      if (!element || !name) return;
      if (name === "retry") this.live.connection.retry();
      else if (name === "close" && element.closest("dialog")) this.close(element, event);
      else if (name === "single-keys") this.emergency.turn();
      else this.act(name, element, event);
    });
    this.document.addEventListener("input", ({ target }) => {
      if (target instanceof HTMLTextAreaElement) this.count(target);
    });
  }

  /**
   * @param {HTMLElement} element
   * @param {Event} event
   */
  close(element, event) {
    event.preventDefault();
    element.closest("dialog")?.close();
  }

  /** Paints soon, once for all that happens until then. */
  plan() {
    if (this.planned) return;
    this.planned = true;
    this.window.setTimeout(() => {
      this.planned = false;
      fill(this.document.body, { ...this.connection(), ...this.emergency.model() });
      this.paint();
    }, PAINT_WITHIN);
  }

  /**
   * Says a return once; a loss is an alert that speaks for itself, and a retry is no news.
   * @param {Status} status
   */
  tell({ final, state }) {
    this.keeping.ended = final !== null;
    if (state === "live" && this.lost) this.say(this.phrases.say("said.connected"));
    if (state !== "behind") this.lost = state === "offline";
    if (this.lost && final === null) this.tellWaiting();
    this.plan();
  }

  /** Tells whether a command would be answered soon. */
  get connected() {
    const { state } = this.live.status;
    return this.strict ? state === "live" : state !== "offline";
  }

  /**
   * Returns what is said about the connection.
   * @returns {Model}
   */
  connection() {
    const { state, since, final } = this.live.status;
    const at = this.phrases.clock(this.heardAt());
    const end = final === null ? null : finalSaid(this.document, final);
    return {
      live: state === "live",
      behind: state === "behind",
      offline: state === "offline",
      as_of: end
        ? end.title
        : this.phrases.say("as_of", { time: this.phrases.clockWithSeconds(this.heardAt()) }),
      lost_since: end
        ? `${end.title}.`
        : since === null
          ? ""
          : this.phrases.say("lost.since", { time: this.phrases.clock(since) }),
      lost_text: end ? end.sentence : this.phrases.say("lost.text", { time: at }),
      retryable: end === null,
      final: end !== null,
      final_next: end?.next ?? "",
      final_href: end?.href ?? "",
    };
  }

  /** Returns the server's time of the last message in ms. */
  heardAt() {
    const { heardAt } = this.live;
    return heardAt === null ? this.live.now() : this.live.now() - (Date.now() - heardAt);
  }

  /**
   * Sends a form as a command; a page whose connection ended for good posts it as it is.
   * @param {SubmitEvent} event
   */
  async submit(event) {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.getAttribute("method") !== "post") return;
    if (form.hasAttribute("data-native") || this.live.status.final !== null) return;
    event.preventDefault();
    const { submitter } = event;
    if (submitter?.getAttribute("aria-disabled") === "true") return;
    if (form.getAttribute("aria-busy") === "true") return;
    const data = new FormData(form);
    if (submitter instanceof HTMLButtonElement && submitter.name) {
      data.set(submitter.name, submitter.value);
    }
    const name = String(data.get("do") ?? "");
    if (!name) return; // Enter, where a form has two ways on
    await this.give(name, typed(name, data), form);
  }

  /**
   * Gives a command and takes in its answer.
   * @param {string} name
   * @param {Fields} fields
   * @param {HTMLFormElement | null} [form]
   * @returns {Promise<Reply | null>}  null where it was not sent
   */
  async give(name, fields, form = null) {
    if (!this.connected) {
      if (!this.quiet) this.tellOffline(form);
      return null;
    }
    form?.setAttribute("aria-busy", "true");
    try {
      if (!(await this.allow(name, fields, form))) return null;
      const reply = await this.emergency.insist(name, fields, await this.live.do(name, fields));
      if (reply.type === "done") await this.reached(reply.seq);
      if (reply.type === "refused") this.refuse(form, reply);
      else this.settle(name, reply.result, fields, form);
      return reply;
    } finally {
      form?.removeAttribute("aria-busy");
      this.plan();
    }
  }

  /**
   * Takes in that a command was stored.
   * @param {string} name
   * @param {Record<string, unknown>} result
   * @param {Fields} fields
   * @param {HTMLFormElement | null} form
   */
  settle(name, result, fields, form) {
    for (const note of all(this.document, "[data-refused], [data-err]")) note.hidden = true;
    for (const field of all(this.document, '[aria-invalid="true"]'))
      field.removeAttribute("aria-invalid");
    if (form) this.keeping.done(form);
    if (form?.hasAttribute("data-clear")) form.reset();
    form?.closest("dialog")?.close();
    this.afterAny({ ...result, do: name }, fields, form);
    const after = this.after.get(name);
    if (after) after(result, fields, form);
    else this.say(this.phrases.say("saved"));
  }

  /**
   * Waits until the rows contain what was stored under a number.
   * @param {number} seq
   * @returns {Promise<void>}
   */
  reached(seq) {
    if (this.live.state.seq >= seq) return Promise.resolve();
    return new Promise((resolve) => {
      /** @type {import("./live.js").Watcher} */
      const watcher = (state) => {
        if (state.seq < seq) return;
        this.live.watchers.delete(watcher);
        resolve();
      };
      this.live.watch(watcher);
      this.window.setTimeout(() => {
        this.live.watchers.delete(watcher);
        resolve();
      }, REACHED_WITHIN);
    });
  }

  /**
   * Shows a refusal beside its form; what was typed stays.
   * @param {HTMLFormElement | null} form
   * @param {Refused} reply
   */
  refuse(form, reply) {
    const said = refusalOf(this.document, reply);
    const about = form?.hasAttribute("data-several") && reply.number ? String(reply.number) : "";
    const which = about && `${this.phrases.say("about", { n: about })} `;
    const sentence = which + (this.conflict(reply) || said.sentence);
    const confirm = reply.code === "confirm";
    this.note(form, { title: said.title, sentence, next: said.next, confirm });
    const rev = form?.closest("dialog") ? form.elements.namedItem("rev") : null;
    // A second press after having read the note is meant: it names the state that was read about.
    if (reply.code === "conflict" && reply.rev !== undefined && rev instanceof HTMLInputElement) {
      rev.value = String(reply.rev);
    }
    const pick = form && reply.rev ? find(form, `[name=picked][value^="${about}."]`) : null;
    if (about && pick instanceof HTMLInputElement) pick.value = `${about}.${reply.rev}`;
    const seen = reply.field === "briefing" ? form?.elements.namedItem("seen") : null;
    const row = this.live.state.questions.get(reply.number ?? 0);
    if (seen instanceof HTMLInputElement) seen.value = row?.briefing ?? "";
    const control = reply.field ? form?.elements.namedItem(reply.field) : null;
    if (control instanceof HTMLElement) control.setAttribute("aria-invalid", "true");
    const beside = form && reply.field ? find(form, `[data-err="${reply.field}"]`) : null;
    if (beside) {
      beside.hidden = false;
      fill(beside, { error: sentence });
    }
    if (control instanceof HTMLElement && control.getAttribute("type") !== "hidden")
      control.focus();
  }

  /**
   * Returns who was first and what became of it, in words.
   * @param {Refused} reply
   */
  conflict({ code, field, by, since, state }) {
    const { phrases } = this;
    if (code === "forbidden") return phrases.say(`forbidden.${field ?? ""}`);
    if (code !== "conflict") return "";
    const meant = { order: "order", event: "undo", message: "message", briefing: "briefing" }[
      field ?? ""
    ];
    if (meant && by && since) {
      return phrases.say(`conflict.${meant}.by`, { by, time: phrases.clock(since) });
    }
    if (meant) return phrases.say(`conflict.${meant}`);
    if (since === undefined) return "";
    const time = phrases.clock(since);
    if (!by)
      return phrases.say(state === "withdrawn" ? "conflict.withdrawn" : "conflict.asker", { time });
    const said =
      phrases.say(`conflict.${state ?? ""}`, { by, time }) ||
      phrases.say("conflict.changed", { by, time });
    return `${said} ${phrases.say("kept")}`;
  }

  /** @param {HTMLFormElement | null} form */
  tellOffline(form) {
    this.note(form, this.said("offline"));
  }

  /** Says in a dialog, which covers the strip, that what was sent from it waits for the connection. */
  tellWaiting() {
    const form = find(this.document, 'dialog[open] form[aria-busy="true"]');
    if (form instanceof HTMLFormElement) this.note(form, this.said("waiting"));
  }

  /**
   * Returns what a red note says.
   * @param {string} what
   */
  said(what) {
    const [title = "", sentence = "", next = ""] = ["title", "sentence", "next"].map((part) =>
      this.phrases.say(`${what}.${part}`),
    );
    return { title, sentence, next, confirm: false };
  }

  /**
   * Fills and shows the nearest red note.
   * @param {HTMLFormElement | null} form
   * @param {Model} model
   */
  note(form, model) {
    const dialog = form?.closest("dialog");
    const note = find(dialog ?? this.document, "[data-refused]");
    if (!note) return;
    note.hidden = false;
    fill(note, model);
    if (!dialog) note.focus();
  }

  /**
   * Says one sentence to a screen reader.
   * @param {string} sentence
   */
  say(sentence) {
    const status = find(this.document, "[data-status]");
    if (status) status.textContent = sentence;
  }

  /**
   * Opens a dialog with a model; its fields begin with what the model says.
   * @param {string} name
   * @param {Model} [model]
   */
  open(name, model = {}) {
    const dialog = this.document.getElementById(`sheet-${name}`);
    if (!(dialog instanceof HTMLDialogElement) || dialog.open) return null;
    for (const note of all(dialog, "[data-refused]")) note.hidden = true;
    for (const field of all(dialog, "[aria-invalid]")) field.removeAttribute("aria-invalid");
    const forms = /** @type {HTMLFormElement[]} */ (all(dialog, "form"));
    for (const form of forms) form.reset();
    fill(dialog, model);
    for (const field of all(dialog, "[data-init]")) {
      const value = String(model[field.dataset.init ?? ""] ?? "");
      if (!(field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement)) continue;
      field.defaultValue = value;
      field.value = value;
    }
    for (const form of forms) this.keeping.restore(form);
    dialog.showModal();
    for (const field of all(dialog, "textarea[data-limit]")) {
      this.count(/** @type {HTMLTextAreaElement} */ (field));
    }
    return dialog;
  }

  /**
   * Writes how much of a limit is left.
   * @param {HTMLTextAreaElement} field
   */
  count(field) {
    const limit = Number(field.dataset.limit);
    const place = limit ? find(field.closest(".field") ?? this.document, "[data-count]") : null;
    if (!place) return;
    const left = limit - lengthOf(field.value);
    place.textContent = this.phrases.say(left < 0 ? "over" : "left", { n: Math.abs(left) });
    place.parentElement?.classList.toggle("count--over", left < 0);
    place.parentElement?.classList.toggle("count--near", left >= 0 && left <= 50);
  }

  /**
   * Returns a short age: 6 Min.
   * @param {string} instant
   */
  age(instant) {
    const minutes = Math.floor((this.live.now() - Date.parse(instant)) / 60_000);
    if (minutes < 1) return this.phrases.say("age.now");
    if (minutes < 60) return this.phrases.say("age.minutes", { n: minutes });
    if (minutes < 1440) return this.phrases.say("age.hours", { n: Math.floor(minutes / 60) });
    const days = Math.floor(minutes / 1440);
    return this.phrases.say(days === 1 ? "age.day" : "age.days", { n: days });
  }

  /**
   * Returns a count of upvotes in words.
   * @param {number} n
   */
  upvotes(n) {
    return this.phrases.count("upvotes", n);
  }
}

/**
 * Returns the words of a staff page, in its language.
 * @param {Document} document
 */
function phrases(document) {
  const template = document.getElementById("staff-words");
  const parts = template instanceof HTMLTemplateElement ? all(template.content, "[data-word]") : [];
  const words = new Map(parts.map((part) => [part.dataset.word ?? "", part.textContent ?? ""]));
  const zone = find(document, "[data-zone]")?.dataset.zone ?? "Europe/Berlin";
  return new Phrases(words, document.documentElement.lang, zone);
}

/**
 * Returns what this browser keeps under a name; a forbidden storage keeps nothing.
 * @param {() => Storage} storage
 * @param {string} name
 * @returns {string | null}
 */
export function kept(storage, name) {
  try {
    return storage().getItem(name);
  } catch {
    return null;
  }
}

/**
 * Keeps something under a name, or forgets it.
 * @param {() => Storage} storage
 * @param {string} name
 * @param {string | null} value
 */
export function keep(storage, name, value) {
  try {
    if (value === null) storage().removeItem(name);
    else storage().setItem(name, value);
  } catch {
    // Private windows forbid storage: the page works, it only remembers nothing.
  }
}
