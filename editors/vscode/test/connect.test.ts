import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer, type AddressInfo, type ListenOptions, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Message } from "vscode-languageserver-protocol/node";
import { WebSocketServer, type WebSocket } from "ws";
import { connect } from "../src/server/connect";
import { Unauthorised } from "../src/server/websocket";

const HELLO = { jsonrpc: "2.0", method: "hello", params: { text: "größe 😀" } };

async function listening(server: Server, where: ListenOptions): Promise<number> {
  await new Promise<void>((resolve) => server.listen(where, resolve));
  return where.path === undefined ? (server.address() as AddressInfo).port : 0;
}

for (const kind of ["tcp", "socket"] as const) {
  test(`a server behind a ${kind} is spoken with`, async (t) => {
    const echo = createServer((client) => client.pipe(client));
    t.after(() => echo.close());
    const path = join(mkdtempSync(join(tmpdir(), "fimls-")), "s");
    const port = await listening(
      echo,
      kind === "tcp" ? { host: "127.0.0.1", port: 0 } : { path },
    );
    const { reader, writer } = await connect(
      kind === "tcp"
        ? { kind, host: "127.0.0.1", port, secure: false }
        : { kind, path },
    );
    const received = new Promise<Message>((resolve) => reader.listen(resolve));
    await writer.write(HELLO);
    assert.deepEqual(await received, HELLO);
    const closed = new Promise<void>((resolve) => reader.onClose(resolve));
    writer.end();
    await closed;
  });
}

test("a server that is away is an error", async () => {
  const gone = createServer();
  const port = await listening(gone, { host: "127.0.0.1", port: 0 });
  await new Promise((resolve) => gone.close(resolve));
  const away = { kind: "tcp", host: "127.0.0.1", port, secure: false } as const;
  await assert.rejects(connect(away), /ECONNREFUSED/);
  const url = `ws://127.0.0.1:${port}`;
  await assert.rejects(connect({ kind: "websocket", url }), /ECONNREFUSED/);
});

test("a WebSocket carries a message in each text frame, and shows the token", async (t) => {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  t.after(() => {
    server.close();
  });
  await once(server, "listening");
  const arrived = new Promise<[WebSocket, string | undefined]>((resolve) => {
    server.on("connection", (socket, request) => {
      resolve([socket, request.headers.authorization]);
    });
  });
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const { reader, writer } = await connect({ kind: "websocket", url }, "secret");
  const [socket, authorization] = await arrived;
  assert.equal(authorization, "Bearer secret");

  const sent = new Promise<string>((resolve) => {
    socket.on("message", (data: Buffer) => {
      resolve(data.toString());
    });
  });
  await writer.write(HELLO);
  assert.deepEqual(JSON.parse(await sent), HELLO);

  const errors: Error[] = [];
  reader.onError((error) => errors.push(error));
  const received = new Promise<Message>((resolve) => reader.listen(resolve));
  socket.send("{");
  socket.send(JSON.stringify(HELLO));
  assert.deepEqual(await received, HELLO);
  assert.equal(errors.length, 1);

  const closed = new Promise<void>((resolve) => reader.onClose(resolve));
  socket.terminate();
  await closed;
  await assert.rejects(writer.write(HELLO));
});

test("a WebSocket's server may refuse the token", async (t) => {
  const server = createHttpServer();
  t.after(() => server.close());
  server.on("upgrade", (request, socket) => {
    const status = request.headers.authorization === "Bearer old" ? "401 No" : "500 Broken";
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);
  });
  const url = `ws://127.0.0.1:${await listening(server, { host: "127.0.0.1", port: 0 })}`;
  await assert.rejects(connect({ kind: "websocket", url }, "old"), Unauthorised);
  await assert.rejects(connect({ kind: "websocket", url }), /status 500/);
});
