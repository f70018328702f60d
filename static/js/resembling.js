/**
 * What resembles a text: public questions of the session, published answers of earlier ones.
 * @import { Question } from "./types.js"
 */

import { find } from "./page.js";

/** @typedef {{ text: string, by: string, starts: string, href: string }} Published */
/** @typedef {{ questions: Question[], answers: Published[], wait_ms?: number, retry_ms?: number }} Resembling */

/**
 * Asks the server; returns null where there is no answer: given up for a newer text, or the line is
 * dead. With a time to wait nothing was looked for.
 * @param {typeof globalThis.fetch} ask
 * @param {string} address
 * @param {string} text
 * @param {Document} document  whose token says who asks
 * @param {AbortSignal} signal
 * @returns {Promise<Resembling | null>}
 */
export async function resembling(ask, address, text, document, signal) {
  const meta = find(document, 'meta[name="dialog-token"]');
  const headers = {
    accept: "application/json",
    "content-type": "application/json",
    "x-dialog-token": meta?.getAttribute("content") ?? "",
  };
  try {
    const body = JSON.stringify({ text });
    const answer = await ask(address, { method: "POST", headers, body, signal });
    const said = await answer.json();
    return answer.ok || said.retry_ms ? said : null;
  } catch {
    return null;
  }
}
