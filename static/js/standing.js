/**
 * Says in words how the page is connected: a line, and after a longer loss a strip.
 * @import { Status } from "./types.js"
 * @import { Phrases } from "./format.js"
 */

import { finalSaid, find, make, write } from "./page.js";

/** @type {Record<Status["state"], { word: string, tone: string, icon: string }>} */
const SAID = {
  live: { word: "connected", tone: " st--ok", icon: "check" },
  behind: { word: "connecting", tone: "", icon: "clock" },
  paused: { word: "held", tone: "", icon: "pause" },
  offline: { word: "disconnected", tone: " st--warn", icon: "off" },
};

export class Standing {
  /**
   * @param {Document} document
   * @param {Phrases} phrases
   * @param {(sentence: string) => void} announce
   */
  constructor(document, phrases, announce) {
    this.document = document;
    this.phrases = phrases;
    this.announce = announce;
    /** @type {Record<string, Element | null>} icons the page has, each beside its own word */
    this.icons = {
      check: icon(document.getElementById("row-own"), '[data-state="approved"]'),
      clock: icon(document, "[data-connection]"),
      pause: icon(document, '[for="pace"]'),
      off: icon(document, "[data-lost]"),
    };
    this.lost = false;
  }

  /**
   * Shows a status. `asOf` is when the page last heard from the server, in ms of server time.
   * @param {Status} status
   * @param {number | null} asOf
   * @param {boolean} drafting
   */
  show(status, asOf, drafting) {
    const line = find(this.document, "[data-connection]");
    const place = line && find(line, '[data-field="state"]');
    if (place) place.replaceChildren(...this.line(status, asOf));
    // The page keeps itself up to date; to load it again is what one does without a script.
    const reload = line && find(line, '[data-action="reload"]');
    if (reload) reload.hidden = true;
    this.strip(status, asOf, drafting);
    this.say(status);
  }

  /**
   * Returns icon and words of the line, with the age of the page where it is not live.
   * @param {Status} status
   * @param {number | null} asOf
   */
  line(status, asOf) {
    const { icon: name, tone, word } = SAID[status.state];
    const said = make(this.document, "span", `st${tone}`);
    const drawn = this.icons[name]?.cloneNode(true);
    const { final } = status;
    const words = final === null ? this.phrases.say(word) : finalSaid(this.document, final).title;
    said.append(...(drawn ? [drawn] : []), words);
    if (status.state === "live" || asOf === null) return [said];
    return [said, ` · ${this.phrases.say("as_of", { time: this.phrases.clockWithSeconds(asOf) })}`];
  }

  /**
   * Shows the strip while there is no connection.
   * @param {Status} status
   * @param {number | null} asOf
   * @param {boolean} drafting
   */
  strip(status, asOf, drafting) {
    const strip = find(this.document, "[data-lost]");
    if (!strip) return;
    const text = find(strip, '[data-field="text"]');
    if (status.state === "offline") {
      const [title, rest] = this.loss(status, asOf, drafting);
      const strong = make(this.document, "strong", "", title);
      if (text?.textContent !== `${title} ${rest}`) text?.replaceChildren(strong, ` ${rest}`);
    }
    this.onward(strip, status.final);
    strip.hidden = status.state !== "offline";
    // Said at the root, or a browser looks for the strip through all rows whenever anything is shown.
    this.document.documentElement.toggleAttribute("data-cut", !strip.hidden);
  }

  /**
   * Offers to connect again, and after an end for good the step that helps instead.
   * @param {HTMLElement} strip
   * @param {number | null} final
   */
  onward(strip, final) {
    const retry = find(strip, '[data-action="retry"]');
    if (retry) retry.hidden = final !== null;
    const link = find(strip, "[data-onward]");
    if (!link) return;
    link.hidden = final === null;
    if (final === null) return;
    const { href, next } = finalSaid(this.document, final);
    link.setAttribute("href", href);
    write(find(link, ".kern-label"), next);
  }

  /**
   * Returns title and text of the strip; after an end for good they say what that means.
   * @param {Status} status
   * @param {number | null} asOf
   * @param {boolean} drafting
   */
  loss(status, asOf, drafting) {
    const { phrases } = this;
    if (status.final !== null) {
      const { sentence, title } = finalSaid(this.document, status.final);
      return [`${title}.`, sentence];
    }
    const title = phrases.say("lost.title", { time: phrases.clock(status.since ?? Date.now()) });
    const stand =
      asOf === null ? "" : phrases.say("lost.text", { time: phrases.clockWithSeconds(asOf) });
    return [title, [stand, drafting ? phrases.say("lost.draft") : ""].filter(Boolean).join(" ")];
  }

  /**
   * Says a loss and a return once each, never a retry.
   * @param {Status} status
   */
  say(status) {
    const lost = status.state === "offline";
    if (status.state === "behind" || lost === this.lost) return;
    this.lost = lost;
    // The strip is an alert and speaks for itself; a return has only this sentence.
    if (!lost) this.announce(this.phrases.say("said.connected"));
  }
}

/**
 * Returns the icon in a part of the page or of a template.
 * @param {Document | HTMLElement | null} root
 * @param {string} selector
 */
function icon(root, selector) {
  const place = root instanceof HTMLTemplateElement ? root.content : root;
  return place?.querySelector(`${selector} svg`) ?? null;
}
