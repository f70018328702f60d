/**
 * Warns before a page is left on which something is typed that nobody has saved.
 */

/**
 * Tells whether a form holds something other than it came with; a page that was refused came with
 * what was typed before, which is not saved either.
 * @param {HTMLFormElement} form
 */
export function unsaved(form) {
  if (form.dataset.typed === "kept") return true;
  return [...form.elements].some((field) => {
    if (field instanceof HTMLTextAreaElement) return field.value !== field.defaultValue;
    if (!(field instanceof HTMLInputElement)) return false;
    if (field.type === "radio" || field.type === "checkbox") {
      return field.checked !== field.defaultChecked;
    }
    return field.type !== "hidden" && field.value !== field.defaultValue;
  });
}

/**
 * @param {Window} window
 */
export function guard(window) {
  const forms = /** @type {HTMLFormElement[]} */ ([
    ...window.document.querySelectorAll("form[data-typed]"),
  ]);
  let sending = false;
  for (const form of forms) {
    form.addEventListener("submit", () => {
      sending = true;
    });
  }
  // whoever comes back by the history may type on
  window.addEventListener("pageshow", () => {
    sending = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (!sending && forms.some(unsaved)) event.preventDefault();
  });
  const first = /** @type {HTMLElement | null} */ (window.document.querySelector("[data-focus]"));
  first?.focus();
}

if (typeof window !== "undefined") guard(window);
