import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import {
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver-protocol/node";
import type { MessageTransports } from "vscode-languageclient/node";

/** How long the program may take to end by itself. */
const GRACE_MS = 5_000;

/**
 * Start the server's program; its log goes line by line to `log`.
 *
 * It ends when the connection does.
 *
 * @param environment variables added to this process' own.
 */
export async function launch(
  program: string,
  environment: Record<string, string>,
  log: (line: string) => void,
): Promise<MessageTransports> {
  const child = spawn(program, ["serve", "--stdio"], {
    env: { ...process.env, ...environment },
    windowsHide: true,
  });
  createInterface(child.stderr).on("line", log);
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", reject);
  });
  child.on("error", (error) => {
    log(error.message);
  });
  child.stdin.on("error", (error) => {
    log(error.message); // what the reader's end says too
  });
  child.stdin.once("close", () => {
    const timer = setTimeout(() => child.kill(), GRACE_MS);
    child.once("exit", () => {
      clearTimeout(timer);
    });
  });
  return {
    reader: new StreamMessageReader(child.stdout),
    writer: new StreamMessageWriter(child.stdin),
  };
}
