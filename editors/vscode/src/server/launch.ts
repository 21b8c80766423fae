import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import {
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver-protocol/node";
import type { MessageTransports } from "vscode-languageclient/node";

/**
 * Start the server's program; its log goes line by line to `log`.
 *
 * @param environment variables added to this process' own.
 * @param signal ends the program.
 */
export async function launch(
  program: string,
  environment: Record<string, string>,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<MessageTransports> {
  const child = spawn(program, ["serve", "--stdio"], {
    env: { ...process.env, ...environment },
    signal,
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
  return {
    reader: new StreamMessageReader(child.stdout),
    writer: new StreamMessageWriter(child.stdin),
  };
}
