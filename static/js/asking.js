/**
 * The form for a question: counts, warns, keeps what is typed, and sends it without losing a letter.
 * @import { Refused, Reply, State, Status } from "./types.js"
 * @import { Phrases } from "./format.js"
 * @import { Drafts, Typed } from "./drafts.js"
 */

import { lengthOf } from "./format.js";
import { marks } from "./marks.js";
import { all, fieldsOf, find, make, need, refusalOf, whenLeft, write } from "./page.js";
// Of what is imported later everything else has to be there: a part that was lost is not asked for again.
import "./resembling.js";
import { freshKey } from "./wire.js";

const FIELDS = ["text", "background", "show", "district", "archive"];
const NEAR = 50;
const SPOKEN_AT = [50, 10, 0];
const SAVE_AFTER = 400;
const SEND_AGAIN = 10 * 60_000;
const LATE_AFTER = 5_000;
const CLOSING = 5 * 60_000;

/**
 * @typedef {object} AskingSite
 * @property {Phrases} phrases
 * @property {Drafts} drafts
 * @property {(fields: Record<string, unknown>, key: string) => Promise<Reply>} send
 * @property {(sentence: string) => void} announce
 * @property {() => number} now  server time in ms
 * @property {() => State} state
 * @property {(number: number, on: boolean) => Promise<Reply>} upvote
 */

/**
 * Returns the threshold that a remainder has just fallen to: 50, 10, 0, -1 for too much; else null.
 * @param {number} before
 * @param {number} left
 */
export function spokenAt(before, left) {
  if (left < 0) return before >= 0 ? -1 : null;
  return SPOKEN_AT.filter((at) => left <= at && before > at).at(-1) ?? null;
}

export class AskForm {
  /**
   * @param {HTMLFormElement} form
   * @param {AskingSite} site
   */
  constructor(form, site) {
    this.form = form;
    this.site = site;
    this.document = form.ownerDocument;
    this.limits = { text: Number(form.dataset.limit ?? 300), background: 1000 };
    this.text = /** @type {HTMLTextAreaElement} */ (need(form, '[name="text"]'));
    this.button = need(form, "[data-submit]");
    this.left = this.limits.text;
    this.sending = false;
    this.late = false;
    this.asked = false;
    this.connected = true;
    this.kept = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.saving = undefined;
    /** @type {Promise<import("./similar.js").Similar> | undefined} */
    this.similar = undefined;
    this.lost = 0;
    form.addEventListener("input", () => this.typed());
    this.text.addEventListener("input", () => this.resemble((similar) => similar.typed()));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.submit();
    });
    whenLeft(this.document, () => this.keep(true));
    this.document.defaultView?.addEventListener("beforeunload", (event) => {
      this.keep();
      // Only where the device keeps nothing the browser has to ask whether that is meant.
      if (this.isTyped() && !this.kept) event.preventDefault();
    });
    this.restore();
  }

  /** Puts a draft back into an empty form. */
  restore() {
    const draft = this.site.drafts.load();
    if (draft && !this.text.value.trim()) {
      for (const [name, value] of Object.entries(draft.typed)) this.put(name, value);
      this.saved(true);
    }
    this.left = this.remainder();
    this.refresh();
    // Sent and never answered, for the page was closed or loaded again: it was meant to arrive.
    const { at = 0, key = null, open = false, sent = null } = draft ?? {};
    if (open && key && sent && Date.now() - at < SEND_AGAIN) void this.deliver(sent, key);
  }

  /**
   * Writes a value into a field and unfolds where it stands.
   * @param {string} name
   * @param {string} value
   */
  put(name, value) {
    const field = this.form.elements.namedItem(name);
    if (field instanceof HTMLInputElement && field.type === "checkbox")
      field.checked = field.value === value;
    else if (field instanceof RadioNodeList || field instanceof HTMLInputElement)
      field.value = value;
    if (field instanceof HTMLTextAreaElement) field.value = value;
    if (name !== "background" || !value) return;
    const fold = field instanceof HTMLElement ? field.closest("details") : null;
    if (fold) fold.open = true;
  }

  /**
   * Returns what is typed, in the fields the command knows.
   * @returns {Typed}
   */
  fields() {
    const typed = fieldsOf(this.form);
    return Object.fromEntries(FIELDS.map((name) => [name, typed[name] ?? ""]));
  }

  /**
   * Returns what stands in one field. Asked for all at once a browser lays the page out first.
   * @param {string} name
   */
  value(name) {
    const field = this.form.elements.namedItem(name);
    if (field instanceof RadioNodeList || field instanceof HTMLInputElement) return field.value;
    return field instanceof HTMLTextAreaElement ? field.value : "";
  }

  /** Tells whether something is typed that is not sent yet. */
  isTyped() {
    return this.text.value.trim() !== "";
  }

  /** Takes in a keystroke: counts, warns, keeps the draft. */
  typed() {
    const before = this.left;
    this.asked = false;
    this.left = this.remainder();
    const at = spokenAt(before, this.left);
    const { phrases } = this.site;
    if (at === -1) this.site.announce(phrases.say("over.spoken", { n: -this.left }));
    else if (at !== null) this.site.announce(phrases.say("left.spoken", { n: this.left }));
    this.refresh();
    clearTimeout(this.saving);
    this.saving = setTimeout(() => this.keep(), SAVE_AFTER);
  }

  /**
   * Keeps what was typed since the last time; a page that is left keeps all that stands there.
   * @param {boolean} [left]
   */
  keep(left = false) {
    if (this.saving === undefined && !(left && this.isTyped())) return;
    clearTimeout(this.saving);
    this.saving = undefined;
    this.saved(this.site.drafts.save(this.fields()));
  }

  /** Returns how many code points are left, below zero when it is too many. */
  remainder() {
    return this.limits.text - lengthOf(this.text.value);
  }

  /** Writes counter, warning, how one appears, and the button's words. */
  refresh() {
    const { phrases } = this.site;
    const over = this.left < 0;
    const left = over
      ? phrases.say("over", { n: -this.left })
      : phrases.say("left", { n: this.left });
    const count = find(this.form, "[data-count]");
    count?.classList.toggle("count--over", over);
    count?.classList.toggle("count--near", !over && this.left <= NEAR);
    write(count && find(count, '[data-field="left"], .num'), left);
    const found = marks(`${this.text.value}\n${this.value("background")}`);
    const warning = find(this.form, "[data-warning]");
    if (warning) {
      warning.hidden = found.length === 0;
      const places = found.map((place) => make(this.document, "mark", "", place));
      const field = find(warning, '[data-field="found"]');
      field?.replaceChildren(...places.flatMap((place, at) => (at ? [", ", place] : [place])), ".");
    }
    const named = this.value("show") === "name";
    for (const part of all(this.form, "[data-shown]"))
      part.hidden = (part.dataset.shown === "name") !== named;
    this.name(found.length > 0);
    this.tell();
  }

  /**
   * Says on the button what it will do; where personal data stands it is not the thing to press.
   * @param {boolean} warned
   */
  name(warned) {
    const key = this.label(warned);
    write(find(this.button, ".kern-label") ?? this.button, this.site.phrases.say(key));
    this.button.classList.toggle("kern-btn--primary", !warned);
    this.button.classList.toggle("kern-btn--secondary", warned);
    if (this.sending) this.button.setAttribute("aria-disabled", "true");
    else this.button.removeAttribute("aria-disabled");
  }

  /**
   * Returns the word of what the button does, or is doing.
   * @param {boolean} warned
   */
  label(warned) {
    if (!this.connected) return this.sending ? "sending.later" : "submit.later";
    if (this.sending) return "sending";
    return warned ? "submit.anyway" : "submit";
  }

  /** Says beside the button what became of the question, for those who only see the form. */
  tell() {
    const waiting = this.sending && (this.late || !this.connected);
    const said = waiting ? "waiting" : this.asked && !this.sending ? "asked" : "";
    for (const part of all(this.form, "[data-told]")) part.hidden = part.dataset.told !== said;
  }

  /**
   * Shows whether the draft is kept on this device.
   * @param {boolean} kept
   */
  saved(kept) {
    this.kept = kept;
    const note = find(this.form, "[data-saved]");
    if (note) note.hidden = !kept;
  }

  /**
   * Lets the part at work that looks for similar questions; it comes with the first letter.
   * @param {(similar: import("./similar.js").Similar) => void} run
   */
  resemble(run) {
    // Browsers remember under its name that a module could not be fetched.
    const name = this.lost ? `./similar.js?${this.lost}` : "./similar.js";
    this.similar ??= import(name).then(
      (/** @type {typeof import("./similar.js")} */ { Similar }) =>
        new Similar(this.form, {
          ...this.site,
          connected: () => this.connected,
          fetch: (input, init) => fetch(input, init),
        }),
    );
    // Without it the form is whole; the next letter tries again.
    this.similar.then(run, () => {
      this.similar = undefined;
      this.lost++;
    });
  }

  /** Sends the question, once at a time; what is typed stays until the server has it. */
  async submit() {
    if (this.sending) return;
    const typed = this.fields();
    const wrong = this.wrong(typed);
    if (wrong) {
      this.refuse(wrong);
      return;
    }
    this.keep();
    const key = this.site.drafts.sending(typed, freshKey());
    await this.deliver(typed, key);
  }

  /**
   * Sends a question until it is answered, over as many connections as that takes.
   * @param {Typed} typed
   * @param {string} key
   */
  async deliver(typed, key) {
    this.sending = true;
    this.refresh();
    const waiting = setTimeout(() => {
      this.late = true;
      this.refresh();
    }, LATE_AFTER);
    const reply = await this.site.send(typed, key);
    clearTimeout(waiting);
    this.late = false;
    this.sending = false;
    if (reply.type === "done") this.accept(typed);
    else {
      this.site.drafts.refused();
      this.refuse(reply);
    }
  }

  /**
   * Returns the refusal the server would answer with, where the page knows it beforehand: a text of
   * any length must not end the connection.
   * @param {Typed} typed
   * @returns {Refused | null}
   */
  wrong(typed) {
    const [text, background] = [lengthOf(typed.text ?? ""), lengthOf(typed.background ?? "")];
    /** @type {Pick<Refused, "type" | "key">} */
    const refused = { type: "refused", key: "" };
    if (text === 0) return { ...refused, code: "empty", field: "text" };
    const { limits } = this;
    if (text > limits.text)
      return { ...refused, code: "too_long", field: "text", limit: limits.text };
    if (background <= limits.background) return null;
    return { ...refused, code: "too_long", field: "background", limit: limits.background };
  }

  /**
   * Empties the form, unless something else was typed meanwhile.
   * @param {Typed} sent
   */
  accept(sent) {
    this.site.announce(this.site.phrases.say("said.asked"));
    this.clearError();
    const key = this.form.elements.namedItem("key");
    if (key instanceof HTMLInputElement) key.value = freshKey();
    const now = this.fields();
    clearTimeout(this.saving);
    this.saving = undefined;
    this.site.drafts.clear();
    if (now.text === sent.text) {
      this.put("text", "");
      if (this.similar) this.resemble((similar) => similar.typed());
    }
    if (now.background === sent.background) this.put("background", "");
    this.put("archive", ""); // consent is given to one question, and asked for with each
    this.saved(this.isTyped() && this.site.drafts.save(this.fields()));
    this.left = this.remainder();
    this.asked = true;
    this.refresh();
  }

  /**
   * Says at the field why the question was refused; the text is kept and the focus goes to it.
   * @param {Refused} refused
   */
  refuse(refused) {
    const said = refusalOf(this.document, refused);
    const over = -this.left;
    const shorten = refused.code === "too_long" && refused.field !== "background" && over > 0;
    const text = shorten
      ? this.site.phrases.count("shorten", over)
      : [said.title && `${said.title}.`, said.sentence, said.next].filter(Boolean).join(" ");
    const error = need(this.form, "[data-error]");
    error.setAttribute("role", "alert");
    error.hidden = false;
    write(find(error, '[data-field="error"]') ?? error, text);
    const field = refused.field === "background" ? "background" : "text";
    const area = need(this.form, `[name="${field}"]`);
    this.describe(area, error.id, true);
    const fold = area.closest("details");
    if (fold) fold.open = true;
    area.focus();
    this.refresh();
  }

  /** Takes the error away. */
  clearError() {
    const error = need(this.form, "[data-error]");
    error.hidden = true;
    for (const area of all(this.form, "[aria-invalid]")) this.describe(area, error.id, false);
  }

  /**
   * Ties an error to its field, or unties it.
   * @param {HTMLElement} area
   * @param {string} id
   * @param {boolean} wrong
   */
  describe(area, id, wrong) {
    const others = (area.getAttribute("aria-describedby") ?? "")
      .split(" ")
      .filter((one) => one !== id);
    area.setAttribute("aria-describedby", [...(wrong ? [id] : []), ...others].join(" ").trim());
    if (wrong) area.setAttribute("aria-invalid", "true");
    else area.removeAttribute("aria-invalid");
  }

  /**
   * Takes in limits and connection.
   * @param {State} state
   * @param {Status} status
   */
  follow(state, status) {
    const { background, text } = state.limits ?? this.limits;
    this.limits = { background, text };
    this.connected = status.state !== "offline" || status.final !== null;
    if (this.similar) this.resemble((similar) => similar.follow());
    this.refresh();
    this.warnOfEnd(state);
  }

  /**
   * Says in the last minutes until when questions are taken; the first time also aloud.
   * @param {State} state
   */
  warnOfEnd(state) {
    const place = find(this.document, "[data-closing]");
    const until = state.session?.questions_until ?? state.session?.ends;
    if (!place || !until) return;
    const left = Date.parse(until) - this.site.now();
    const first = place.hidden;
    place.hidden = state.session?.phase !== "live" || left <= 0 || left > CLOSING;
    if (place.hidden) return;
    const { phrases } = this.site;
    const title = make(this.document, "h3", "", phrases.count("closing", Math.ceil(left / 60_000)));
    const text = make(this.document, "p", "", phrases.say("grace", { time: phrases.clock(until) }));
    if (place.textContent === `${title.textContent}${text.textContent}`) return;
    const note = make(this.document, "div", "note note--warn");
    note.append(title, text);
    place.replaceChildren(note);
    if (first) this.site.announce(title.textContent ?? "");
  }
}
