/**
 * The commands staff may give, and how the fields of their forms become values on the wire.
 */

/** @typedef {"text" | "int" | "int_or_null" | "bool" | "ints" | "lines" | "seconds" | "picked" | "picked_revs"} Kind */

/** @type {Record<string, Kind>} */
const QUESTION = { number: "int", rev: "int" };
/** @type {Record<string, Kind>} */
const PICKED = { numbers: "picked", revs: "picked_revs" };
/** @type {Record<string, Kind>} */
const SEEN = { order_rev: "int", seen: "int_or_null" };

/** @type {Record<string, Record<string, Kind>>} */
export const FIELDS = {
  ask: {
    text: "text",
    background: "text",
    show: "text",
    district: "text",
    via: "text",
    asker: "text",
    archive: "bool",
  },
  claim: { number: "int" },
  approve: QUESTION,
  stage_only: QUESTION,
  return: { ...QUESTION, reason: "text", note: "text" },
  edit: { ...QUESTION, text: "text", background: "text", asker: "text" },
  merge: { ...QUESTION, into: "int" },
  merge_all: { ...PICKED, into: "int" },
  return_all: { ...PICKED, reason: "text", note: "text" },
  unmerge: QUESTION,
  hide: QUESTION,
  undo: { event: "int" },
  topic: { ...QUESTION, topic: "text" },
  brief: { ...QUESTION, text: "text", seen: "text" },
  mute: { person: "int" },
  unmute: { person: "int" },
  message: { text: "text", seen: "int" },
  order: { numbers: "ints", order_rev: "int" },
  now: { number: "int", ...SEEN },
  next: { number: "int", ...SEEN },
  done: { outcome: "text", ...SEEN },
  back: SEEN,
  acknowledge: {},
  blank: { on: "bool" },
  take: QUESTION,
  draft: { ...QUESTION, text: "text" },
  answer: {
    ...QUESTION,
    text: "text",
    kind: "text",
    outcome: "text",
    by: "text",
    until: "text",
    to: "text",
    sources: "lines",
    minute: "seconds",
  },
  release: QUESTION,
  phase: { to: "text" },
  accept: { questions: "bool", upvotes: "bool", invited: "bool" },
  extend: { minutes: "int" },
  pause: { on: "bool" },
  banner: { text: "text" },
  conclude: {},
  publish: {},
  redact: { number: "int", from: "int", to: "int", field: "text" },
  correct: { ...QUESTION, text: "text" },
  keep: { ...QUESTION, text: "text" },
  unpublish: { number: "int", why: "text" },
};

/**
 * Returns the fields of a command as the wire has them: its own ones only. An empty number is left
 * out; one that may be none is null.
 * @param {string} name  the command's `do`
 * @param {FormData} form
 * @returns {Record<string, unknown>}
 */
export function typed(name, form) {
  /** @type {Record<string, unknown>} */
  const fields = {};
  for (const [field, kind] of Object.entries(FIELDS[name] ?? {})) {
    const given = kind.startsWith("picked") ? form.getAll("picked").join(",") : form.get(field);
    const value = typeof given === "string" ? read(kind, given) : undefined;
    if (value !== undefined) fields[field] = value;
  }
  return fields;
}

/**
 * @param {Kind} kind
 * @param {string} given
 * @returns {unknown}  undefined leaves the field out
 */
function read(kind, given) {
  switch (kind) {
    case "text":
      return given;
    case "int":
      return given.trim() === "" ? undefined : numberOf(given);
    case "int_or_null":
      return given.trim() === "" ? null : numberOf(given);
    case "seconds":
      return given.trim() === "" ? undefined : secondsOf(given);
    case "bool":
      return given === "1";
    case "ints":
      return given.split(",").filter(Boolean).map(Number);
    case "picked":
    case "picked_revs": {
      const place = kind === "picked" ? 0 : 1; // each was sent as "number.rev"
      const picks = given.split(",").filter(Boolean);
      return picks.map((pick) => numberOf(pick.split(".")[place] ?? ""));
    }
    case "lines":
      return given
        .split("\n")
        .map((line) => line.trim())
        .filter(Boolean);
  }
}

/**
 * Returns a place in the recording, 0:41:20, in seconds; anything else as a number is read.
 * @param {string} given
 */
function secondsOf(given) {
  const found = /^\s*(?:(\d{1,2}):)?(\d{1,2}):(\d{1,2})\s*$/.exec(given);
  if (!found) return numberOf(given);
  const [, hours = "0", minutes, seconds] = found;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

/**
 * Returns a number, or the text itself, which the server then refuses as not readable.
 * @param {string} given
 */
function numberOf(given) {
  return /^\s*\d+\s*$/.test(given) ? Number(given) : given;
}
