/**
 * Looks for questions among the rows the desk carries. Pure: rows and a search in, models out.
 * `dialog/web/search.py` finds the same among all there are.
 * @import { Question } from "./types.js"
 * @import { Desk } from "./staff_desk.js"
 * @import { RowModel } from "./staff_fill.js"
 */

import { at } from "./address.js";

export const SHOWN = 50;

/** @typedef {{ words: string, state: string, topic: string, mark: string }} Search */

/**
 * Returns the questions found, the latest first.
 * @param {Desk} desk
 * @param {Search} search
 * @returns {Question[]}
 */
export function found({ now, state }, search) {
  const muted = state.session?.muted ?? [];
  return [...state.questions.values()]
    .filter((row) => fits(row, search, now, muted) && says(row, search.words))
    .sort((one, other) => other.number - one.number);
}

/**
 * @param {Question} row
 * @param {Search} search
 * @param {number} now
 * @param {number[]} muted
 */
function fits(row, { state, topic, mark }, now, muted) {
  if (state && row.review !== state) return false;
  if (topic && row.topic !== topic) return false;
  switch (mark) {
    case "personal":
      return (row.personal_data ?? []).length > 0;
    case "appeal":
      return row.appeal?.open === true;
    case "claimed":
      return Boolean(row.claimed) && Date.parse(row.claimed?.until ?? "") > now;
    case "via":
      return Boolean(row.via);
    case "edited":
      return row.edited;
    case "muted":
      return row.person != null && muted.includes(row.person);
    default:
      return true;
  }
}

/**
 * @param {Question} row
 * @param {string} words
 */
function says(row, words) {
  const parts = [row.text, row.background, row.name, row.original?.text, row.original?.background];
  const said = folded(parts.filter(Boolean).join(" "));
  return folded(words)
    .split(/\s+/)
    .filter(Boolean)
    .every((word) => said.includes(word) || word.replace(/^#+/, "") === String(row.number));
}

/**
 * Returns a text in which upper and lower case are the same, as the server has it.
 * @param {string} text
 */
function folded(text) {
  return text.toLowerCase().replaceAll("ß", "ss");
}

/**
 * Returns the models of the first that were found.
 * @param {Desk} desk
 * @param {Question[]} rows
 * @returns {RowModel[]}
 */
export function foundModels({ page, phrases }, rows) {
  return rows.slice(0, SHOWN).map((row) => {
    const facts = [phrases.say(`review.${row.review}`), phrases.count("upvotes", row.upvotes)];
    return {
      key: row.number,
      href: at(page, `number=${row.number}`),
      text: row.text,
      label: phrases.say("label", { n: String(row.number) }),
      meta: [...facts, ...(row.topic ? [row.topic] : [])].join(" · "),
    };
  });
}
