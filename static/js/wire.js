/**
 * The words of the protocol: building and reading messages, close codes, the server's clock.
 * @import { Command, Hello, Resync, ResyncReason, ServerMessage, StreamName } from "./types.js"
 */

export const SUBPROTOCOL = "dialog.v1";

/** Why a connection ended; from 4500 on it does not come back, below it does. */
export const CLOSE = Object.freeze({
  OVER: 1000,
  LOST: 1006,
  TOO_BIG: 1009,
  RESTART: 1012,
  OVERLOAD: 1013,
  SILENT: 4400,
  STALLED: 4408,
  TOO_FAST: 4429,
  PASS_ENDED: 4501,
  REMOVED: 4503,
  GONE: 4504,
  NOT_SPOKEN: 4510,
});

/**
 * Tells whether a connection that ended with this code must not be opened again.
 * @param {number} code
 */
export function isFinal(code) {
  return code === CLOSE.OVER || code >= 4500;
}

/** @type {Record<number, string>} */
const FINALS = {
  [CLOSE.OVER]: "over",
  [CLOSE.PASS_ENDED]: "ended",
  [CLOSE.REMOVED]: "removed",
  [CLOSE.GONE]: "gone",
  [CLOSE.NOT_SPOKEN]: "outdated",
};

/**
 * Returns under which name the page says why a connection has ended for good.
 * @param {number} code
 */
export function finalOf(code) {
  return FINALS[code] ?? "broken";
}

const KINDS = new Set([
  "welcome",
  "me",
  "snapshot",
  "delta",
  "done",
  "refused",
  "mine",
  "heartbeat",
  "bye",
]);

/**
 * Returns the message in a frame, or null where it is none that this page knows.
 * @param {unknown} frame
 * @returns {ServerMessage | null}
 */
export function parse(frame) {
  if (typeof frame !== "string") return null;
  try {
    return known(JSON.parse(frame));
  } catch {
    return null;
  }
}

/**
 * Returns a value as the message it is, or null; a newer server's kinds are passed over.
 * @param {unknown} value
 * @returns {ServerMessage | null}
 */
export function known(value) {
  if (value === null || typeof value !== "object" || !("type" in value)) return null;
  return KINDS.has(String(value.type)) ? /** @type {ServerMessage} */ (value) : null;
}

/**
 * Builds the greeting; with a position the server sends only what came after it.
 * @param {StreamName} stream
 * @param {string} page
 * @param {{ epoch: string, seq: number } | null} position
 * @param {string} [screen]  which one, of a page that is one
 * @returns {Hello}
 */
export function hello(stream, page, position, screen) {
  /** @type {Hello} */
  const said = { type: "hello", stream, page, ...(screen && { screen }) };
  if (!position || position.seq < 0) return said;
  return { ...said, epoch: position.epoch, seq: position.seq };
}

/**
 * Builds a command; sent again it must have the same key.
 * @param {string} key
 * @param {string} name
 * @param {Record<string, unknown>} fields
 * @returns {Command}
 */
export function command(key, name, fields) {
  return { type: "command", key, do: name, ...fields };
}

/**
 * Builds the request for a snapshot.
 * @param {ResyncReason} why
 * @returns {Resync}
 */
export function resync(why) {
  return { type: "resync", why };
}

/**
 * Returns a new key. `randomUUID` is missing where a page came over plain http from another host.
 * @param {Crypto} [source]
 */
export function freshKey(source = crypto) {
  if (typeof source.randomUUID === "function") return source.randomUUID();
  const bytes = new DataView(source.getRandomValues(new Uint8Array(16)).buffer);
  bytes.setUint8(6, (bytes.getUint8(6) & 0x0f) | 0x40);
  bytes.setUint8(8, (bytes.getUint8(8) & 0x3f) | 0x80);
  const hex = Array.from({ length: 16 }, (_, at) =>
    bytes.getUint8(at).toString(16).padStart(2, "0"),
  ).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/**
 * Keeps the server's time on a device whose clock may be wrong by hours.
 */
export class ServerClock {
  /** @param {() => number} deviceNow */
  constructor(deviceNow) {
    this.deviceNow = deviceNow;
    /** @type {number | null} */
    this.offset = null;
    this.lastIntent = 0;
  }

  /**
   * Learns from a message's `now`. It was written a little earlier than it is read, so within one
   * connection the largest offset is the nearest; a welcome or a poll's answer (`anew`) starts over.
   * @param {string} now
   * @param {boolean} anew
   */
  learn(now, anew) {
    const offset = Date.parse(now) - this.deviceNow();
    if (Number.isNaN(offset)) return;
    this.offset = anew || this.offset === null ? offset : Math.max(this.offset, offset);
  }

  /** Returns the server's time in ms; before the first message the device's. */
  now() {
    return Math.round(this.deviceNow() + (this.offset ?? 0));
  }

  /** Returns the moment of a tap, later than every one before, since of equal ones the first holds. */
  intent() {
    this.lastIntent = Math.max(this.now(), this.lastIntent + 1);
    return this.lastIntent;
  }
}
