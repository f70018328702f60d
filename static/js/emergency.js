/**
 * Off every screen, and beamer and overlay empty: one key each on every page of staff, and in words
 * what became of it.
 * @import { Reply } from "./types.js"
 * @import { Model } from "./staff_fill.js"
 * @import { Fields, Staff } from "./staff_page.js"
 */

import { all, find } from "./page.js";
import { nowOf } from "./ranking.js";
import { device } from "./storage.js";

const KEYS = ["h", "b"];
const MEMORY = "dialog.keys";
const BOUNCE_MS = 400;

export class Emergency {
  /** @param {Staff} staff */
  constructor(staff) {
    this.staff = staff;
    this.document = staff.document;
    this.storage = device();
    this.keys = this.storage.getItem(MEMORY) !== "off";
    this.pressedAt = Number.NEGATIVE_INFINITY;
    /** @type {number | null} the question that was hidden from here */
    this.hid = null;
    const { phrases } = staff;
    staff.after.set("hide", (_result, { number }) => {
      this.hid = Number(number);
      staff.say(phrases.say("said.hid", { n: String(number) }));
    });
    staff.after.set("blank", (_result, { on }) => {
      staff.say(phrases.say(on === true ? "said.blank" : "said.shown"));
    });
    // The desk has a switch and keys of its own, these among them.
    this.switch = find(this.document, '[data-act="single-keys"]');
    if (this.switch) this.document.addEventListener("keydown", (event) => this.key(event));
  }

  /**
   * Returns what is on the screens, for forms, buttons and words.
   * @returns {Model}
   */
  model() {
    const { phrases } = this.staff;
    const { state } = this.staff.live;
    if (!state.session) return {};
    const now = nowOf(state);
    const { blank } = state.session;
    this.switch?.setAttribute("aria-checked", String(this.keys));
    const hid = this.hid !== null && now?.number !== this.hid;
    return {
      has_now: now !== null,
      no_now: now === null,
      now_number: now?.number ?? "",
      now_rev: now?.rev ?? "",
      now_text: now?.text ?? "",
      nowbar_class: now ? "podium nowbar" : "nowbar nowbar--idle",
      blank,
      blank_other: blank ? "0" : "1",
      blank_label: phrases.say(blank ? "blank.undo" : "blank"),
      hid,
      ...(hid ? { hid_said: phrases.say("said.hid", { n: String(this.hid) }) } : {}),
      single_keys: phrases.say(this.keys ? "keys.on" : "keys.off"),
    };
  }

  /**
   * Returns the answer, after a second try where a question to be hidden was only changed meanwhile:
   * a scribe's draft must not keep it on the screens.
   * @param {string} name
   * @param {Fields} fields
   * @param {Reply} reply
   * @returns {Promise<Reply>}
   */
  async insist(name, fields, reply) {
    if (name !== "hide" || reply.type !== "refused" || reply.code !== "conflict") return reply;
    const staged = reply.state === "approved" || reply.state === "stage_only";
    return staged ? this.staff.live.do(name, { ...fields, rev: reply.rev }) : reply;
  }

  /** Turns single keys on or off, for every page of staff in this browser. */
  turn() {
    this.keys = !this.keys;
    if (this.keys) this.storage.removeItem(MEMORY);
    else this.storage.setItem(MEMORY, "off");
    this.staff.plan();
  }

  /**
   * Answers a single key; in a field or a dialog it is only a letter, and Escape leads out of the text.
   * @param {KeyboardEvent} event
   */
  key(event) {
    const { isComposing, key, repeat, target, timeStamp } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || isComposing) return;
    if (target instanceof HTMLTextAreaElement && key === "Escape") target.blur();
    const letter = key.toLowerCase();
    if (!KEYS.includes(letter) || !this.keys || isField(target)) return;
    if (find(this.document, "dialog[open]")) return;
    event.preventDefault();
    const bounced = timeStamp - this.pressedAt < BOUNCE_MS;
    this.pressedAt = timeStamp;
    if (repeat || bounced) return;
    const buttons = all(this.document, `[data-key="${letter}"]`);
    buttons.find((one) => one.closest("[hidden]") === null)?.click();
  }
}

/** @param {EventTarget | null} target */
function isField(target) {
  if (target instanceof HTMLInputElement)
    return !["radio", "checkbox", "submit"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
