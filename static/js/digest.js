/**
 * The digest of a stream's rows, by which a page notices that it has drifted.
 * @import { Question, Session } from "./types.js"
 */

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? 0xedb88320 ^ (rest >>> 1) : rest >>> 1;
  return rest;
});

const UTF8 = new TextEncoder();

/**
 * Returns the CRC-32 of a text's UTF-8 bytes as an unsigned number.
 * @param {string} text
 */
export function crc32(text) {
  let rest = 0xffffffff;
  for (const byte of UTF8.encode(text)) {
    rest = Number(TABLE[(rest ^ byte) & 0xff]) ^ (rest >>> 8);
  }
  return (rest ^ 0xffffffff) >>> 0;
}

/**
 * Returns a value as JSON with sorted keys, no spaces and unescaped letters.
 * @param {unknown} value
 * @returns {string}
 */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`);
  return `{${fields.join(",")}}`;
}

/**
 * Returns the digest of a session row and its question rows: 8 hex digits, whatever their order.
 * @param {Session | null} session
 * @param {Iterable<Question>} questions
 */
export function digest(session, questions) {
  let sum = crc32(canonical(session));
  for (const row of questions) sum = (sum + crc32(canonical(row))) >>> 0;
  return sum.toString(16).padStart(8, "0");
}
