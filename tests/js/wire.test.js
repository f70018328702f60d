import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { Live } from "../../static/js/live.js";
import { apply, EMPTY, support, upvoting } from "../../static/js/state.js";
import {
  CLOSE,
  command,
  finalOf,
  freshKey,
  hello,
  isFinal,
  known,
  parse,
  ServerClock,
} from "../../static/js/wire.js";
import { FakeClock, FakeStorage, FakeWay } from "./doubles.js";

const FOLDER = new URL("../wire/", import.meta.url);
const fixtures = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".json"))
  .map((name) => JSON.parse(readFileSync(new URL(name, FOLDER), "utf8")))
  .filter((fixture) => "messages" in fixture);

const byNumber = (rows) => new Map(Object.entries(rows).map(([key, row]) => [Number(key), row]));

/** Returns a fixture's state as the page holds it. */
function stateOf(given) {
  if (given === null) return EMPTY;
  const { epoch, seq, session } = given;
  return {
    ...EMPTY,
    epoch,
    seq,
    session,
    questions: byNumber(given.questions),
    upvoted: new Set(given.upvoted),
    mine: byNumber(given.mine),
  };
}

/** Returns a page's state as a fixture writes it down. */
function written({ epoch, seq, session, questions, upvoted, mine }) {
  return {
    epoch,
    seq,
    session,
    questions: Object.fromEntries(questions),
    upvoted: [...upvoted].sort((one, other) => one - other),
    mine: Object.fromEntries(mine),
  };
}

test("there are fixtures", () => assert.ok(fixtures.length >= 15));

for (const { name, given, messages, then, send } of fixtures) {
  test(`the page does what both sides agreed on: ${name}`, () => {
    const way = new FakeWay();
    const live = new Live({
      stream: "floor",
      page: "<page>",
      clock: new FakeClock(),
      socket: way.open,
      poll: way.open,
      memory: new FakeStorage(),
      reload: () => assert.fail("nothing to load again"),
    });
    live.state = stateOf(given);
    live.connection.start();
    /** @type {Map<string, string>} the page draws its keys; the fixtures name them */
    const keys = new Map();
    const named = (message, names) => ({ ...message, key: names.get(message.key) ?? message.key });
    for (const message of messages) {
      if (message.type === "tap") {
        live.upvote(message.number, message.on);
        keys.set(way.last.sent.at(-1).key, send.at(-1).key);
      } else {
        const drawn = new Map([...keys].map(([key, name]) => [name, key]));
        const told = "key" in message ? named(message, drawn) : message;
        way.last.heard(parse(JSON.stringify(told)));
      }
    }
    const { gone = [], support: supports = {}, ...expected } = then;
    assert.deepEqual(written(live.state), expected);
    for (const [number, shown] of Object.entries(supports))
      assert.deepEqual(support(live.state, Number(number)), shown);
    for (const number of gone) assert.ok(!live.state.questions.has(number));
    const sent = way.last.sent.map((said) => ("key" in said ? named(said, keys) : said));
    assert.deepEqual([way.last.hello, ...sent], send);
  });
}

const { vectors } = JSON.parse(readFileSync(new URL("refusals.json", FOLDER), "utf8"));

for (const refusal of vectors) {
  test(`a tap that is refused as ${refusal.code} is taken back`, () => {
    const before = upvoting(EMPTY, 3, true, refusal.key);
    assert.deepEqual(support(before, 3), { on: true, sending: true });
    const after = apply(before, parse(JSON.stringify(refusal)));
    assert.deepEqual(support(after, 3), { on: false, sending: false });
  });
}

test("what is no message of the protocol is none", () => {
  for (const frame of ["", "{", "null", "[]", "7", '{"type":"party"}', new ArrayBuffer(2)]) {
    assert.equal(parse(frame), null);
  }
  assert.equal(known({ kind: "delta" }), null);
});

test("the greeting names a position only where there is one", () => {
  assert.deepEqual(hello("desk", "p", { epoch: "", seq: -1 }), {
    type: "hello",
    stream: "desk",
    page: "p",
  });
  assert.equal(hello("desk", "p", { epoch: "e", seq: 0 }).seq, 0);
});

test("a command carries its fields beside its key", () => {
  assert.deepEqual(command("k", "upvote", { number: 3, on: true, intent: 5 }), {
    type: "command",
    key: "k",
    do: "upvote",
    number: 3,
    on: true,
    intent: 5,
  });
});

test("connections below 4500 come back, except when the session is over", () => {
  for (const code of [1001, 1005, 1006, 1009, 1011, 1012, 1013, 4400, 4408, 4429]) {
    assert.equal(isFinal(code), false, String(code));
  }
  for (const code of [CLOSE.OVER, 4501, 4503, 4504, 4510, 4511]) {
    assert.equal(isFinal(code), true, String(code));
  }
});

test("keys are random UUIDs, with and without the browser's own", () => {
  const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  const old = { getRandomValues: (bytes) => crypto.getRandomValues(bytes) };
  const keys = new Set(
    Array.from({ length: 50 }, (_, at) => (at % 2 ? freshKey(old) : freshKey())),
  );
  assert.equal(keys.size, 50);
  for (const key of keys) assert.match(key, pattern);
});

test("the server's time is known on a device whose clock is a day off", () => {
  let device = Date.parse("2026-11-23T17:00:00.000Z");
  const clock = new ServerClock(() => device);
  clock.learn("2026-11-24T17:00:00.000Z", true);
  assert.equal(clock.now(), Date.parse("2026-11-24T17:00:00.000Z"));
  device += 15_000;
  clock.learn("2026-11-24T17:00:14.000Z", false);
  assert.equal(clock.now(), Date.parse("2026-11-24T17:00:15.000Z"), "a slow message is no news");
  clock.learn("2026-11-24T17:00:10.000Z", true);
  assert.equal(clock.now(), Date.parse("2026-11-24T17:00:10.000Z"), "a welcome starts over");
});

test("of two taps in one millisecond the second is later", () => {
  const clock = new ServerClock(() => 1000);
  assert.deepEqual([clock.intent(), clock.intent()], [1000, 1001]);
});

test("a time that cannot be read changes nothing", () => {
  const clock = new ServerClock(() => 1000);
  clock.learn("soon", true);
  assert.equal(clock.now(), 1000);
});

test("every end for good has its words", () => {
  const words = new Map([
    [1000, "over"],
    [4501, "ended"],
    [4503, "removed"],
    [4504, "gone"],
    [4510, "outdated"],
    [4511, "broken"],
    [4599, "broken"],
  ]);
  for (const [code, name] of words) assert.equal(finalOf(code), name);
});
