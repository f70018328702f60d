/**
 * Published answers of earlier sessions beside the desk's question: up to three, with their link.
 * @import { Published as Answer } from "./resembling.js"
 * @import { Question } from "./types.js"
 * @import { RowModel } from "./staff_fill.js"
 * @import { Staff } from "./staff_page.js"
 */

import { at } from "./address.js";
import { all, find } from "./page.js";
import { resembling } from "./resembling.js";
import { fillRows } from "./staff_fill.js";

const PAUSE = 150;
const MOST = 3;

export class Published {
  /**
   * @param {Staff} staff
   * @param {string} page  address of the desk
   */
  constructor(staff, page) {
    this.staff = staff;
    this.page = page;
    this.list = find(staff.document, '[data-rows="answers"]');
    this.of = Number(this.list?.dataset.of);
    this.said = "";
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.request = new AbortController();
  }

  /** Tells whether there is none. */
  get isEmpty() {
    return !this.list || this.list.childElementCount === 0;
  }

  /**
   * Looks for answers to a question, once for each wording.
   * @param {Question} row
   * @param {() => void} shown  called when there is something else to see
   */
  follow(row, shown) {
    if (!this.list || (row.number === this.of && row.text === this.said)) return;
    const served = row.number === this.of && this.said === "";
    if (row.number !== this.of) this.paint(row, []);
    [this.of, this.said] = [row.number, row.text];
    this.request.abort();
    clearTimeout(this.timer);
    if (!served) this.timer = setTimeout(() => void this.ask(row, shown), PAUSE);
  }

  /**
   * @param {Question} row
   * @param {() => void} shown
   */
  async ask(row, shown) {
    const answers = await this.fetched(row.text);
    if (answers === null) return;
    this.paint(row, answers);
    shown();
  }

  /**
   * Returns what was found, null where another question was opened meanwhile or the line is dead.
   * @param {string} text
   * @returns {Promise<Answer[] | null>}
   */
  async fetched(text) {
    const { document, root, window } = this.staff;
    this.request = new AbortController();
    const address = (root.dataset.live ?? "").replace(/live$/, "similar");
    const { signal } = this.request;
    const fetch = window.fetch.bind(window);
    return (await resembling(fetch, address, text, document, signal))?.answers ?? null;
  }

  /**
   * @param {Question} row
   * @param {Answer[]} answers
   */
  paint(row, answers) {
    const { phrases } = this.staff;
    /** @type {RowModel[]} */
    const models = answers.slice(0, MOST).map(({ by, href, starts, text }, index) => ({
      key: index + 1,
      text,
      href,
      meta: `${phrases.say("answer.of", { day: phrases.day(starts) })} · ${by}`,
      refer: at(
        this.page,
        `number=${row.number}&dialog=return&answer=${path(href).replace("/archive/", "")}`,
      ),
      address: path(href),
    }));
    if (this.list) fillRows(this.list, models);
  }

  /**
   * Puts the link to an answer into the form of a return, under its reason; what stands there stays.
   * @param {HTMLElement} button
   */
  refer(button) {
    const sheet = this.staff.document.getElementById("sheet-return");
    const reason = sheet && find(sheet, '[name="reason"][value="already_answered"]');
    const note = sheet && find(sheet, '[name="note"]');
    const link = new URL(button.dataset.refer ?? "", this.staff.window.location.href).href;
    if (!(reason instanceof HTMLInputElement && note instanceof HTMLTextAreaElement)) return;
    reason.checked = true;
    if (!note.value.includes(link))
      note.value = [note.value.trim(), link].filter(Boolean).join("\n");
    reason.focus();
  }

  /** Returns the buttons that refer to an answer, in their order. */
  buttons() {
    return this.list ? all(this.list, "[data-refer]") : [];
  }
}

/**
 * Returns the path of an address without what a page's language adds to it.
 * @param {string} href
 */
function path(href) {
  return href.split("?")[0] ?? "";
}
