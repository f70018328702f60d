import assert from "node:assert/strict";
import { test } from "node:test";
import { overPoll } from "../../static/js/poll.js";
import { overSocket } from "../../static/js/socket.js";
import { command } from "../../static/js/wire.js";
import { FakeClock } from "./doubles.js";

const HELLO = { type: "hello", stream: "floor", page: "token" };
const ME = { type: "me", epoch: "e1", seq: 5, now: "2026-11-24T17:00:00.000Z", me: {} };
const settle = () => new Promise((go) => setImmediate(go));

function events() {
  const noted = { heard: [], lost: [] };
  return {
    noted,
    heard: (message) => noted.heard.push(message),
    lost: (code) => noted.lost.push(code),
  };
}

class FakeSocket {
  constructor(url, protocol) {
    Object.assign(this, { url, protocol, readyState: 0, sent: [], closed: null });
    FakeSocket.last = this;
  }

  send(text) {
    this.sent.push(text);
  }

  close(code) {
    this.closed = code;
  }
}

test("a websocket speaks the subprotocol and greets first", () => {
  const { noted, ...on } = events();
  const line = overSocket("wss://example.org/sessions/x/live", FakeSocket)(HELLO, on);
  const socket = FakeSocket.last;
  assert.equal(socket.protocol, "dialog.v1");
  line.send(HELLO);
  assert.deepEqual(socket.sent, [], "nothing before it is open");
  socket.readyState = 1;
  socket.onopen();
  assert.deepEqual(socket.sent.map(JSON.parse), [HELLO]);
  socket.onmessage({ data: JSON.stringify(ME) });
  socket.onmessage({ data: '{"type":"tomorrow"}' });
  assert.deepEqual(noted.heard, [ME]);
  socket.onerror();
  socket.onclose({ code: 1006 });
  assert.deepEqual(noted.lost, [1006], "lost once");
});

test("a websocket that was given up is not heard any more", () => {
  const { noted, ...on } = events();
  const line = overSocket("ws://x/live", FakeSocket)(HELLO, on);
  line.close(4400);
  FakeSocket.last.onmessage({ data: JSON.stringify(ME) });
  FakeSocket.last.onclose({ code: 4400 });
  assert.equal(FakeSocket.last.closed, 4400);
  assert.deepEqual(noted, { heard: [], lost: [] });
});

/** Returns a poll whose answers are given by the test, one by one. */
function polling(position = { epoch: "e1", seq: 5 }) {
  const clock = new FakeClock();
  const asked = [];
  const { noted, ...on } = events();
  const fetch = (url, options) =>
    new Promise((resolve, reject) => asked.push({ url, ...options, resolve, reject }));
  const open = overPoll({
    updates: "/sessions/x/updates",
    commands: "/sessions/x/commands",
    token: "form-token",
    position: () => position,
    fetch,
    clock,
  });
  const line = open(HELLO, on);
  const answer = async (request, body, status = 200) => {
    request.resolve(
      new Response(JSON.stringify(body), {
        status,
        headers: { "Content-Type": "application/json" },
      }),
    );
    await settle();
  };
  return { clock, asked, noted, line, answer };
}

test("the first poll is answered at once, the next one waits from the page's position", async () => {
  const { clock, asked, noted, answer } = polling();
  assert.equal(asked[0].url, "/sessions/x/updates?stream=floor&epoch=e1&seq=5&wait=0");
  assert.equal(asked[0].headers.Accept, "application/json");
  await answer(asked[0], [ME, { type: "tomorrow" }]);
  assert.deepEqual(noted.heard, [ME]);
  clock.pass(500);
  await settle();
  assert.equal(asked[1].url, "/sessions/x/updates?stream=floor&epoch=e1&seq=5");
});

test("a poll names what it has of its own, so that it does not wait over news of that", async () => {
  const { clock, asked, answer } = polling();
  await answer(asked[0], [{ ...ME, own: "9a01c2f7" }]);
  clock.pass(500);
  await settle();
  assert.equal(asked[1].url, "/sessions/x/updates?stream=floor&epoch=e1&seq=5&own=9a01c2f7");
});

test("a page without a position asks for everything", () => {
  const { asked } = polling({ epoch: "", seq: -1 });
  assert.equal(asked[0].url, "/sessions/x/updates?stream=floor&wait=0");
});

test("a request for a snapshot is a poll without a position, at once", async () => {
  const { clock, asked, noted, line, answer } = polling();
  await answer(asked[0], [ME]);
  clock.pass(500);
  await settle();
  line.send({ type: "resync", why: "gap" });
  assert.ok(asked[1].signal.aborted);
  asked[1].reject(new DOMException("aborted", "AbortError"));
  await settle();
  clock.pass(500);
  await settle();
  assert.equal(asked[2].url, "/sessions/x/updates?stream=floor");
  assert.deepEqual(noted.lost, []);
});

test("a wait that a proxy cuts short is no loss: the next one is shorter", async () => {
  const { clock, asked, noted, answer } = polling();
  await answer(asked[0], [ME]);
  clock.pass(500);
  await settle();
  clock.pass(10_000);
  asked[1].resolve(new Response("<h1>Gateway Timeout</h1>", { status: 504 }));
  await settle();
  assert.match(asked[2].url, /&wait=0$/);
  await answer(asked[2], [ME]);
  clock.pass(500);
  await settle();
  assert.match(asked[3].url, /&wait=5$/);
  assert.deepEqual(noted.lost, []);
});

test("a line that is dead after a wait is a loss", async () => {
  const { clock, asked, noted, answer } = polling();
  await answer(asked[0], [ME]);
  clock.pass(500);
  await settle();
  clock.pass(10_000);
  asked[1].reject(new TypeError("network"));
  await settle();
  asked[2].reject(new TypeError("network"));
  await settle();
  assert.deepEqual(noted.lost, [1006]);
  assert.equal(asked.length, 3);
});

test("a farewell ends the polls", async () => {
  const { clock, asked, noted, answer } = polling();
  const bye = { type: "bye", why: "restart", retry_ms: 900 };
  await answer(asked[0], [ME, bye]);
  clock.pass(60_000);
  await settle();
  assert.deepEqual(noted, { heard: [ME, bye], lost: [1012] });
  assert.equal(asked.length, 1);
});

test("commands are posted one after the other, with the form token", async () => {
  const { asked, noted, line, answer } = polling();
  const [one, two] = [
    command("k1", "withdraw", { number: 1 }),
    command("k2", "withdraw", { number: 2 }),
  ];
  line.send(one);
  line.send(two);
  await settle();
  assert.equal(asked.length, 2);
  assert.equal(asked[1].url, "/sessions/x/commands");
  assert.equal(asked[1].method, "POST");
  assert.equal(asked[1].headers["X-Dialog-Token"], "form-token");
  assert.equal(asked[1].headers["Content-Type"], "application/json");
  assert.deepEqual(JSON.parse(asked[1].body), one);
  await answer(asked[1], { type: "done", key: "k1", seq: 6, result: {} });
  await answer(asked[2], { type: "refused", key: null, code: "forbidden" }, 403);
  assert.deepEqual(noted.heard, [
    { type: "done", key: "k1", seq: 6, result: {} },
    { type: "refused", key: "k2", code: "forbidden" },
  ]);
  assert.deepEqual(noted.lost, [], "a refusal is an answer");
});

const FORBIDDEN = { type: "refused", key: null, code: "forbidden" };

for (const [status, said, code] of [
  [403, FORBIDDEN, 4501],
  [403, null, 1006],
  [404, { ...FORBIDDEN, code: "unknown" }, 4504],
  [410, { ...FORBIDDEN, code: "gone" }, 4504],
  [404, null, 1006],
  [413, null, 1009],
  [429, null, 1013],
  [503, { ...FORBIDDEN, code: "busy" }, 1013],
  [502, null, 1006],
  [200, null, 1006],
]) {
  test(`status ${status} of ${said ? "the session" : "a proxy"} ends a poll like ${code}`, async () => {
    const { asked, noted, answer } = polling();
    if (said) await answer(asked[0], said, status);
    else {
      const headers = { "Content-Type": "text/html" };
      asked[0].resolve(new Response("<h1>…</h1>", { status, headers }));
      await settle();
    }
    assert.deepEqual(noted.lost, [code]);
  });
}

test("a network that fails, an answer that never comes and one that is no JSON end a poll", async () => {
  const failing = polling();
  failing.asked[0].reject(new TypeError("network"));
  await settle();
  assert.deepEqual(failing.noted.lost, [1006]);
  const silent = polling();
  silent.clock.pass(40_000);
  assert.deepEqual(silent.noted.lost, [1006]);
  assert.ok(silent.asked[0].signal.aborted);
  const broken = polling();
  broken.asked[0].resolve(new Response("{", { headers: { "Content-Type": "application/json" } }));
  await settle();
  assert.deepEqual(broken.noted.lost, [1006]);
});

test("a poll that was closed is not heard any more and asks no more", async () => {
  const { clock, asked, noted, line, answer } = polling();
  line.close();
  await answer(asked[0], [ME]);
  clock.pass(60_000);
  await settle();
  assert.deepEqual(noted, { heard: [], lost: [] });
  assert.equal(asked.length, 1);
});
