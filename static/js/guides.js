/**
 * The guide of one's district, where a question was referred while the page is open.
 * @import { Guide, Guides } from "./types.js"
 */

import { make } from "./page.js";

const MOST = 4;

/**
 * Shows who is there for a district, before the way to all of them.
 * @param {HTMLElement} place
 * @param {string} district  as its asker wrote it
 */
export async function showGuides(place, district) {
  if (!district) return;
  const answer = await fetch(`/guides.json?district=${encodeURIComponent(district)}`);
  if (!answer.ok) return;
  const { alike, meant } = /** @type {Guides} */ (await answer.json());
  const guides = meant.length > 0 ? meant : alike.slice(0, MOST);
  if (guides.length === 0) return;
  const { dataset, ownerDocument } = place;
  const said = (meant.length > 0 ? dataset.meant : dataset.alike) ?? "";
  const items = guides.map((guide) => item(ownerDocument, guide));
  place.prepend(make(ownerDocument, "p", "lab", said), ...items);
}

/**
 * @param {Document} document
 * @param {Guide} guide
 */
function item(document, { call, district, mail, name, note, organisation, phone, web }) {
  const made = make(document, "div", "guide");
  made.dir = "auto";
  const ways = make(document, "ul", "guide__ways");
  ways.setAttribute("role", "list");
  for (const { href, text } of [
    { href: `tel:${call}`, text: phone },
    { href: `mailto:${mail}`, text: mail },
    { href: web, text: web },
  ]) {
    if (!text) continue;
    const line = make(document, "li");
    const link = document.createElement("a");
    link.href = href;
    link.rel = "noreferrer";
    link.textContent = text;
    line.append(link);
    ways.append(line);
  }
  const said = [name, organisation].filter(Boolean).map((text) => make(document, "p", "", text));
  const more = note ? [make(document, "p", "meta", note)] : [];
  made.append(make(document, "p", "guide__place", district), ...said, ways, ...more);
  return made;
}
