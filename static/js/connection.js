/**
 * Keeps a page connected: comes back after every loss, sends again what was not answered, and falls
 * back to the long poll where websockets are refused, swallowed or cut. Knows neither rows nor the
 * DOM; clock and transports are handed in.
 * @import { ClientMessage, Clock, Command, KeyValueStore, OpenTransport, ResyncReason, ServerMessage, Status,
 *   StreamName, Transport, Welcome } from "./types.js"
 */

import { CLOSE, hello, isFinal, resync } from "./wire.js";

const SILENCE = 35_000;
const WELCOME_WITHIN = 2_500;
const POLL_WITHIN = 10_000;
const FAILURES = 2;
const FIRST_WAIT = 500;
const LONGEST_WAIT = 30_000;
const CROWDED_TRIES = 4;
const STEADY_AFTER = 10_000;
const OFFLINE_AFTER = 5_000;
const RESYNC_APART = 10_000;
const PROBE_AFTER = 20_000;
const PROBE_AT_LAST = 1_800_000;
const RELOAD_SPREAD = 300_000;
const MEMORY = "dialog.poll";
/** @type {Set<number>} ends with a reason of the server's own: they say nothing against the way */
const TOLD = new Set([CLOSE.TOO_BIG, CLOSE.RESTART, CLOSE.OVERLOAD, CLOSE.STALLED, CLOSE.TOO_FAST]);
/** @type {Set<number>} */
const CROWDED = new Set([CLOSE.OVERLOAD, CLOSE.TOO_FAST]);

/**
 * @typedef {object} ConnectionSite
 * @property {StreamName} stream
 * @property {string} page  the page token
 * @property {string} [screen]  which one, of a page that is one
 * @property {Clock} clock
 * @property {OpenTransport} socket
 * @property {OpenTransport} poll
 * @property {KeyValueStore} memory  kept for the tab
 * @property {() => ({ epoch: string, seq: number } | null)} position  what the page has by now
 * @property {(message: ServerMessage) => void} heard
 * @property {(status: Status) => void} status
 * @property {() => void} reload
 */

export class Connection {
  /** @param {ConnectionSite} site */
  constructor(site) {
    this.site = site;
    /** @type {Transport | null} */
    this.transport = null;
    /** @type {Map<string, unknown>} */
    this.timers = new Map();
    /** @type {Map<string, Command>} */
    this.outbox = new Map();
    /** @type {Status} */
    this.told = { state: "behind", since: null, final: null };
    /** @type {Transport | null} a websocket that is tried beside the long poll */
    this.trial = null;
    this.polling = site.memory.getItem(MEMORY) !== null;
    this.probes = Number(site.memory.getItem(MEMORY)) || 0;
    this.attempt = 0;
    this.tries = 0;
    this.failures = 0;
    this.welcomed = false;
    this.steady = false;
    this.caughtUp = false;
    this.paused = false;
    this.offline = false;
    this.unplugged = false;
    this.resyncing = false;
    this.heardAt = 0;
    this.welcomedAt = 0;
    this.resyncAt = -Infinity;
    /** @type {number | null} */
    this.byeWait = null;
    this.patient = false;
    /** @type {number | null} */
    this.since = null;
    /** @type {number | null} */
    this.final = null;
  }

  /** Connects for the first time. */
  start() {
    this.away();
    this.open();
    this.tell();
  }

  /**
   * Sends a command now or as soon as there is a connection, until it is answered.
   * @param {Command} command
   */
  send(command) {
    this.outbox.set(command.key, command);
    if (this.welcomed) this.transport?.send(command);
  }

  /**
   * Sends what need not arrive, and tells whether there was somewhere to send it.
   * @param {ClientMessage} message
   */
  hint(message) {
    if (this.welcomed) this.transport?.send(message);
    return this.welcomed;
  }

  /**
   * Asks for a snapshot, at most once in ten seconds.
   * @param {ResyncReason} why
   */
  resync(why) {
    this.resyncing = true;
    this.caughtUp = false;
    this.tell();
    const wait = this.resyncAt + RESYNC_APART - this.site.clock.now();
    if (wait > 0) {
      if (!this.timers.has("resync")) this.later("resync", wait, () => this.askAgain(why));
      return;
    }
    this.resyncAt = this.site.clock.now();
    this.transport?.send(resync(why));
  }

  /**
   * Asks for the snapshot that a too early request left out, if it is still missing.
   * @param {ResyncReason} why
   */
  askAgain(why) {
    if (this.welcomed && this.resyncing) this.resync(why);
  }

  /** Connects at once because the device came back; the server's own time is waited for. */
  wake() {
    const silent = this.site.clock.now() - this.heardAt >= SILENCE;
    if (this.transport && this.welcomed && silent) this.drop(CLOSE.SILENT);
    if (!this.transport && !this.patient) this.retry();
  }

  /** Connects at once because a person asked for it, also where an attempt is only hanging. */
  retry() {
    if (this.welcomed || this.final !== null) return;
    this.transport?.close();
    this.open();
  }

  /** Drops the connection because the device says that it has none. */
  unplug() {
    this.unplugged = true;
    if (this.transport) this.drop(CLOSE.LOST);
    this.tell();
  }

  /**
   * Says whether the person has halted the updates; only the status changes.
   * @param {boolean} on
   */
  pause(on) {
    this.paused = on;
    this.tell();
  }

  /** Opens a transport and greets with the position the page has. */
  open() {
    this.cancel("retry");
    this.byeWait = null;
    this.patient = false;
    this.attempt += 1;
    const attempt = this.attempt;
    const { clock, page, poll, position, screen, socket, stream } = this.site;
    const within = this.polling ? POLL_WITHIN : WELCOME_WITHIN;
    this.heardAt = clock.now();
    this.later("silence", SILENCE, () => this.drop(CLOSE.SILENT));
    this.later("welcome", within, () => this.drop(CLOSE.SILENT));
    const transport = (this.polling ? poll : socket)(hello(stream, page, position(), screen), {
      heard: (message) => this.attempt === attempt && this.hear(message),
      lost: (code) => this.attempt === attempt && this.lose(code),
    });
    if (this.attempt === attempt) this.transport = transport;
  }

  /**
   * Takes in a message, then hands it on.
   * @param {ServerMessage} message
   */
  hear(message) {
    this.heardAt = this.site.clock.now();
    this.later("silence", SILENCE, () => this.drop(CLOSE.SILENT));
    if (message.type === "bye") this.byeWait = message.retry_ms;
    if (message.type === "done" || message.type === "refused") this.outbox.delete(message.key);
    const arriving = !this.welcomed && (message.type === "welcome" || message.type === "me");
    if (arriving) this.arrive(message);
    if (!this.steady && this.welcomed && this.heardAt - this.welcomedAt >= STEADY_AFTER)
      this.last();
    this.site.heard(message);
    if (arriving) for (const command of this.outbox.values()) this.transport?.send(command);
    this.catchUp(message);
  }

  /**
   * Notes that the server answered the greeting.
   * @param {Welcome} message
   */
  arrive(message) {
    this.cancel("welcome");
    this.welcomed = true;
    this.welcomedAt = this.heardAt;
    this.unplugged = false;
    const position = this.site.position();
    this.caughtUp = position?.epoch === message.epoch && position.seq === message.seq;
    if (this.polling) this.remember();
  }

  /** Notes that a connection lasts: something was heard ten seconds after its welcome. */
  last() {
    this.steady = true;
    this.tries = 0;
    if (this.polling) return;
    this.failures = 0;
    this.probes = 0;
    this.site.memory.removeItem(MEMORY);
  }

  /**
   * Notes that the rows are complete again.
   * @param {ServerMessage} message
   */
  catchUp(message) {
    if (message.type === "snapshot") this.resyncing = false;
    const rows = message.type === "snapshot" || message.type === "delta";
    if (rows && !this.resyncing) this.caughtUp = true;
    this.tell();
  }

  /** Remembers for the tab that no websocket gets through, and plans to see whether that is so. */
  remember() {
    this.site.memory.setItem(MEMORY, String(this.probes));
    const wait = Math.min(PROBE_AT_LAST, PROBE_AFTER * 2 ** this.probes);
    this.later("probe", wait, () => this.probe());
  }

  /** Tries a websocket beside the long poll, which goes on meanwhile; ever more rarely. */
  probe() {
    const { page, position, screen, socket, stream } = this.site;
    this.probes += 1;
    this.later("probe", WELCOME_WITHIN, () => {
      this.trial?.close();
      this.remember();
    });
    this.trial = socket(hello(stream, page, position(), screen), {
      heard: ({ type }) => {
        if (type === "welcome") this.leavePoll();
      },
      lost: () => this.remember(),
    });
  }

  /** Goes over to the websocket that got through; one that is cut soon leads back at once. */
  leavePoll() {
    this.cancel("probe");
    this.trial?.close();
    this.transport?.close();
    this.polling = false;
    this.failures = FAILURES - 1;
    this.away();
    this.open();
  }

  /**
   * Gives the transport up from this side.
   * @param {number} code
   */
  drop(code) {
    this.transport?.close(code === CLOSE.SILENT ? code : undefined);
    this.lose(code);
  }

  /**
   * Takes in that the connection is gone and plans the next one.
   * @param {number} code
   */
  lose(code) {
    this.attempt += 1;
    const failed = !this.steady && !this.unplugged && this.byeWait === null && !TOLD.has(code);
    if (failed) this.fail();
    for (const name of ["silence", "welcome", "probe", "resync"]) this.cancel(name);
    this.trial?.close();
    this.away();
    if (isFinal(code)) {
      this.end(code);
      return;
    }
    if (code === CLOSE.TOO_BIG) this.refuseLongest();
    if (CROWDED.has(code)) this.tries = Math.max(this.tries, CROWDED_TRIES);
    this.patient = this.byeWait !== null || CROWDED.has(code);
    this.later("retry", this.wait(), () => this.open());
    this.tell();
  }

  /**
   * Notes that a connection brought no welcome or was cut soon after it: after two websockets the
   * long poll is tried. Where that has no answer either it was the server, and both are tried.
   */
  fail() {
    if (!this.polling) {
      this.failures += 1;
      this.polling = this.failures >= FAILURES;
    } else if (!this.welcomed) {
      this.polling = false;
      this.failures = this.site.memory.getItem(MEMORY) === null ? 0 : FAILURES - 1;
    }
  }

  /** Returns the time until the next attempt in ms: what the server said, else a growing lot. */
  wait() {
    if (this.byeWait !== null) return this.byeWait;
    const most = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.tries);
    this.tries += 1;
    return this.site.clock.random() * most;
  }

  /** Notes since when there is no connection. */
  away() {
    this.transport = null;
    this.trial = null;
    this.welcomed = false;
    this.steady = false;
    this.caughtUp = false;
    this.resyncing = false;
    if (this.since !== null) return;
    this.since = this.site.clock.now();
    this.later("offline", OFFLINE_AFTER, () => {
      this.offline = true;
      this.tell();
    });
  }

  /**
   * Ends for good. A page that speaks another protocol loads itself again, spread over five minutes.
   * @param {number} code
   */
  end(code) {
    this.final = code;
    this.cancel("offline");
    if (code === CLOSE.NOT_SPOKEN) {
      this.later("reload", this.site.clock.random() * RELOAD_SPREAD, this.site.reload);
    }
    this.tell();
  }

  /** Refuses the longest unanswered command, or it would end every connection to come. */
  refuseLongest() {
    const sizes = [...this.outbox.values()].map((one) => ({
      key: one.key,
      size: JSON.stringify(one).length,
    }));
    const longest = sizes.sort((one, other) => other.size - one.size)[0];
    if (!longest) return;
    this.outbox.delete(longest.key);
    this.site.heard({ type: "refused", key: longest.key, code: "too_big" });
  }

  /** Says how things stand, if that has changed. */
  tell() {
    if (this.welcomed && this.caughtUp) {
      this.since = null;
      this.offline = false;
      this.cancel("offline");
    }
    const status = this.status();
    const { state, since, final } = this.told;
    if (status.state === state && status.since === since && status.final === final) return;
    this.told = status;
    this.site.status(status);
  }

  /**
   * Returns how things stand.
   * @returns {Status}
   */
  status() {
    const { final, since } = this;
    const lost = !this.welcomed && (this.offline || this.unplugged);
    if (final !== null || lost) return { state: "offline", since, final };
    if (this.paused) return { state: "paused", since, final };
    return { state: this.welcomed && this.caughtUp ? "live" : "behind", since, final };
  }

  /**
   * Runs something later; a second time under a name takes the first one's place.
   * @param {string} name
   * @param {number} ms
   * @param {() => void} run
   */
  later(name, ms, run) {
    this.cancel(name);
    const timer = this.site.clock.setTimeout(() => {
      this.timers.delete(name);
      run();
    }, ms);
    this.timers.set(name, timer);
  }

  /**
   * Forgets what was planned under a name.
   * @param {string} name
   */
  cancel(name) {
    if (!this.timers.has(name)) return;
    this.site.clock.clearTimeout(this.timers.get(name));
    this.timers.delete(name);
  }
}
