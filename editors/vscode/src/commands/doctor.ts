import { spawn, type ChildProcess } from "node:child_process";
import * as vscode from "vscode";

/** What is run: the server's program, with what says what to look at. */
export interface Check {
  program: string | undefined;
  arguments: string[];
  environment: Record<string, string>;
}

/**
 * Run `fimls doctor` in a terminal that stays when it has ended, and ask what VS Code is set to.
 *
 * @returns whether all is well, as soon as that is known.
 */
export async function doctor(check: Check): Promise<boolean> {
  const { program } = check;
  if (program === undefined) {
    void vscode.window.showInformationMessage(
      "fimls: the server's program is not on this machine: run “fimls: Install the Server” first.",
    );
    return false;
  }
  return new Promise((resolve) => {
    const written = new vscode.EventEmitter<string>();
    const write = (text: string): void => {
      written.fire(text.replaceAll(/\r?\n/g, "\r\n"));
    };
    let child: ChildProcess | undefined;
    // No shell reads the program's path, and the terminal does not close when the program ends.
    const pty: vscode.Pseudoterminal = {
      onDidWrite: written.event,
      open: () => {
        const environment = { ...process.env, ...check.environment, FORCE_COLOR: "1" };
        child = spawn(program, ["doctor", ...check.arguments], { env: environment });
        child.stdout?.setEncoding("utf8").on("data", write);
        child.stderr?.setEncoding("utf8").on("data", write);
        child.on("error", (error) => {
          write(`${error.message}\n`);
        });
        child.on("close", (code) => {
          write(code === 0 ? "\nAll is well.\n" : "\nSomething is wrong: fix what is marked as bad.\n");
          resolve(code === 0);
        });
      },
      close: () => {
        child?.kill();
        resolve(false);
      },
    };
    vscode.window.createTerminal({ name: "fimls doctor", pty }).show();
  });
}
