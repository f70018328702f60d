/**
 * The long poll as a transport, for networks that let no websocket through.
 * @import { ClientMessage, Clock, Command, Hello, OpenTransport, ServerMessage,
 *   TransportEvents } from "./types.js"
 */

import { CLOSE, known } from "./wire.js";

const ANSWER_WITHIN = 40_000;
const APART = 500;

/**
 * @typedef {object} PollSite
 * @property {string} updates  address of the long poll, without its query
 * @property {string} commands  address commands are posted to
 * @property {string} token  the form token, sent as `X-Dialog-Token`
 * @property {() => ({ epoch: string, seq: number } | null)} position  what the page has by now
 * @property {typeof fetch} fetch
 * @property {Clock} clock
 */

/**
 * Returns a way of polling a session.
 * @param {PollSite} site
 * @returns {OpenTransport}
 */
export function overPoll(site) {
  return (hello, events) => {
    const line = new Line(site, hello, events);
    void line.follow();
    return line;
  };
}

/** One series of polls; ends with its first failure. */
class Line {
  /**
   * @param {PollSite} site
   * @param {Hello} hello
   * @param {TransportEvents} events
   */
  constructor(site, hello, events) {
    this.site = site;
    this.hello = hello;
    this.events = events;
    // The first answer must not wait for a change: it is the welcome.
    this.anew = true;
    this.own = "";
    this.posted = Promise.resolve();
    this.stop = new AbortController();
  }

  /** Polls until it is closed or fails, in a busy session not more than twice a second. */
  async follow() {
    const { clock } = this.site;
    while (!this.stop.signal.aborted) {
      const began = clock.now();
      const anew = this.anew;
      this.anew = false;
      const messages = await this.answered(this.address(anew), { cache: "no-store" });
      if (!messages) return;
      for (const message of messages) this.hear(message);
      const rest = began + APART - clock.now();
      if (rest > 0) await new Promise((go) => clock.setTimeout(() => go(null), rest));
    }
  }

  /**
   * Returns the address of the next poll; without a position the answer is a snapshot.
   * @param {boolean} anew
   */
  address(anew) {
    const position = anew ? null : this.site.position();
    const query = new URLSearchParams({ stream: this.hello.stream });
    if (position && position.seq >= 0) {
      query.set("epoch", position.epoch);
      query.set("seq", String(position.seq));
      // What is one's own may change without any number: without this a poll would wait over it.
      if (this.own) query.set("own", this.own);
    }
    return `${this.site.updates}?${query}`;
  }

  /**
   * Sends a command after those before it; a request for a snapshot becomes the next poll.
   * @param {ClientMessage} message
   */
  send(message) {
    if (message.type === "resync") this.anew = true;
    if (message.type === "command") this.posted = this.posted.then(() => this.post(message));
  }

  /**
   * Posts a command and hears its answer.
   * @param {Command} message
   */
  async post(message) {
    const messages = await this.answered(this.site.commands, {
      method: "POST",
      headers: {
        Accept: "application/json",
        "Content-Type": "application/json",
        "X-Dialog-Token": this.site.token,
      },
      body: JSON.stringify(message),
    });
    for (const one of messages ?? []) this.hear(one);
  }

  /** Stops polling; an answer under way is not heard any more. */
  close() {
    this.stop.abort();
  }

  /**
   * Hands a message on, unless the line was closed meanwhile.
   * @param {ServerMessage} message
   */
  hear(message) {
    if (message.type === "me") this.own = message.own ?? "";
    if (!this.stop.signal.aborted) this.events.heard(message);
  }

  /**
   * Returns the messages of an answer, to a command a refusal's too; null after a failure, which
   * ends the line.
   * @param {string} url
   * @param {RequestInit} options
   * @returns {Promise<ServerMessage[] | null>}
   */
  async answered(url, options) {
    const { clock, fetch } = this.site;
    const late = clock.setTimeout(() => this.fail(CLOSE.LOST), ANSWER_WITHIN);
    try {
      const signal = this.stop.signal;
      const response = await fetch(url, { ...options, credentials: "same-origin", signal });
      const answers = response.ok || options.method === "POST";
      const messages = answers ? await messagesOf(response) : null;
      if (messages) return messages;
      this.fail(codeOf(response.status));
    } catch {
      this.fail(CLOSE.LOST);
    } finally {
      clock.clearTimeout(late);
    }
    return null;
  }

  /**
   * Ends the line and says why, once.
   * @param {number} code
   */
  fail(code) {
    if (this.stop.signal.aborted) return;
    this.stop.abort();
    this.events.lost(code);
  }
}

/**
 * Returns the messages of an answer: a list of them, or one done or refused; else null.
 * @param {Response} response
 * @returns {Promise<ServerMessage[] | null>}
 */
async function messagesOf(response) {
  if (!(response.headers.get("Content-Type") ?? "").includes("json")) return null;
  const body = await response.json();
  if (Array.isArray(body)) return body.map(known).filter((message) => message !== null);
  const message = known(body);
  return message?.type === "done" || message?.type === "refused" ? [message] : null;
}

/**
 * Returns the close code that says the same as an HTTP status.
 * @param {number} status
 */
function codeOf(status) {
  if (status === 401 || status === 403) return CLOSE.PASS_ENDED;
  if (status === 404 || status === 410) return CLOSE.GONE;
  if (status === 413) return CLOSE.TOO_BIG;
  return status === 429 || status === 503 ? CLOSE.OVERLOAD : CLOSE.LOST;
}
