import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Connection } from "../../static/js/connection.js";
import { command } from "../../static/js/wire.js";
import { FakeClock, FakeStorage, FakeWay, snapshot, welcome } from "./doubles.js";

const ME = { type: "me", epoch: "e1", seq: 5, now: "2026-11-24T17:00:00.000Z", me: {} };
const BEAT = { type: "heartbeat", seq: 5, now: "", present: 1, digest: "" };
const tap = (key) => command(key, "upvote", { number: 3, on: true, intent: 1 });

let clock;
let socket;
let poll;
let memory;
let position;
let heard;
let statuses;
let reloads;
let connection;

beforeEach(() => {
  clock = new FakeClock();
  socket = new FakeWay();
  poll = new FakeWay();
  memory = new FakeStorage();
  position = { epoch: "", seq: -1 };
  connection = made();
});

function made() {
  heard = [];
  statuses = [];
  reloads = 0;
  return new Connection({
    stream: "floor",
    page: "token",
    clock,
    socket: socket.open,
    poll: poll.open,
    memory,
    position: () => position,
    heard: (message) => heard.push(message),
    status: ({ state }) => statuses.push(state),
    reload: () => {
      reloads += 1;
    },
  });
}

/** Connects and brings the page to a position. */
function connect(way = socket) {
  connection.start();
  greet(way);
}

function greet(way = socket) {
  way.last.heard(way === poll ? ME : welcome("e1", 5));
  position = { epoch: "e1", seq: 5 };
  way.last.heard(snapshot("e1", 5, []));
}

test("the first greeting has no position, the next one resumes", () => {
  connect();
  assert.deepEqual(socket.last.hello, { type: "hello", stream: "floor", page: "token" });
  assert.deepEqual(statuses, ["behind", "live"]);
  socket.last.lost(1006);
  clock.pass(500);
  assert.equal(socket.opened.length, 2);
  assert.deepEqual(socket.last.hello, {
    type: "hello",
    stream: "floor",
    page: "token",
    epoch: "e1",
    seq: 5,
  });
});

test("a page at the server's number is live with the welcome, one behind it waits for the rows", () => {
  connect();
  socket.last.lost(1006);
  clock.pass(500);
  socket.last.heard(welcome("e1", 5));
  assert.equal(statuses.at(-1), "live");
  clock.pass(10_000);
  socket.last.heard(BEAT);
  socket.last.lost(1006);
  clock.pass(1000);
  socket.last.heard(welcome("e1", 9));
  assert.equal(statuses.at(-1), "behind");
  socket.last.heard({ type: "delta", from: 5, to: 9 });
  assert.equal(statuses.at(-1), "live");
});

test("each failure doubles the longest wait, up to thirty seconds", () => {
  const waits = [];
  connection.start();
  clock.random = () => 1;
  connection.polling = false;
  for (let failure = 0; failure < 9; failure += 1) {
    connection.failures = 0;
    const before = clock.now();
    const opened = socket.opened.length;
    socket.last.lost(1006);
    while (socket.opened.length === opened) clock.pass(100);
    waits.push(clock.now() - before);
  }
  assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
});

test("the wait is drawn by lot", () => {
  connect();
  clock.lots = [0.2];
  socket.last.lost(1006);
  clock.pass(99);
  assert.equal(socket.opened.length, 1);
  clock.pass(1);
  assert.equal(socket.opened.length, 2);
});

test("only a connection that lasted makes the waits short again", () => {
  connect();
  connection.tries = 5;
  clock.pass(9_999);
  socket.last.heard(BEAT);
  assert.equal(connection.tries, 5);
  clock.pass(1);
  assert.equal(connection.tries, 5, "silence is no sign of life");
  socket.last.heard(BEAT);
  assert.equal(connection.tries, 0);
});

test("after a farewell the page comes back at the given time, not earlier", () => {
  connect();
  socket.last.heard({ type: "bye", why: "restart", retry_ms: 1840 });
  socket.last.lost(1012);
  connection.wake();
  connection.unplug();
  connection.wake();
  clock.pass(1839);
  assert.equal(socket.opened.length, 1);
  clock.pass(1);
  assert.equal(socket.opened.length, 2);
});

test("a device that comes back while a farewell is being said waits as told", () => {
  connect();
  socket.last.heard({ type: "bye", why: "restart", retry_ms: 4_000 });
  connection.unplug();
  connection.wake();
  clock.pass(3_999);
  assert.equal(socket.opened.length, 1);
  clock.pass(1);
  assert.equal(socket.opened.length, 2);
});

test("a person need not wait, neither for a time nor for an attempt that hangs", () => {
  connect();
  socket.last.heard({ type: "bye", why: "restart", retry_ms: 60_000 });
  socket.last.lost(1012);
  connection.retry();
  assert.equal(socket.opened.length, 2);
  connection.retry();
  assert.equal(socket.opened[1].closed, 1000);
  assert.equal(socket.opened.length, 3);
  greet();
  connection.retry();
  assert.equal(socket.opened.length, 3, "a connection is not thrown away");
});

test("a device that comes back connects at once, and not twice", () => {
  connect();
  connection.tries = 6;
  connection.unplug();
  assert.equal(statuses.at(-1), "offline");
  connection.wake();
  connection.wake();
  assert.equal(socket.opened.length, 2);
  clock.pass(60_000);
  assert.ok(socket.opened.slice(2).every(({ hello }) => hello.seq === 5));
});

test("35 silent seconds end a connection, any message begins them anew", () => {
  connect();
  clock.pass(34_000);
  socket.last.heard(BEAT);
  clock.pass(34_999);
  assert.equal(socket.last.closed, null);
  clock.pass(1);
  assert.equal(socket.opened[0].closed, 4400);
  clock.pass(500);
  assert.equal(socket.opened.length, 2);
});

test("a device that slept through the silence notices on waking", () => {
  connect();
  clock.time += 3_600_000;
  connection.wake();
  assert.equal(socket.opened[0].closed, 4400);
  assert.equal(socket.opened.length, 2);
});

test("what a connection says after its end is not heard", () => {
  connect();
  const [first] = socket.opened;
  first.lost(1006);
  const before = heard.length;
  first.heard(snapshot("e1", 9, []));
  first.lost(4501);
  assert.equal(heard.length, before);
  assert.notEqual(connection.final, 4501);
});

test("an unanswered command is sent again with its key, an answered one is not", () => {
  connect();
  connection.send(tap("k1"));
  connection.send(tap("k2"));
  connection.send(tap("k3"));
  socket.last.heard({ type: "done", key: "k1", seq: 6, result: {} });
  socket.last.heard({ type: "refused", key: "k3", code: "closed" });
  socket.last.lost(1006);
  connection.send(tap("k4"));
  clock.pass(500);
  assert.deepEqual(socket.last.sent, []);
  socket.last.heard(welcome("e1", 5));
  assert.deepEqual(socket.last.sent, [tap("k2"), tap("k4")]);
});

test("a message too big for the server is refused here, or it would end every connection", () => {
  connect();
  connection.send(tap("k1"));
  connection.send(command("k2", "ask", { text: "x".repeat(9000) }));
  socket.last.lost(1009);
  assert.deepEqual(heard.at(-1), { type: "refused", key: "k2", code: "too_big" });
  clock.pass(500);
  socket.last.heard(welcome("e1", 5));
  assert.deepEqual(socket.last.sent, [tap("k1")]);
});

test("two connections without a welcome lead to the long poll, remembered for the tab", () => {
  connection.start();
  clock.pass(2_500);
  assert.equal(socket.opened[0].closed, 4400);
  assert.equal(poll.opened.length, 0);
  clock.pass(500 + 2_500 + 1_000);
  assert.equal(socket.opened.length, 2);
  assert.equal(poll.opened.length, 1);
  greet(poll);
  assert.equal(statuses.at(-1), "live");
  connection.send(tap("k1"));
  assert.deepEqual(poll.last.sent, [tap("k1")]);
  connection = made();
  connection.start();
  assert.equal(socket.opened.length, 2);
  assert.equal(poll.opened.length, 2);
});

test("a proxy that turns websockets down at once leads to the long poll as well", () => {
  connection.start();
  socket.last.lost(1006);
  clock.pass(500);
  socket.last.lost(1006);
  clock.pass(1_000);
  assert.equal(poll.opened.length, 1);
});

test("where the long poll fails too, it was the server: websockets are tried again", () => {
  connection.start();
  socket.last.lost(1006);
  clock.pass(500);
  socket.last.lost(1006);
  clock.pass(1_000);
  poll.last.lost(1006);
  clock.pass(2_000);
  assert.equal(socket.opened.length, 3);
  assert.equal(memory.items.size, 0);
});

/** Lets the way to the server be cut one second after each welcome. */
function cutSoon(way = socket) {
  greet(way);
  clock.pass(1_000);
  way.last.lost(1006);
}

test("websockets that are cut soon after their welcome lead to the long poll within seconds", () => {
  connection.start();
  const began = clock.now();
  cutSoon();
  clock.pass(500);
  cutSoon();
  clock.pass(1_000);
  assert.equal(socket.opened.length, 2);
  assert.equal(poll.opened.length, 1);
  assert.ok(clock.now() - began < 5_000);
  greet(poll);
  assert.equal(statuses.at(-1), "live");
  assert.equal(memory.getItem("dialog.poll"), "0");
});

test("a proxy that lets only the welcome through leads to the long poll", () => {
  connection.start();
  greet();
  clock.pass(35_000);
  clock.pass(500);
  greet();
  clock.pass(35_000);
  clock.pass(1_000);
  assert.equal(socket.opened.length, 2);
  assert.equal(poll.opened.length, 1);
});

test("a network that is lost now and then, and a restart, do not lead to the long poll", () => {
  connection.start();
  for (let round = 0; round < 6; round += 1) {
    greet();
    clock.pass(12_000);
    socket.last.heard(BEAT);
    socket.last.lost(1006);
    clock.pass(1_000);
    greet();
    socket.last.heard({ type: "bye", why: "restart", retry_ms: 900 });
    socket.last.lost(1012);
    clock.pass(900);
    greet();
    connection.unplug();
    connection.wake();
  }
  assert.equal(poll.opened.length, 0);
});

test("what the server itself ends says nothing against websockets", () => {
  connection.start();
  for (const code of [1009, 1012, 1013, 4408, 4429, 1013]) {
    greet();
    const opened = socket.opened.length;
    socket.last.lost(code);
    while (socket.opened.length === opened) clock.pass(100);
  }
  assert.equal(poll.opened.length, 0);
});

/** Falls back to the long poll because websockets are refused. */
function fallBack() {
  connection.start();
  socket.last.lost(1006);
  clock.pass(500);
  socket.last.lost(1006);
  clock.pass(1_000);
  greet(poll);
}

/** Lets time pass in which the long poll is answered. */
function pollFor(ms) {
  for (let passed = 0; passed < ms; passed += 20_000) {
    clock.pass(Math.min(20_000, ms - passed));
    poll.last.heard(ME);
  }
}

test("beside the long poll a websocket is tried, ever more rarely, and nobody notices", () => {
  fallBack();
  const before = [...statuses];
  clock.pass(19_999);
  assert.equal(socket.opened.length, 2);
  clock.pass(1);
  assert.equal(socket.opened.length, 3);
  poll.last.heard(ME);
  socket.last.lost(1006);
  assert.equal(memory.getItem("dialog.poll"), "1");
  pollFor(39_000);
  assert.equal(socket.opened.length, 3);
  pollFor(1_000);
  assert.equal(socket.opened.length, 4, "swallowed this time");
  clock.pass(2_500);
  assert.notEqual(socket.last.closed, null);
  pollFor(4 * 3_600_000);
  assert.ok(socket.opened.length < 4 + 15);
  assert.deepEqual(statuses, before);
  assert.equal(poll.opened.length, 1);
});

test("a websocket that gets through again takes over; what was sent meanwhile is sent there", () => {
  fallBack();
  connection.send(tap("k1"));
  clock.pass(20_000);
  socket.last.heard(welcome("e1", 5));
  assert.equal(poll.last.closed, 1000);
  assert.equal(socket.opened.length, 4);
  socket.last.heard(welcome("e1", 5));
  assert.deepEqual(socket.last.sent, [tap("k1")]);
  assert.equal(statuses.at(-1), "live");
  assert.notEqual(memory.getItem("dialog.poll"), null, "it has not lasted yet");
  clock.pass(10_000);
  socket.last.heard(BEAT);
  assert.equal(memory.items.size, 0);
});

test("one that is cut again leads back to the long poll at once", () => {
  fallBack();
  clock.pass(20_000);
  socket.last.heard(welcome("e1", 5));
  cutSoon();
  clock.pass(4_000);
  assert.equal(poll.opened.length, 2);
});

test("a tab that remembers the long poll begins with it, and tries both where it fails", () => {
  fallBack();
  connection = made();
  connection.start();
  assert.equal(socket.opened.length, 2);
  assert.equal(poll.opened.length, 2);
  poll.last.lost(1006);
  clock.pass(500);
  assert.equal(socket.opened.length, 3);
  socket.last.lost(1006);
  clock.pass(1_000);
  assert.equal(poll.opened.length, 3);
});

test("a long poll without an answer is given up after ten seconds", () => {
  connection.polling = true;
  connection.start();
  clock.pass(10_000);
  assert.equal(poll.opened[0].closed, 4400);
});

test("a polling page comes back from a restart when it was told to", () => {
  fallBack();
  poll.last.heard({ type: "bye", why: "restart", retry_ms: 3_000 });
  poll.last.lost(1012);
  connection.wake();
  clock.pass(2_999);
  assert.equal(poll.opened.length, 1);
  clock.pass(1);
  assert.equal(poll.opened.length, 2);
});

test("a snapshot is asked for at most once in ten seconds", () => {
  connect();
  connection.resync("gap");
  connection.resync("gap");
  assert.deepEqual(socket.last.sent, [{ type: "resync", why: "gap" }]);
  assert.equal(statuses.at(-1), "behind");
  socket.last.heard({ type: "delta", from: 9, to: 10 });
  assert.equal(statuses.at(-1), "behind");
  clock.pass(10_000);
  assert.equal(socket.last.sent.length, 2);
  socket.last.heard(snapshot("e1", 10, []));
  assert.equal(statuses.at(-1), "live");
  clock.pass(20_000);
  assert.equal(socket.last.sent.length, 2);
});

test("five seconds without a connection are said, a short loss is not", () => {
  connect();
  socket.last.lost(1006);
  clock.pass(500);
  greet();
  assert.ok(!statuses.includes("offline"));
  clock.random = () => 1;
  socket.last.lost(1006);
  for (let second = 0; second < 5; second += 1) {
    clock.pass(1_000);
    if (connection.transport) socket.last.lost(1006);
  }
  assert.equal(statuses.at(-1), "offline");
});

test("halted updates are a status of their own, below having no connection", () => {
  connect();
  connection.pause(true);
  assert.equal(statuses.at(-1), "paused");
  connection.unplug();
  assert.equal(statuses.at(-1), "offline");
  connection.wake();
  greet();
  assert.equal(statuses.at(-1), "paused");
  connection.pause(false);
  assert.equal(statuses.at(-1), "live");
});

for (const code of [1000, 4501, 4503, 4504, 4511]) {
  test(`code ${code} is final`, () => {
    connect();
    socket.last.lost(code);
    connection.wake();
    connection.retry();
    clock.pass(600_000);
    assert.equal(socket.opened.length, 1);
    assert.equal(connection.final, code);
    assert.equal(statuses.at(-1), "offline");
    assert.equal(reloads, 0);
  });
}

test("a page that speaks an old protocol loads itself again, spread over five minutes", () => {
  connect();
  clock.lots = [0.4];
  socket.last.lost(4510);
  clock.pass(119_999);
  assert.equal(reloads, 0);
  clock.pass(1);
  assert.equal(reloads, 1);
});

test("a crowded server is given more time", () => {
  connect();
  clock.random = () => 1;
  socket.last.lost(1013);
  connection.wake();
  clock.pass(7_999);
  assert.equal(socket.opened.length, 1);
  clock.pass(1);
  assert.equal(socket.opened.length, 2);
});

test("a way that fails while it opens is a loss like any other", () => {
  let opened = 0;
  connection.site.socket = (_hello, { lost }) => {
    opened += 1;
    lost(1006);
    return { send: () => assert.fail("closed"), close: () => {} };
  };
  connection.start();
  assert.equal(connection.transport, null);
  clock.pass(500);
  assert.equal(opened, 2);
});
