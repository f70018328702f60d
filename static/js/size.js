/** How large the type of stage and beamer may be, so that everything on them is seen whole. */

const SMALLEST = 5;

/**
 * Returns the step of type that a question's length asks for.
 * @param {string} text
 */
export function sizeOf(text) {
  const { length } = [...text];
  return length <= 120 ? "s" : length <= 200 ? "m" : "l";
}

/**
 * Sets the type as large as the whole still fits into the window.
 * @param {HTMLElement} stage
 */
export function fitWhole(stage) {
  const page = stage.ownerDocument.documentElement;
  for (let step = 0; step <= SMALLEST; step += 1) {
    stage.dataset.fit = String(step);
    if (page.scrollHeight <= page.clientHeight) return;
  }
}
