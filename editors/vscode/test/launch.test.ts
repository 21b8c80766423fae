import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Message } from "vscode-languageserver-protocol/node";
import { launch } from "../src/server/launch";

function script(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), "fimls-")), "fimls");
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
  return file;
}

test("a program is spoken with on its standard input and output, and its log is kept", async () => {
  const lines: string[] = [];
  const program = script('echo "$KEY $*" >&2; exec cat');
  const log = (line: string): void => void lines.push(line);
  const { reader, writer } = await launch(program, { KEY: "k" }, log);
  const message = { jsonrpc: "2.0", method: "hello" };
  const received = new Promise<Message>((resolve) => reader.listen(resolve));
  await writer.write(message);
  assert.deepEqual(await received, message);
  assert.deepEqual(lines, ["k serve --stdio"]);

  const closed = new Promise<void>((resolve) => reader.onClose(resolve));
  writer.end();
  await closed;
});

test("what cannot be started is an error", async () => {
  await assert.rejects(
    launch("/no/such/program", {}, () => undefined),
    /ENOENT/,
  );
});
