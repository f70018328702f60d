/**
 * The long poll as a transport, for networks that let no websocket through.
 * @import { ClientMessage, Clock, Command, Hello, OpenTransport, ServerMessage,
 *   TransportEvents } from "./types.js"
 */

import { CLOSE, known } from "./wire.js";

const ANSWER_WITHIN = 40_000;
const APART = 500;
const LONGEST = 25;
const CUT_AFTER = 2_000;

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

/** One series of polls; ends with its first failure, but not with a wait that a proxy cut short. */
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
    this.anew = false;
    /** What a poll may wait in seconds: the first one must not, for its answer is the welcome. */
    this.wait = 0;
    this.longest = LONGEST;
    this.own = "";
    this.posted = Promise.resolve();
    this.stop = new AbortController();
    this.waiting = new AbortController();
  }

  /** Polls until it is closed or fails, in a busy session not more than twice a second. */
  async follow() {
    const { clock } = this.site;
    while (!this.stop.signal.aborted) {
      const began = clock.now();
      await this.poll();
      const rest = began + APART - clock.now();
      if (rest > 0) await new Promise((go) => clock.setTimeout(() => go(null), rest));
    }
  }

  /** Polls once and hears the answer. */
  async poll() {
    const { clock } = this.site;
    const began = clock.now();
    const { wait } = this;
    const address = this.address();
    this.waiting = new AbortController();
    const { signal } = this.waiting;
    const answer = await this.answered(address, { cache: "no-store", signal });
    const lasted = clock.now() - began;
    this.wait = this.longest;
    if (Array.isArray(answer)) this.take(answer);
    else if (this.anew) return;
    else if (answer === CLOSE.LOST && wait > 0 && lasted >= CUT_AFTER) this.shorten(lasted);
    else this.fail(answer);
  }

  /**
   * Waits for a shorter time from now on: a proxy ends what takes it too long. Whether it was that
   * or the line is dead, the next poll tells at once.
   * @param {number} lasted
   */
  shorten(lasted) {
    this.longest = Math.min(LONGEST, Math.max(1, Math.floor(lasted / 2_000)));
    this.wait = 0;
  }

  /** Returns the address of the next poll; without a position the answer is a snapshot. */
  address() {
    const position = this.anew ? null : this.site.position();
    const query = new URLSearchParams({ stream: this.hello.stream });
    this.anew = false;
    if (position && position.seq >= 0) {
      query.set("epoch", position.epoch);
      query.set("seq", String(position.seq));
      // What is one's own may change without any number: without this a poll would wait over it.
      if (this.own) query.set("own", this.own);
    }
    if (this.wait < LONGEST) query.set("wait", String(this.wait));
    return `${this.site.updates}?${query}`;
  }

  /**
   * Sends a command after those before it; a request for a snapshot becomes the next poll, at once.
   * @param {ClientMessage} message
   */
  send(message) {
    if (message.type === "resync") {
      this.anew = true;
      this.waiting.abort();
    }
    if (message.type === "command") this.posted = this.posted.then(() => this.post(message));
  }

  /**
   * Posts a command and hears its answer.
   * @param {Command} message
   */
  async post(message) {
    if (this.stop.signal.aborted) return;
    const answer = await this.answered(this.site.commands, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Dialog-Token": this.site.token },
      body: JSON.stringify(message),
      signal: this.stop.signal,
    });
    // A refusal of the request itself names no key; it is this command's answer all the same.
    const { key } = message;
    if (Array.isArray(answer))
      this.take(answer.map((one) => ("key" in one ? { ...one, key } : one)));
    else this.fail(answer);
  }

  /** Stops polling; an answer under way is not heard any more. */
  close() {
    this.stop.abort();
    this.waiting.abort();
  }

  /**
   * Hears the messages of an answer; after a farewell it asks no more.
   * @param {ServerMessage[]} messages
   */
  take(messages) {
    for (const message of messages) this.hear(message);
    if (messages.some(({ type }) => type === "bye")) this.fail(CLOSE.RESTART);
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
   * Returns the messages of an answer, to a command a refusal's too; else the close code for what
   * came in their place.
   * @param {string} url
   * @param {RequestInit} options
   * @returns {Promise<ServerMessage[] | number>}
   */
  async answered(url, options) {
    const { clock, fetch } = this.site;
    const headers = { Accept: "application/json", ...options.headers };
    const late = clock.setTimeout(() => this.fail(CLOSE.LOST), ANSWER_WITHIN);
    try {
      const response = await fetch(url, { ...options, headers, credentials: "same-origin" });
      const messages = await messagesOf(response);
      const answers = response.ok || options.method === "POST";
      return messages && answers ? messages : codeOf(response.status, messages !== null);
    } catch {
      return CLOSE.LOST;
    } finally {
      clock.clearTimeout(late);
    }
  }

  /**
   * Ends the line and says why, once.
   * @param {number} code
   */
  fail(code) {
    if (this.stop.signal.aborted) return;
    this.close();
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
 * Returns the close code that says the same as an HTTP status. Only the session itself can end a
 * page for good: a proxy that forbids or does not find says nothing about it.
 * @param {number} status
 * @param {boolean} said  whether the answer speaks the protocol
 */
function codeOf(status, said) {
  if (said && (status === 401 || status === 403)) return CLOSE.PASS_ENDED;
  if (said && (status === 404 || status === 410)) return CLOSE.GONE;
  if (status === 413) return CLOSE.TOO_BIG;
  return status === 429 || status === 503 ? CLOSE.OVERLOAD : CLOSE.LOST;
}
