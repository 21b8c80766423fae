import * as vscode from "vscode";
import type { Check } from "./doctor";

/**
 * Run `fimls setup` in a terminal: it finds an engine, tries it, and writes the user's file.
 *
 * @returns whether an engine was written, once the program has ended.
 */
export async function setUpEngine({ program, environment }: Check): Promise<boolean> {
  if (program === undefined) {
    void vscode.window.showInformationMessage(
      "fimls: the server's program is not on this machine: run “fimls: Install the Server” first.",
    );
    return false;
  }
  const terminal = vscode.window.createTerminal({
    name: "fimls setup",
    shellPath: program, // no shell reads it
    shellArgs: ["setup"],
    env: environment,
  });
  terminal.show();
  return new Promise((resolve) => {
    const watching = vscode.window.onDidCloseTerminal((closed) => {
      if (closed === terminal) {
        watching.dispose();
        const written = closed.exitStatus?.code === 0;
        if (written) {
          void vscode.window.showInformationMessage("fimls: the engine is in your settings.");
        }
        resolve(written);
      }
    });
  });
}
