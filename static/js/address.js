/** Addresses of pages of staff. */

/**
 * Returns an address of the page with a query; the page's own address may have one already.
 * @param {string} page
 * @param {string} query
 */
export function at(page, query) {
  return `${page}${page.includes("?") ? "&" : "?"}${query}`;
}
