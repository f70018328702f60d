/** The step of type that a question's length asks for, so that every one fits a screen whole. */

/** @param {string} text */
export function sizeOf(text) {
  const { length } = [...text];
  return length <= 120 ? "s" : length <= 200 ? "m" : "l";
}
