/** A quotation that is copied with one press, and a page that is printed with one. */

/** @typedef {{ writeText(text: string): Promise<void> }} Board */

/**
 * Returns a text as one line, as it is to stand elsewhere.
 * @param {string} text
 */
export function line(text) {
  return text.replace(/\s+/g, " ").trim();
}

/**
 * Copies a quotation, else marks it; returns whether it was copied.
 * @param {HTMLElement} quotation
 * @param {Board | undefined} board
 * @param {() => void} mark
 */
export async function copy(quotation, board, mark) {
  try {
    if (!board) throw new Error("only pages that came by https may write there");
    await board.writeText(line(quotation.textContent ?? ""));
    return true;
  } catch {
    mark();
    return false;
  }
}

/** @param {Document} page */
export function offer(page) {
  const button = /** @type {HTMLElement | null} */ (page.querySelector("[data-copy]"));
  const quotation = page.getElementById(button?.dataset.copy ?? "");
  const said = /** @type {HTMLElement | null} */ (page.querySelector("[data-copied]"));
  const print = /** @type {HTMLElement | null} */ (page.querySelector("[data-print]"));
  if (print) {
    print.hidden = false;
    print.addEventListener("click", () => page.defaultView?.print());
  }
  if (!button || !quotation || !said) return;
  button.hidden = false;
  const mark = () => page.getSelection()?.selectAllChildren(quotation);
  button.addEventListener("click", async () => {
    const done = await copy(quotation, page.defaultView?.navigator.clipboard, mark);
    said.textContent = (done ? said.dataset.done : said.dataset.failed) ?? "";
  });
}

if (globalThis.document) offer(globalThis.document);
