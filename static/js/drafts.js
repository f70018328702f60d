/**
 * Keeps a typed question on the device until the server has it: over a lost line, a reload, the end.
 * @import { Forgiving } from "./storage.js"
 */

const KEPT_FOR = 7 * 86_400_000;

/**
 * @typedef {Record<string, string>} Typed  the fields of the form
 * @typedef {{ typed: Typed, at: number, key: string | null, sent: Typed | null }} Draft
 */

export class Drafts {
  /**
   * @param {Forgiving} store
   * @param {string} slug
   * @param {() => number} now  device time in ms
   */
  constructor(store, slug, now) {
    this.store = store;
    this.name = `dialog.draft.${slug}`;
    this.now = now;
  }

  /**
   * Returns the draft of this session, or null; one older than a week is forgotten.
   * @returns {Draft | null}
   */
  load() {
    try {
      const draft = JSON.parse(this.store.getItem(this.name) ?? "null");
      if (typeof draft?.typed?.text !== "string") return null;
      if (this.now() - draft.at < KEPT_FOR) return draft;
    } catch {
      // Written by something else: there is no draft.
    }
    this.clear();
    return null;
  }

  /**
   * Keeps what is typed and tells whether that worked; nothing typed is no draft.
   * @param {Typed} typed
   */
  save(typed) {
    const { key = null, sent = null } = this.load() ?? {};
    if (!typed.text?.trim() && !typed.background?.trim()) return this.clear();
    return this.put({ typed, at: this.now(), key, sent });
  }

  /**
   * Notes what is sent under which key and returns the key: the same for the same content, so that
   * a question sent again after a reload is the same question.
   * @param {Typed} typed
   * @param {string} fresh
   */
  sending(typed, fresh) {
    const draft = this.load();
    const same = draft?.key && JSON.stringify(draft.sent) === JSON.stringify(typed);
    const key = same && draft.key ? draft.key : fresh;
    this.put({ typed, at: this.now(), key, sent: typed });
    return key;
  }

  /** Forgets the draft, since the server has it. */
  clear() {
    this.store.removeItem(this.name);
    return false;
  }

  /**
   * Writes a draft down and tells whether the device let it.
   * @param {Draft} draft
   */
  put(draft) {
    return this.store.setItem(this.name, JSON.stringify(draft));
  }
}
