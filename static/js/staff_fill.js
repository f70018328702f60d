/**
 * Fills marked elements from a model, in place. `data-t` names a text, `data-show` a condition for
 * being seen, `data-set` attributes, `data-marked` a text with marked places. What the model does not
 * name stays as it is; a part with `data-scope` or `data-rows` belongs to another model.
 */

import { mark } from "./tongue.js";

/** @typedef {{ from: number, to: number }} Range */
/** @typedef {{ text: string, ranges: Range[] }} Marked */
/** @typedef {Record<string, string | number | boolean | null | Marked>} Model */
/** @typedef {Model & { key: number }} RowModel */

/** @type {WeakMap<Element, Element[]>} */
const known = new WeakMap();

/**
 * Writes a model into a part of the page.
 * @param {Element} root
 * @param {Model} model
 */
export function fill(root, model) {
  for (const element of boundIn(root)) {
    const { t, show, set, marked } = /** @type {HTMLElement} */ (element).dataset;
    if (t !== undefined && t in model) writeText(element, String(model[t] ?? ""));
    if (show !== undefined && show in model) element.toggleAttribute("hidden", !model[show]);
    if (marked !== undefined && marked in model) {
      writeMarked(element, /** @type {Marked} */ (model[marked]));
    }
    if (set !== undefined) setAttributes(element, set, model);
  }
}

/**
 * Returns the marked elements that belong to a part itself; its markup does not change later.
 * @param {Element} root
 * @returns {Element[]}
 */
function boundIn(root) {
  const found = known.get(root);
  if (found) return found;
  /** @type {Element[]} */
  const bound = [];
  collect(root, bound);
  known.set(root, bound);
  return bound;
}

/**
 * @param {Element} element
 * @param {Element[]} bound
 */
function collect(element, bound) {
  if (element.matches("[data-t], [data-show], [data-set], [data-marked]")) bound.push(element);
  if (element.hasAttribute("data-rows")) return;
  for (const child of element.children) {
    if (!child.hasAttribute("data-scope")) collect(child, bound);
  }
}

/**
 * Writes a text only where it differs, so that a selection in it survives.
 * @param {Element} element
 * @param {string} text
 */
function writeText(element, text) {
  if (element.textContent === text) return;
  element.textContent = text;
  markTyped(element, text);
}

/**
 * What somebody typed leaves its direction to the text; its language goes with it.
 * @param {Element} element
 * @param {string} text
 */
function markTyped(element, text) {
  if (element.getAttribute("dir") === "auto") mark(/** @type {HTMLElement} */ (element), text);
}

/**
 * Writes a text with `<mark>` around its ranges, which count code points.
 * @param {Element} element
 * @param {Marked} marked
 */
function writeMarked(element, { text, ranges }) {
  const state = JSON.stringify([text, ranges]);
  if (element.getAttribute("data-painted") === state) return;
  element.setAttribute("data-painted", state);
  markTyped(element, text);
  const letters = [...text];
  /** @type {(string | Element)[]} */
  const parts = [];
  let at = 0;
  for (const { from, to } of [...ranges].sort((one, other) => one.from - other.from)) {
    if (from < at) continue;
    const place = element.ownerDocument.createElement("mark");
    place.textContent = letters.slice(from, to).join("");
    parts.push(letters.slice(at, from).join(""), place);
    at = to;
  }
  element.replaceChildren(...parts, letters.slice(at).join(""));
}

/**
 * Sets attributes as `data-set` says: "value:rev href:address"; null and false take one away.
 * @param {Element} element
 * @param {string} set
 * @param {Model} model
 */
function setAttributes(element, set, model) {
  for (const pair of set.split(" ")) {
    const [name = "", key = ""] = pair.split(":");
    if (!(key in model)) continue;
    const value = model[key] ?? null;
    if (name === "value" && element instanceof HTMLInputElement)
      element.value = String(value ?? "");
    else if (value === null || value === false) element.removeAttribute(name);
    else if (element.getAttribute(name) !== String(value))
      element.setAttribute(name, String(value));
  }
}

/**
 * Brings a list to its models: items are known by `data-number`, kept, moved, made from a template.
 * @param {Element} list
 * @param {RowModel[]} models
 * @param {string} [template]  the id of the template of one item
 */
export function fillRows(list, models, template = `t-${list.getAttribute("data-rows")}`) {
  const items = new Map([...list.children].map((item) => [Number(keyOf(item)), item]));
  const wanted = new Set(models.map(({ key }) => key));
  for (const [key, item] of items) if (!wanted.has(key)) item.remove();
  list.toggleAttribute("hidden", models.length === 0);
  let place = list.firstElementChild;
  for (const model of models) {
    const item = items.get(model.key) ?? cloned(list.ownerDocument, template, model.key);
    if (!item) return;
    fill(item, model);
    if (item === place) place = place.nextElementSibling;
    else move(list, item, place);
  }
}

/** @param {Element} item */
function keyOf(item) {
  return item.getAttribute("data-number");
}

/**
 * @param {Document} document
 * @param {string} id
 * @param {number} key
 * @returns {Element | null}
 */
function cloned(document, id, key) {
  const template = document.getElementById(id);
  if (!(template instanceof HTMLTemplateElement)) return null;
  const first = template.content.firstElementChild;
  if (!first) return null;
  const item = /** @type {Element} */ (document.importNode(first, true));
  item.setAttribute("data-number", String(key));
  return item;
}

/**
 * Puts an item before another; the focus inside it stays.
 * @param {Element} list
 * @param {Element} item
 * @param {Element | null} place
 */
function move(list, item, place) {
  const focused = item.contains(item.ownerDocument.activeElement)
    ? /** @type {HTMLElement} */ (item.ownerDocument.activeElement)
    : null;
  list.insertBefore(item, place);
  focused?.focus({ preventScroll: true });
}
