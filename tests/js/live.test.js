import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { digest } from "../../static/js/digest.js";
import { Live } from "../../static/js/live.js";
import { support } from "../../static/js/state.js";
import { FakeClock, FakeStorage, FakeWay, question, snapshot, welcome } from "./doubles.js";

let clock;
let socket;
let live;
let memory;

beforeEach(() => {
  clock = new FakeClock(Date.parse("2026-11-24T17:00:00.000Z"));
  memory = new FakeStorage();
  open();
});

/** Opens the page, or opens it again in the same tab. */
function open(of = "room e1") {
  socket = new FakeWay();
  live = new Live({
    of,
    stream: "floor",
    page: "token",
    clock,
    socket: socket.open,
    poll: new FakeWay().open,
    memory,
    reload: () => assert.fail("nothing to load again"),
  });
  live.start();
}

function greet() {
  socket.last.heard(welcome("e1", 5));
  socket.last.heard(snapshot("e1", 5, [question(3)]));
}

test("a command is answered through whichever connection it takes", async () => {
  greet();
  const reply = live.do("withdraw", { number: 3 });
  const { key } = socket.last.sent[0];
  socket.last.lost(1006);
  clock.pass(500);
  greet();
  assert.equal(socket.last.sent[0].key, key);
  socket.last.heard({ type: "done", key, seq: 6, result: { number: 3 } });
  assert.deepEqual(await reply, { type: "done", key, seq: 6, result: { number: 3 } });
});

test("a state that drifted is noticed at the next heartbeat and made whole, once", () => {
  greet();
  const beat = () => {
    const { session, questions } = {
      session: snapshot("e1", 5, []).session,
      questions: [question(3)],
    };
    const told = digest(session, questions);
    socket.last.heard({ type: "heartbeat", seq: 5, now: clock.now(), present: 1, digest: told });
  };
  beat();
  assert.deepEqual(socket.last.sent, []);
  live.state.questions.get(3).text = "Frage 3!";
  beat();
  beat();
  assert.deepEqual(socket.last.sent, [{ type: "resync", why: "digest" }]);
  socket.last.heard(snapshot("e1", 5, [question(3)]));
  assert.deepEqual(live.state.questions.get(3), question(3));
  beat();
  assert.equal(socket.last.sent.length, 1);
});

test("a command given before the first welcome is sent with it", () => {
  live.do("withdraw", { number: 3 });
  assert.deepEqual(socket.last.sent, []);
  greet();
  assert.equal(socket.last.sent[0].do, "withdraw");
});

test("a command may be sent again under its own key", () => {
  greet();
  live.do("ask", { text: "Warum?" }, "key-of-the-draft");
  assert.deepEqual(socket.last.sent[0], {
    type: "command",
    key: "key-of-the-draft",
    do: "ask",
    text: "Warum?",
  });
});

test("a tap shows before the server knows of it, and a refusal takes it back", async () => {
  greet();
  const reply = live.upvote(3, true);
  assert.deepEqual(support(live.state, 3), { on: true, sending: true });
  const [{ key, ...sent }] = socket.last.sent;
  assert.deepEqual(sent, {
    type: "command",
    do: "upvote",
    number: 3,
    on: true,
    intent: Date.parse("2026-11-24T17:00:00.000Z"),
  });
  socket.last.heard({ type: "refused", key, code: "closed" });
  assert.equal((await reply).code, "closed");
  assert.deepEqual(support(live.state, 3), { on: false, sending: false });
});

test("a tap is dated by the server's clock, on a device whose clock is wrong", () => {
  clock.time -= 86_400_000;
  greet();
  live.upvote(3, true);
  assert.equal(socket.last.sent[0].intent, Date.parse("2026-11-24T17:00:00.000Z"));
});

test("watchers see the state before and after, and what changed it", () => {
  const seen = [];
  live.watch((state, before, message) => seen.push([before.seq, state.seq, message?.type ?? null]));
  greet();
  socket.last.heard({ type: "delta", from: 5, to: 6, questions: [{ number: 3, upvotes: 2 }] });
  live.upvote(3, true);
  assert.deepEqual(seen, [
    [-1, -1, "welcome"],
    [-1, 5, "snapshot"],
    [5, 6, "delta"],
    [6, 6, null],
  ]);
});

test("a message that cannot be applied costs a snapshot, not the page", () => {
  greet();
  socket.last.heard({ type: "delta", from: 5, to: 6, questions: [null] });
  assert.deepEqual(socket.last.sent, [{ type: "resync", why: "error" }]);
  assert.equal(live.state.seq, 5);
});

for (const [code, said] of [
  [1000, "closed"],
  [4504, "gone"],
  [4501, "forbidden"],
]) {
  test(`after ${code} nothing is left waiting and nothing more is sent`, async () => {
    greet();
    const waiting = live.upvote(3, true);
    socket.last.lost(code);
    assert.equal((await waiting).code, said);
    assert.deepEqual(support(live.state, 3), { on: false, sending: false });
    assert.equal((await live.do("withdraw", { number: 3 })).code, said);
    assert.equal(socket.opened.length, 1);
  });
}

test("a page whose pass has ended does not go on as a reader's", () => {
  greet();
  const me = { ...welcome("e1", 6), type: "me" };
  socket.last.heard({ ...me, me: { ...me.me, role: "reader", person: null } });
  assert.equal(live.status.final, 4501);
  assert.equal(live.state.role, "volunteer");
});

test("where the record was published everyone becomes a reader", () => {
  greet();
  socket.last.heard(welcome("e2", 1, { role: "reader", person: null }));
  assert.equal(live.status.final, null);
  assert.equal(live.state.role, "reader");
});

test("an upvote without an answer is sent again after a reload, as the same tap", () => {
  greet();
  live.upvote(3, true);
  const [tapped] = socket.last.sent;
  socket.last.lost(1006);
  open();
  assert.deepEqual(support(live.state, 3), { on: true, sending: true });
  assert.equal(socket.last.sent.length, 0);
  greet();
  assert.deepEqual(socket.last.sent, [tapped]);
  socket.last.heard({ type: "done", key: tapped.key, seq: 6, result: { number: 3, on: true } });
  open();
  greet();
  assert.deepEqual(socket.last.sent, []);
});

test("an upvote is not sent again when it is refused, too old, or numbers mean something else", () => {
  greet();
  live.upvote(3, true);
  open("room e2");
  greet();
  assert.deepEqual(socket.last.sent, []);
  clock.pass(10 * 60_000);
  open();
  greet();
  assert.deepEqual(socket.last.sent, []);
  live.upvote(3, true);
  socket.last.heard({ type: "refused", key: socket.last.sent[0].key, code: "closed" });
  open();
  greet();
  assert.deepEqual(socket.last.sent, []);
});

test("what is kept of taps and cannot be read is nothing", () => {
  memory.setItem("dialog.upvotes room e1", "{");
  open();
  greet();
  assert.deepEqual(socket.last.sent, []);
});

test("a device whose clock is set while it polls has the server's time at the next answer", () => {
  greet();
  const before = live.now();
  clock.time += 3_600_000;
  socket.last.heard({ ...welcome("e1", 5), type: "me" });
  assert.equal(live.now(), before);
});
