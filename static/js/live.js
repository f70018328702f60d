/**
 * A page's live session: state, connection and commands in one. Every page script starts here.
 * @import { Clock, Done, Refused, Reply, ServerMessage, State, Status,
 *   StreamName } from "./types.js"
 */

import { Connection } from "./connection.js";
import { overPoll } from "./poll.js";
import { overSocket } from "./socket.js";
import { apply, EMPTY, isResync, upvoting } from "./state.js";
import { tab } from "./storage.js";
import { Upvotes } from "./upvotes.js";
import { CLOSE, command, freshKey, ServerClock } from "./wire.js";

/** @typedef {import("./connection.js").ConnectionSite} ConnectionSite */
/** @typedef {Omit<ConnectionSite, "position" | "heard" | "status"> & { of?: string }} LiveSite */
/** @typedef {(state: State, before: State, message: ServerMessage | null) => void} Watcher */

export class Live {
  /** @param {LiveSite} site */
  constructor(site) {
    this.state = EMPTY;
    this.clock = new ServerClock(() => site.clock.now());
    /** @type {Status} */
    this.status = { state: "behind", since: null, final: null };
    /** @type {number | null} device time of the last message in ms */
    this.heardAt = null;
    /** @type {Set<Watcher>} */
    this.watchers = new Set();
    /** @type {Set<(status: Status) => void>} */
    this.statusWatchers = new Set();
    /** @type {Map<string, (reply: Reply) => void>} */
    this.waiting = new Map();
    this.connection = new Connection({
      ...site,
      position: () => this.state,
      heard: (message) => this.hear(message),
      status: (status) => this.tell(status),
    });
    this.upvotes = new Upvotes(site.memory, site.of ?? "", () => site.clock.now());
  }

  /** Connects, and sends again what was tapped before a reload and never answered. */
  start() {
    for (const one of this.upvotes.open()) void this.support(one);
    this.connection.start();
  }

  /**
   * Calls a function after every message and tap with the state now and the one before.
   * @param {Watcher} watcher
   */
  watch(watcher) {
    this.watchers.add(watcher);
  }

  /**
   * Calls a function whenever the connection's status has changed.
   * @param {(status: Status) => void} watcher
   */
  watchStatus(watcher) {
    this.statusWatchers.add(watcher);
  }

  /** Returns the server's time in ms. */
  now() {
    return this.clock.now();
  }

  /**
   * Sends a command and returns its answer, however many connections that takes.
   * @param {string} name  the command's `do`
   * @param {Record<string, unknown>} [fields]
   * @param {string} [key]  the key of an earlier try of the very same command
   * @returns {Promise<Reply>}
   */
  do(name, fields = {}, key = freshKey()) {
    if (this.status.final !== null) return Promise.resolve(refusedBy(this.status.final, key));
    return new Promise((answer) => {
      this.waiting.set(key, answer);
      this.connection.send(command(key, name, fields));
    });
  }

  /**
   * Supports a question or takes that back; shown at once, taken back by a refusal.
   * @param {number} number
   * @param {boolean} on
   * @returns {Promise<Reply>}
   */
  upvote(number, on) {
    const tapped = { key: freshKey(), number, on, intent: this.clock.intent() };
    this.upvotes.keep(tapped);
    return this.support(tapped);
  }

  /**
   * Sends an upvote and shows it at once.
   * @param {import("./upvotes.js").Tapped} tapped
   */
  support({ key, number, on, intent }) {
    this.become(upvoting(this.state, number, on, key), null);
    return this.do("upvote", { number, on, intent }, key);
  }

  /**
   * Takes in a message from the server.
   * @param {ServerMessage} message
   */
  hear(message) {
    this.heardAt = this.connection.site.clock.now();
    if (this.passEnded(message)) {
      this.connection.drop(CLOSE.PASS_ENDED);
      return;
    }
    if ("now" in message) this.clock.learn(message.now, message.type !== "heartbeat");
    const result = this.applied(message);
    if (isResync(result)) this.connection.resync(result.resync);
    else this.become(result, message);
    if (message.type === "done" || message.type === "refused") this.answer(message);
  }

  /**
   * Tells whether a page goes on as nobody's: a poll is answered to whoever asks, also when the pass
   * has ended. With another epoch it is the record's publication that has ended it for all.
   * @param {ServerMessage} message
   */
  passEnded(message) {
    if (!("me" in message) || message.epoch !== this.state.epoch) return false;
    return message.me.role === "reader" && this.state.role !== "reader";
  }

  /**
   * Returns the state after a message; one that cannot be read costs a snapshot, not the page.
   * @param {ServerMessage} message
   * @returns {ReturnType<typeof apply>}
   */
  applied(message) {
    try {
      return apply(this.state, message);
    } catch {
      return { resync: "error" };
    }
  }

  /**
   * Takes on a state and tells those who watch.
   * @param {State} state
   * @param {ServerMessage | null} message
   */
  become(state, message) {
    const before = this.state;
    this.state = state;
    for (const watcher of this.watchers) watcher(state, before, message);
  }

  /**
   * Hands an answer to whoever sent the command.
   * @param {Done | Refused} reply
   */
  answer(reply) {
    this.upvotes.forget(reply.key);
    this.waiting.get(reply.key)?.(reply);
    this.waiting.delete(reply.key);
  }

  /**
   * Passes a status on; with a final one nothing will be answered any more.
   * @param {Status} status
   */
  tell(status) {
    this.status = status;
    const { final } = status;
    if (final !== null) {
      for (const key of [...this.waiting.keys()]) this.hear(refusedBy(final, key));
    }
    for (const watcher of this.statusWatchers) watcher(status);
  }
}

/**
 * Returns the refusal of a command that no server will answer, since the connection ended for good.
 * @param {number} code
 * @param {string} key
 * @returns {Refused}
 */
function refusedBy(code, key) {
  if (code === CLOSE.OVER) return { type: "refused", key, code: "closed" };
  return { type: "refused", key, code: code === CLOSE.GONE ? "gone" : "forbidden" };
}

/**
 * Starts the live session of a page, from `data-live`, `data-stream` and the two token tags.
 * @param {Window & typeof globalThis} window
 * @returns {Live | null}  null where the page has none
 */
export function follow(window) {
  const { document } = window;
  const root = document.querySelector("[data-live]");
  if (!(root instanceof window.HTMLElement)) return null;
  const clock = deviceClock(window);
  // A backup that was restored gives the numbers to other questions, and has another epoch.
  const of = `${root.dataset.live} ${root.dataset.epoch}`;
  const live = new Live({ ...transports(window, root, () => live.state), clock, of });
  window.addEventListener("online", () => live.connection.wake());
  window.addEventListener("offline", () => live.connection.unplug());
  window.addEventListener("pageshow", () => live.connection.wake());
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) live.connection.wake();
  });
  live.start();
  return live;
}

/**
 * Returns how a page reaches its session.
 * @param {Window & typeof globalThis} window
 * @param {HTMLElement} root
 * @param {() => State} state
 * @returns {Omit<LiveSite, "clock">}
 */
function transports(window, root, state) {
  const { document, location } = window;
  const url = new URL(root.dataset.live ?? "", location.href);
  const base = url.href.replace(/\/live$/, "");
  const poll = overPoll({
    updates: `${base}/updates`,
    commands: `${base}/commands`,
    token: formToken(document),
    position: state,
    fetch: window.fetch.bind(window),
    clock: deviceClock(window),
  });
  return {
    stream: /** @type {StreamName} */ (root.dataset.stream ?? "floor"),
    page: meta(document, "dialog-page"),
    screen: root.dataset.screen ?? "",
    socket: overSocket(url.href.replace(/^http/, "ws"), window.WebSocket),
    poll,
    memory: tab(),
    reload: () => location.reload(),
  };
}

/**
 * Returns the form token: of the page, or of any of its forms.
 * @param {Document} document
 */
function formToken(document) {
  const field = document.querySelector('input[name="token"]');
  return meta(document, "dialog-token") || (field?.getAttribute("value") ?? "");
}

/**
 * Returns what a meta tag says.
 * @param {Document} document
 * @param {string} name
 */
function meta(document, name) {
  return document.querySelector(`meta[name="${name}"]`)?.getAttribute("content") ?? "";
}

/**
 * Returns the device's clock and its lots.
 * @param {Window & typeof globalThis} window
 * @returns {Clock}
 */
function deviceClock(window) {
  return {
    now: () => Date.now(),
    random: () => Math.random(),
    setTimeout: (run, ms) => window.setTimeout(run, ms),
    clearTimeout: (timer) => window.clearTimeout(/** @type {number} */ (timer)),
  };
}
