import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAddress } from "../src/server/address";

test("addresses as people write them", () => {
  const tcp = { kind: "tcp", host: "127.0.0.1", port: 7654, secure: false };
  assert.deepEqual(parseAddress("127.0.0.1:7654"), tcp);
  assert.deepEqual(parseAddress(" tcp://127.0.0.1:7654 "), tcp);
  assert.deepEqual(parseAddress("tls://gpu.box:1"), {
    kind: "tcp",
    host: "gpu.box",
    port: 1,
    secure: true,
  });
  assert.deepEqual(parseAddress("[::1]:80"), { ...tcp, host: "::1", port: 80 });
  for (const path of ["/run/fimls.sock", "unix:/run/fimls.sock", "unix:///run/fimls.sock"]) {
    assert.deepEqual(parseAddress(path), { kind: "socket", path: "/run/fimls.sock" });
  }
  const url = "wss://gpu.box:1/lsp";
  assert.deepEqual(parseAddress(url), { kind: "websocket", url });
});

test("what is no address is refused in a sentence", () => {
  for (const text of ["", "box", "box:0", "box:70000", "http://box:1", "relative/path", "unix:x"]) {
    assert.throws(() => parseAddress(text), /^Error: fimls\.connect is ".*", which is not an address:/);
  }
});

test("nothing is sent in plain text to another machine", () => {
  for (const host of ["gpu.box", "192.0.2.1", "[2001:db8::1]", "0.0.0.0", "127.0.0.1.evil.org"]) {
    for (const text of [`${host}:1`, `tcp://${host}:1`, `ws://${host}:1/`, `WS://${host}:1/`]) {
      assert.throws(() => parseAddress(text), /another machine.*use (tls|wss):\/\/\.$/, text);
    }
  }
  for (const host of ["127.0.0.1", "127.8.9.1", "localhost", "LOCALHOST", "[::1]"]) {
    for (const text of [`${host}:1`, `tcp://${host}:1`, `ws://${host}:1/`]) {
      assert.doesNotThrow(() => parseAddress(text), text);
    }
  }
});
