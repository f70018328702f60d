/**
 * The stage block of the room: what is on the stage, and the next two.
 * @import { Question, State } from "./types.js"
 * @import { Painter } from "./rows.js"
 */

import { all, arrangeIn, clone, find, writeField, writeTyped } from "./page.js";
import { coming, nowOf } from "./ranking.js";

/**
 * Returns which of its states the block shows.
 * @param {State} state
 * @returns {"paused" | "hidden" | "now" | "between"}
 */
export function podiumState(state) {
  if (state.session?.paused) return "paused";
  if (state.session?.now_hidden) return "hidden";
  return nowOf(state) ? "now" : "between";
}

/**
 * Shows what is on the stage.
 * @param {HTMLElement} block
 * @param {State} state
 * @param {Painter} painter
 */
export function showPodium(block, state, painter) {
  const shown = podiumState(state);
  block.dataset.podium = shown;
  for (const part of all(block, "[data-when]")) {
    part.hidden = !(part.dataset.when ?? "").split(" ").includes(shown);
  }
  const now = nowOf(state);
  const place = find(block, "div[data-when~=now]");
  if (now && place) showNow(place, now, state, painter);
  showNext(block, state, painter);
}

/**
 * @param {HTMLElement} place
 * @param {Question} row
 * @param {State} state
 * @param {Painter} painter
 */
function showNow(place, row, state, painter) {
  const { phrases } = painter;
  const since = state.session?.now_since;
  const link = find(place, 'a[data-field="text"]');
  const old = link?.getAttribute("href") ?? "";
  link?.setAttribute("href", old.replace(/\/questions\/\d*/, `/questions/${row.number}`));
  place.dataset.number = String(row.number);
  writeTyped(find(place, '[data-field="text"]'), row.text);
  writeField(place, "number", phrases.say("question", { n: row.number }));
  writeField(place, "upvotes", phrases.supports(row.upvotes));
  writeField(place, "asker", phrases.asker(row));
  writeField(
    place,
    "since",
    since ? phrases.say("since.clock", { time: phrases.clock(since) }) : "",
  );
}

/**
 * @param {HTMLElement} block
 * @param {State} state
 * @param {Painter} painter
 */
function showNext(block, state, painter) {
  const next = coming(state);
  const list = find(block, '[data-list="next"]');
  const items = next.map(({ row, rank, ahead }) => {
    const known = list && find(list, `[data-number="${row.number}"]`);
    const item = known ?? clone(block.ownerDocument, "row-next", "li", { n: row.number });
    if (!item) return null;
    const place = ahead ? "place.ahead" : "place";
    writeTyped(find(item, '[data-field="text"]'), row.text);
    writeField(item, "rank", rank === null ? "" : painter.phrases.say(place, { n: rank }));
    return item;
  });
  if (list) arrangeIn(list, items);
  const part = find(block, "[data-next]");
  if (part) part.hidden = next.length === 0 || state.session?.paused === true;
}
