/**
 * What an edit changed: the words that stayed, went and came. `dialog/web/difference.py` finds the
 * same; `tests/wire/difference.json` holds both to it. Loaded where something was edited only.
 */

/** @typedef {"same" | "del" | "ins"} Kind */

/**
 * Returns runs of words in the order of both wordings, as few words changed as can be.
 * @param {string} before
 * @param {string} after
 * @returns {[Kind, string][]}
 */
export function difference(before, after) {
  const [old, now] = [before, after].map((text) => text.split(/\s+/).filter(Boolean));
  if (!old || !now) return [];
  const shared = sharedOf(old, now);
  /** @type {[Kind, string][]} */
  const runs = [];
  /** @type {(kind: Kind, word: string | undefined) => void} */
  const add = (kind, word = "") => {
    const last = runs.at(-1);
    if (last?.[0] === kind) last[1] += ` ${word}`;
    else runs.push([kind, word]);
  };
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      add("same", old[i]);
      i += 1;
      j += 1;
    } else if (
      j === now.length ||
      (i < old.length && at(shared, i + 1, j) >= at(shared, i, j + 1))
    ) {
      add("del", old[i]);
      i += 1;
    } else {
      add("ins", now[j]);
      j += 1;
    }
  }
  return runs;
}

/**
 * Returns how many words at most are the same, in order, from each pair of places on.
 * @param {string[]} old
 * @param {string[]} now
 */
function sharedOf(old, now) {
  const shared = Array.from({ length: old.length + 1 }, () => new Uint16Array(now.length + 1));
  for (let i = old.length - 1; i >= 0; i -= 1) {
    const row = /** @type {Uint16Array} */ (shared[i]);
    for (let j = now.length - 1; j >= 0; j -= 1) {
      const longer = Math.max(at(shared, i + 1, j), at(shared, i, j + 1));
      row[j] = old[i] === now[j] ? 1 + at(shared, i + 1, j + 1) : longer;
    }
  }
  return shared;
}

/**
 * @param {Uint16Array[]} shared
 * @param {number} i
 * @param {number} j
 */
function at(shared, i, j) {
  return shared[i]?.[j] ?? 0;
}

/**
 * Writes what was changed into an element, for ears as well: `data-del` and `data-ins` are the words
 * that a screen reader says before what went and what came.
 * @param {HTMLElement} place
 * @param {string} before
 * @param {string} after
 */
export function writeDifference(place, before, after) {
  const state = JSON.stringify([before, after]);
  if (place.dataset.painted === state) return;
  place.dataset.painted = state;
  const parts = difference(before, after).flatMap(([kind, words]) => {
    if (kind === "same") return [words, " "];
    const element = place.ownerDocument.createElement(kind);
    const spoken = place.ownerDocument.createElement("span");
    spoken.className = "kern-sr-only";
    spoken.lang = place.ownerDocument.documentElement.lang;
    spoken.textContent = `${place.dataset[kind] ?? ""} `;
    element.append(spoken, words);
    return [element, " "];
  });
  place.replaceChildren(...parts);
}
