/**
 * The dialog in which a group is decided on: what is ticked, which wording stays, one key for each.
 * @import { Desk } from "./staff_desk.js"
 * @import { Staff } from "./staff_page.js"
 */

import { groupModels, unionWords } from "./groups.js";
import { all, find } from "./page.js";
import { fill, fillRows } from "./staff_fill.js";

const STAY_KEY = 4_000;

export class Group {
  /**
   * @param {Staff} staff
   * @param {() => Desk} desk
   */
  constructor(staff, desk) {
    this.staff = staff;
    this.desk = desk;
    this.dialog = find(staff.document, "#sheet-group");
    this.stayUntil = 0;
    this.dialog?.addEventListener("change", () => this.count());
  }

  /**
   * Opens the dialog; it shows the questions as they are now, so that who changes one is named later.
   * @param {number} number
   * @param {number[]} group
   */
  open(number, group) {
    if (!this.staff.open("group", { number }) || !this.dialog) return;
    const list = find(this.dialog, "[data-rows]");
    if (list) fillRows(list, groupModels(this.desk(), group));
    this.stayUntil = 0;
    for (const box of this.boxes()) box.checked = group.includes(Number.parseInt(box.value, 10));
    for (const one of this.stays()) one.checked = Number(one.value) === number;
    const fold = find(this.dialog, "[data-returning]");
    const note = /** @type {HTMLTextAreaElement | null} */ (find(this.dialog, "textarea"));
    if (fold instanceof HTMLDetailsElement) fold.open = Boolean(note?.value);
    this.count();
    this.boxes()[0]?.focus();
  }

  /** @returns {HTMLInputElement[]} */
  boxes() {
    const found = this.dialog ? all(this.dialog, "[name=picked]") : [];
    return /** @type {HTMLInputElement[]} */ (found);
  }

  /** @returns {HTMLInputElement[]} */
  stays() {
    const found = this.dialog ? all(this.dialog, "[name=into]") : [];
    return /** @type {HTMLInputElement[]} */ (found);
  }

  /** Says how many people support the kept question afterwards. */
  count() {
    if (!this.dialog) return;
    const ticked = this.boxes().filter(({ checked }) => checked);
    const kept = this.stays().find(({ checked }) => checked);
    const numbers = ticked.map(({ value }) => Number.parseInt(value, 10));
    const all = new Set(numbers.length > 0 && kept ? [...numbers, Number(kept.value)] : numbers);
    fill(this.dialog, { group_union: unionWords(this.desk(), [...all]) });
  }

  /**
   * Answers a single key. Once a reason is being chosen, digits are its numbers.
   * @param {string} key
   * @returns {boolean}  whether the key meant something
   */
  key(key) {
    const { dialog } = this;
    const fold = dialog && find(dialog, "[data-returning]");
    if (!dialog || !(fold instanceof HTMLDetailsElement)) return false;
    if (key === "enter") return this.enter(fold);
    if (/^[1-9]$/.test(key)) return this.digit(Number(key), fold);
    if (key === "w") {
      this.stayUntil = Date.now() + STAY_KEY;
      const { phrases } = this.staff;
      this.staff.say(phrases.say("group.stays", { n: Math.min(9, this.stays().length) }));
    } else if (key === "r") {
      fold.open = true;
      find(fold, "input:checked")?.focus();
    } else if (key === "m") {
      find(dialog, "[data-group-key=m]")?.click();
    } else return false;
    return true;
  }

  /**
   * Returns what is ticked once its reason is chosen; elsewhere Enter decides nothing by itself.
   * @param {HTMLDetailsElement} fold
   */
  enter(fold) {
    const focused = fold.ownerDocument.activeElement;
    if (!focused || !fold.contains(focused) || !focused.matches("[name=reason]")) return false;
    find(fold, '[type="submit"]')?.click();
    return true;
  }

  /**
   * @param {number} digit
   * @param {HTMLDetailsElement} fold
   */
  digit(digit, fold) {
    const stays = Date.now() < this.stayUntil;
    const named = fold.open ? [find(fold, `[data-digit="${digit}"]`)] : this.boxes();
    const input = stays ? this.stays()[digit - 1] : fold.open ? named[0] : named[digit - 1];
    this.stayUntil = 0;
    if (!(input instanceof HTMLInputElement) || input.closest("[hidden]")) return false;
    input.checked = input.type === "radio" || !input.checked;
    input.focus();
    this.count();
    return true;
  }
}
