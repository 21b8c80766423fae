import assert from "node:assert/strict";
import { test } from "node:test";
import { look, type Link, type ServerStatus, type Situation } from "../src/status";

const READY: ServerStatus = { state: "ready", cause: null, message: null };
const FINE: Situation = {
  link: { is: "running" },
  server: READY,
  off: undefined,
  pace: "idle",
};

function failing(cause: string): Situation {
  return { ...FINE, server: { state: "failing", cause, message: "Do this." } };
}

test("every state has a name, and only what wants doing warns", () => {
  const links: [Link["is"], string, boolean][] = [
    ["stopped", "stopped", false],
    ["untrusted", "not trusted", false],
    ["missing", "not installed", true],
    ["starting", "starting", false],
    ["waiting", "no server", true],
    ["unauthorised", "unauthorised", true],
    ["failed", "stopped", true],
  ];
  for (const [is, state, warns] of links) {
    const seen = look({ ...FINE, link: { is } });
    assert.deepEqual([seen.state, seen.warns], [state, warns]);
  }
  assert.equal(look({ ...FINE, link: { is: "waiting", why: "Away." } }).says, "Away.");
});

test("what the server says becomes a state", () => {
  assert.equal(look(FINE).state, "ready");
  assert.equal(look({ ...FINE, server: { state: "ready" } }).state, "ready");
  assert.equal(look({ ...FINE, server: undefined }).state, "starting");
  assert.equal(look({ ...FINE, server: { ...READY, state: "starting" } }).state, "starting");
  const reading: Situation["server"] = { state: "starting", message: "It is read." };
  assert.equal(look({ ...FINE, server: reading }).says, "It is read.");
  assert.equal(look(failing("BackendUnreachable")).state, "engine down");
  assert.equal(look(failing("BackendUnauthorised")).state, "unauthorised");
  assert.equal(look(failing("BackendBusy")).state, "slow");
  assert.equal(look(failing("DeadlineError")).state, "slow");
  assert.equal(look(failing("TemplateError")).state, "failing");
  assert.equal(look(failing("TemplateError")).says, "Do this.");
});

test("where nothing is proposed, the reason shows", () => {
  const message = "Nothing of this file is sent: completion.exclude_files has it.";
  const seen = look({ ...FINE, server: { state: "ready", cause: "NotWanted", message } });
  assert.deepEqual([seen.state, seen.says, seen.warns], ["not here", message, false]);
});

test("requests show while nothing is wrong", () => {
  assert.equal(look({ ...FINE, pace: "thinking" }).state, "thinking");
  assert.equal(look({ ...FINE, pace: "slow" }).state, "slow");
  assert.equal(look({ ...failing("BackendUnreachable"), pace: "slow" }).state, "engine down");
});

test("where it is off, nothing else matters", () => {
  assert.equal(look({ ...failing("BackendUnreachable"), off: "file" }).state, "off");
  assert.match(look({ ...FINE, off: "language" }).says, /this language/);
});

test("where text goes is said while it goes there", () => {
  const server: ServerStatus = { ...READY, engine: "theirs at api.deepseek.com (hosted)" };
  assert.match(look({ ...FINE, server }).says, /Text goes to theirs at api\.deepseek\.com \(hosted\)\./);
  assert.doesNotMatch(look({ ...FINE, server, off: "file" }).says, /Text goes/);
});
