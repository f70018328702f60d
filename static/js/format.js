/**
 * Says times, ages and counts in the page's language. The words come from the page.
 * @import { Instant, Question } from "./types.js"
 */

const NBSP = "\u00a0";
/** @type {readonly [number, string][]} */
const UNITS = [
  [86_400_000, "day"],
  [3_600_000, "hour"],
  [60_000, "minute"],
];

export class Phrases {
  /**
   * @param {ReadonlyMap<string, string>} words  by key, with `{braces}` for what is filled in
   * @param {string} lang
   * @param {string} zone  the session's time zone
   */
  constructor(words, lang, zone) {
    this.words = words;
    const german = lang.startsWith("de");
    const locale = german ? "de-DE" : "en-GB";
    /** @type {Intl.DateTimeFormatOptions} */
    const time = { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    this.numbers = new Intl.NumberFormat(locale);
    this.times = new Intl.DateTimeFormat(locale, time);
    this.timesWithSeconds = new Intl.DateTimeFormat(locale, { ...time, second: "2-digit" });
    /** @type {Intl.DateTimeFormatOptions} */
    const day = { day: "numeric", month: "long", year: "numeric" };
    this.days = new Intl.DateTimeFormat(locale, { ...day, timeZone: zone });
    this.plainDays = new Intl.DateTimeFormat(locale, { ...day, timeZone: "UTC" });
  }

  /**
   * Returns a phrase with its braces filled; a word the page does not have is empty.
   * @param {string} key
   * @param {Record<string, string | number>} [values]
   */
  say(key, values = {}) {
    return fill(this.words.get(key) ?? "", {
      ...values,
      ...(typeof values.n === "number" ? { n: this.number(values.n) } : {}),
    });
  }

  /**
   * Returns a phrase for a count: `key.one` or `key.many`.
   * @param {string} key
   * @param {number} n
   */
  count(key, n) {
    return this.say(`${key}.${n === 1 ? "one" : "many"}`, { n });
  }

  /**
   * Returns a number with its language's thousands: 1.234.
   * @param {number} n
   */
  number(n) {
    return this.numbers.format(n);
  }

  /**
   * Returns a count of upvotes with its noun: 187 Unterstützungen.
   * @param {number} n
   */
  supports(n) {
    return `${this.number(n)}${NBSP}${this.count("upvotes", n)}`;
  }

  /**
   * Returns who asked, as shown: name and district, one of them, or anonym.
   * @param {Pick<Question, "asker" | "district">} row
   */
  asker(row) {
    const parts = [row.asker, row.district].filter(Boolean);
    return parts.join(", ") || this.say("anonymous");
  }

  /**
   * Returns an age in its largest whole unit: `ago` vor 6 Minuten, `since` seit 6 Minuten.
   * @param {"ago" | "since"} kind
   * @param {Instant} instant
   * @param {number} now  server time in ms
   */
  age(kind, instant, now) {
    const passed = now - Date.parse(instant);
    for (const [length, unit] of UNITS) {
      const n = Math.floor(passed / length);
      if (n === 1) return this.say(`${kind}.${unit}`);
      if (n > 1) return this.say(`${kind}.${unit}s`, { n }).replace(/(\d) /g, `$1${NBSP}`);
    }
    return this.say(`${kind}.now`);
  }

  /**
   * Returns a time of day: 18:41.
   * @param {Instant | number} instant
   */
  clock(instant) {
    return this.times.format(new Date(instant));
  }

  /**
   * Returns a time of day with seconds: 18:42:57.
   * @param {Instant | number} instant
   */
  clockWithSeconds(instant) {
    return this.timesWithSeconds.format(new Date(instant));
  }

  /**
   * Returns a date: 24. November 2026. A bare day is the same in every zone.
   * @param {string} value
   */
  day(value) {
    const form = value.length === 10 ? this.plainDays : this.days;
    return form.format(new Date(value)).replace(/^(\d+\.?) /, `$1${NBSP}`);
  }
}

/**
 * Returns a text with its `{braces}` filled; one without a value stays as it is.
 * @param {string} text
 * @param {Record<string, string | number | undefined>} values
 */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (brace, name) => String(values[name] ?? brace));
}

/**
 * Returns a text of at most so many characters, cut between words.
 * @param {string} text
 * @param {number} most
 */
export function shortened(text, most) {
  const letters = [...text];
  if (letters.length <= most) return text;
  const cut = letters.slice(0, most - 1).join("");
  const space = cut.lastIndexOf(" ");
  return `${space > most / 2 ? cut.slice(0, space) : cut}…`;
}

/**
 * Returns how long the server will find a text: code points in NFC, line ends as one, trimmed.
 * @param {string} text
 */
export function lengthOf(text) {
  return [...text.normalize("NFC").replace(/\r\n/g, "\n").trim()].length;
}
