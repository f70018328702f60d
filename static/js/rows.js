/**
 * Paints question rows: the parts are the page's own templates, the texts go in as text.
 * @import { Answer, OwnQuestion, Question } from "./types.js"
 * @import { Phrases } from "./format.js"
 */

import { clone, find, make, write, writeField, writeTyped } from "./page.js";
import { mark } from "./tongue.js";

export class Painter {
  /**
   * @param {Document} document
   * @param {Phrases} phrases
   * @param {() => number} now  server time in ms
   */
  constructor(document, phrases, now) {
    this.document = document;
    this.phrases = phrases;
    this.now = now;
  }

  /**
   * Writes what a ranked question says about itself; its rank is the list's business.
   * @param {HTMLElement} item
   * @param {Question} row
   * @param {boolean} own
   */
  question(item, row, own) {
    writeTyped(find(item, '[data-field="text"]'), row.text);
    this.count(item, row.upvotes);
    item.classList.toggle("q--own", own);
    for (const [name, shown] of /** @type {[string, boolean][]} */ ([
      ["mine", own],
      ["edited", row.edited],
      ["merged", row.merged.length > 0],
    ])) {
      const field = find(item, `[data-field="${name}"]`);
      if (field) field.hidden = !shown;
    }
    if (row.merged.length > 0 && this.phrases.count("merged", 1)) {
      write(find(item, '[data-field="merged"]'), this.phrases.count("merged", row.merged.length));
    }
    writeField(item, "topic", row.topic ?? "");
    writeField(item, "asker", this.phrases.asker(row));
    this.asked(item, row);
  }

  /**
   * Writes a count in place; it stands outside the button, whose name therefore never changes.
   * @param {HTMLElement} item
   * @param {number} upvotes
   */
  count(item, upvotes) {
    write(find(item, '[data-field="upvotes"]'), this.phrases.number(upvotes));
    write(find(item, '[data-field="upvotes_word"]'), this.phrases.count("upvotes", upvotes));
  }

  /**
   * Writes when a question was asked.
   * @param {HTMLElement} item
   * @param {Question} row
   */
  asked(item, row) {
    const time = find(item, '[data-field="asked"]');
    time?.setAttribute("datetime", row.asked);
    write(time, this.phrases.age("ago", row.asked, this.now()));
  }

  /**
   * Writes an answered question: outcome, time, count and answer.
   * @param {HTMLElement} item
   * @param {Question} row
   */
  answered(item, row) {
    writeTyped(find(item, '[data-field="text"]'), row.text);
    write(find(item, '[data-field="upvotes"]'), this.phrases.supports(row.upvotes));
    const time = find(item, '[data-field="outcome_at"]');
    if (time && row.outcome_at) {
      time.setAttribute("datetime", row.outcome_at);
      write(time, this.phrases.say("at.clock", { time: this.phrases.clock(row.outcome_at) }));
    }
    const state = row.answer?.kept ? "kept" : row.outcome;
    const outcome = find(item, '[data-field="outcome"]');
    outcome?.replaceChildren(this.status(state, this.outcomeDetail(row, state)));
    const answer = find(item, '[data-field="answer"]');
    if (answer) this.answer(answer, row.answer);
  }

  /**
   * Returns the status of a question, icon and words, as the page's own part for it shows it.
   * @param {string} state
   * @param {string} detail
   */
  status(state, detail) {
    const part = clone(this.document, "row-own", `[data-state="${CSS.escape(state)}"] .st`);
    const status = make(this.document, "span", part?.className ?? "st");
    const icon = part && find(part, "svg");
    if (icon) status.append(icon);
    const label = part ? (find(part, '[data-field="label"]')?.textContent ?? "") : "";
    status.append(`${label || this.phrases.say(`outcome.${state}`)}${detail}`);
    return status;
  }

  /**
   * Returns what follows an outcome's word: until when, on which day, to whom.
   * @param {Question} row
   * @param {string} state
   */
  outcomeDetail(row, state) {
    const { answer } = row;
    const { phrases } = this;
    const said =
      state === "kept" && answer?.kept
        ? phrases.say("on.day", { day: phrases.day(answer.kept.at) })
        : state === "promised" && answer?.until
          ? phrases.say("until.day", { day: phrases.day(answer.until) })
          : state === "written" && row.outcome_at
            ? phrases.say("on.day", { day: phrases.day(answer?.at ?? row.outcome_at) })
            : state === "referred" && answer?.to
              ? phrases.say("to", { to: answer.to })
              : "";
    return said && ` ${said}`;
  }

  /**
   * Writes a released answer in paragraphs, with its sources.
   * @param {HTMLElement} place
   * @param {Answer | null} answer
   */
  answer(place, answer) {
    place.hidden = answer === null;
    if (!answer) return;
    const parts = this.paragraphs(answer.text);
    if (answer.kept) {
      const kept = make(this.document, "div", "kept");
      const day = this.phrases.say("on.day", { day: this.phrases.day(answer.kept.at) });
      kept.append(this.status("kept", day && ` ${day}`), ...this.paragraphs(answer.kept.text));
      parts.push(kept);
    }
    if (answer.sources.length > 0) parts.push(this.sources(answer.sources));
    parts.push(make(this.document, "p", "meta", this.phrases.say(`kind.${answer.kind}`)));
    place.replaceChildren(...parts);
  }

  /**
   * Returns the paragraphs of a plain text.
   * @param {string} text
   * @returns {HTMLElement[]}
   */
  paragraphs(text) {
    const parts = text.split(/\n\s*\n/).filter((part) => part.trim());
    return parts.map((part) => {
      const paragraph = make(this.document, "p", "", part.trim());
      mark(paragraph, part);
      return paragraph;
    });
  }

  /**
   * Returns a list of sources, with links to those that have an address.
   * @param {string[]} sources
   */
  sources(sources) {
    const list = make(this.document, "ul", "meta");
    for (const source of sources) {
      const item = make(this.document, "li");
      item.append(...this.linked(source));
      list.append(item);
    }
    return list;
  }

  /**
   * Returns the parts of a plain text, each web address as a link.
   * @param {string} text
   * @returns {(string | HTMLElement)[]}
   */
  linked(text) {
    return text.split(/(https?:\/\/\S*[^\s.,;:!?)])/).map((part, at) => {
      if (at % 2 === 0) return part;
      const link = this.document.createElement("a");
      link.href = part;
      link.rel = "noreferrer";
      link.textContent = part;
      return link;
    });
  }

  /**
   * Returns what follows the status of an own question.
   * @param {OwnQuestion} row
   * @param {string} state
   * @param {number | null} rank
   * @param {string} reason  the title of the reason it was returned for
   */
  ownDetail(row, state, rank, reason) {
    const { phrases } = this;
    switch (state) {
      case "waiting":
        return ` – ${phrases.age("since", row.asked, this.now())}`;
      case "approved":
      case "next":
        return rank === null ? "" : ` – ${phrases.say("place", { n: rank })}`;
      case "merged":
        return row.into ? ` ${phrases.say("with", { n: row.into })}` : "";
      case "returned":
      case "upheld":
        return reason && `: ${reason}`;
      case "aloud":
        return row.outcome_at
          ? ` ${phrases.say("at.clock", { time: phrases.clock(row.outcome_at) })}`
          : "";
      default:
        return this.outcomeDetail(row, state);
    }
  }
}
