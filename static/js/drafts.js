/**
 * Keeps what is typed into a form on the device until the server has it: over a lost line, a reload,
 * a closed page. Each page keeps its own, so that two tabs never write over each other.
 * @import { Forgiving } from "./storage.js"
 */

const KEPT_FOR = 7 * 86_400_000;

/**
 * @typedef {Record<string, string>} Typed  the fields of the form
 * @typedef {object} Draft
 * @property {Typed} typed
 * @property {number} at  device time in ms
 * @property {string | null} key  under which it was sent
 * @property {Typed | null} sent  what was sent under that key
 * @property {boolean} open  whether that was never answered
 * @property {string} [rev]  the revision of the question at which the browser sent it
 * @property {[string, number]} [from]  another page's draft it began with: its name and moment
 */

export class Drafts {
  /**
   * @param {Forgiving} store
   * @param {string} name  the session and the form
   * @param {() => number} now  device time in ms
   * @param {string} [page]  the page's own name, the same after a reload
   */
  constructor(store, name, now, page = "page") {
    this.store = store;
    this.name = `dialog.draft.${name}.`;
    this.own = `${this.name}${page}`;
    this.now = now;
    /** @type {Draft | null} another page's, with which this one began */
    this.begun = null;
  }

  /**
   * Returns the page's draft, else the newest that another page has kept of the same form.
   * @returns {Draft | null}
   */
  load() {
    const own = this.read(this.own);
    if (own) return own;
    const [newest] = this.others().sort(([, one], [, other]) => other.at - one.at);
    this.begun = newest ? { ...newest[1], from: [newest[0], newest[1].at] } : null;
    return this.begun;
  }

  /**
   * Keeps what is typed and tells whether that worked; nothing typed is no draft.
   * @param {Typed} typed
   */
  save(typed) {
    const draft = this.kept() ?? { key: null, sent: null, open: false };
    if (!Object.entries(typed).some(([name, text]) => isText(name) && text.trim())) {
      return this.clear();
    }
    return this.put({ ...draft, typed, at: this.now() });
  }

  /**
   * Notes what is sent under which key and returns the key: the same for the same content, so that
   * a question sent again after a reload is the same question.
   * @param {Typed} typed
   * @param {string} fresh
   */
  sending(typed, fresh) {
    const draft = this.kept();
    const same = draft?.key && JSON.stringify(draft.sent) === JSON.stringify(typed);
    const key = same && draft.key ? draft.key : fresh;
    this.put({ ...draft, typed, at: this.now(), key, sent: typed, open: true });
    return key;
  }

  /** Notes that what was sent was refused; the text stays. */
  refused() {
    const draft = this.kept();
    if (draft) this.put({ ...draft, open: false });
  }

  /** Forgets the draft, since the server has it, and what it began with unless that went on. */
  clear() {
    const from = this.kept()?.from;
    if (from && this.read(from[0])?.at === from[1]) this.store.removeItem(from[0]);
    this.store.removeItem(this.own);
    this.begun = null;
    return false;
  }

  /**
   * Returns the page's own draft, or the one it began with.
   * @returns {Draft | null}
   */
  kept() {
    return this.read(this.own) ?? this.begun;
  }

  /**
   * Writes the page's draft down and tells whether the device let it.
   * @param {Draft} draft
   */
  put(draft) {
    return this.store.setItem(this.own, JSON.stringify(draft));
  }

  /**
   * Returns what other pages have kept of the same form.
   * @returns {[string, Draft][]}
   */
  others() {
    /** @type {[string, Draft][]} */
    const found = [];
    for (const name of this.store.names()) {
      const draft = name.startsWith(this.name) && name !== this.own ? this.read(name) : null;
      if (draft) found.push([name, draft]);
    }
    return found;
  }

  /**
   * Returns what is kept under a name; one older than a week, or no draft at all, is forgotten.
   * @param {string} name
   * @returns {Draft | null}
   */
  read(name) {
    const kept = this.store.getItem(name);
    if (kept === null) return null;
    try {
      const draft = JSON.parse(kept);
      if (this.now() - draft.at < KEPT_FOR && Object.values(draft.typed).every(isString))
        return draft;
    } catch {
      // Written by something else: there is no draft.
    }
    this.store.removeItem(name);
    return null;
  }
}

/** @param {string} name */
function isText(name) {
  return !["show", "district", "archive", "reason", "rev"].includes(name);
}

/** @param {unknown} value */
function isString(value) {
  return typeof value === "string";
}
