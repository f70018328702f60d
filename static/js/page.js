/**
 * What every page script needs of its page: parts to clone, words, sentences, forms. No markup is
 * ever made of text: everything goes through `textContent` and cloned templates.
 * @import { Refused } from "./types.js"
 */

import { fill, Phrases } from "./format.js";
import { mark } from "./tongue.js";
import { finalOf } from "./wire.js";

const TEXT = 3; // Node.TEXT_NODE, which only browsers know

/** @typedef {{ title: string, sentence: string, next: string }} Said */

/**
 * Returns the element a page must have here, or throws, naming it.
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {HTMLElement}
 */
export function need(root, selector) {
  const found = find(root, selector);
  if (!found) throw new Error(`The page lacks ${selector}`);
  return found;
}

/**
 * Returns the first element that fits, or null.
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {HTMLElement | null}
 */
export function find(root, selector) {
  return root.querySelector(selector);
}

/**
 * Returns all elements that fit.
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {HTMLElement[]}
 */
export function all(root, selector) {
  return [...root.querySelectorAll(selector)].map((found) => /** @type {HTMLElement} */ (found));
}

/**
 * Returns the rows of a list that are there, each with a question's number.
 * @param {HTMLElement} list
 */
export function rowsOf(list) {
  return /** @type {HTMLElement[]} */ ([...list.children]).filter(({ dataset }) => dataset.number);
}

/**
 * Puts rows into a list, which is left alone where they stand there already.
 * @param {HTMLElement} list
 * @param {(HTMLElement | null)[]} items
 */
export function arrangeIn(list, items) {
  const wanted = items.filter((item) => item !== null);
  const there = list.children;
  if (there.length === wanted.length && wanted.every((item, at) => item === there[at])) return;
  list.replaceChildren(...wanted);
}

/**
 * Writes a text where it differs, so that nothing is read out again or selected text lost.
 * @param {Element | null} element
 * @param {string} text
 */
export function write(element, text) {
  if (!element || element.textContent === text) return;
  const { firstChild } = element;
  // A node that comes or goes lets the browser look at every rule with :has() again; a text does not.
  if (firstChild?.nodeType === TEXT && firstChild === element.lastChild)
    firstChild.nodeValue = text;
  else element.textContent = text;
}

/**
 * Writes what somebody typed, and its language where its direction is left to the text.
 * @param {HTMLElement | null} element
 * @param {string} text
 */
export function writeTyped(element, text) {
  if (!element || element.textContent === text) return;
  write(element, text);
  mark(/** @type {HTMLElement | null} */ (element.closest("[dir]")) ?? element, text);
}

/**
 * Writes a field of a cloned or rendered part; an empty one is hidden.
 * @param {ParentNode} part
 * @param {string} name
 * @param {string} text
 */
export function writeField(part, name, text) {
  const field = find(part, `[data-field="${name}"]`);
  write(field, text);
  if (field) field.hidden = text === "";
}

/**
 * Clones the first element that fits out of a template and fills its placeholders in attributes.
 * @param {Document} document
 * @param {string} id
 * @param {string} selector
 * @param {Record<string, string | number>} [values]
 * @returns {HTMLElement | null}  null where the page has no such part
 */
export function clone(document, id, selector, values = {}) {
  const template = document.getElementById(id);
  if (!(template instanceof HTMLTemplateElement)) return null;
  const part = find(template.content, selector);
  if (!part) return null;
  const copy = /** @type {HTMLElement} */ (document.importNode(part, true));
  for (const element of [copy, ...all(copy, "*")]) {
    for (const { name, value } of [...element.attributes]) {
      if (/[{%]/.test(value)) element.setAttribute(name, filled(value, values));
    }
  }
  return copy;
}

/**
 * Fills the placeholders of an attribute, in addresses also where the braces were escaped.
 * @param {string} value
 * @param {Record<string, string | number>} values
 */
function filled(value, values) {
  return fill(value.replace(/%7B(\w+)%7D/gi, "{$1}"), values);
}

/**
 * Returns a new element with a class and a text.
 * @param {Document} document
 * @param {string} tag
 * @param {string} [className]
 * @param {string} [text]
 */
export function make(document, tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

/**
 * Returns the page's words, in its language and its session's zone.
 * @param {Document} document
 */
export function phrasesOf(document) {
  const template = document.getElementById("words");
  const parts = template instanceof HTMLTemplateElement ? all(template.content, "[data-word]") : [];
  const words = new Map(parts.map((part) => [part.dataset.word ?? "", part.textContent ?? ""]));
  const zone = find(document, "[data-zone]")?.dataset.zone ?? "Europe/Berlin";
  return new Phrases(words, document.documentElement.lang, zone);
}

/**
 * Returns what is said about a code of the template `refusals` or `reasons`.
 * @param {Document} document
 * @param {string} id
 * @param {string} code
 * @param {Record<string, string | number>} [values]
 * @returns {Said}
 */
export function saidOf(document, id, code, values = {}) {
  const template = document.getElementById(id);
  const content = template instanceof HTMLTemplateElement ? template.content : null;
  const part = content && find(content, `[data-code="${CSS.escape(code)}"]`);
  if (!part) return { title: "", sentence: "", next: "" };
  return {
    title: fill(part.dataset.title ?? "", values),
    sentence: fill(part.textContent ?? "", values),
    next: fill(part.dataset.next ?? "", values),
  };
}

/**
 * Returns what is said where a connection has ended for good, and where to go from there.
 * @param {Document} document
 * @param {number} code
 * @returns {Said & { href: string }}
 */
export function finalSaid(document, code) {
  const name = finalOf(code);
  const template = document.getElementById("finals");
  const content = template instanceof HTMLTemplateElement ? template.content : null;
  const href = content && find(content, `[data-code="${name}"]`)?.dataset.href;
  return { ...saidOf(document, "finals", name), href: href ?? "" };
}

/**
 * Returns what is said about a refusal; a code this page does not know is said as `malformed`.
 * @param {Document} document
 * @param {Refused} refused
 * @returns {Said}
 */
export function refusalOf(document, refused) {
  const seconds = Math.max(2, Math.ceil((refused.retry_ms ?? 20_000) / 1000));
  const { code, limit = 300, number = "", open = "" } = refused;
  const values = { limit, seconds, number, open };
  for (const key of [`${code}.${refused.field ?? ""}`, code, "malformed"]) {
    const said = saidOf(document, "refusals", key, values);
    if (said.sentence) return said;
  }
  return { title: "", sentence: "", next: "" };
}

/**
 * Returns the fields of a form as texts.
 * @param {HTMLFormElement} form
 * @returns {Record<string, string>}
 */
export function fieldsOf(form) {
  const fields = [...new FormData(form)].map(([name, value]) => [name, String(value)]);
  return Object.fromEntries(fields);
}

/**
 * Does something whenever the page may be seen for the last time: a phone closes what is hidden
 * without another word.
 * @param {Document} document
 * @param {() => void} run
 */
export function whenLeft(document, run) {
  document.addEventListener("visibilitychange", () => document.hidden && run());
  document.defaultView?.addEventListener("pagehide", run);
}

/**
 * Tells whether someone is in a part of the page: with the focus, or with the pointer.
 * @param {HTMLElement} part
 */
export function isOccupied(part) {
  return part.contains(part.ownerDocument.activeElement) || part.matches(":hover");
}
